"""The definition of the one reference system that no registry has."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.caching import answer
from app.negotiation import choose
from app.offered_crs import GRID_PATH, grid_crs
from app.parameters import only_known_parameters
from app.responses import NOT_FOUND, also

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["API"])

JsonOrWkt = Annotated[
    str | None,
    Query(
        alias="f",
        max_length=40,
        description="Form of the definition.",
        json_schema_extra={"enum": ["json", "wkt"]},
    ),
]

PROJJSON, WKT = "application/projjson+json", "text/plain; charset=utf-8"


@router.get(
    GRID_PATH,
    response_class=Response,
    responses=also(
        NOT_FOUND,
        {
            PROJJSON: {"schema": {"type": "object"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    ),
)
def atlas_grid(request: Request, form: JsonOrWkt = None) -> Response:
    """Define the equal-area system of the maps: PROJJSON, or WKT with f=wkt."""
    form = choose(request, form, {"json": PROJJSON, "wkt": WKT})
    crs = grid_crs(request).crs
    if form == "wkt":
        return answer(request, crs.to_wkt(pretty=True).encode, media_type=WKT)
    return answer(
        request, lambda: orjson.dumps(crs.to_json_dict()), media_type=PROJJSON
    )
