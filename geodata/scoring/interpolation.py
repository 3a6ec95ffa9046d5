"""Curves worked out at nodes, and looked up between them for many places at once.

Nodes are set where a straight line between them is not good enough, and a place takes
its share of the two nodes around it.  For all curves together that is one product of a
sparse matrix with the values at the nodes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from geodata.raster import FloatArray

Rows = npt.NDArray[np.int32]
Doubles = npt.NDArray[np.float64]

TOLERANCE = 1e-7
"""Largest error of evidence between nodes: about one rounding of float32."""

_FIRST = 512  # intervals to begin with: no curve hides a bend between their ends
_HALVINGS = 30
_AT_ONCE = 4_096  # nodes worked out at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A curve a draw, at nodes.

    Attributes
    ----------
    nodes : array of float64, shape (nodes,)
        Measurements, ascending, at least two.
    values : array of float32, shape (nodes, draws)
        What the curves are there.
    """

    nodes: Doubles
    values: FloatArray


def tabulate(
    curves: Callable[[Doubles], npt.NDArray[np.floating]],
    low: float,
    high: float,
    *,
    tolerance: float = TOLERANCE,
) -> Table:
    """Work out curves at as many nodes as straight lines between them need.

    Parameters
    ----------
    curves : function of array of float64, shape (nodes, 1), to shape (nodes, draws)
        Continuous.
    low, high : float
        The range of measurements, ``low`` <= ``high``.
    tolerance : float
        Intervals are halved until no curve lies farther from the line at their middle.

    >>> bent = tabulate(np.abs, -1.0, 2.0)
    >>> bool(np.interp(0.001, bent.nodes, bent.values[:, 0]) < 0.0010003)
    True
    """
    high = max(high, np.nextafter(low, np.inf))

    def worked_out(nodes: Doubles) -> npt.NDArray[np.floating]:
        parts = [
            curves(nodes[start : start + _AT_ONCE, np.newaxis])
            for start in range(0, len(nodes), _AT_ONCE)
        ]
        return np.concatenate(parts)

    ends = np.linspace(low, high, _FIRST + 1)
    at_ends = worked_out(ends)
    nodes, values = [ends], [at_ends.astype(np.float32)]
    left, right = ends[:-1], ends[1:]
    at_left, at_right = at_ends[:-1], at_ends[1:]
    for _ in range(_HALVINGS):
        middle = (left + right) / 2.0
        at_middle = worked_out(middle)
        apart = np.abs(at_middle - (at_left + at_right) / 2.0).max(axis=1)
        halve = apart > tolerance
        if not halve.any():
            break
        middle, at_middle = middle[halve], at_middle[halve]
        nodes.append(middle)
        values.append(at_middle.astype(np.float32))
        left, right = (
            np.concatenate((left[halve], middle)),
            np.concatenate((middle, right[halve])),
        )
        at_left, at_right = (
            np.concatenate((at_left[halve], at_middle)),
            np.concatenate((at_middle, at_right[halve])),
        )
    every = np.concatenate(nodes)
    order = np.argsort(every)
    return Table(nodes=every[order], values=np.concatenate(values)[order])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Tables of several arguments of the same draws, one below the other.

    Attributes
    ----------
    tables : tuple of Table
        Each with at least two nodes.
    first : tuple of int
        Row of ``values`` that each table begins at.
    values : array of float32, shape (nodes of all, draws)
        What is added up.
    """

    tables: tuple[Table, ...]
    first: tuple[int, ...]
    values: FloatArray

    @classmethod
    def of(cls, tables: Sequence[Table]) -> "Stack":
        """Put tables together, at least one."""
        sizes = [len(table.nodes) for table in tables]
        return cls(
            tables=tuple(tables),
            first=tuple(np.cumsum([0, *sizes[:-1]]).tolist()),
            values=np.concatenate([table.values for table in tables]),
        )

    def between(self, row: int, measured: FloatArray) -> tuple[Rows, FloatArray]:
        """Find the node below each measurement, and how far on the next one it lies.

        Parameters
        ----------
        row : int
            Which table.
        measured : array, shape (places,)
            Where NaN the answer means nothing; beyond the nodes it goes on.

        Returns
        -------
        array of int32, shape (places,)
            Row of ``values``; the next node's is one more.
        array of float32, shape (places,)
            0 at that node to 1 at the next.
        """
        nodes = self.tables[row].nodes
        below = np.searchsorted(nodes, measured, side="right") - 1
        below = np.minimum(np.maximum(below, 0), len(nodes) - 2)
        start = nodes[below]
        share = (measured - start) / (nodes[below + 1] - start)
        return (below + self.first[row]).astype(np.int32), share.astype(np.float32)

    def added(
        self, sums: Sequence[Sequence[tuple[Rows, FloatArray]]]
    ) -> list[FloatArray]:
        """Add up the values of tables for some places, several sums at once.

        Parameters
        ----------
        sums : sequence of sequences of pairs from :meth:`between`
            For each sum the tables it takes, at least one; all of as many places.

        Returns
        -------
        list of array of float32, shape (places, draws)
        """
        places = len(sums[0][0][0])
        columns, parts, ends = [], [], [np.zeros(1, dtype=np.int32)]
        for taken in sums:
            column = np.empty((places, len(taken), 2), dtype=np.int32)
            part = np.empty((places, len(taken), 2), dtype=np.float32)
            for position, (below, share) in enumerate(taken):
                column[:, position, 0], part[:, position, 1] = below, share
            np.add(column[..., 0], 1, out=column[..., 1])
            np.subtract(1, part[..., 1], out=part[..., 0])
            columns.append(column.ravel())
            parts.append(part.ravel())
            width = 2 * len(taken)
            ends.append(ends[-1][-1] + width * np.arange(1, places + 1, dtype=np.int32))
        chosen = csr_array(
            (np.concatenate(parts), np.concatenate(columns), np.concatenate(ends)),
            shape=(len(sums) * places, len(self.values)),
        )
        return np.split(np.asarray(chosen @ self.values), len(sums))
