"""What each argument of a model adds on land of like kind.

Where nobody looked at the place itself, what the land says stands in.  For each
argument the land where it is known tells what knowing it adds to a score: on average,
and from least to most.  The average stands in for what is not known, so
knowing more is neutral on average; the range is what the spread draws from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geodata.raster import FloatArray
from geodata.scoring.additions import (
    QUANTILES,
    ComponentSums,
    by_kind_of_land,
    mean_of,
)
from geodata.scoring.deposit_type import DepositType, Evidence
from geodata.scoring.land import (
    KINDS,
    RELIEF,
    Layers,
    kinds_of_land,
    shipped_layers,
)
from geodata.scoring.mineral_system import (
    Doubles,
    applies_at,
    evidence_at,
)
from geodata.scoring.record import Record

RESOLVES_KM = 100.0
"""A layer of this resolution speaks for half the weight of an argument."""

SAMPLE = 50_000  # cells that tell of the land
_SEED = 7


def resolved_share(resolution_km: float) -> float:
    """Say what share of an argument's weight a layer of a resolution speaks for.

    Parameters
    ----------
    resolution_km : float
        Native resolution, km; NaN counts as 0.

    >>> resolved_share(0.0), resolved_share(100.0)
    (1.0, 0.5)
    """
    return RESOLVES_KM / (RESOLVES_KM + float(np.nan_to_num(resolution_km)))


class Average(Record):
    """What one argument adds on land of each kind, natural log a unit of weight.

    Attributes
    ----------
    resolved : float
        Share of its weight that a layer of its resolution can speak for, 0 to 1.
    present, told : bool
        Whether its layer says something anywhere in the region; and whether it is at
        least known what land of a kind would say.
    mean : tuple of float
        On average, by kind of land in the order of :data:`KINDS`.
    quantiles : tuple of tuple of float
        From least to most, by kind of land, :data:`QUANTILES` each.
    """

    resolved: float
    present: bool
    told: bool
    mean: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], ...]


class LikeLand(Record):
    """What the land of a region says of the arguments of one model.

    Attributes
    ----------
    arguments : tuple of Average
        In the order of the model.
    mean_offset, product_offset : float
        How much lower the arithmetic and the geometric mean of all evidence lie
        than the mean of components, log a unit of known weight.
    width : float
        What the range of the draws is multiplied with, so that it holds what it says
        (:mod:`geodata.scoring.validation.spread_test`).
    """

    arguments: tuple[Average, ...]
    mean_offset: float
    product_offset: float
    width: float = 1.0

    def averages(self, kinds: FloatArray) -> list[FloatArray]:
        """Return what each argument adds on average at places of some kinds of land.

        Parameters
        ----------
        kinds : array of float32, shape (places, 3)
            From :func:`kinds_of_land`.
        """
        return [
            kinds @ np.asarray(item.mean, dtype=kinds.dtype) for item in self.arguments
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionalModel:
    """A deposit type, and what the land of the region says of its arguments."""

    deposit_type: DepositType
    land: LikeLand

    @property
    def resolved(self) -> list[float]:
        """Share of each argument's weight that its layer can speak for."""
        return [item.resolved for item in self.land.arguments]

    @property
    def can_rank(self) -> bool:
        """Whether the layer of every essential argument is here."""
        items = zip(self.deposit_type.evidence, self.land.arguments, strict=True)
        return all(found.present for item, found in items if item.essential)

    def with_width(self, width: float) -> "RegionalModel":
        """Set the width of its ranges."""
        return replace(self, land=self.land.model_copy(update={"width": width}))


def fit_to_land(
    deposit_type: DepositType,
    measured: Mapping[str, FloatArray],
    resolutions_km: Mapping[str, float],
    *,
    sample: int = SAMPLE,
    layers: Layers | None = None,
) -> RegionalModel:
    """Find what each argument of a model adds on the land of a region.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements in cells of equal area, :data:`RELIEF` with them; NaN = unknown.
    resolutions_km : mapping of measurement key to float
        Native resolution of the layers, km; NaN or absent = not stated.
    sample : int
        Every n-th cell is used, n the least that leaves at most so many.
    layers : Layers, optional
        What layers that are missing would say of the land; those that are shipped if
        None.  An argument of which not even that is known says what the others say.
    """
    step = max(-(-len(measured[RELIEF.key]) // sample), 1)
    here = {key: values[::step] for key, values in measured.items()}
    kinds = kinds_of_land(here[RELIEF.key])
    layers = shipped_layers() if layers is None else layers
    items = deposit_type.evidence
    present = [not np.isnan(here[item.measurement.key]).all() for item in items]
    resolved = [
        resolved_share(
            resolutions_km.get(item.measurement.key, np.nan)
            if is_here
            else _stated_resolution(item, layers)
        )
        for item, is_here in zip(items, present, strict=True)
    ]
    sums = ComponentSums.empty(len(kinds))
    every = [
        _evidence(item, here) if is_here and item.base is None else None
        for item, is_here in zip(items, present, strict=True)
    ]
    for item, share, values in zip(items, resolved, every, strict=True):
        if values is not None:
            sums.add(item, share, values)
    offsets = sums.offset(mean=True), sums.offset(mean=False)
    found = [
        None
        if values is None
        else by_kind_of_land(sums.added(item, share, values), kinds)
        for item, share, values in zip(items, resolved, every, strict=True)
    ]
    for row, item in enumerate(items):  # each missing one beside all before it
        if every[row] is None and item.base is None:
            values = _stand_in(row, item, kinds, layers)
            if values is not None:
                sums.add(item, resolved[row], values)
                found[row] = by_kind_of_land(
                    sums.added(item, resolved[row], values), kinds
                )
    pooled = _pooled(items, found)
    return RegionalModel(
        deposit_type=deposit_type,
        land=LikeLand(
            arguments=tuple(
                _average(item, own, pooled, resolved=share, present=is_here)
                for item, own, share, is_here in zip(
                    items, found, resolved, present, strict=True
                )
            ),
            mean_offset=offsets[0],
            product_offset=offsets[1],
        ),
    )


def _average(
    item: Evidence,
    own: Doubles | None,
    pooled: Doubles,
    *,
    resolved: float,
    present: bool,
) -> Average:
    quantiles = pooled if own is None else own
    if item.base is not None:  # where no record is near, it says its base rate
        quantiles = np.full_like(pooled, np.log(item.base.value))
    return Average(
        resolved=resolved,
        present=present,
        told=own is not None,
        mean=tuple(mean_of(quantiles).tolist()),
        quantiles=tuple(tuple(row) for row in quantiles.tolist()),
    )


def _evidence(item: Evidence, measured: Mapping[str, FloatArray]) -> Doubles:
    """Return the evidence of an argument where it speaks; NaN = unknown."""
    values = evidence_at(item, measured)
    return np.where(applies_at(item, measured), values, np.nan).astype(np.float64)


def _stated_resolution(item: Evidence, layers: Layers) -> float:
    said = layers.measurements.get(item.measurement.key)
    return np.nan if said is None else said.resolution_km


def _stand_in(
    row: int, item: Evidence, kinds: FloatArray, layers: Layers
) -> Doubles | None:
    """Return what a missing argument might say of some places; None if not known."""
    rng = np.random.default_rng([_SEED, row])
    share = rng.random(len(kinds))
    read = (item.measurement, *item.shares.values())
    said = {one.key: layers.measurements.get(one.key) for one in read}
    if any(one is None for one in said.values()):
        return None
    drawn = {
        key: one.drawn(kinds, share).astype(np.float32)
        for key, one in said.items()
        if one is not None
    }
    if item.shares:  # one class a place, by the shares of the classes
        chances = np.array([drawn[one.key].mean() for one in item.shares.values()])
        taken = np.searchsorted(np.cumsum(chances), rng.random(len(kinds)))
        for position, one in enumerate(item.shares.values()):
            drawn[one.key] = (taken == position).astype(np.float32)
    return evidence_at(item, drawn).astype(np.float64)


def _pooled(items: Sequence[Evidence], by_kind: Sequence[Doubles | None]) -> Doubles:
    """Return the quantiles of all present arguments thrown together, by weight."""
    present = [
        (item.weight.value, one)
        for item, one in zip(items, by_kind, strict=True)
        if one is not None
    ]
    if not present:
        return np.zeros((len(KINDS), QUANTILES))
    weights = np.repeat([weight for weight, _ in present], QUANTILES)
    rows = []
    for kind in range(len(KINDS)):
        values = np.concatenate([one[kind] for _, one in present])
        order = np.argsort(values, kind="stable")
        share = np.cumsum(weights[order]) - weights[order] / 2.0
        ends = np.linspace(0, 1, QUANTILES) * weights.sum()
        rows.append(np.interp(ends, share, values[order]))
    return np.array(rows)
