"""Pictures and outlines for the map page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from app.caching import answer
from app.maps.scale import Theme
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, NOT_FOUND, PNG, REFUSALS, documented

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Maps"])


@router.get(
    "/api/maps/{deposit_type}.png",
    response_class=Response,
    responses=documented(NOT_FOUND, PNG, {"type": "string", "format": "binary"}),
)
def favourability_map(
    request: Request,
    atlas: AtlasNow,
    deposit_type: Annotated[
        str, Path(description="Id of a deposit type, or 'overall'.")
    ],
    theme: Annotated[Theme, Query(description="Ground the map lies on.")] = "light",
) -> Response:
    """Return the favourability of a deposit type as a picture in Web Mercator."""
    return answer(
        request, lambda: atlas.images.png(deposit_type, theme), media_type=PNG
    )


@router.get(
    "/api/maps/backdrop.json",
    response_class=Response,
    responses=documented(REFUSALS, JSON, {"type": "object"}),
)
async def backdrop(request: Request, atlas: AtlasNow) -> Response:
    """Return water, state borders and towns, simplified for the screen."""
    return answer(request, lambda: atlas.backdrop, media_type=JSON)
