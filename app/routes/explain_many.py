"""Why many places score as they do, asked at once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.asked_places import MOST_PLACES, PLACES_SCHEMA, Detail, read_places
from app.bodies import BodyNow, described, unkept
from app.links import licences
from app.many_places import answer_places
from app.parameters import AtlasNow, only_known_parameters
from app.place_schemas import PlaceAnswers
from app.responses import POSTED
from geodata.release import OVERALL

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Explanations"])


@router.post(
    "/api/explain",
    response_model=PlaceAnswers,
    responses=POSTED,
    openapi_extra=described(
        f"Up to {MOST_PLACES:,} places: an object with places, or GeoJSON points "
        "(Point, MultiPoint, Feature, FeatureCollection). The members deposit_type and "
        "detail may stand beside them; the parameters go before.",
        PLACES_SCHEMA,
        {"places": [{"lon": 73.1, "lat": 49.8, "id": "a"}, {"lon": 66.0, "lat": 48.0}]},
        {"type": "MultiPoint", "coordinates": [[73.1, 49.8], [66.0, 48.0]]},
    ),
)
def explain_many(
    request: Request,
    atlas: AtlasNow,
    body: BodyNow,
    deposit_type: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Id of a deposit type, or 'overall' for the type that scores "
            "best at each place.",
        ),
    ] = None,
    detail: Annotated[
        Detail | None,
        Query(description="'summary': the scores; 'full': every part of them."),
    ] = None,
) -> Response:
    """Explain up to 1,000 places, in the order they are given."""
    asked = read_places(body)
    chosen = deposit_type or asked.deposit_type or OVERALL
    wanted: Detail = detail or asked.detail or "summary"
    places = answer_places(atlas, asked, deposit_type=chosen, detail=wanted)
    answer = PlaceAnswers(
        release=atlas.release.id,
        caution=atlas.caution,
        links=[licences(request)],
        deposit_type=chosen,
        detail=wanted,
        asked=len(places),
        explained=sum(place.outcome == "explained" for place in places),
        places=places,
    )
    return unkept(request, answer.model_dump_json(exclude_unset=True).encode())
