"""What the atlas knows of an area of interest."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.asked_area import AREA_SCHEMA, read_area
from app.bodies import BodyNow, described, unkept
from app.links import licences
from app.parameters import AtlasNow, only_known_parameters
from app.report_schemas import Report
from app.reports import report_on
from app.responses import POSTED
from geodata.release.area_of_interest import MAX_VERTICES

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Reports"])


@router.post(
    "/api/report",
    response_model=Report,
    responses=POSTED,
    openapi_extra=described(
        "An area as GeoJSON: Polygon, MultiPolygon, or a Feature of one, of up to "
        f"{MAX_VERTICES:,} vertices; longitude and latitude, degrees, WGS 84.",
        AREA_SCHEMA,
        {
            "type": "Polygon",
            "coordinates": [[[73, 49], [75, 49], [75, 50], [73, 50], [73, 49]]],
        },
    ),
)
def report(request: Request, atlas: AtlasNow, body: BodyNow) -> Response:
    """Report on an area: states, favourability by type, prospects, sites, terranes."""
    found = Report(
        **report_on(atlas, read_area(body)),
        links=[licences(request)],
    )
    return unkept(request, found.model_dump_json().encode())
