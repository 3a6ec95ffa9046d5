"""Fit an additive logistic model: ridge, signs where geology says so.

    minimise  Σ w (ln(1 + e^η) − y η) + λ/2 Σ β²   with  η = β₀ + Σ β_j (x_j − m_j)/s_j

``m`` and ``s`` are mean and deviation of the very rows that are fitted, so nothing of
a held-out place takes part.  What is unknown is put at the mean: it says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # when first used: a server starts sooner

from geodata.errors import TrainingError
from geodata.scoring.learned.argument import Float64Array

SlopeBounds = Sequence[tuple[float, float]]
"""Least and greatest slope of each column."""

_TOLERANCE = 1e-10
_STEPS = 200
_FLAT = 1e-9  # slope of the loss, per unit of weight, that counts as none
_CONSTANT = 1e-9  # a deviation this small beside the mean is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """What a fit estimates.

    Attributes
    ----------
    intercept : float
        Log odds of an average training place, positives and background weighing
        equally.
    slopes : array of float64, shape (columns,)
        Change of the log odds by one deviation of the column.
    centre, spread : array of float64, shape (columns,)
        Mean and standard deviation of each column in training; spread is 1 where a
        column did not vary.
    least, greatest : array of float64, shape (columns,)
        What each column reached in training.  A value beyond counts as that: the
        line is not drawn further than there were places.
    """

    intercept: float
    slopes: Float64Array
    centre: Float64Array
    spread: Float64Array
    least: Float64Array
    greatest: Float64Array

    def design(self, encoded: Float64Array) -> Float64Array:
        """Return the columns on the scale of the slopes, 0 where unknown.

        Parameters
        ----------
        encoded : array of float64, shape (places, columns)
            NaN = unknown.
        """
        within = np.clip(encoded, self.least, self.greatest)
        return standard(within, self.centre, self.spread)

    def parts(self, encoded: Float64Array) -> Float64Array:
        """Return what each column adds to the log odds, 0 where it is unknown.

        Parameters
        ----------
        encoded : array of float64, shape (places, columns)
            NaN = unknown.
        """
        return self.slopes * self.design(encoded)

    def log_odds(self, encoded: Float64Array) -> Float64Array:
        """Return the sum of all parts and the intercept, shape (places,)."""
        return np.asarray(self.intercept + self.parts(encoded).sum(axis=1))


def standard(
    encoded: Float64Array, centre: Float64Array, spread: Float64Array
) -> Float64Array:
    """Put columns on one scale; what is unknown lies at the centre, 0."""
    return np.nan_to_num((encoded - centre) / spread, nan=0.0)


def fit(
    encoded: Float64Array,
    positive: npt.NDArray[np.bool_],
    *,
    weight: Float64Array,
    ridge: float,
    bounds: SlopeBounds,
) -> Coefficients:
    """Fit the model to some places.

    Parameters
    ----------
    encoded : array of float64, shape (places, columns)
        NaN = unknown.
    positive : array of bool, shape (places,)
        Known examples; the others are background.
    weight : array of float64, shape (places,)
        Zero or more; each side must have some.
    ridge : float
        Strength of the penalty, positive.
    bounds : sequence of (low, high), one per column
        Of the slopes.

    Raises
    ------
    ValueError
        If one side has no weight, the ridge is not positive, a weight or a column is
        not finite, or shapes do not fit.
    """
    _check(encoded, positive, weight, ridge, bounds)
    known = ~np.isnan(encoded) & (weight > 0)[:, np.newaxis]
    load = weight[:, np.newaxis] * known
    total = np.maximum(load.sum(axis=0), np.finfo(np.float64).tiny)
    filled = np.where(known, encoded, 0.0)
    centre = (load * filled).sum(axis=0) / total
    spread = np.sqrt((load * np.where(known, filled - centre, 0.0) ** 2).sum(0) / total)
    varies = spread > _CONSTANT * np.maximum(np.abs(centre), 1.0)
    spread = np.where(varies, spread, 1.0)
    taking_part = weight > 0
    design = standard(encoded, centre, spread)[taking_part]
    truth, load_of = positive[taking_part].astype(np.float64), weight[taking_part]

    found = _minimise(
        np.column_stack((np.ones(len(design)), design)),
        truth,
        load_of,
        penalty=np.array([0.0, *(ridge for _ in bounds)]),
        bounds=np.array([(-np.inf, np.inf), *bounds]),
    )
    return Coefficients(
        intercept=float(found[0]),
        slopes=found[1:],
        centre=centre,
        spread=spread,
        least=np.where(known, encoded, centre).min(axis=0),
        greatest=np.where(known, encoded, centre).max(axis=0),
    )


def _minimise(
    design: Float64Array,
    truth: Float64Array,
    load: Float64Array,
    *,
    penalty: Float64Array,
    bounds: Float64Array,
) -> Float64Array:
    """Minimise the penalised loss within bounds, by Newton steps on the free slopes.

    A slope at its bound is held there as long as the loss would fall beyond it.  The
    loss is convex, so where no step lowers it any more is the minimum.
    """
    low, high = bounds.T
    slopes = np.zeros(design.shape[1])
    tilt = _Tilt(design, truth, load, penalty)
    loss = tilt.loss(slopes)
    for _ in range(_STEPS):
        gradient, curvature = tilt.gradient_and_curvature(slopes)
        free = ~((slopes <= low) & (gradient > 0)) & ~(
            (slopes >= high) & (gradient < 0)
        )
        if np.abs(gradient[free]).max(initial=0.0) <= _FLAT * load.sum():
            return slopes
        step = np.zeros_like(slopes)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        length = 1.0
        while length > _TOLERANCE:
            tried = np.clip(slopes - length * step, low, high)
            reached = tilt.loss(tried)
            if reached < loss:
                break
            length /= 2
        else:
            return slopes  # rounding: nothing near is lower any more
        slopes, loss = tried, reached
    raise TrainingError(
        f"The fit did not settle in {_STEPS} steps. Columns that say nearly the same "
        "need a stronger penalty; give a larger ridge."
    )


@dataclass(frozen=True, slots=True)
class _Tilt:
    """The penalised loss, its slope and its curvature at some coefficients."""

    design: Float64Array
    truth: Float64Array
    load: Float64Array
    penalty: Float64Array

    def loss(self, slopes: Float64Array) -> float:
        log_odds = self.design @ slopes
        told = self.load * (np.logaddexp(0.0, log_odds) - self.truth * log_odds)
        return float(told.sum() + (self.penalty * slopes**2).sum() / 2)

    def gradient_and_curvature(
        self, slopes: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        predicted = scipy.special.expit(self.design @ slopes)
        error = self.load * (predicted - self.truth)
        bend = self.load * predicted * (1.0 - predicted)
        gradient = self.design.T @ error + self.penalty * slopes
        curvature = (self.design * bend[:, np.newaxis]).T @ self.design
        # Where predictions are certain the intercept would have no curvature at all.
        return gradient, curvature + np.diag(np.maximum(self.penalty, _TOLERANCE))


def balanced_weights(
    group: npt.NDArray[np.integer], shares: Sequence[float]
) -> Float64Array:
    """Weigh places so that the background as a whole weighs as much as the positives.

    Parameters
    ----------
    group : array of int, shape (places,)
        0 = positive, 1, 2 … = kinds of background.
    shares : sequence of float
        Share of each kind in the background's weight, zero or more; those of kinds
        that are not there are dealt to the others.

    Returns
    -------
    array of float64, shape (places,)
        1 for each positive.

    >>> balanced_weights(np.array([0, 0, 1, 2, 2]), (0.5, 0.5)).tolist()
    [1.0, 1.0, 1.0, 0.5, 0.5]
    """
    counts = np.bincount(group, minlength=len(shares) + 1)
    there = np.where(counts[1:] > 0, np.asarray(shares, dtype=np.float64), 0.0)
    if not counts[0] or not there.sum() > 0:
        raise ValueError(
            f"Training needs positives and background; got {int(counts[0])} positives "
            f"and background of {counts[1:].tolist()} with shares {list(shares)}."
        )
    of_kind = counts[0] * there / there.sum() / np.maximum(counts[1:], 1)
    return np.asarray(np.concatenate(([1.0], of_kind))[group])


def _check(
    encoded: Float64Array,
    positive: npt.NDArray[np.bool_],
    weight: Float64Array,
    ridge: float,
    bounds: SlopeBounds,
) -> None:
    places, columns = encoded.shape
    if positive.shape != (places,) or weight.shape != (places,):
        raise ValueError(
            f"{places} places need as many answers and weights; got {positive.shape} "
            f"and {weight.shape}."
        )
    if len(bounds) != columns:
        raise ValueError(f"{columns} columns need as many bounds; got {len(bounds)}.")
    if not ridge > 0:
        raise ValueError(f"The ridge must be positive; got {ridge}.")
    if np.isinf(encoded).any() or not np.all(np.isfinite(weight) & (weight >= 0)):
        raise ValueError("Columns may be NaN but not infinite; weights 0 or more.")
    if not weight[positive].sum() > 0 or not weight[~positive].sum() > 0:
        raise ValueError(
            f"Training needs weight on both sides; got {weight[positive].sum():g} on "
            f"{int(positive.sum())} positives and {weight[~positive].sum():g} on "
            f"{int((~positive).sum())} background places."
        )
