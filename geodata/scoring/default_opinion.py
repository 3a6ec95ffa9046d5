"""Which opinion of a deposit type is shown first: the one that tested better.

The rule was fixed before either was compared by it.  Where both have a figure in the
world test, the lower mean rank wins; else where both have one within like ground, on
known sites; else the expert's stands first, as its arguments can be read.
"""

from typing import Literal, Protocol

from geodata.scoring.record import MaybeNaN, Record

Opinion = Literal["expert", "learned"]
OpinionTest = Literal["world", "like-ground", "none"]
"""Regions of the world left out; known sites among like land; no test of both."""


class MeanRank(Protocol):
    """A mean rank, 0 best, with its 95 % interval; NaN = unknown."""

    @property
    def value(self) -> float:
        """The mean."""

    @property
    def low(self) -> float:
        """Lower end."""

    @property
    def high(self) -> float:
        """Upper end."""


class ComparedRank(Record):
    """A mean rank that was compared: 0 best, 0.5 by chance, with its 95 % interval."""

    value: float
    low: MaybeNaN
    high: MaybeNaN


class DefaultOpinion(Record):
    """Which opinion is shown first, and by what.

    Attributes
    ----------
    opinion : str
        ``expert`` or ``learned``.
    test : str
        One of :data:`OpinionTest`.
    expert, learned : ComparedRank or None
        What was compared; None without a test of both.
    apart : bool
        Whether the intervals do not touch; else the difference may be chance.
    """

    opinion: Opinion
    test: OpinionTest
    expert: ComparedRank | None = None
    learned: ComparedRank | None = None
    apart: bool = False


def default_opinion(
    *,
    world: tuple[MeanRank | None, MeanRank | None],
    like_ground: tuple[MeanRank | None, MeanRank | None],
) -> DefaultOpinion:
    """Choose between the opinions of a deposit type.

    Parameters
    ----------
    world, like_ground : tuple of two mean ranks
        Of the expert's and of the learned model; None where there is none.  A value
        that is NaN counts as none.

    Returns
    -------
    DefaultOpinion
        Equal ranks leave the expert's first.
    """
    pairs: tuple[tuple[OpinionTest, tuple[MeanRank | None, MeanRank | None]], ...] = (
        ("world", world),
        ("like-ground", like_ground),
    )
    for test, pair in pairs:
        expert, learned = map(_known, pair)
        if expert and learned:
            return DefaultOpinion(
                opinion="learned" if learned.value < expert.value else "expert",
                test=test,
                expert=expert,
                learned=learned,
                apart=expert.high < learned.low or learned.high < expert.low,
            )
    return DefaultOpinion(opinion="expert", test="none")


def _known(found: MeanRank | None) -> ComparedRank | None:
    if found is None or found.value != found.value:  # NaN is not itself
        return None
    return ComparedRank(value=found.value, low=found.low, high=found.high)
