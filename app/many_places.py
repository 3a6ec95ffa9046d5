"""Many places explained in one pass: each its scores or its account, or a reason."""

from collections.abc import Iterator

import numpy as np

from app.asked_places import AskedPlaces, Detail
from app.atlas import Atlas
from app.explanation_schemas import Account, Agreement
from app.explanations import account, first_type
from app.opinions import of_places
from app.place_schemas import PlaceAgreement, PlaceAnswer, PlaceSummary
from app.text import say
from geodata.release import OVERALL, RANKED_FROM, Places


def answer_places(
    atlas: Atlas, asked: AskedPlaces, *, deposit_type: str, detail: Detail
) -> list[PlaceAnswer]:
    """Explain places, scored together by deposit type.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    asked : AskedPlaces
        The places.
    deposit_type : str
        Id of a deposit type, or ``"overall"`` for the one that scores best at each.
    detail : {"summary", "full"}
        Whether only scores are wanted, or every part of them.

    Returns
    -------
    list of PlaceAnswer
        One a place, in their order.

    Raises
    ------
    UnknownDepositTypeError
        If the release has no such type.
    """
    leading = deposit_type == OVERALL
    if not leading:
        atlas.release.model(deposit_type)
    lon = np.array([place.lon for place in asked.places])
    lat = np.array([place.lat for place in asked.places])
    found = atlas.release.explainer.locate(lon, lat)
    position = np.flatnonzero(found.inside)
    answers = [
        PlaceAnswer(
            **_said(asked, number),
            outcome="outside-region",
            reason=say("places.outside"),
        )
        for number in range(len(lon))
    ]
    types = (
        [name or first_type(atlas) for name in found.places.leading_types()]
        if leading
        else [deposit_type] * len(position)
    )
    for name in sorted(set(types)):
        chosen = np.flatnonzero(np.array(types) == name)
        places = found.places.take(chosen)
        told: Iterator[PlaceSummary | Account] = (
            _summaries(atlas, places, name)
            if detail == "summary"
            else _accounts(atlas, places, name, leading=leading)
        )
        for number, one in zip(position[chosen], told, strict=True):
            answers[number] = _answer(asked, int(number), one)
    return answers


def _summaries(
    atlas: Atlas, places: Places, deposit_type: str
) -> Iterator[PlaceSummary]:
    scores = atlas.release.explainer.score_each(places, deposit_type)
    favourability = np.exp(scores.log_favourability)
    better = atlas.release.better_share(deposit_type, favourability)
    agreements = of_places(atlas, places, deposit_type)
    for place, agreement in enumerate(agreements):
        yield PlaceSummary(
            deposit_type=deposit_type,
            favourability=_number(favourability[place]),
            p10=_number(scores.p10[place]),
            p50=_number(scores.p50[place]),
            p90=_number(scores.p90[place]),
            coverage=float(scores.coverage[place]),
            better_share=None if np.isnan(better[place]) else round(better[place], 4),
            ranked=bool(
                not np.isnan(better[place]) and scores.coverage[place] >= RANKED_FROM
            ),
            agreement=_plain(agreement),
        )


def _accounts(
    atlas: Atlas, places: Places, deposit_type: str, *, leading: bool
) -> Iterator[Account]:
    found = atlas.release.explainer.explain_each(places, deposit_type)
    agreements = of_places(atlas, places, deposit_type)
    for one, agreement in zip(found, agreements, strict=True):
        yield Account.model_validate(
            account(atlas, one, leading=leading, agreement=agreement)
        )


def _answer(
    asked: AskedPlaces, number: int, told: PlaceSummary | Account
) -> PlaceAnswer:
    known = told.favourability is not None
    return PlaceAnswer(
        **_said(asked, number),
        outcome="explained" if known else "nothing-known",
        **({} if known else {"reason": say("places.nothing-known")}),
        **(
            {"summary": told}
            if isinstance(told, PlaceSummary)
            else {"explanation": told}
        ),
    )


def _said(asked: AskedPlaces, number: int) -> dict[str, float | int | str]:
    """Return what was said of a place: its position in the request, id and place."""
    place = asked.places[number]
    named = {} if place.id is None else {"id": place.id}
    return {"position": number, **named, "lon": place.lon, "lat": place.lat}


def _plain(agreement: Agreement | None) -> PlaceAgreement | None:
    if agreement is None:
        return None
    return PlaceAgreement(
        kind=agreement.kind,
        expert_rank=agreement.expert_rank,
        learned_rank=agreement.learned_rank,
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
