"""Weights from comparisons of every pair: how many times more one argument counts.

People answer "which of these two matters more, and how much" more surely than "give
each its share".  The analytic hierarchy process turns such answers into weights and
says how well they agree.  :mod:`geodata.methods.best_worst` needs fewer answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.errors import GeodataError

RANDOM_INDEX = (
    *(0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41),
    *(1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59),
)
"""Mean consistency index of random matrices of 1 to 15 arguments, Saaty (1980)."""

TOLERANCE = 0.025  # 0.33 may stand for 1/3, and 0.17 for 1/6

Weights = npt.NDArray[np.float64]


class ComparisonError(GeodataError):
    """Comparisons contradict each other in form, or are not numbers above zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Weights of the analytic hierarchy process.

    Attributes
    ----------
    weights : array of float64, shape (arguments,)
        Positive; their sum is 1.
    low, high : array of float64, same shape
        Range of the weights that each column of the matrix would give alone; it has
        no width where all comparisons agree.
    eigenvalue : float
        Principal eigenvalue, the number of arguments or more.
    consistency_index, consistency_ratio : float
        0 where all comparisons agree; a ratio of 0.1 is the usual limit.
    """

    weights: Weights
    low: Weights
    high: Weights
    eigenvalue: float
    consistency_index: float
    consistency_ratio: float


def hierarchy_weights(matrix: npt.ArrayLike, names: Sequence[str]) -> Hierarchy:
    r"""Derive weights from comparisons of every pair.

    Parameters
    ----------
    matrix : array of float, shape (arguments, arguments)
        How many times more the argument of the row counts than that of the column;
        positive, 1 on the diagonal, and ``matrix[j, i]`` = 1 / ``matrix[i, j]`` to
        :data:`TOLERANCE`, after which the part above the diagonal is used.
    names : sequence of str
        What the arguments are called, for error texts.

    Raises
    ------
    ComparisonError
        Naming the cell that is not positive, or not the inverse of its mirror, or the
        name that two arguments have; or if there are more than fifteen arguments.
    ValueError
        If the matrix is not square or has not one name a row.

    Notes
    -----
    The weights are the principal eigenvector.  With its eigenvalue λ and n arguments

    .. math:: CI = \frac{\lambda - n}{n - 1}, \qquad CR = \frac{CI}{RI_n}

    where RI is :data:`RANDOM_INDEX`.  Two arguments cannot disagree: both are 0.

    References
    ----------
    .. [1] Saaty, T. L., 1980, The analytic hierarchy process: McGraw-Hill.

    Examples
    --------
    >>> found = hierarchy_weights([[1, 3], [1 / 3, 1]], ["faults", "granite"])
    >>> found.weights.tolist(), found.consistency_ratio
    ([0.75, 0.25], 0.0)
    """
    table = np.asarray(matrix, dtype=np.float64)
    count = len(names)
    if table.shape != (count, count) or count == 0:
        raise ValueError(
            f"Comparisons of {count} arguments need a matrix of {count} rows and "
            f"columns, one or more; got shape {table.shape}."
        )
    require_different(names)
    if count > len(RANDOM_INDEX):
        raise ComparisonError(
            f"At most {len(RANDOM_INDEX)} arguments can be compared at once, because "
            f"no random index is known for more; got {count}. Compare them in groups."
        )
    _require_reciprocal(table, names)
    upper = np.triu(table, 1)
    table = upper + np.eye(count) + np.tril(1.0 / (upper + upper.T + np.eye(count)), -1)
    values, vectors = np.linalg.eig(table)
    principal = int(np.argmax(values.real))
    weights = np.abs(vectors[:, principal].real)
    weights /= weights.sum()
    columns = np.column_stack((table / table.sum(axis=0), weights))
    eigenvalue = max(float(values[principal].real), float(count))  # less is rounding
    index = (eigenvalue - count) / max(count - 1, 1)
    random = RANDOM_INDEX[count - 1]
    return Hierarchy(
        weights=weights,
        low=columns.min(axis=1),
        high=columns.max(axis=1),
        eigenvalue=eigenvalue,
        consistency_index=index,
        consistency_ratio=index / random if random else 0.0,
    )


def require_different(names: Sequence[str]) -> None:
    """Refuse two arguments of one name.

    Raises
    ------
    ComparisonError
        Naming the first that occurs again.
    """
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ComparisonError(
                f"Two arguments are called '{name}'. Give each its own name."
            )


def _require_reciprocal(table: Weights, names: Sequence[str]) -> None:
    """Refuse a matrix whose halves do not mirror each other."""
    for row, column in np.argwhere(~(np.isfinite(table) & (table > 0.0))):
        raise ComparisonError(
            f"A comparison is a number above 0; '{names[row]}' with '{names[column]}' "
            f"is {table[row, column]:g}. Write 1/3 where the other counts three times "
            "as much."
        )
    for row, column in np.argwhere(~(np.abs(table * table.T - 1.0) <= TOLERANCE)):
        if row == column:
            raise ComparisonError(
                f"An argument compared with itself is 1; '{names[row]}' is "
                f"{table[row, row]:g}. Correct the diagonal."
            )
        raise ComparisonError(
            f"'{names[row]}' with '{names[column]}' is {table[row, column]:g}, so "
            f"'{names[column]}' with '{names[row]}' must be "
            f"{1.0 / table[row, column]:.4g}; got {table[column, row]:g}. Correct one "
            "of the two."
        )
