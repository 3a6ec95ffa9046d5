"""The posterior of several weighted maps, its deviation and confidence.

Cells that say the same in every map are one *unique condition*; there are few, and
everything is computed once for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from geodata.errors import GridMismatchError, TrainingPointsError
from geodata.methods.weights_of_evidence.class_areas import Counts, Doubles, Flags
from geodata.methods.weights_of_evidence.map_weights import MapWeights

_MOST_BINS = 1 << 20  # conditions counted without sorting the cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """Posterior for each unique condition, and the condition of every cell.

    Attributes
    ----------
    condition : array of int64, shape of the maps
        Row of the arrays below; -1 outside the study area.
    groups : array of int64, shape (conditions, maps)
        Group of each map in this condition; -1 where it is missing.
    units : array of float64, shape (conditions,)
        Ground with this condition, unit cells.
    posterior : array of float64, shape (conditions,)
        Posterior per unit cell, 0 to 1; a probability only where the maps are
        conditionally independent.
    deviation : array of float64, shape (conditions,)
        Its standard deviation, that of missing data included.
    missing_deviation : array of float64, shape (conditions,)
        The part of it that missing data adds; 0 where all maps are known.
    points : int
        Points in the study area.
    unit_area_km2 : float
        Area of the unit cell.
    """

    condition: Counts
    groups: Counts
    units: Doubles
    posterior: Doubles
    deviation: Doubles
    missing_deviation: Doubles
    points: int
    unit_area_km2: float

    @property
    def study_units(self) -> float:
        """All ground that at least one map knows, or that was given, in unit cells."""
        return float(self.units.sum())

    @property
    def prior(self) -> float:
        """Points per unit cell of it, 0 to 1."""
        return self.points / self.study_units

    @property
    def confidence(self) -> Doubles:
        """Posterior divided by its deviation, per condition."""
        return self.posterior / self.deviation

    def to_map(self, per_condition: Doubles) -> Doubles:
        """Spread one number per condition over the cells; NaN outside the study."""
        return np.append(per_condition, np.nan)[self.condition]


def posterior(
    groups: Sequence[npt.NDArray[np.integer]],
    maps: Sequence[MapWeights],
    *,
    points: int,
    cell_area_km2: float | Doubles,
    unit_area_km2: float = 1.0,
    study: Flags | None = None,
) -> Posterior:
    r"""Combine weighted maps.

    Parameters
    ----------
    groups : sequence of array of int, shape (rows, columns) or (cells,), one a map
        Group of every cell, see :meth:`MapWeights.group_of`; -1 where it is missing.
    maps : sequence of MapWeights
        Weights of the groups, in the same order.
    points : int
        Points in the study area, at least one.
    cell_area_km2 : float or array of float64, shape (rows,)
        Ground of a cell, square kilometres.
    unit_area_km2 : float
        Area of the unit cell; the posterior is for one of these.
    study : array of bool, same shape, optional
        The study area; without it, cells that at least one map knows.

    Returns
    -------
    Posterior
        A missing map adds no weight and the variance of not knowing it.

    Raises
    ------
    GridMismatchError
        If the maps differ in shape.
    TrainingPointsError
        If there are no points, or more than unit cells.
    ValueError
        If there is no map, or not one array of groups each, or the unit area is not
        positive and finite.

    Notes
    -----
    .. math::

        \operatorname{logit} P = \ln\frac{d/s}{1 - d/s} + \sum_j W_j, \qquad
        s^2(P) = P^2 \Big(\frac1d + \sum_j s^2(W_j)\Big)
        + \sum_{j\ \mathrm{missing}} \sum_g (P_{jg} - P)^2\, a_{jg},

    where :math:`P_{jg}` is the posterior if map *j* were known to be of group *g*,
    which covers the share :math:`a_{jg}` of the ground that it knows.

    References
    ----------
    Bonham-Carter, G. F., Agterberg, F. P., Wright, D. F. (1989). Weights of evidence
    modelling: a new approach to mapping mineral potential. Geological Survey of
    Canada Paper 89-9, 171-183.
    Agterberg, F. P., Bonham-Carter, G. F., Wright, D. F. (1990). Statistical pattern
    integration for mineral exploration: the variance of missing patterns.
    """
    if not maps or len(maps) != len(groups):
        raise ValueError(
            f"Expected at least one map and its groups; got {len(maps)} maps and "
            f"{len(groups)} arrays of groups."
        )
    if not (np.isfinite(unit_area_km2) and unit_area_km2 > 0.0):
        raise ValueError(f"The unit cell has a positive area; got {unit_area_km2} km².")
    shape = groups[0].shape
    for other in groups:
        if other.shape != shape:
            raise GridMismatchError(
                f"The maps have {shape} and {other.shape} cells; they must share one "
                "grid. Nothing is resampled here."
            )
    if study is None:
        study = np.zeros(shape, dtype=bool)
        for one in groups:
            study |= one >= 0
    condition, distinct = _conditions(groups, [len(one.weights) for one in maps], study)
    ground = _ground(condition, study, np.asarray(cell_area_km2, dtype=np.float64))
    units = ground / unit_area_km2
    total = float(units.sum())
    if not 0 < points < total:
        raise TrainingPointsError(
            f"{points:,} points lie on {total:,.6g} unit cells of {unit_area_km2:g} "
            "km²; expected at least one point and fewer than cells. Choose a smaller "
            "unit cell, or check that points and maps are of the same place."
        )
    value, own, missing = _combined(distinct, maps, points / total, points)
    return Posterior(
        condition=condition,
        groups=distinct,
        units=units,
        posterior=value,
        deviation=np.sqrt(own + missing),
        missing_deviation=np.sqrt(missing),
        points=points,
        unit_area_km2=float(unit_area_km2),
    )


def _conditions(
    groups: Sequence[npt.NDArray[np.integer]], sizes: Sequence[int], study: Flags
) -> tuple[Counts, Counts]:
    """Find the unique conditions of the study area."""
    code = np.zeros(study.shape, dtype=np.int64)
    most = 1
    for one, size in zip(groups, sizes, strict=True):
        code = code * (size + 1) + (one + 1)
        most *= size + 1
        if most > _MOST_BINS:  # number what occurs, so that no code overflows
            _, code = np.unique(code, return_inverse=True)
            code = code.reshape(study.shape)
            most = int(code.max(initial=0)) + 1
    inside = code[study]
    number = np.full(most, -1, dtype=np.int64)
    found = np.flatnonzero(np.bincount(inside, minlength=most))
    number[found] = np.arange(len(found))
    condition = np.where(study, number[code], -1)
    example = np.empty(len(found), dtype=np.int64)
    flat = condition.reshape(-1)
    example[flat[flat >= 0]] = np.flatnonzero(flat >= 0)
    distinct = np.stack([one.reshape(-1)[example] for one in groups], axis=1)
    return condition, distinct.astype(np.int64)


def _ground(condition: Counts, study: Flags, area: Doubles) -> Doubles:
    """Return the ground of each condition; cells of one area are counted, not added."""
    inside = condition[study]
    if not area.ndim:
        return np.bincount(inside).astype(np.float64) * float(area)
    column = np.broadcast_to(area.reshape(-1, *(1,) * (study.ndim - 1)), study.shape)
    return np.bincount(inside, weights=column[study]).astype(np.float64)


def _combined(
    groups: Counts, maps: Sequence[MapWeights], prior: float, points: int
) -> tuple[Doubles, Doubles, Doubles]:
    """Return posterior, variance of its weights, and variance of what is missing."""
    logit = np.full(len(groups), np.log(prior / (1.0 - prior)))
    variance = np.full(len(groups), 1.0 / points)
    for column, one in zip(groups.T, maps, strict=True):
        logit += np.append(one.weights, 0.0)[column]
        variance += np.append(one.deviations, 0.0)[column] ** 2
    probability = expit(logit)
    missing = np.zeros(len(groups))
    for column, one in zip(groups.T, maps, strict=True):
        here = column < 0
        if_known = expit(logit[here, np.newaxis] + one.weights)
        off = (if_known - probability[here, np.newaxis]) ** 2
        missing[here] += off @ one.shares
    return probability, probability**2 * variance, missing
