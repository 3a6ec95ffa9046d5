"""Districts: known places near each other tell one story, so figures count districts.

Every interval and every verdict about known places, of whichever model, draws whole
districts; so none is surer for a district in which people recorded each vein apart.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, logit

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import DegreeArray
from geodata.scoring.record import MaybeNaN, Record
from geodata.scoring.validation.capture import Capture, capture_curve
from geodata.scoring.validation.intervals import (
    Float64Array,
    binomial_interval,
    student,
)

DISTRICT_KM = 100.0
"""Known places that lie nearer to each other, also by way of a third, are one story."""


class DistrictFigure(Record):
    """A mean in which every district counts once, with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
        Mean over the means of the districts, 0 to 1; NaN where too few can tell.
    n, districts : int
        Places, and districts they lie in.
    """

    value: MaybeNaN
    low: MaybeNaN
    high: MaybeNaN
    n: int
    districts: int


class DistrictCapture(Record):
    """How many districts have a place in the best part of an area.

    Attributes
    ----------
    area : float
        The part, 0 to 1.
    districts, n : int
        Districts whose best place lies in it, and districts with a ranked place.
    chance : float
        How many it would be at most by chance: each place falls in with probability
        ``area``, apart from its neighbours, and a district of many has many tries.
    low, high : float
        Exact 95 % interval of the share of districts, 0 to 1.
    """

    area: float
    districts: int
    n: int
    chance: MaybeNaN
    low: MaybeNaN
    high: MaybeNaN


def districts(lon: DegreeArray, lat: DegreeArray) -> npt.NDArray[np.int64]:
    """Give known places the number of their district.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.

    Returns
    -------
    array of int64, shape (places,)
        0 upwards.  Places of one number lie within :data:`DISTRICT_KM` of each other,
        some by way of others.

    >>> districts(np.array([70.0, 70.8, 75.0]), np.zeros(3)).tolist()
    [0, 0, 1]
    """
    if not len(lon):
        return np.zeros(0, dtype=np.int64)
    spots = earth_centred(lon, lat)
    apart = arc_km(np.linalg.norm(spots[:, np.newaxis] - spots, axis=2))
    _, number = connected_components(apart <= DISTRICT_KM, directed=False)
    return np.asarray(number, dtype=np.int64)


def mean_by_district(values: npt.ArrayLike, district: npt.ArrayLike) -> Float64Array:
    """Return the mean of each district that has a known value.

    Parameters
    ----------
    values : array of float, shape (places,)
        NaN is left out.
    district : array of int, shape (places,)
        From :func:`districts`.

    Returns
    -------
    array of float64, shape (districts,)
        In the order of their numbers.

    >>> mean_by_district([0.1, 0.3, 0.5, float("nan")], [0, 0, 1, 2]).tolist()
    [0.2, 0.5]
    """
    every, number = np.asarray(values, np.float64), np.asarray(district)
    known = ~np.isnan(every)
    _, row = np.unique(number[known], return_inverse=True)
    count = np.bincount(row)
    return np.asarray(np.bincount(row, weights=every[known]) / np.maximum(count, 1))


def figure_by_district(
    values: npt.ArrayLike, district: npt.ArrayLike
) -> DistrictFigure:
    """Bound a mean of places in which every district counts once.

    Parameters
    ----------
    values : array of float, shape (places,)
        Ranks or shares, 0 to 1; NaN is left out.
    district : array of int, shape (places,)
        From :func:`districts`.

    Returns
    -------
    DistrictFigure
        Without an interval where fewer than two districts are known.

    Notes
    -----
    Student's t of as many means as there are districts, on the logit scale, so it
    stays within 0 to 1 and keeps its promise with four districts, and where one holds
    most of the places.  Where all means are equal, the exact binomial interval.

    >>> found = figure_by_district([0.1, 0.3, 0.5, 0.8], [0, 0, 1, 2])
    >>> found.value, round(found.low, 2), round(found.high, 2), found.districts
    (0.5, 0.05, 0.95, 3)
    """
    each, known = mean_by_district(values, district), ~np.isnan(np.asarray(values))
    count, n = len(each), int(known.sum())
    value = float(each.mean()) if count else np.nan
    low = high = np.nan
    if count > 1:
        variance = each.var(ddof=1) / count
        if variance > 0:
            reach = student(count) * np.sqrt(variance) / (value * (1 - value))
            low = float(expit(logit(value) + reach))
            high = float(expit(logit(value) - reach))
        else:
            low, high = map(float, binomial_interval(value, count))
    return DistrictFigure(value=value, low=low, high=high, n=n, districts=count)


def captures_by_district(
    ranks: npt.ArrayLike, district: npt.ArrayLike, shares: Sequence[float]
) -> tuple[Capture, ...]:
    """Count the places in the best parts; intervals are of as many as districts.

    Parameters
    ----------
    ranks, district, shares
        As :func:`district_captures`.

    Returns
    -------
    tuple of Capture
        Nothing where no place has a rank.
    """
    curve = capture_curve(ranks, shares)
    if not curve.n:
        return ()
    lows, highs = binomial_interval(curve.share, len(mean_by_district(ranks, district)))
    columns = (curve.area, curve.sites, curve.share, lows, highs)
    return tuple(
        Capture(area=area, sites=sites, n=curve.n, share=share, low=low, high=high)
        for area, sites, share, low, high in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def district_captures(
    ranks: npt.ArrayLike, district: npt.ArrayLike, shares: Sequence[float]
) -> tuple[DistrictCapture, ...]:
    """Count the districts whose best place lies in the best part of an area.

    Parameters
    ----------
    ranks : array of float, shape (places,)
        Area rank of each place, 0 best to 1; NaN is left out.
    district : array of int, shape (places,)
        From :func:`districts`.
    shares : sequence of float
        Parts of the area, 0 to 1.

    Returns
    -------
    tuple of DistrictCapture
        Nothing where no place has a rank.

    >>> found = district_captures([0.05, 0.9, 0.4], [0, 0, 1], [0.1])[0]
    >>> found.districts, found.n, round(found.chance, 2)
    (1, 2, 0.29)
    """
    every, number = np.asarray(ranks, np.float32), np.asarray(district)
    known = ~np.isnan(every)
    _, row, places = np.unique(number[known], return_inverse=True, return_counts=True)
    if not len(places):
        return ()
    best = np.full(len(places), np.inf, dtype=np.float32)
    np.minimum.at(best, row, every[known])
    inside = [int((best <= np.float32(share)).sum()) for share in shares]
    low, high = binomial_interval(np.array(inside) / len(places), len(places))
    return tuple(
        DistrictCapture(
            area=share,
            districts=count,
            n=len(places),
            chance=float((1 - (1 - share) ** places).sum()),
            low=float(least),
            high=float(most),
        )
        for share, count, least, most in zip(shares, inside, low, high, strict=True)
    )
