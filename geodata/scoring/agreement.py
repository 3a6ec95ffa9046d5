"""Where two opinions agree: the expert model and the learned one, kept apart.

Nothing is averaged.  Both order the same area; where they put the same places first
the case is stronger, where they do not the difference itself is worth a look.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # scipy.stats when first used: a server starts a second sooner

from geodata.raster import FloatArray
from geodata.scoring.ranking import BEST
from geodata.scoring.record import MaybeNaN

NEITHER, LEARNED_ONLY, EXPERT_ONLY, BOTH, UNKNOWN = 0, 1, 2, 3, -1

WORDS = {
    BOTH: "both",
    EXPERT_ONLY: "expert only",
    LEARNED_ONLY: "learned only",
    NEITHER: "neither",
    UNKNOWN: "not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How two orders of one area compare.

    Attributes
    ----------
    spearman : float
        Rank correlation over cells both know, -1 to 1; NaN when one is constant.
    overlap : float
        Share of the expert's best tenth that is in the learned model's best tenth;
        NaN when the expert has none.
    chance : float
        Share that two unrelated orders would have: the size of the learned model's
        best tenth.
    cells : int
        Cells that both know.
    """

    spearman: MaybeNaN
    overlap: MaybeNaN
    chance: MaybeNaN
    cells: int


def compare(expert_rank: FloatArray, learned_rank: FloatArray) -> Agreement:
    """Compare two area ranks of the same cells.

    Parameters
    ----------
    expert_rank, learned_rank : array of float32, shape (cells,)
        From :func:`geodata.scoring.favourability.area_rank`; NaN = unknown.
    """
    known = ~np.isnan(expert_rank) & ~np.isnan(learned_rank)
    expert, learned = expert_rank[known], learned_rank[known]
    varies = len(expert) > 1 and np.ptp(expert) > 0 and np.ptp(learned) > 0
    best = expert <= np.float32(BEST)
    both = best & (learned <= np.float32(BEST))
    return Agreement(
        spearman=float(scipy.stats.spearmanr(expert, learned).statistic)
        if varies
        else np.nan,
        overlap=float(both.sum() / best.sum()) if best.any() else np.nan,
        chance=float((learned <= np.float32(BEST)).mean()) if len(learned) else np.nan,
        cells=int(known.sum()),
    )


def classes(
    expert_rank: FloatArray, learned_rank: FloatArray, *, best: float = BEST
) -> npt.NDArray[np.int8]:
    """Say for each cell which of the two put it in their best part.

    Parameters
    ----------
    expert_rank, learned_rank : array of float32
        Area ranks; NaN = unknown.
    best : float
        What counts as the best part of the area, 0 to 1.

    Returns
    -------
    array of int8
        One of :data:`WORDS`' keys; :data:`UNKNOWN` where either is unknown.

    >>> low, high = np.float32([0.05, 0.05]), np.float32([0.02, 0.5])
    >>> [WORDS[int(value)] for value in classes(low, high)]
    ['both', 'expert only']
    """
    limit = np.float32(best)
    found = 2 * (expert_rank <= limit) + (learned_rank <= limit)
    unknown = np.isnan(expert_rank) | np.isnan(learned_rank)
    return np.where(unknown, UNKNOWN, found).astype(np.int8)


def word_for(learned_rank: float | None) -> str:
    """Say in a word whether the learned model puts an expert's area in its best tenth.

    Parameters
    ----------
    learned_rank : float or None
        Mean area rank of the area by the learned model; None or NaN = unknown.

    >>> word_for(0.04), word_for(0.5), word_for(None)
    ('both', 'expert only', 'not known')
    """
    if learned_rank is None or np.isnan(learned_rank):
        return WORDS[UNKNOWN]
    # Ranks are float32 on the map: a rank of 0.1 is within the best tenth here too.
    inside = np.float32(learned_rank) <= np.float32(BEST)
    return WORDS[BOTH if inside else EXPERT_ONLY]
