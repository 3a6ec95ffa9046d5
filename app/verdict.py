"""What the check against known sites comes to, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.findings import Estimate
from app.report_reader import count, estimate, mapping
from app.reports import Report
from app.text.numbers import share


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Sentences for readers; empty where the release holds no verdict.

    Attributes
    ----------
    overall, own : str
        On the ranking across types, and on each type's own ranking.
    short : str
        Both in one line, for every page that shows a ranking.
    """

    overall: str = ""
    own: str = ""
    short: str = ""


def in_words(validation: Mapping[str, Any]) -> Verdict:
    """Say in words what the check found.

    Parameters
    ----------
    validation : mapping
        Of the release; ``verdict`` may be absent in older ones.
    """
    found = validation.get("verdict", {})
    overall, own = found.get("overall", {}), found.get("own", {})
    return Verdict(
        overall=_overall(overall) if overall.get("n") else "",
        own=_own(own) if own.get("n") else "",
        short=_short(overall, own) if overall.get("n") and own.get("n") else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Mean rank of some known places on maps of the expert model.

    Attributes
    ----------
    places, by : str
        Which places, and ranked by which map.
    n : int or None
        How many they are.
    rank : Estimate
        0 best, 0.5 chance.
    """

    places: str
    by: str
    n: int | None
    rank: Estimate


def checks_of_the_expert(
    validation: Mapping[str, Any], reports: Sequence[Report]
) -> tuple[Check, ...]:
    """Put the expert model's two kinds of figures side by side.

    Parameters
    ----------
    validation : mapping
        Of the release.
    reports : sequence of Report
        Of the learned models, in which the expert model has a row.

    Returns
    -------
    tuple of Check
        Empty where there is only one kind, so that there is nothing to confuse.
    """
    own = mapping(mapping(validation.get("verdict")).get("own"))
    withheld = [
        Check(
            places=f"Withheld places that tables of the world list, {report.region}",
            by=f"Of one type: {report.title}",
            n=model.mean_rank.n or report.n_withheld,
            rank=model.mean_rank,
        )
        for report in reports
        for model in report.models
        if model.kind == "expert" and model.mean_rank.value is not None
    ]
    if not withheld or estimate(own.get("mean")).value is None:
        return ()
    known = Check(
        places="Known sites inside the five states",
        by="Of each site’s own type",
        n=count(own.get("n")),
        rank=estimate(own.get("mean")),
    )
    return (*withheld, known)


def _overall(found: Mapping[str, Any]) -> str:
    start, numbers = f"On the {found['n']} known sites the ranking", _numbers(found)
    if found["better_than_chance"]:
        return (
            f"{start} across types does better than chance ({numbers}){_weak(found)}"
            f"{_beaten(found)}"
        )
    return f"{start} across types does no better than chance ({numbers})."


def _own(found: Mapping[str, Any]) -> str:
    start, numbers = f"On the {found['n']} known sites the ranking", _numbers(found)
    if found["better_than_chance"]:
        return (
            f"{start} within the site’s own deposit type does better than chance "
            f"({numbers}){_weak(found)}{_beaten(found)}"
        )
    return (
        f"{start} within the site’s own deposit type does no better than chance "
        f"({numbers}): the known sites do not bear the maps out."
    )


def _short(overall: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    sites = f"the {overall['n']} known sites"
    match overall["better_than_chance"], own["better_than_chance"]:
        case False, False:
            return (
                f"On {sites} this ranking does no better than chance, neither across "
                "types nor within one."
            )
        case False, True:
            return (
                f"On {sites} this ranking does no better than chance across types; "
                "within a type it does, which is weak support."
            )
        case True, False:
            return (
                f"On {sites} this ranking does better than chance across types, which "
                "is weak support, but not within one."
            )
        case _:
            return (
                f"On {sites} this ranking does better than chance, which with so few "
                f"is weak support.{_beaten(overall)}"
            )


def _numbers(found: Mapping[str, Any]) -> str:
    return f"mean rank {share(found['mean'])}, chance 50 %"


def _weak(found: Mapping[str, Any]) -> str:
    return f", but with {found['n']} sites that is weak."


def _beaten(found: Mapping[str, Any]) -> str:
    """Name what alone ranks the sites as well; nothing in older releases."""
    better = found.get("beaten_by", [])
    return (
        f" Ranked by {' or by '.join(better)} alone they do as well or better."
        * bool(better)
    )
