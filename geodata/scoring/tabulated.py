"""A model's Monte-Carlo draws as tables, for maps of millions of places.

An argument's evidence depends on one number a place, so the curve of every draw is
worked out at nodes only.  That takes a fifth of the time of
:func:`geodata.scoring.uncertainty.log_scores`, which works every curve out at every
place, and the scores are the same to the rounding of float32.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, DepositType
from geodata.scoring.interpolation import Doubles, Rows, Stack, Table, tabulate
from geodata.scoring.mineral_system import across_components, evidence_at
from geodata.scoring.uncertainty import Draws, GroupScores, leaning_measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class TabulatedDraws:
    """A model under every draw, each curve times its weight.

    Attributes
    ----------
    deposit_type, draws
        The model and its Monte-Carlo draws.
    classes : mapping of measurement key to sequence of str
        Names of classes.
    stack : Stack
        Tables of the evidence.
    row_of : mapping of int to int
        Evidence → its table in the stack.  Evidence whose sources disagree has none:
        what it reads is another number in every draw.
    """

    deposit_type: DepositType
    draws: Draws
    classes: Mapping[str, Sequence[str]]
    stack: Stack
    row_of: Mapping[int, int]

    @classmethod
    def of(
        cls,
        deposit_type: DepositType,
        draws: Draws,
        measured: Mapping[str, FloatArray],
        classes: Mapping[str, Sequence[str]],
    ) -> "TabulatedDraws | None":
        """Make the tables over the range of some measurements; None if of none."""
        rows = [
            row
            for row, item in enumerate(deposit_type.evidence)
            if item.disagreement is None
            and not np.isnan(measured[item.measurement.key]).all()
        ]
        if not rows:
            return None
        return cls(
            deposit_type=deposit_type,
            draws=draws,
            classes=classes,
            stack=Stack.of(
                [_table(deposit_type, draws, measured, classes, row) for row in rows]
            ),
            row_of={row: position for position, row in enumerate(rows)},
        )

    def scores_at(self, measured: Mapping[str, FloatArray]) -> GroupScores:
        """Look some places up; return what scores groups of them.

        Parameters
        ----------
        measured : mapping of measurement key to float32 array, shape (places,)
            Measurements and disagreements; NaN = unknown.
        """
        evidence = self.deposit_type.evidence
        found = {
            row: self.stack.between(table, measured[evidence[row].measurement.key])
            for row, table in self.row_of.items()
        }

        def log_scores(
            places: npt.NDArray[np.intp], known: npt.NDArray[np.bool_]
        ) -> FloatArray:
            return self._log_scores(found, measured, places, known)

        return log_scores

    def _log_scores(
        self,
        found: Mapping[int, tuple[Rows, FloatArray]],
        measured: Mapping[str, FloatArray],
        places: npt.NDArray[np.intp],
        known: npt.NDArray[np.bool_],
    ) -> FloatArray:
        shape = (len(places), self.draws.weights.shape[1])
        rows_of = {
            name: [
                row
                for row, item in enumerate(self.deposit_type.evidence)
                if known[row] and item.component == name
            ]
            for name in COMPONENTS
        }
        taken = {
            name: [
                (found[row][0][places], found[row][1][places])
                for row in rows
                if row in found
            ]
            for name, rows in rows_of.items()
        }
        looked_up = [name for name, tables in taken.items() if tables]
        sums = {}
        if looked_up:
            added = self.stack.added([taken[name] for name in looked_up])
            sums = dict(zip(looked_up, added, strict=True))
        for name, rows in rows_of.items():
            for row in rows:
                if row not in found:
                    part = self._worked_out(row, measured, places)
                    sums[name] = sums[name] + part if name in sums else part
        if not sums:
            return np.full(shape, np.nan, dtype=np.float32)
        weights = {name: self.draws.weights[rows_of[name]].sum(axis=0) for name in sums}
        return np.asarray(across_components(sums, weights).log_favourability)

    def _worked_out(
        self,
        row: int,
        measured: Mapping[str, FloatArray],
        places: npt.NDArray[np.intp],
    ) -> FloatArray:
        """Work out weight times evidence of one argument."""
        item = self.deposit_type.evidence[row]
        here = {key: values[places] for key, values in measured.items()}
        return np.asarray(
            self.draws.weights[row]
            * evidence_at(
                item,
                leaning_measurement(item, here, self.draws.leaning[row]),
                self.classes[item.measurement.key],
                self.draws.parameters[row],
            )
        )


def _table(
    deposit_type: DepositType,
    draws: Draws,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
    row: int,
) -> Table:
    """Tabulate weight times evidence of one argument over the range measured."""
    evidence = deposit_type.evidence[row]
    key = evidence.measurement.key
    parameters = {
        name: np.asarray(values, dtype=np.float64)
        for name, values in draws.parameters[row].items()
    }
    weight = draws.weights[row].astype(np.float64)

    def curves(nodes: Doubles) -> Doubles:
        as_exact_as_can_be = evidence_at(evidence, nodes, classes[key], parameters)  # type: ignore[arg-type]
        return np.asarray(weight * as_exact_as_can_be)

    if evidence.membership == "class":
        nodes = np.arange(max(len(classes[key]), 2), dtype=np.float64)
        # A class without evidence is unknown: no place ever asks for it.
        values = np.nan_to_num(curves(nodes[:, np.newaxis]))
        return Table(nodes=nodes, values=values.astype(np.float32))
    low, high = np.nanmin(measured[key]), np.nanmax(measured[key])
    return tabulate(curves, float(low), float(high))
