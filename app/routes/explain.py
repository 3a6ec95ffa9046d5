"""Why a place scores as it does, to the last part."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.caching import answer
from app.errors import NotFoundError
from app.explanation_schemas import Explanation
from app.explanations import explain_area, explain_place
from app.parameters import AtlasNow, FeatureId, only_known_parameters
from app.public_address import public_base
from app.responses import JSON, NOT_FOUND
from app.retired import refuse_retired
from app.text import say
from geodata.release import OVERALL

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Explanations"])


@router.get("/api/explain", response_model=Explanation, responses=NOT_FOUND)
def explain(
    request: Request,
    atlas: AtlasNow,
    lon: Annotated[float, Query(ge=-180, le=180, description="Longitude, degrees.")],
    lat: Annotated[float, Query(ge=-90, le=90, description="Latitude, degrees.")],
    deposit_type: Annotated[
        str,
        Query(
            max_length=64,
            description="Id of a deposit type, or 'overall' for the type that scores "
            "best at this place.",
        ),
    ] = OVERALL,
) -> Response:
    """Explain the cell that holds a place, by both models."""
    return answer(
        request,
        lambda: _encode(request, explain_place(atlas, lon, lat, deposit_type)),
        media_type=JSON,
    )


@router.get(
    "/api/prospects/{prospect_id}/explanation",
    response_model=Explanation,
    responses=NOT_FOUND,
)
async def explain_prospect(
    request: Request, prospect_id: FeatureId, atlas: AtlasNow
) -> Response:
    """Explain a prospect area by both models: the mean over its cells."""
    if prospect_id not in atlas.release.explanations:
        path = "/api/prospects/{id}/explanation"
        refuse_retired(request, prospect_id, path, JSON)
        raise NotFoundError(say("error.no-explanation"))
    return answer(
        request,
        lambda: _encode(request, explain_area(atlas, prospect_id)),
        media_type=JSON,
    )


def _encode(request: Request, explanation: Explanation) -> bytes:
    """Encode what is set: a place has no part of what only areas have."""
    credits_at = {"credits": f"{public_base(request)}/layers"}
    explanation = explanation.model_copy(update=credits_at)
    return explanation.model_dump_json(exclude_unset=True).encode()
