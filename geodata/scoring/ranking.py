"""The order a map puts places in, and how much of it is left when the map changes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.scoring.record import MaybeNaN

RANKED_FROM = 0.2
"""Coverage below which too little is known of a place to rank it."""

BEST = 0.10
"""Share of the area that counts as the best part of a map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How much of the order of places is left when a map changes.

    Attributes
    ----------
    correlation : float
        Spearman's rank correlation with the unchanged map, -1 to 1; 1 = same
        order.  NaN where one of the maps has one value only.
    kept : float
        Share of the best tenth of the unchanged map that is in the best tenth of
        the changed one, 0 to 1.  NaN where the unchanged map has no best tenth,
        because too many of its places are equal.
    """

    correlation: MaybeNaN
    kept: MaybeNaN


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The order of places of equal area by some score.

    Attributes
    ----------
    ranks : array of float64, shape (places,)
        Ranks from low to high, less their mean; equal scores share a mean rank.
    best : array of bool, shape (places,)
        The best tenth; equal scores share the worse place, as on the map.
    """

    ranks: npt.NDArray[np.float64]
    best: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, scores: npt.NDArray[np.float64]) -> "Ranking":
        """Rank places by their scores.

        Parameters
        ----------
        scores : array of float64, shape (places,)
            High is good; minus infinity is allowed, NaN is not.

        >>> Ranking.of(np.array([0.2, 0.9, 0.2])).ranks.tolist()
        [-0.5, 1.0, -0.5]
        """
        _, position, counts = np.unique(scores, return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        first = last - counts
        count = len(scores)
        return cls(
            ranks=((first + last - count) / 2.0)[position],
            best=((count - first) / count <= BEST)[position],
        )

    def change(self, changed: "Ranking") -> Change:
        """Say how much of this order is left in another one of the same places."""
        # Not by matrix products: they wake a thread per core for so few numbers.
        mine, theirs, common = (
            float(np.einsum("i,i", one, other))
            for one, other in (
                (self.ranks, self.ranks),
                (changed.ranks, changed.ranks),
                (self.ranks, changed.ranks),
            )
        )
        size = np.sqrt(mine * theirs)
        best = int(self.best.sum())
        both = int((self.best & changed.best).sum())
        return Change(
            correlation=float(common / size) if size else np.nan,
            kept=both / best if best else np.nan,
        )
