"""Explanations as the API gives them: the release's numbers, with their sentences."""

from typing import Any

import numpy as np

from app import explanation_schemas as schemas
from app.atlas import Atlas
from app.opinions import of_area, of_places
from app.text import say
from app.text.explanation import distance, fact
from geodata.errors import OutsideRegionError
from geodata.release import OVERALL, RANKED_FROM, AreaExplanation
from geodata.scoring.explanation import (
    ArgumentPart,
    ComponentPart,
    Explanation,
    LearnedExplanation,
    LearnedPart,
)

COMPONENTS = {
    "source": "component.source",
    "pathway": "component.pathway",
    "trap": "component.trap",
    "preservation": "component.preservation",
}


def explain_place(
    atlas: Atlas, lon: float, lat: float, deposit_type: str
) -> schemas.Explanation:
    """Explain the cell that holds a place, by both models.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    lon, lat : float
        Degrees, WGS 84.
    deposit_type : str
        Id of a deposit type, or ``"overall"`` for the one that scores best there.

    Raises
    ------
    OutsideRegionError
        If the place is not on land in the five states.
    UnknownDepositTypeError
        If the release has no such type.
    """
    release, leading = atlas.release, deposit_type == OVERALL
    if not leading:
        release.model(deposit_type)  # an unknown type is told before the place
    place = release.explainer.at(lon, lat)
    if leading:
        deposit_type = place.leading_types()[0] or first_type(atlas)
    found = release.explainer.explain(place, deposit_type)
    (agreement,) = of_places(atlas, place, deposit_type)
    return _explanation(atlas, found, leading=leading, agreement=agreement)


def explain_area(atlas: Atlas, prospect_id: str) -> schemas.Explanation:
    """Explain a prospect area by both models: the mean over its cells."""
    prospects = atlas.collections["prospects"]
    row = prospects.table.iloc[prospects.position[prospect_id]].to_dict()
    found = atlas.release.explanations[prospect_id]
    return _explanation(
        atlas,
        found,
        agreement=of_area(atlas, row),
        states=[dict(item) for item in found.states],
        nearest_occurrences=_nearest(found),
        sheets=found.sheets,
        blocks=schemas.BlockBox.model_validate(found.blocks, from_attributes=True),
    )


def _explanation(
    atlas: Atlas, found: Explanation, **context: object
) -> schemas.Explanation:
    """Put an explanation into words, with what every artefact says of itself."""
    told = account(atlas, found, **context)
    stamp = {"release": atlas.release.id, "caution": atlas.caution}
    return schemas.Explanation.model_validate({**stamp, **told})


def account(atlas: Atlas, found: Explanation, **context: object) -> dict[str, Any]:
    """Put an explanation into words, with what a reader needs beside the score.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    found : Explanation
        Of a place or an area.
    **context
        What else is told of it: fields of the schema.

    Returns
    -------
    dict
        Fields of :class:`app.explanation_schemas.Account`.
    """
    types = {item.id: item.title for item in atlas.deposit_types}
    better = float(atlas.release.better_share(found.deposit_type, found.favourability))
    numbers = {*Explanation.model_fields} - {"components", "learned"}
    plain = found.model_dump(mode="json", include=numbers)
    return {
        **plain,
        "deposit_type_title": types[found.deposit_type],
        "better_share": None if np.isnan(better) else round(better, 4),
        "ranked": bool(not np.isnan(better) and found.coverage >= RANKED_FROM),
        "components": [
            _component(item, area=isinstance(found, AreaExplanation))
            for item in found.components
        ],
        "learned": None if found.learned is None else _learned(found.learned),
        **context,
    }


def _component(component: ComponentPart, *, area: bool) -> dict[str, Any]:
    return {
        **component.model_dump(mode="json", exclude={"evidence"}),
        "title": say(COMPONENTS[component.name]),
        "evidence": [_argument(item, area=area) for item in component.evidence],
    }


def _argument(argument: ArgumentPart, *, area: bool) -> dict[str, Any]:
    measured = argument.measured.model_dump(mode="json")
    spread = {"measured_low": measured["low"], "measured_high": measured["high"]}
    return {
        **argument.model_dump(mode="json", exclude={"measured"}),
        "state": measured["state"],
        "measured": measured["typical"],
        **(spread if area and argument.measured.kind != "class" else {}),
        "fact": fact(argument.measured, argument.unit),
    }


def _learned(learned: LearnedExplanation) -> dict[str, Any]:
    return {
        **learned.model_dump(mode="json", exclude={"arguments"}),
        "about": say("explanation.learned"),
        "arguments": [_learned_argument(item) for item in learned.arguments],
    }


def _learned_argument(argument: LearnedPart) -> dict[str, Any]:
    measured = argument.measured.model_dump(mode="json")
    return {
        **argument.model_dump(mode="json", exclude={"measured"}),
        "measured": measured["typical"],
        "fact": fact(argument.measured, argument.unit),
    }


def _nearest(found: AreaExplanation) -> list[schemas.NearestOccurrence]:
    return [
        schemas.NearestOccurrence(
            name=item.site,
            distance_km=item.distance_km,
            uncertainty_km=item.uncertainty_km,
            text=distance(
                item.distance_km, item.uncertainty_km, within_error=item.within_error
            ),
            deposit_type=item.deposit_type,
            record=item.record,
        )
        for item in found.nearest_occurrences
    ]


def first_type(atlas: Atlas) -> str:
    """Return the deposit type that is explained where none is known to score best."""
    if not atlas.deposit_types:
        raise OutsideRegionError(say("error.no-type"))
    return atlas.deposit_types[0].id
