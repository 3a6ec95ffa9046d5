"""Weights from comparisons with the best argument and with the worst.

Where :mod:`geodata.methods.pairwise` asks for every pair, the best–worst method asks
two questions of each argument: how many times more does the best count, and how many
times more than the worst does this one count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from geodata.methods.pairwise import ComparisonError, Weights, require_different


@dataclass(frozen=True, slots=True, kw_only=True)
class BestWorst:
    """Weights of the linear best–worst method.

    Attributes
    ----------
    weights : array of float64, shape (arguments,)
        Not negative; their sum is 1.
    low, high : array of float64, same shape
        Range of the weights and of those that each of the two lists would give alone.
    best, worst : int
        Position of the best and the worst argument.
    ksi : float
        Greatest difference between a weight and what a comparison asks of it; 0 where
        all comparisons agree.  It is the linear model's own measure of consistency.
    input_ratio : float
        Greatest disagreement among the comparisons themselves, 0 to 1.
    """

    weights: Weights
    low: Weights
    high: Weights
    best: int
    worst: int
    ksi: float
    input_ratio: float


def best_worst_weights(
    best_to_others: Sequence[float],
    others_to_worst: Sequence[float],
    names: Sequence[str],
) -> BestWorst:
    r"""Derive weights from comparisons with the best and with the worst argument.

    Parameters
    ----------
    best_to_others : sequence of float
        How many times more the best argument counts than each; 1 or more, 1 for
        itself.
    others_to_worst : sequence of float
        How many times more each counts than the worst; 1 or more, 1 for the worst.
    names : sequence of str
        What the arguments are called, for error texts.

    Raises
    ------
    ComparisonError
        Naming the number that is below 1, or above that of the best with the worst; if
        a list has no 1, the two do not say the same of the best and the worst, two
        arguments have one name, or the model cannot be solved.
    ValueError
        If there are not as many numbers as names, or none.

    Notes
    -----
    The linear model [1]_ minimises ξ subject to

    .. math::

        |w_B - a_{Bj} w_j| \le \xi, \quad |w_j - a_{jW} w_W| \le \xi, \quad
        \sum_j w_j = 1, \quad w_j \ge 0.

    The consistency index of the older, nonlinear model does not belong to this ξ.
    The input-based ratio [2]_ needs no weights:

    .. math:: CR = \max_j \frac{|a_{Bj} a_{jW} - a_{BW}|}{a_{BW}^2 - a_{BW}},

    and 0 where :math:`a_{BW} = 1`.

    References
    ----------
    .. [1] Rezaei, J., 2016, Best-worst multi-criteria decision-making method: some
       properties and a linear model: Omega 64, 126–130.
    .. [2] Liang, F., Brunelli, M., and Rezaei, J., 2020, Consistency issues in the best
       worst method: measurements and thresholds: Omega 96, 102175.

    Examples
    --------
    >>> names = ["faults", "granite", "relief"]
    >>> found = best_worst_weights([1, 2, 4], [4, 2, 1], names)
    >>> found.weights.round(3).tolist(), found.input_ratio
    ([0.571, 0.286, 0.143], 0.0)
    """
    ahead = np.asarray(best_to_others, dtype=np.float64)
    above = np.asarray(others_to_worst, dtype=np.float64)
    count = len(names)
    if ahead.shape != (count,) or above.shape != (count,) or count == 0:
        raise ValueError(
            f"{count} arguments need as many comparisons with the best and with the "
            f"worst, one or more; got {ahead.shape} and {above.shape}."
        )
    require_different(names)
    best, worst = _ends(ahead, above, names)
    differences = np.zeros((2 * count, count))
    rows = np.arange(count)
    differences[rows, best] += 1.0
    differences[rows, rows] -= ahead
    differences[count + rows, rows] += 1.0
    differences[count + rows, worst] -= above
    slack = np.full((4 * count, 1), -1.0)
    found = linprog(
        np.append(np.zeros(count), 1.0),
        A_ub=np.hstack((np.vstack((differences, -differences)), slack)),
        b_ub=np.zeros(4 * count),
        A_eq=np.append(np.ones(count), 0.0)[np.newaxis],
        b_eq=[1.0],
    )
    if found.status != 0:
        raise ComparisonError(
            f"No weights could be found for these comparisons ({found.message}). Keep "
            "to a usual scale, from 1 to 9."
        )
    weights = np.maximum(np.asarray(found.x, dtype=np.float64)[:count], 0.0)
    alone = (1.0 / ahead / (1.0 / ahead).sum(), above / above.sum())
    every = np.column_stack((weights, *alone))
    most = float(ahead[worst])
    gap = float(np.abs(ahead * above - most).max())
    return BestWorst(
        weights=weights,
        low=every.min(axis=1),
        high=every.max(axis=1),
        best=best,
        worst=worst,
        ksi=float(np.abs(differences @ weights).max()),
        input_ratio=gap / (most**2 - most) if gap else 0.0,
    )


def _ends(ahead: Weights, above: Weights, names: Sequence[str]) -> tuple[int, int]:
    """Return the positions of the best and the worst argument."""
    for word, numbers in (("best", ahead), ("worst", above)):
        bad = ~(np.isfinite(numbers) & (numbers >= 1.0))
        if bad.any():
            place = int(np.argmax(bad))
            raise ComparisonError(
                f"A comparison with the {word} is a number of 1 or more; "
                f"'{names[place]}' has {numbers[place]:g}. If it is less, another "
                f"argument is the {word}."
            )
        if not (numbers == 1.0).any():
            raise ComparisonError(
                f"The {word} argument compared with itself is 1, and no number of "
                f"{numbers.tolist()} is. Give the {word} argument a 1."
            )
    best = int(np.argmax(np.where(ahead == 1.0, above, 0.0)))
    worst = int(np.argmax(np.where(above == 1.0, ahead, 0.0)))
    if ahead[worst] != above[best]:
        raise ComparisonError(
            f"The best, '{names[best]}', counts {ahead[worst]:g} times as much as the "
            f"worst, '{names[worst]}', in one list and {above[best]:g} times in the "
            "other. Both lists hold this comparison; make them agree."
        )
    beyond = np.maximum(ahead, above) > above[best]
    if beyond.any():
        raise ComparisonError(
            f"No comparison can exceed that of the best with the worst, "
            f"{above[best]:g}; '{names[int(np.argmax(beyond))]}' has more. Choose "
            "another best or worst argument, or correct the number."
        )
    return best, worst
