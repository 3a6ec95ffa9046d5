"""The region that was kept back: how models that never saw it rank its known places.

Every model, learned, expert or a single measurement, is a function of place here.  It
scores the land of the region, which orders the area, and the circle of error of each
known place; the rank of a place is the mean over its circle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse.csgraph import connected_components

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import DegreeArray, FloatArray
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.training import circle_places
from geodata.scoring.validation.boyce import boyce_interval
from geodata.scoring.validation.capture import (
    capture_curve,
    p_a_intersection,
    rank_in_area,
)
from geodata.scoring.validation.intervals import (
    binomial_interval,
    grouped_mean_interval,
)
from geodata.scoring.validation.metrics import auc_interval

Scorer = Callable[[DegreeArray, DegreeArray], npt.NDArray[np.floating]]
"""From longitudes and latitudes, degrees, to scores: high is good, NaN unknown."""

DISTRICT_KM = 100.0
"""Known places that lie nearer to each other, also by way of a third, are one story."""

SHARES = (0.01, 0.02, 0.05, 0.10, 0.20, 0.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A model that takes part in the test.

    Attributes
    ----------
    name : str
        In words.
    kind : str
        learned, expert, forest, trees or baseline.
    score : Scorer
        The model as a function of place.
    knows_others : bool
        Whether it was made of the very places of other deposits, so that asking it
        about them tells nothing.
    ties_halved : bool
        Whether equal scores share the middle rank instead of the worst.
    """

    name: str
    kind: str
    score: Scorer
    knows_others: bool = False
    ties_halved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What the models are tried on.

    Attributes
    ----------
    sites : DataFrame
        Known places: ``name``, ``lon``, ``lat``, ``uncertainty_km``, and ``in_states``
        (bool), whether they lie on the land that is ranked.
    others : DataFrame
        Places of other deposits on that land: ``lon``, ``lat``.
    lon, lat : array of float64, shape (cells,)
        Centres of land cells of equal area, degrees.
    """

    sites: pd.DataFrame
    others: pd.DataFrame
    lon: DegreeArray
    lat: DegreeArray


def try_model(contestant: Contestant, region: Region) -> dict[str, Any]:
    """Rank the known places of a region by one model.

    Returns
    -------
    dict
        JSON-ready: ``name``, ``kind``; ``ranks`` of all sites (None = unknown);
        ``all`` and ``in_states``, each with ``districts`` (how many), ``mean_rank``
        (95 % interval by drawing whole districts), ``district_rank`` (mean of the
        districts' means), ``capture`` (exact binomial intervals of as many places as
        there are districts, chance beside), ``auc_land``, ``auc_others``, ``boyce``
        and ``p_a`` (crossing of prediction rate and area).  Places outside the ranked
        land are ranked against it all the same.
    """
    area = np.asarray(contestant.score(region.lon, region.lat), dtype=np.float32)
    rounds = [
        np.asarray(contestant.score(lon, lat), dtype=np.float32)
        for lon, lat in circle_places(region.sites)
    ]
    others = np.asarray(
        contestant.score(
            region.others["lon"].to_numpy(np.float64),
            region.others["lat"].to_numpy(np.float64),
        ),
        dtype=np.float32,
    )
    if contestant.knows_others:
        others = others[:0]
    scores = _mean_known(np.stack(rounds))
    ranks = _mean_known(
        np.stack(
            [
                rank_in_area(found, area, ties_halved=contestant.ties_halved)
                for found in rounds
            ]
        )
    )
    inside = region.sites["in_states"].to_numpy(np.bool_)
    district = districts(region.sites)
    parts = {"all": np.ones_like(inside), "in_states": inside}
    return {
        "name": contestant.name,
        "kind": contestant.kind,
        "valid_share": float((~np.isnan(area)).mean()),
        "ranks": [None if np.isnan(rank) else float(rank) for rank in ranks],
        **{
            name: _figures(
                ranks[chosen], scores[chosen], district[chosen], area, others
            )
            for name, chosen in parts.items()
        },
    }


def _figures(
    ranks: Float64Array,
    scores: Float64Array,
    district: npt.NDArray[np.int64],
    area: FloatArray,
    others: FloatArray,
) -> dict[str, Any]:
    ranked = ~np.isnan(ranks)
    each = [ranks[ranked & (district == one)] for one in np.unique(district[ranked])]
    curve = capture_curve(ranks, SHARES)
    told = scores[~np.isnan(scores)]
    land, beside = area[~np.isnan(area)], others[~np.isnan(others)]
    crossing = p_a_intersection(ranks)
    lows, highs = binomial_interval(curve.share, len(each)) if each else ((), ())
    return {
        "districts": len(each),
        "mean_rank": plain(asdict(grouped_mean_interval(ranks, district))),
        "district_rank": float(np.mean([one.mean() for one in each])) if each else None,
        "capture": [
            {
                "area": float(area_share),
                "sites": int(count),
                "n": curve.n,
                "share": float(share),
                "low": float(low),
                "high": float(high),
                "random": float(area_share),
            }
            for area_share, count, share, low, high in zip(
                curve.area, curve.sites, curve.share, lows, highs, strict=True
            )
        ]
        if curve.n
        else [],
        "auc_land": _auc(told, land),
        "auc_others": _auc(told, beside),
        "boyce": plain(asdict(boyce_interval(told, land)))
        if len(told) and len(land)
        else None,
        "p_a": plain(asdict(crossing)),
    }


def districts(sites: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give known places the number of their district.

    Parameters
    ----------
    sites : DataFrame
        ``lon``, ``lat``, degrees.

    Returns
    -------
    array of int64, shape (sites,)
        Places of one number lie within :data:`DISTRICT_KM` of each other, some by way
        of others.
    """
    lon, lat = (sites[name].to_numpy(np.float64) for name in ("lon", "lat"))
    if not len(lon):
        return np.zeros(0, dtype=np.int64)
    spots = earth_centred(lon, lat)
    apart = arc_km(np.linalg.norm(spots[:, np.newaxis] - spots, axis=2))
    _, number = connected_components(apart <= DISTRICT_KM, directed=False)
    return np.asarray(number, dtype=np.int64)


def _auc(positive: npt.ArrayLike, negative: npt.ArrayLike) -> dict[str, Any] | None:
    first, second = np.asarray(positive), np.asarray(negative)
    if not len(first) or not len(second):
        return None
    found: dict[str, Any] = plain(asdict(auc_interval(first, second)))
    return {**found, "against": len(second)}


def _mean_known(rows: npt.NDArray[np.floating]) -> Float64Array:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = ~np.isnan(rows)
    total = np.where(known, rows, 0.0).sum(axis=0, dtype=np.float64)
    count = known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def plain(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """Make a value fit for JSON: None in place of NaN and of infinity.

    >>> plain({"value": float("nan"), "n": 3})
    {'value': None, 'n': 3}
    """
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | np.ndarray) and not isinstance(value, str):
        return [plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
