"""The region that was kept back: how models that never saw it rank its known places.

Every model, learned, expert or a single measurement, is a function of place here.  It
scores the land of the region, which orders the area, and the circle of error of each
known place; the rank of a place is the mean over its circle.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.raster import DegreeArray, FloatArray
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.training_set import circle_places
from geodata.scoring.validation.boyce import boyce_interval
from geodata.scoring.validation.capture import (
    p_a_intersection,
    rank_in_area,
)
from geodata.scoring.validation.districts import (
    captures_by_district,
    districts,
    mean_by_district,
)
from geodata.scoring.validation.intervals import (
    Estimate,
    grouped_mean_interval,
)
from geodata.scoring.validation.metrics import auc_interval
from geodata.scoring.validation.report import MapId, MapTest, RegionFigures

Scorer = Callable[[DegreeArray, DegreeArray], npt.NDArray[np.floating]]
"""From longitudes and latitudes, degrees, to scores: high is good, NaN unknown."""

SHARES = (0.01, 0.02, 0.05, 0.10, 0.20, 0.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMap:
    """A map that takes part in the test.

    Attributes
    ----------
    id : str
        Which.
    score : Scorer
        It as a function of place.
    knows_others : bool
        Whether it was made of the very places of other deposits, so that asking it
        about them tells nothing.
    ties_halved : bool
        Whether equal scores share the middle rank instead of the worst.
    """

    id: MapId
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


def compare_map(map_: ComparedMap, region: Region) -> MapTest:
    """Rank the known places of a region by one map.

    Places outside the ranked land are ranked against it all the same.
    """
    ranked = _Ranked.by(map_, region)
    inside = region.sites["in_states"].to_numpy(np.bool_)
    return MapTest(
        map=map_.id,
        known_share=len(ranked.area) / len(region.lon),
        ranks=tuple(ranked.ranks.tolist()),
        every=ranked.figures(np.ones_like(inside)),
        in_states=ranked.figures(inside),
    )


def figures_of(
    score: Scorer, region: Region, *, ties_halved: bool = False
) -> RegionFigures | None:
    """Rank all known places of a region by some scores; None where it has none."""
    if not len(region.sites):
        return None
    map_ = ComparedMap(id="learned", score=score, ties_halved=ties_halved)
    return compare_map(map_, region).every


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """What a map says of a region: its sites, its area, places of other deposits."""

    ranks: Float64Array
    scores: Float64Array
    district: npt.NDArray[np.int64]
    area: FloatArray
    others: FloatArray

    @classmethod
    def by(cls, map_: ComparedMap, region: Region) -> "_Ranked":
        """Score everything by a map; a site is the mean over its circle of error."""
        beside = region.others[: 0 if map_.knows_others else None]
        others, area = (
            np.asarray(map_.score(lon, lat), dtype=np.float32)
            for lon, lat in (
                (beside["lon"].to_numpy(float), beside["lat"].to_numpy(float)),
                (region.lon, region.lat),
            )
        )
        rounds = [
            np.asarray(map_.score(lon, lat), dtype=np.float32)
            for lon, lat in circle_places(region.sites)
        ]
        ranks = [
            rank_in_area(found, area, ties_halved=map_.ties_halved) for found in rounds
        ]
        return cls(
            ranks=_mean_known(np.stack(ranks)),
            scores=_mean_known(np.stack(rounds)),
            district=districts_of(region.sites),
            area=area[~np.isnan(area)],
            others=others[~np.isnan(others)],
        )

    def figures(self, chosen: npt.NDArray[np.bool_]) -> RegionFigures:
        """Say how well some of the sites rank."""
        ranks, district = self.ranks[chosen], self.district[chosen]
        known = self.scores[chosen][~np.isnan(self.scores[chosen])]
        each = mean_by_district(ranks, district)
        return RegionFigures(
            districts=len(each),
            mean_rank=grouped_mean_interval(ranks, district),
            district_rank=float(each.mean()) if len(each) else np.nan,
            capture=captures_by_district(ranks, district, SHARES),
            auc_land=_auc(known, self.area),
            auc_others=_auc(known, self.others),
            land=len(self.area),
            others=len(self.others),
            boyce=boyce_interval(known, self.area)
            if len(known) and len(self.area)
            else None,
            prediction_area=p_a_intersection(ranks),
        )


def districts_of(sites: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the district of each row of a table with ``lon`` and ``lat``."""
    return districts(*(sites[name].to_numpy(np.float64) for name in ("lon", "lat")))


def _auc(positive: npt.ArrayLike, negative: npt.ArrayLike) -> Estimate | None:
    first, second = np.asarray(positive), np.asarray(negative)
    return auc_interval(first, second) if len(first) and len(second) else None


def _mean_known(rows: npt.NDArray[np.floating]) -> Float64Array:
    """Mean over the first axis of what is known; NaN where nothing is."""
    known = ~np.isnan(rows)
    total = np.where(known, rows, 0.0).sum(axis=0, dtype=np.float64)
    count = known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
