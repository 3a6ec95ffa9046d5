"""What the check against known sites comes to, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.wording import share


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Sentences for readers; empty where the release holds no verdict.

    Attributes
    ----------
    overall, own : str
        On the ranking across types, and on each type's own ranking.
    short : str
        The first in one line, for the list of all types.
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
        short=_short(overall) if overall.get("n") else "",
    )


def _overall(found: Mapping[str, Any]) -> str:
    start, numbers = f"On the {found['n']} known sites the ranking", _numbers(found)
    if found["better_than_chance"]:
        return f"{start} across types does better than chance ({numbers}){_weak(found)}"
    return (
        f"{start} across types does no better than chance ({numbers}): read each "
        "deposit type on its own."
    )


def _own(found: Mapping[str, Any]) -> str:
    start, numbers = f"On the {found['n']} known sites the ranking", _numbers(found)
    if found["better_than_chance"]:
        return (
            f"{start} within the site’s own deposit type does better than chance "
            f"({numbers}){_weak(found)}"
        )
    return (
        f"{start} within the site’s own deposit type does no better than chance "
        f"({numbers}): the known sites do not bear the maps out."
    )


def _short(found: Mapping[str, Any]) -> str:
    if found["better_than_chance"]:
        return (
            f"Across types better than chance on {found['n']} known sites, which is "
            "weak support."
        )
    return (
        f"Across types no better than chance on {found['n']} known sites: read each "
        "type on its own."
    )


def _numbers(found: Mapping[str, Any]) -> str:
    return f"mean rank {share(found['mean'])}, chance 50 %"


def _weak(found: Mapping[str, Any]) -> str:
    return f", but with {found['n']} sites that is weak."
