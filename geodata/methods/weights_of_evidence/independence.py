"""Test whether maps are conditionally independent, as the posterior takes them.

When they are not, the posterior counts one fact more than once: it is too large
where maps agree, and then it ranks places but is no probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm

from geodata.methods.weights_of_evidence.posterior import Posterior

ALARM_RATIO = 0.85  # n/T below which independence is doubted; Bonham-Carter 1994, ch. 9
_LEVELS = (0.99, 0.95)
_FEW_EXPECTED = 5.0  # points in a field of a 2 by 2 table, below which chi² is rough

RANKS_ONLY = "the posterior is inflated: use it as ranks only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Omnibus:
    """All maps at once: points expected against points known.

    Attributes
    ----------
    expected : float
        ``T``, the sum of the posterior over unit cells.
    observed : int
        ``n``, points in the study area.
    ratio : float
        ``n / T``; 1 for independent maps.
    deviation : float
        ``s(T)``.
    statistic : float
        ``(T - n) / s(T)``.
    p_value : float
        Chance of a statistic at least as large if the maps are independent, 0 to 1.
    conditions : int
        Number of unique conditions.
    """

    expected: float
    observed: int
    ratio: float
    deviation: float
    statistic: float
    p_value: float
    conditions: int

    @property
    def rejected_at(self) -> float | None:
        """Highest of the levels 0.99 and 0.95 at which independence is rejected."""
        reached = [level for level in _LEVELS if 1.0 - self.p_value > level]
        return reached[0] if reached else None

    @property
    def verdict(self) -> str:
        """Say in one sentence what follows."""
        level = self.rejected_at
        if level is not None:
            return f"independence is rejected at {level:.0%}; {RANKS_ONLY}"
        if self.ratio < ALARM_RATIO:
            return (
                f"independence is not rejected, but n/T is below {ALARM_RATIO}: "
                "take the posterior with care"
            )
        return "nothing speaks against independence"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTest:
    """Two patterns on the points: more or less often together than by chance.

    Attributes
    ----------
    first, second : int
        Positions of the maps.
    both, only_first, only_second, neither : int
        Points by pattern.
    chi2, p_value : float
        With Yates's correction, one degree of freedom; NaN when a pattern holds all
        points or none, so that there is nothing to compare.
    few : bool
        True when fewer than five points are expected in a field: a rough figure.
    """

    first: int
    second: int
    both: int
    only_first: int
    only_second: int
    neither: int
    chi2: float
    p_value: float
    few: bool

    @property
    def verdict(self) -> str:
        """Say in few words what follows."""
        if np.isnan(self.chi2):
            return "cannot be tested"
        if self.p_value < 1.0 - _LEVELS[1]:
            return "dependent"
        return "not shown to be dependent"


def omnibus(found: Posterior) -> Omnibus:
    r"""Test the independence of all maps of a posterior.

    Notes
    -----
    Over unique conditions *k* with :math:`N_k` unit cells,

    .. math::

        T = \sum_k N_k P_k, \qquad s^2(T) = \sum_k (N_k s_k)^2.

    All cells of one condition share one error, which is why cells must not be
    summed as if each had its own: that would depend on their size.

    References
    ----------
    Agterberg, F. P., Cheng, Q. (2002). Conditional independence test for
    weights-of-evidence modeling. Natural Resources Research 11, 249-255.
    """
    expected = float(found.units @ found.posterior)
    deviation = float(np.sqrt(np.sum((found.units * found.deviation) ** 2)))
    statistic = (expected - found.points) / deviation
    return Omnibus(
        expected=expected,
        observed=found.points,
        ratio=found.points / expected,
        deviation=deviation,
        statistic=statistic,
        p_value=float(norm.sf(statistic)),
        conditions=len(found.units),
    )


def pairwise(patterns: npt.NDArray[np.floating]) -> Sequence[PairTest]:
    """Test every pair of binary maps on the points.

    Parameters
    ----------
    patterns : array of float, shape (maps, points)
        1 where a point lies on the pattern of a map, 0 where not, NaN where the map
        is missing there; a point unknown in one of the two takes no part.

    Returns
    -------
    tuple of PairTest
        Pairs in the order (0, 1), (0, 2), ..., (1, 2), ...

    Examples
    --------
    >>> import numpy as np
    >>> (test,) = pairwise(np.array([[1.0] * 10 + [0.0] * 10, [1.0, 0.0] * 10]))
    >>> test.both, test.chi2, test.verdict
    (5, 0.0, 'not shown to be dependent')
    """
    count = len(patterns)
    return tuple(
        _pair(first, second, patterns[first], patterns[second])
        for first in range(count)
        for second in range(first + 1, count)
    )


def _pair(
    first: int,
    second: int,
    one: npt.NDArray[np.floating],
    other: npt.NDArray[np.floating],
) -> PairTest:
    known = ~(np.isnan(one) | np.isnan(other))
    a, b = one[known] > 0.0, other[known] > 0.0
    table = np.array(
        [[np.sum(a & b), np.sum(a & ~b)], [np.sum(~a & b), np.sum(~a & ~b)]],
        dtype=np.float64,
    )
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), table.sum()
    product = float(rows.prod() * columns.prod())
    statistic = np.nan
    if product > 0.0:
        gap = abs(table[0, 0] * table[1, 1] - table[0, 1] * table[1, 0])
        statistic = float(n * max(0.0, gap - n / 2.0) ** 2 / product)
    expected = np.outer(rows, columns) / max(n, 1.0)
    (both, only_first), (only_second, neither) = table.astype(int).tolist()
    return PairTest(
        first=first,
        second=second,
        both=both,
        only_first=only_first,
        only_second=only_second,
        neither=neither,
        chi2=statistic,
        p_value=float(chi2.sf(statistic, 1)),
        few=bool((expected < _FEW_EXPECTED).any()),
    )
