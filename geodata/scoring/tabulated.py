"""A model's Monte-Carlo draws as tables, for maps of millions of places.

An argument's evidence mostly depends on one number a place, so the curve of every draw
is worked out at nodes only.  That takes a fifth of the time of working every curve out
at every place, and the scores are the same to the rounding of float32.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.interpolation import Doubles, Stack, Table, tabulate
from geodata.scoring.mineral_system import evidence_at, log_of
from geodata.scoring.uncertainty import DrawnModel, Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class TabulatedDraws:
    """A model under every draw, each curve times the weight that counts.

    Attributes
    ----------
    drawn : DrawnModel
        The model and its Monte-Carlo draws.
    stack : Stack
        Tables of the evidence.
    row_of : mapping of int to int
        Evidence → its table in the stack.  Evidence of classes has none, nor has that
        whose sources disagree: it depends on more than one number.
    """

    drawn: DrawnModel
    stack: Stack
    row_of: Mapping[int, int]

    @classmethod
    def of(
        cls, drawn: DrawnModel, measured: Mapping[str, FloatArray]
    ) -> "TabulatedDraws | None":
        """Make the tables over the range of some measurements; None if of none."""
        items = drawn.model.deposit_type.evidence
        rows = [
            row
            for row, item in enumerate(items)
            if item.disagreement is None
            and item.membership != "class"
            and not np.isnan(measured[item.measurement.key]).all()
        ]
        if not rows:
            return None
        return cls(
            drawn=drawn,
            stack=Stack.of([_table(drawn, measured, row) for row in rows]),
            row_of={row: position for position, row in enumerate(rows)},
        )

    def sums_at(self, measured: Mapping[str, FloatArray]) -> Sums:
        """Look some places up; return what adds the evidence of some of them up.

        Parameters
        ----------
        measured : mapping of measurement key to float32 array, shape (places,)
            Measurements; NaN = unknown.
        """
        items = self.drawn.model.deposit_type.evidence
        found = {
            row: self.stack.between(table, _read(self.drawn, row, measured))
            for row, table in self.row_of.items()
        }

        def sums(
            rows: npt.NDArray[np.intp], known: Sequence[int], counted: FloatArray
        ) -> Mapping[str, FloatArray]:
            tables: dict[str, list[int]] = {}
            for row in known:
                if row in found:
                    item = items[row]
                    name = "" if item.base is not None else item.component
                    tables.setdefault(name, []).append(row)
            added = {}
            if tables:
                looked_up = self.stack.added(
                    [
                        [(found[row][0][rows], found[row][1][rows]) for row in own]
                        for own in tables.values()
                    ]
                )
                added = dict(zip(tables, looked_up, strict=True))
            for row in known:
                if row not in found:
                    name, part = self.drawn.worked_out(
                        row, rows, measured, counted[row]
                    )
                    added[name] = added[name] + part if name in added else part
            return added

        return sums


def _read(
    drawn: DrawnModel, row: int, measured: Mapping[str, FloatArray]
) -> FloatArray:
    """Return what an argument reads; beyond its reach a record is as far as that."""
    item = drawn.model.deposit_type.evidence[row]
    here = measured[item.measurement.key]
    if item.base is None:
        return here
    return np.where(np.isnan(here), np.float32(item.measurement.window_km), here)


def _table(drawn: DrawnModel, measured: Mapping[str, FloatArray], row: int) -> Table:
    """Tabulate what one argument adds, over the range measured."""
    item = drawn.model.deposit_type.evidence[row]
    draws = drawn.draws
    parameters = {
        name: np.asarray(values, dtype=np.float64)
        for name, values in draws.parameters[row].items()
    }
    base = draws.bases[row]
    share = 1.0 if base is not None else drawn.model.resolved[row]
    counted = draws.weights[row].astype(np.float64) * share
    products = draws.structure(drawn.model).products

    def curves(nodes: Doubles) -> Doubles:
        values = evidence_at(
            item,
            {item.measurement.key: nodes},  # type: ignore[dict-item]  # exact as can be
            parameters,  # type: ignore[arg-type]
            base,
        ).astype(np.float64)
        if base is not None:
            return np.asarray(counted * log_of(values))
        values[:, products] = log_of(values[:, products])
        return np.asarray(counted * values)

    read = _read(drawn, row, measured)
    return tabulate(curves, float(np.nanmin(read)), float(np.nanmax(read)))
