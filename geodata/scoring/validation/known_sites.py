"""Where the known occurrences fall on a map, told with n and intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import Cells, DegreeArray, FloatArray
from geodata.region import LonLat
from geodata.scoring.validation.capture import AREA_SHARES, capture_curve

COVERAGE_BREAKS = (0.3, 0.6)
_ONE_SIDED_95 = 1.645  # standard deviations
SCHEME = (
    "Expert model: nothing was fitted to these sites, so there are no folds; but we "
    "knew where they lie when we wrote the models. Area counts land cells whose "
    "score is known. Each site's rank is the mean over its circle of error, so a "
    "random place has 0.5 on average."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRank:
    """Area rank of one site: 0 best, 1 worst; NaN where nothing is known.

    Attributes
    ----------
    mean, best, worst : float
        Over the cells within the uncertainty of its position.
    """

    mean: float
    best: float
    worst: float


def circle(
    centre: LonLat, uncertainty_km: float, places: tuple[DegreeArray, DegreeArray]
) -> npt.NDArray[np.int64]:
    """Return the cells within the circle of error of a position.

    Parameters
    ----------
    centre : LonLat
        The position.
    uncertainty_km : float
        Radius, kilometres.
    places : two arrays of float64, shape (cells,)
        Longitude and latitude of all cell centres, degrees.

    Returns
    -------
    array of int64, shape (cells inside,)
        Positions of the cells; of the nearest one when the circle holds none, and
        none at all when no cell is near.
    """
    lons, lats = places
    span = uncertainty_km / 100 + 1  # degrees; with room for the largest cells
    near = np.flatnonzero(
        (np.abs(lats - centre.lat) < span) & (np.abs(lons - centre.lon) < 2 * span)
    )
    here = earth_centred(np.array([centre.lon]), np.array([centre.lat]))
    chord = np.linalg.norm(earth_centred(lons[near], lats[near]) - here, axis=1)
    distance = arc_km(chord)
    inside = distance <= uncertainty_km
    if len(near) and not inside.any():
        inside = distance == distance.min()
    return np.asarray(near[inside])


def site_rank(rank: FloatArray, inside: npt.NDArray[np.int64]) -> SiteRank:
    """Read the area rank of a site from the cells of its circle.

    Parameters
    ----------
    rank : array of float32, shape (cells,)
        Area rank, 0 best to 1; NaN = unknown, takes no part.
    inside : array of int64
        From :func:`circle`.
    """
    found = rank[inside]
    found = found[~np.isnan(found)]
    if not len(found):
        return SiteRank(mean=np.nan, best=np.nan, worst=np.nan)
    return SiteRank(
        mean=float(found.mean(dtype=np.float64)),
        best=float(found.min()),
        worst=float(found.max()),
    )


def capture(
    ranks: Sequence[float], shares: Sequence[float] = AREA_SHARES
) -> dict[str, Any]:
    """Count how many sites fall in the best part of the area.

    Parameters
    ----------
    ranks : sequence of float
        Mean area rank of each site, 0 to 1; NaN is left out and counted.
    shares : sequence of float
        Shares of the area to report, 0 to 1.

    Returns
    -------
    dict
        ``n``; ``unknown``; and for each area share the number and share of
        sites within it with a 95 % interval (exact binomial) and the share a
        random map would catch.

    >>> capture([0.005, 0.3])["curve"][0]["sites"]
    1
    """
    found = capture_curve(ranks, shares)
    columns = (found.area, found.sites, found.share, found.low, found.high)
    curve = [
        {
            "area": area,
            "sites": sites,
            "share": share,
            "low": low,
            "high": high,
            "random": area,
        }
        for area, sites, share, low, high in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]
    return {
        "n": found.n,
        "unknown": found.unknown,
        "curve": curve if found.n else [],
    }


def verdict(ranks: Sequence[float]) -> dict[str, Any]:
    """Say whether known sites rank better than a random map would place them.

    Parameters
    ----------
    ranks : sequence of float
        Mean area rank of each site, 0 best to 1; NaN is left out.

    Returns
    -------
    dict
        ``n``; ``mean`` rank; ``limit``: the mean that a random map stays above in
        95 of 100 cases; ``better_than_chance``.

    Notes
    -----
    Ranks on a random map are uniform, so the mean of n has a standard deviation of
    ``sqrt(1 / 12 n)``; one-sided.
    """
    known = [rank for rank in ranks if not np.isnan(rank)]
    if not known:
        return {"n": 0, "mean": None, "limit": None, "better_than_chance": False}
    mean = float(np.mean(known))
    limit = 0.5 - _ONE_SIDED_95 * float(np.sqrt(1 / (12 * len(known))))
    return {
        "n": len(known),
        "mean": mean,
        "limit": limit,
        "better_than_chance": mean < limit,
    }


def validate(
    ranks: Mapping[str, FloatArray],
    coverages: Mapping[str, FloatArray],
    cells: Cells,
    sites: gpd.GeoDataFrame,
) -> dict[str, Any]:
    """Report where known sites fall, per their own deposit type and overall.

    Parameters
    ----------
    ranks : mapping of str to array, shape (cells,)
        Area rank by deposit type, and ``"overall"``.
    coverages : mapping of str to array, shape (cells,)
        Coverage of the same maps.
    cells : Cells
        The land cells.
    sites : GeoDataFrame
        One row a located site: ``site``, ``deposit_type`` (may be empty),
        ``uncertainty_km``, point geometry.
    """
    places = cells.lonlat()
    rows = []
    for site in sites.itertuples():
        centre = LonLat(lon=float(site.geometry.x), lat=float(site.geometry.y))
        inside = circle(centre, float(site.uncertainty_km), places)
        own = ranks.get(site.deposit_type)
        rows.append(
            {
                "site": site.site,
                "deposit_type": site.deposit_type,
                **asdict(centre),
                "uncertainty_km": float(site.uncertainty_km),
                "own": None if own is None else _told(site_rank(own, inside)),
                "overall": _told(site_rank(ranks["overall"], inside)),
            }
        )
    return {
        "scheme": SCHEME,
        "cells": len(cells),
        "area_km2": cells.area_km2,
        "sites": rows,
        "capture": {
            which: capture([row[which]["mean"] for row in rows if row[which]])
            for which in ("own", "overall")
        },
        "verdict": {
            which: verdict([row[which]["mean"] for row in rows if row[which]])
            for which in ("own", "overall")
        },
        "coverage": {
            name: coverage_classes(values) for name, values in coverages.items()
        },
    }


def coverage_classes(coverage: FloatArray) -> dict[str, float]:
    """Return the share of cells with low, middle and high coverage, and the mean."""
    low, high = COVERAGE_BREAKS
    return {
        f"below {low}": float((coverage < low).mean()),
        f"{low} to {high}": float(((coverage >= low) & (coverage < high)).mean()),
        f"{high} and more": float((coverage >= high).mean()),
        "mean": float(coverage.mean(dtype=np.float64)),
    }


def _told(rank: SiteRank | None) -> dict[str, float] | None:
    if rank is None or np.isnan(rank.mean):
        return None
    return {"mean": rank.mean, "best": rank.best, "worst": rank.worst}
