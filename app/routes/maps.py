"""Outlines for the map page."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.caching import answer
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, REFUSALS, documented

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Maps"])


@router.get(
    "/api/maps/backdrop.json",
    response_class=Response,
    responses=documented(REFUSALS, JSON, {"type": "object"}),
)
async def backdrop(request: Request, atlas: AtlasNow) -> Response:
    """Return water, state borders and towns, simplified for the screen."""
    return answer(request, lambda: atlas.backdrop, media_type=JSON)
