"""What one argument adds to the score of a place, beside the others.

That depends on what else is known of its component, so it is told as it is found: over
the land, from least to most.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, Evidence
from geodata.scoring.land import KINDS, LEAST_KNOWN
from geodata.scoring.mineral_system import Doubles, log_of

QUANTILES = 41


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentSums:
    """Known evidence of components added up, shape (places,) each."""

    weight: dict[str, Doubles]
    total: dict[str, Doubles]
    product: Doubles

    @classmethod
    def empty(cls, places: int) -> "ComponentSums":
        """Begin with nothing at some places."""
        return cls(
            weight={name: np.zeros(places) for name in COMPONENTS},
            total={name: np.zeros(places) for name in COMPONENTS},
            product=np.zeros(places),
        )

    def add(self, item: Evidence, resolved: float, values: Doubles) -> None:
        """Add one argument where it is known."""
        known = ~np.isnan(values)
        counted = item.weight.value * resolved * known
        self.weight[item.component] += counted
        self.total[item.component] += counted * np.where(known, values, 0.0)
        self.product[:] += counted * np.where(known, log_of(np.nan_to_num(values)), 0.0)

    def added(self, item: Evidence, resolved: float, values: Doubles) -> Doubles | None:
        """Return what one argument added where it is known, log a unit of weight.

        NaN elsewhere; None = it is known nowhere.
        """
        known = ~np.isnan(values)
        if not known.any():
            return None
        counted = item.weight.value * resolved
        weight, total = self.weight[item.component], self.total[item.component]
        rest = weight - counted
        rest = np.where(rest < 1e-9 * counted, 0.0, rest)  # rounding of what is nothing
        added = _log_sum(weight, total) - _log_sum(rest, total - counted * values)
        return np.where(known, added / counted, np.nan)

    def offset(self, *, mean: bool) -> float:
        """Return how much lower another structure lies, a unit of known weight."""
        known = np.sum([*self.weight.values()], axis=0)
        if not (known > 0).any():
            return 0.0
        usual = np.sum(
            [_log_sum(self.weight[name], self.total[name]) for name in self.weight],
            axis=0,
        )
        other = (
            _log_sum(known, np.sum([*self.total.values()], axis=0))
            if mean
            else self.product
        )
        return float(((usual - other)[known > 0] / known[known > 0]).mean())


def _log_sum(weight: Doubles, total: Doubles) -> Doubles:
    """Return K log C of a component; 0 where nothing of it is known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight > 0, weight * log_of(total / weight), 0.0)


def by_kind_of_land(added: Doubles | None, kinds: FloatArray) -> Doubles | None:
    """Return the quantiles of what an argument adds, shape (kinds, quantiles).

    None when it is known nowhere.
    """
    if added is None:
        return None
    known = ~np.isnan(added)
    of_kind = kinds.argmax(axis=1)
    rows = []
    for kind in range(len(KINDS)):
        own = known & (of_kind == kind)
        chosen = added[own] if own.sum() >= LEAST_KNOWN else added[known]
        quantiles = np.quantile(chosen, np.linspace(0, 1, QUANTILES))
        # Between quantiles a line is drawn: set right what that does to the mean.
        rows.append(
            quantiles + (chosen.mean() - np.trapezoid(quantiles) / (QUANTILES - 1))
        )
    return np.array(rows)


def mean_of(quantiles: npt.NDArray[np.float64]) -> Doubles:
    """Return the mean of a distribution given by its quantiles (last axis)."""
    return np.asarray(np.trapezoid(quantiles, axis=-1) / (quantiles.shape[-1] - 1))
