"""Pictures and outlines for the map page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from app.caching import answer
from app.errors import NotFoundError
from app.maps.colours import Opinion, Theme
from app.opinions import why_not_learned
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, NOT_FOUND, PNG, REFUSALS, documented
from app.text import say

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
    opinion: Annotated[
        Opinion,
        Query(
            description="The expert model's ranking, the learned model's, or in whose "
            "best 10 % each place lies; the last two only for a type that has a "
            "learned model, and the layers it reads."
        ),
    ] = "expert",
) -> Response:
    """Return what a model says of a deposit type as a picture in Web Mercator."""
    atlas.release.favourability_path(deposit_type)  # refuses an unknown type
    if opinion != "expert" and (reason := why_not_learned(atlas, deposit_type)):
        raise NotFoundError(say("error.no-map", reason=reason))
    return answer(
        request,
        lambda: atlas.images.png(deposit_type, theme, opinion),
        media_type=PNG,
    )


@router.get(
    "/api/maps/backdrop.json",
    response_class=Response,
    responses=documented(REFUSALS, JSON, {"type": "object"}),
)
async def backdrop(request: Request, atlas: AtlasNow) -> Response:
    """Return water, state borders and towns, simplified for the screen."""
    return answer(request, lambda: atlas.backdrop, media_type=JSON)
