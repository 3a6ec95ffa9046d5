"""Two opinions of one place, the expert model's and the learned one's, in words."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.atlas import Atlas
from app.wording import share
from geodata.release import OVERALL, LearnedMap, Place
from geodata.scoring.agreement import WORDS, classes
from geodata.scoring.ranking import BEST

ONE_TYPE = "no learned model of all types together; choose one deposit type"

NOTHING_KNOWN = (
    "no map by the learned model: the layers it reads are not in this release; run "
    "scripts/ingest.py"
)

_SCALE = "0 % is the best of the known area"


def has_learned(atlas: Atlas, deposit_type: str) -> bool:
    """Say whether the release has a learned model of a deposit type."""
    known = deposit_type in atlas.release.deposit_types
    return known and atlas.release.learned_map(deposit_type) is not LearnedMap.ABSENT


def why_not_learned(atlas: Atlas, deposit_type: str) -> str:
    """Say why there is no learned map, or an empty one; empty where there is one.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    deposit_type : str
        Id of a deposit type, or ``"overall"``.
    """
    if deposit_type == OVERALL:
        return ONE_TYPE
    if has_learned(atlas, deposit_type):
        empty = atlas.release.learned_map(deposit_type) is LearnedMap.EMPTY
        return NOTHING_KNOWN if empty else ""
    found = atlas.release.validation.get("without_learned") or {}
    return too_few(**_known(found.get(deposit_type) or {}))


def _known(found: Mapping[str, Any]) -> dict[str, int | None]:
    """Return what :func:`too_few` asks for; older releases hold less of it."""
    keys = {
        "examples": "n_world",
        "fewest": "fewest",
        "tested": "n_tested",
        "fewest_tested": "fewest_tested",
    }
    return {name: found.get(key) for name, key in keys.items()}


def too_few(
    examples: int | None,
    *,
    fewest: int | None = None,
    tested: int | None = None,
    fewest_tested: int | None = None,
) -> str:
    """Say why a type has no map by a learned model.

    Parameters
    ----------
    examples, fewest : int or None
        Known examples in the world, and how many a model needs.
    tested, fewest_tested : int or None
        Known examples in the region that a model was tested on, and how many it
        needs to make a map.

    >>> too_few(7)
    'no learned model: 7 known examples in the world are too few'
    >>> too_few(215, fewest=30, tested=0, fewest_tested=5)[:64]
    'no map by the learned model: of its 215 known examples none lies'
    >>> too_few(None)
    'no learned model in this release'
    """
    enough = examples is not None and fewest is not None and examples >= fewest
    if enough and tested is not None and fewest_tested is not None:
        many = (
            "none lies" if not tested else f"{tested} {'lie' if tested > 1 else 'lies'}"
        )
        return (
            f"no map by the learned model: of its {examples} known examples {many} in "
            f"Central Asia, and a test there needs {fewest_tested}"
        )
    match examples:
        case None:
            return "no learned model in this release"
        case 0:
            return "no learned model: no known example in the world is listed as such"
        case 1:
            return "no learned model: 1 known example in the world is too few"
        case _:
            return (
                f"no learned model: {examples} known examples in the world are too few"
            )


def compare(expert: float | None, learned: float | None) -> str:
    """Say which of two models puts a place in its best tenth.

    Parameters
    ----------
    expert, learned : float or None
        Area ranks, 0 (best) to 1; None or NaN = unknown.

    >>> compare(0.02, 0.1), compare(0.02, 0.3), compare(0.5, None)
    ('both', 'expert only', 'not known')
    """
    ranks = np.array([[expert], [learned]], dtype=np.float32)  # None becomes NaN
    return WORDS[int(classes(*ranks)[0])]


def in_words(
    kind: str, expert: float | None, learned: float | None, *, what: str
) -> str:
    """Tell in a sentence how two models compare.

    Parameters
    ----------
    kind : str
        As :func:`compare` gives it.
    expert, learned : float or None
        Area ranks, 0 (best) to 1.
    what : str
        ``"place"`` or ``"area"``.

    >>> in_words("both", 0.01, 0.05, what="area")
    'Both models put this area in their best 10 %.'
    """
    match kind:
        case "both":
            return f"Both models put this {what} in their best {share(BEST)}."
        case "expert only":
            return (
                f"Only the expert model puts this {what} in its best {share(BEST)}; "
                f"the learned model has it at {share(learned)} ({_SCALE})."
            )
        case "learned only":
            return (
                f"Only the learned model puts this {what} in its best {share(BEST)}; "
                f"the expert model has it at {share(expert)} ({_SCALE})."
            )
        case "neither":
            return (
                f"Neither model puts this {what} in its best {share(BEST)}: the expert "
                f"model has it at {share(expert)}, the learned model at "
                f"{share(learned)} ({_SCALE})."
            )
        case _:
            return "Too little is known here to compare the two models."


def of_place(atlas: Atlas, place: Place, deposit_type: str) -> dict[str, Any] | None:
    """Compare the two models at the cell that holds a place.

    Returns
    -------
    dict or None
        ``kind``, ``text``, and the area ranks ``expert_rank`` and ``learned_rank``,
        0 (best) to 1 or None; None where the type has no learned model.
    """
    if not has_learned(atlas, deposit_type):
        return None
    ranks = place.ranks(deposit_type)
    kind = compare(ranks.expert, ranks.learned)
    return _told(kind, ranks.expert, ranks.learned, "place")


def of_area(atlas: Atlas, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare the two models over a prospect area.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    row : mapping
        The area's row of the table; older releases lack the learned columns.

    Returns
    -------
    dict or None
        As :func:`of_place`; an area has no single rank of the expert model, so
        ``expert_rank`` is None.
    """
    if "agreement" not in row or not has_learned(atlas, str(row["deposit_type"])):
        return None
    learned = row.get("learned_rank")
    known = None if _is_unknown(learned) else float(learned or 0.0)
    return _told(str(row["agreement"]), None, known, "area")


def stability(
    rank: int, low: float | None, high: float | None, *, what: str = "rank"
) -> str:
    """Tell how far the rank of an area moves between trial runs.

    Parameters
    ----------
    rank : int
        The rank of the area.
    low, high : float or None
        10th and 90th percentile of its rank over the trial runs.
    what : str
        What the number is called.

    >>> stability(4, 2.0, 9.4)
    'rank 4; in 8 of 10 trial runs between 2 and 9'
    >>> stability(1, 1.0, 1.0), stability(1, None, None)
    ('rank 1, also in 8 of 10 trial runs', '')
    """
    if _is_unknown(low) or _is_unknown(high):
        return ""
    first, last = round(float(low or 0.0)), round(float(high or 0.0))
    if first == last == rank:
        return f"{what} {rank}, also in 8 of 10 trial runs"
    return f"{what} {rank}; in 8 of 10 trial runs between {first} and {last}"


def _told(
    kind: str, expert: float | None, learned: float | None, what: str
) -> dict[str, Any]:
    return {
        "kind": kind,
        "text": in_words(kind, expert, learned, what=what),
        "expert_rank": expert,
        "learned_rank": learned,
    }


def _is_unknown(value: float | None) -> bool:
    return value is None or math.isnan(value)
