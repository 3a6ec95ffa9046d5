"""Two opinions of one place, the expert model's and the learned one's, in words."""

import math
from collections.abc import Sequence
from typing import Literal

from app.text.catalogue import say, say_many
from app.text.numbers import share
from geodata.scoring.ranking import BEST

What = Literal["place", "area"]
Numbered = Literal["rank", "number"]

_COMPARED = {
    ("both", "place"): "opinion.both.place",
    ("both", "area"): "opinion.both.area",
    ("expert only", "place"): "opinion.expert-only.place",
    ("expert only", "area"): "opinion.expert-only.area",
    ("learned only", "place"): "opinion.learned-only.place",
    ("learned only", "area"): "opinion.learned-only.area",
    ("neither", "place"): "opinion.neither.place",
    ("neither", "area"): "opinion.neither.area",
}
_FIRM = {"rank": "stability.rank-firm", "number": "stability.number-firm"}
_MOVES = {"rank": "stability.rank", "number": "stability.number"}


def compared(
    kind: str, expert: float | None, learned: float | None, *, what: What
) -> str:
    """Tell in a sentence how two models compare.

    Parameters
    ----------
    kind : str
        One of the words of :data:`geodata.scoring.agreement.WORDS`.
    expert, learned : float or None
        Area ranks, 0 (best) to 1.
    what : {"place", "area"}
        What is spoken of.

    >>> compared("both", 0.01, 0.05, what="area")
    'Both models put this area in their best 10 %.'
    """
    key = _COMPARED.get((kind, what), "opinion.not-known")
    return say(key, best=share(BEST), expert=share(expert), learned=share(learned))


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
    """
    if examples is None:
        return say("learned.absent")
    enough = fewest is not None and examples >= fewest
    if enough and tested is not None and fewest_tested is not None:
        values = {"examples": examples, "fewest": fewest_tested}
        if not tested:
            return say("learned.untested", **values)
        return say_many("learned.hardly-tested", tested, **values)
    if not examples:
        return say("learned.no-example")
    return say_many("learned.too-few", examples)


def stability(
    rank: int, low: float | None, high: float | None, *, what: Numbered = "rank"
) -> str:
    """Tell how far the rank of an area moves between trial runs; nothing if unknown.

    Parameters
    ----------
    rank : int
        The rank of the area.
    low, high : float or None
        10th and 90th percentile of its rank over the trial runs.
    what : {"rank", "number"}
        What it is called: among all areas, or among those of its type.

    >>> stability(4, 2.0, 9.4)
    'rank 4; in 8 of 10 trial runs between 2 and 9'
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    first, last = round(low), round(high)
    if first == last == rank:
        return say(_FIRM[what], rank=rank)
    return say(_MOVES[what], rank=rank, first=first, last=last)


def layers_not_here(titles: Sequence[str], *, below: bool = False) -> str:
    """Say which layers of its test a learned model lacks here; empty where none.

    Parameters
    ----------
    titles : sequence of str
        Of the layers.
    below : bool
        Whether the figures of the test stand below what is said.
    """
    if not titles:
        return ""
    lacks = say("learned.lacks", layers=", ".join(titles))
    less = say("learned.knows-less.below" if below else "learned.knows-less")
    return f"{lacks} {less}"
