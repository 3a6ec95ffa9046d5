"""Where the known occurrences fall on a map, told with n and intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from scipy.stats import binomtest

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.grid import Cells, FloatArray
from geodata.scoring.favourability import area_rank

AREA_SHARES = (0.01, 0.02, 0.05, 0.10, 0.20, 0.25, 0.50)
COVERAGE_BREAKS = (0.3, 0.6)
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


def site_rank(
    rank: FloatArray, cells: Cells, *, lon: float, lat: float, uncertainty_km: float
) -> SiteRank:
    """Read the area rank of a site, given how well its position is known.

    Parameters
    ----------
    rank : array of float32, shape (cells,)
        From :func:`geodata.scoring.favourability.area_rank`.
    cells : Cells
        The land cells.
    lon, lat : float
        Degrees, WGS 84.
    uncertainty_km : float
        Radius of the circle of error; at least half a cell is taken.
    """
    radius = max(uncertainty_km, cells.grid.cell_m / 1000 * np.sqrt(0.5))
    lons, lats = cells.lonlat()
    span = radius / 100  # a degree is 100 km or less here, so nothing is missed
    near = np.flatnonzero((np.abs(lats - lat) < span) & (np.abs(lons - lon) < 2 * span))
    chord = earth_centred(lons[near], lats[near]) - earth_centred(
        np.array([lon]), np.array([lat])
    )
    inside = rank[near[arc_km(np.linalg.norm(chord, axis=1)) <= radius]]
    inside = inside[~np.isnan(inside)]
    if not len(inside):
        return SiteRank(mean=np.nan, best=np.nan, worst=np.nan)
    return SiteRank(
        mean=float(inside.mean(dtype=np.float64)),
        best=float(inside.min()),
        worst=float(inside.max()),
    )


def capture(ranks: Sequence[float]) -> dict[str, Any]:
    """Count how many sites fall in the best part of the area.

    Parameters
    ----------
    ranks : sequence of float
        Mean area rank of each site, 0 to 1; NaN is left out and counted.

    Returns
    -------
    dict
        ``n``; ``unknown``; and for each area share the number and share of
        sites within it with a 95 % interval (exact binomial) and the share a
        random map would catch.

    >>> capture([0.005, 0.3])["curve"][0]["sites"]
    1
    """
    known = np.array([rank for rank in ranks if not np.isnan(rank)])
    curve = []
    for share in AREA_SHARES if len(known) else ():
        inside = int((known <= share).sum())
        interval = binomtest(inside, len(known)).proportion_ci(0.95, method="exact")
        curve.append(
            {
                "area": share,
                "sites": inside,
                "share": inside / len(known),
                "low": float(interval.low),
                "high": float(interval.high),
                "random": share,
            }
        )
    return {"n": len(known), "unknown": len(ranks) - len(known), "curve": curve}


def validate(
    maps: Mapping[str, FloatArray],
    coverages: Mapping[str, FloatArray],
    cells: Cells,
    sites: gpd.GeoDataFrame,
) -> dict[str, Any]:
    """Report where known sites fall, per their own deposit type and overall.

    Parameters
    ----------
    maps : mapping of str to array, shape (cells,)
        Favourability by deposit type, and ``"overall"``.
    coverages : mapping of str to array, shape (cells,)
        Coverage of the same maps.
    cells : Cells
        The land cells.
    sites : GeoDataFrame
        One row a located site: ``site``, ``deposit_type`` (may be empty),
        ``uncertainty_km``, point geometry.
    """
    ranks = {name: area_rank(values) for name, values in maps.items()}
    rows = []
    for site in sites.itertuples():
        place = {
            "lon": float(site.geometry.x),
            "lat": float(site.geometry.y),
            "uncertainty_km": float(site.uncertainty_km),
        }
        own = (
            site_rank(ranks[site.deposit_type], cells, **place)
            if site.deposit_type in ranks
            else None
        )
        rows.append(
            {
                "site": site.site,
                "deposit_type": site.deposit_type,
                **place,
                "own": _told(own),
                "overall": _told(site_rank(ranks["overall"], cells, **place)),
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
