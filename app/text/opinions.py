"""Two opinions of one place, the expert model's and the learned one's, in words."""

from collections.abc import Sequence
from typing import Literal

from app.text.catalogue import say, say_many
from app.text.numbers import share
from geodata.scoring.ranking import BEST

What = Literal["place", "area"]

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


def stability(number: int, low: float, high: float) -> str:
    """Tell how far the number of an area among its type moves between trial runs.

    Parameters
    ----------
    number : int
        Its number in the order of its deposit type.
    low, high : float
        10th and 90th percentile of that over the trial runs.

    >>> stability(4, 2, 9)
    'number 4; in 8 of 10 trial runs between 2 and 9'
    """
    first, last = round(low), round(high)
    if first == last == number:
        return say("stability.number-firm", rank=number)
    return say("stability.number", rank=number, first=first, last=last)


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
