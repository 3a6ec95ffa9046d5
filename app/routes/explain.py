"""Why a place scores as it does, to the last part."""

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import answer
from app.errors import NotFoundError
from app.opinions import of_area, of_place
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, NOT_FOUND
from app.routes.features import FeatureId
from app.schemas import Explanation
from geodata.errors import OutsideRegionError
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

    def make() -> bytes:
        release, leading = atlas.release, deposit_type == OVERALL
        if not leading:
            release.model(deposit_type)  # an unknown type is told before the place
        place = release.at(lon, lat)
        chosen = deposit_type
        if leading:
            chosen = place.leading_type or _first_type(atlas)
        found = release.explain(place, chosen)
        compared = {"leading": leading, "agreement": of_place(atlas, place, chosen)}
        return _encode(atlas, {**found, **compared})

    return answer(request, make, media_type=JSON)


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
        raise NotFoundError(
            "There is no prospect area with this id in this release. The table lists "
            "all of them."
        )
    return answer(
        request,
        lambda: _encode(atlas, explain_area(atlas, prospect_id)),
        media_type=JSON,
    )


def explain_area(atlas: Atlas, prospect_id: str) -> dict[str, Any]:
    """Return the explanation of a prospect area, and how the two models compare."""
    found = atlas.collections["prospects"]
    row = found.table.iloc[found.position[prospect_id]].to_dict()
    told = atlas.release.explanations[prospect_id]
    return {**told, "agreement": of_area(atlas, row)}


def add_context(atlas: Atlas, explanation: dict[str, Any]) -> dict[str, Any]:
    """Add what a reader needs beside the score.

    Returns
    -------
    dict
        The explanation with the title of its deposit type, ``better_share``: the
        share of the type's known area that scores better, 0 to 1 or None, and
        ``learned``: None where an older release lacks it.
    """
    name = str(explanation["deposit_type"])
    title = next(item["title"] for item in atlas.deposit_types if item["id"] == name)
    p10, coverage = explanation.get("p10"), explanation.get("coverage")
    share = np.nan
    if p10 is not None and coverage is not None:
        share = atlas.release.better_share(name, p10 * coverage)
    return {
        "learned": None,
        **explanation,
        "deposit_type_title": title,
        "better_share": None if np.isnan(share) else round(share, 4),
    }


def _encode(atlas: Atlas, explanation: dict[str, Any]) -> bytes:
    content = {**add_context(atlas, explanation), **atlas.stamp}
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def _first_type(atlas: Atlas) -> str:
    if not atlas.deposit_types:
        raise OutsideRegionError("This release has no deposit type to explain.")
    return str(atlas.deposit_types[0]["id"])
