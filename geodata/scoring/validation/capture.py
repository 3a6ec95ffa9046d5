"""How well the best part of the area holds known sites: presences against area.

Ranks are those of :func:`geodata.scoring.favourability.area_rank`: the share of the
valid area that scores at least as high, 0 best to 1; equal scores share the worse
rank; a site without a rank (NaN) is left out and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.record import MaybeNaN, Record
from geodata.scoring.validation.intervals import (
    Estimate,
    Float64Array,
    binomial_interval,
    bootstrap_interval,
)

AREA_SHARES = (0.01, 0.02, 0.05, 0.10, 0.20, 0.25, 0.50)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCurve:
    """Share of sites within the best part of the area.

    Attributes
    ----------
    n, unknown : int
        Sites with and without a rank.
    area : array of float64, shape (shares,)
        Part of the area, 0 to 1; also the share that a random map catches.
    sites : array of int64, shape (shares,)
        Number of sites within it.
    share, low, high : array of float64, shape (shares,)
        (Weighted) share of sites with its exact 95 % interval; NaN when ``n`` is 0.
    """

    n: int
    unknown: int
    area: Float64Array
    sites: npt.NDArray[np.int64]
    share: Float64Array
    low: Float64Array
    high: Float64Array


class Capture(Record):
    """How many of n places lie in the best part of an area, with a 95 % interval."""

    area: float
    sites: int
    n: int
    share: MaybeNaN
    low: MaybeNaN
    high: MaybeNaN


def captures(curve: CaptureCurve) -> tuple[Capture, ...]:
    """Return a capture curve row by row; nothing without places."""
    columns = (curve.area, curve.sites, curve.share, curve.low, curve.high)
    return tuple(
        Capture(area=area, sites=sites, n=curve.n, share=share, low=low, high=high)
        for area, sites, share, low, high in zip(
            *(column.tolist() for column in columns), strict=True
        )
        if curve.n
    )


def capture_curve(
    ranks: npt.ArrayLike,
    shares: Sequence[float] = AREA_SHARES,
    *,
    weights: npt.ArrayLike | None = None,
) -> CaptureCurve:
    """Say which share of the sites falls in the best part of the area.

    Parameters
    ----------
    ranks : array of float, shape (sites,)
        Area rank of each site, 0 to 1; NaN = unknown.
    shares : sequence of float
        Parts of the area, 0 to 1.
    weights : array of float, shape (sites,), optional
        Positive; for example 1 / size of the cluster that a site lies in.

    Raises
    ------
    ValueError
        If ranks or shares are not within 0 to 1, or weights do not fit.

    Notes
    -----
    Ranks are float32, so both sides are compared as float32: a site at rank 0.2 lies
    within the best 0.2.  Weighted sites count as ``n = (Σw)² / Σw²`` equal ones.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24, 193-201: effective sample size.

    >>> capture_curve([0.005, 0.3, float("nan")], [0.01, 0.5]).share.tolist()
    [0.5, 1.0]
    """
    every, area = _unit(ranks), np.asarray(shares, dtype=np.float64)
    if not np.all((area >= 0) & (area <= 1)):
        raise ValueError(f"Shares of the area lie within 0 to 1; got {list(shares)}.")
    known = ~np.isnan(every)
    load = np.ones(len(every)) if weights is None else np.asarray(weights, np.float64)
    if load.shape != every.shape or not np.all((load > 0) & np.isfinite(load)):
        raise ValueError("Give one positive weight for each site, or none at all.")
    load, count = load[known], int(known.sum())
    inside = every[known].astype(np.float32) <= area.astype(np.float32)[:, np.newaxis]
    share = low = high = np.full(len(area), np.nan)
    if count:
        share = np.minimum((inside * load).sum(axis=1) / load.sum(), 1.0)
        low, high = binomial_interval(share, load.sum() ** 2 / (load**2).sum())
    return CaptureCurve(
        n=count,
        unknown=len(every) - count,
        area=area,
        sites=inside.sum(axis=1),
        share=share,
        low=low,
        high=high,
    )


def mean_rank_interval(ranks: npt.ArrayLike, *, seed: int = 0) -> Estimate:
    """Bound the mean area rank of the sites; a random map has 0.5.

    Parameters
    ----------
    ranks : array of float, shape (sites,)
        Area rank of each site, 0 to 1; NaN is left out.
    seed : int
        Of the bootstrap over sites.

    >>> mean_rank_interval([0.1, 0.3]).value
    0.2
    """
    every = _unit(ranks)
    return bootstrap_interval(
        lambda rows: float(rows.mean()), every[~np.isnan(every)], seed=seed
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionArea:
    """Where prediction rate and occupied area, drawn against each other, cross.

    Attributes
    ----------
    prediction_rate : float
        Pr, share of sites at the crossing, 0 to 1; NaN without sites.
    occupied_area : float
        Oa = 1 - Pr, share of the area.
    density : float
        Normalised density Nd = Pr / Oa; 1 for a random map; infinite when every
        site lies in no area at all.
    n : int
        Sites with a rank.
    """

    prediction_rate: MaybeNaN
    occupied_area: MaybeNaN
    density: MaybeNaN
    n: int


def p_a_intersection(ranks: npt.ArrayLike) -> PredictionArea:
    """Find the crossing of the prediction-area plot.

    Parameters
    ----------
    ranks : array of float, shape (sites,)
        Area rank of each site, 0 to 1; NaN is left out.

    Notes
    -----
    The plot has the prediction rate upwards and the area downwards, so the curves
    cross where ``Pr(a) + a = 1``.  ``Pr`` climbs in steps of 1 / n; a crossing on the
    riser of a step is read there.

    References
    ----------
    Yousefi and Carranza (2015), Computers & Geosciences 79, 69-81.

    >>> p_a_intersection([0.05, 0.1, 0.15, 0.9]).density
    3.0
    """
    every = _unit(ranks)
    known = np.sort(every[~np.isnan(every)])
    count = len(known)
    if not count:
        return PredictionArea(
            prediction_rate=np.nan, occupied_area=np.nan, density=np.nan, n=0
        )
    caught = np.arange(1, count + 1)
    first = int(np.argmax(known + caught / count >= 1))
    area = float(min(known[first], (count - first) / count))
    return PredictionArea(
        prediction_rate=1 - area,
        occupied_area=area,
        density=(1 - area) / area if area else np.inf,
        n=count,
    )


def rank_in_area(
    scores: npt.ArrayLike, area_scores: FloatArray, *, ties_halved: bool = False
) -> FloatArray:
    """Say which share of the valid area scores at least as high as other places.

    Parameters
    ----------
    scores : array of float, shape (places,)
        Scores of places that are not cells themselves; NaN = unknown.
    area_scores : array of float32, shape (cells,)
        One per cell of equal area; NaN = unknown, is no area.
    ties_halved : bool
        Count half of the area that scores the same instead of all of it: for single
        measurements that are 0 on most of the land, which else rank below chance.

    Returns
    -------
    array of float32, shape (places,)
        0 (better than all of the area) to 1; NaN where the score is unknown or no
        cell is valid.  For the score of a cell, its ``area_rank``.

    Notes
    -----
    Scores of different precision are compared as float32: one score stays one score.

    >>> rank_in_area([0.9, 0.5], np.float32([0.9, 0.1, np.nan, 0.1])).tolist()
    [0.3333333432674408, 0.3333333432674408]
    """
    places, cells = np.asarray(scores), area_scores[~np.isnan(area_scores)]
    if places.dtype != cells.dtype:
        places, cells = places.astype(np.float32), cells.astype(np.float32)
    if not len(cells):
        return np.full(places.shape, np.nan, dtype=np.float32)
    ordered = np.sort(cells)
    worse = np.searchsorted(ordered, places, side="left").astype(np.float64)
    if ties_halved:
        worse = (worse + np.searchsorted(ordered, places, side="right")) / 2
    share = (len(cells) - worse) / len(cells)
    return np.where(np.isnan(places), np.nan, share).astype(np.float32)


def _unit(ranks: npt.ArrayLike) -> Float64Array:
    """Check that ranks lie within 0 to 1 where they are known."""
    every = np.asarray(ranks, dtype=np.float64)
    if every.ndim != 1 or np.any((every < 0) | (every > 1)):
        raise ValueError(
            "Area ranks are a row of numbers from 0 (best) to 1, NaN where unknown; "
            f"got shape {every.shape}, {np.nanmin(every)} to {np.nanmax(every)}."
        )
    return every
