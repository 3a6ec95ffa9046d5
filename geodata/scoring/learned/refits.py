"""How far a learned rank moves when other examples had been known.

The places of training are drawn anew by blocks, with replacement, and the model is
fitted to every draw.  Neighbours stay together, so the spread is not made small by
examples that tell the same story twice.
"""

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.fit import (
    Coefficients,
    SlopeBounds,
    balanced_weights,
    fit,
)
from geodata.scoring.learned.model import LearnedModel, coverage_of
from geodata.scoring.learned.training_set import TrainingSet
from geodata.scoring.validation.blocks import ground_blocks
from geodata.scoring.validation.capture import rank_in_area

REFITS = 40
BLOCK_KM = 1_500.0
_LADDER = 20_000  # cells of the area that ranks are read from
_LOW, _HIGH = 0.1, 0.9


def refit(
    places: TrainingSet,
    train: npt.NDArray[np.bool_],
    shipped: Coefficients,
    *,
    ridge: float,
    bounds: SlopeBounds,
    shares: tuple[float, float],
    seed: int = 0,
) -> Float64Array:
    """Fit the model to other draws of its training places.

    Parameters
    ----------
    places : TrainingSet
        All places.
    train : array of bool, shape (places,)
        Those that the shipped model was trained on.
    shipped : Coefficients
        Of the shipped model; its scale is kept.
    ridge : float
        Strength of the penalty, as for the shipped model.
    bounds : sequence of (low, high), one per column
        Of the slopes.
    shares : tuple of float
        Shares of other deposits and of land in the weight of the background.
    seed : int
        The same seed gives the same refits.

    Returns
    -------
    array of float64, shape (refits, columns)
        Slopes for one deviation of each column in the shipped model's training.
        Draws without an example or without background are left out.
    """
    rows = np.flatnonzero(train)
    blocks = ground_blocks(places.lon[rows], places.lat[rows], block_km=BLOCK_KM)
    members = [rows[blocks == name] for name in np.unique(blocks)]
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(REFITS):
        drawn = chance.integers(len(members), size=len(members))
        chosen = np.concatenate([members[number] for number in drawn])
        positive = places.positive[chosen]
        if positive.all() or not positive.any():
            continue
        again = fit(
            places.encoded[chosen],
            positive,
            weight=balanced_weights(places.group[chosen], shares),
            ridge=ridge,
            bounds=bounds,
        )
        found.append(again.slopes / again.spread * shipped.spread)
    return np.array(found).reshape(-1, len(bounds))


def ladder(model: LearnedModel, encoded: Float64Array) -> FloatArray:
    """Score some cells of the area by every refit, to read ranks from.

    Parameters
    ----------
    model : LearnedModel
        With its refits.
    encoded : array of float64, shape (cells, columns)
        NaN = unknown.

    Returns
    -------
    array of float32, shape (cells, refits)
        Scores but for their intercept; NaN where nothing of the model is known.
    """
    scores = model.coefficients.design(encoded) @ model.refits.T
    scores[~(coverage_of(model, encoded) > 0)] = np.nan
    return np.asarray(scores, dtype=np.float32)


def some_of(cells: int) -> npt.NDArray[np.int64]:
    """Choose cells all over an area, the same ones every time.

    >>> some_of(3).tolist()
    [0, 1, 2]
    """
    return np.unique(np.linspace(0, cells - 1, min(cells, _LADDER)).astype(np.int64))


def rank_spread(scores: FloatArray, area: FloatArray) -> tuple[float, float]:
    """Say between which ranks a place lies in eight of ten refits.

    Parameters
    ----------
    scores : array of float32, shape (cells, refits)
        From :func:`ladder`, of the cells of the place.
    area : array of float32, shape (area cells, refits)
        The same of the area.

    Returns
    -------
    low, high : float
        10th and 90th percentile of the mean area rank of the cells, 0 best to 1; NaN
        where nothing is known or there is no refit.
    """
    known = scores[~np.isnan(scores).any(axis=1)]
    if not known.size or np.isnan(area).all():
        return np.nan, np.nan
    means = [
        float(rank_in_area(known[:, number], area[:, number]).mean(dtype=np.float64))
        for number in range(scores.shape[1])
    ]
    low, high = np.quantile(means, (_LOW, _HIGH))
    return float(low), float(high)
