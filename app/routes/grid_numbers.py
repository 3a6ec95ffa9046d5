"""Numbers of the grids: at a place, over all, in a polygon."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.caching import answer
from app.errors import NotFoundError
from app.grid_schemas import GridPoint, GridStatistics, PolygonStatistics
from app.grids.numbers import statistics_in, statistics_of, value_at
from app.grids.polygons import MOST_CORNERS, SCHEMA, read_polygon
from app.parameters import AtlasNow, only_known_parameters
from app.responses import GEOJSON, JSON, NOT_FOUND
from app.routes.grids import GridId
from app.text import say

_LON = r"-?(180(\.0{1,9})?|1[0-7]\d(\.\d{1,9})?|\d{1,2}(\.\d{1,9})?)"
_LAT = r"-?(90(\.0{1,9})?|[0-8]?\d(\.\d{1,9})?)"
_PLACE = f"^{_LON},{_LAT}$"

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Grids"])


@router.get(
    "/api/tiles/{grid_id}/point/{place}",
    response_model=GridPoint,
    responses=NOT_FOUND,
)
def point(
    request: Request,
    atlas: AtlasNow,
    grid_id: GridId,
    place: Annotated[
        str,
        Path(
            description="Longitude and latitude in degrees, separated by a comma.",
            max_length=80,
            pattern=_PLACE,
            examples=["67.5,47.2"],
        ),
    ],
) -> Response:
    """Return what the cell at a place holds."""
    grid = atlas.grids.grid(grid_id)
    lon, lat = (float(part) for part in place.split(","))

    def make() -> bytes:
        found = value_at(grid, atlas.grids.datasets, lon, lat, release=atlas.release.id)
        return found.model_dump_json().encode()

    return answer(request, make, media_type=JSON)


@router.get(
    "/api/tiles/{grid_id}/statistics",
    response_model=GridStatistics,
    responses=NOT_FOUND,
)
def statistics(request: Request, atlas: AtlasNow, grid_id: GridId) -> Response:
    """Return least, greatest, mean and percentiles of the known cells of a grid."""
    grid = atlas.grids.grid(grid_id)

    def make() -> bytes:
        found = statistics_of(grid, atlas.grids.datasets)
        if found is None:
            raise NotFoundError(say("grid.no-statistics", name=grid.id))
        return found.model_dump_json().encode()

    return answer(request, make, media_type=JSON)


@router.post(
    "/api/tiles/{grid_id}/statistics",
    response_model=PolygonStatistics,
    responses={key: value for key, value in NOT_FOUND.items() if key != 304},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"A GeoJSON polygon of up to {MOST_CORNERS} corners.",
            "content": {kind: {"schema": SCHEMA} for kind in (GEOJSON, JSON)},
        }
    },
)
async def statistics_of_polygon(
    request: Request, atlas: AtlasNow, grid_id: GridId
) -> Response:
    """Return the numbers of the cells in a polygon, each by the part inside it."""
    grid = atlas.grids.grid(grid_id)
    body = await request.body()

    def make() -> bytes:
        found = statistics_in(grid, atlas.grids.datasets, read_polygon(body))
        told = PolygonStatistics(
            **found.model_dump(),
            grid=grid.id,
            unit=grid.unit,
            release=atlas.release.id,
        )
        return told.model_dump_json().encode()

    content = await run_in_threadpool(make)
    return Response(content, media_type=JSON, headers={"Cache-Control": "no-store"})
