"""One measurement beside what it is held against, and the clock that takes it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement and what it is held against.

    Attributes
    ----------
    what, against : str
        The work, and the peer or limit.
    ours, theirs : float
        Same unit; smaller is better.  Theirs is NaN where the peer is not installed.
    unit : str
        Unit of both.
    """

    what: str
    against: str
    ours: float
    theirs: float
    unit: str


def clock(work: Callable[[], object]) -> float:
    """Return the best of three runs, seconds."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best
