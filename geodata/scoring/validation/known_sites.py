"""Where the known sites fall on the maps of the expert models, with n and intervals.

Nothing was fitted to these sites, so there are no folds; but who wrote the models knew
where they lie.  The rank of a site is the mean over its circle of error, so that a
random place has 0.5 on average.  A site whose own record is in a layer that a model
reads is no test of that model: it is *circular* and left out of what is counted.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.raster import Cells, FloatArray
from geodata.region import LonLat
from geodata.scoring.record import MaybeNaN, Record
from geodata.scoring.validation.capture import AREA_SHARES, Capture
from geodata.scoring.validation.districts import (
    captures_by_district,
    districts,
    mean_by_district,
)
from geodata.scoring.validation.report import MapId
from geodata.scoring.validation.site_rank import SiteRank, circle, site_rank

COVERAGE_BREAKS = (0.3, 0.6)
_ONE_SIDED_95 = 1.645  # standard deviations


class SiteCheck(Record):
    """Where one known site falls.

    Attributes
    ----------
    own, overall : SiteRank or None
        On the map of its own deposit type and on that over all types; None where
        nothing is known.
    circular, circular_overall : bool
        Whether it is no test of the one or of the other.
    """

    site: str
    deposit_type: str
    lon: float
    lat: float
    uncertainty_km: float
    own: SiteRank | None
    overall: SiteRank | None
    circular: bool = False
    circular_overall: bool = False


class SitesResult(Record):
    """What some known sites say of a map.

    Attributes
    ----------
    n, unknown : int
        Sites with a rank, and without.
    districts : int
        Districts that those with a rank lie in.
    mean : float
        Mean area rank, in which every district counts once; NaN without sites.
    limit : float
        The mean that a random map stays above in 95 of 100 cases, of as many places as
        there are districts.
    capture : tuple of Capture
        How many sites lie in the best parts of the area; intervals count districts.
    beaten_by : tuple of MapId
        Single measurements that rank them as well or better.
    """

    n: int
    unknown: int
    districts: int
    mean: MaybeNaN
    limit: MaybeNaN
    capture: tuple[Capture, ...] = ()
    beaten_by: tuple[MapId, ...] = ()

    @property
    def better_than_chance(self) -> bool:
        """Whether a random map would place them worse in 95 of 100 cases."""
        return self.mean < self.limit


class BaselineCheck(Record):
    """What the known sites say of a single measurement."""

    map: MapId
    own: SitesResult
    overall: SitesResult


class CoverageShares(Record):
    """Share of the cells by their coverage, and its mean."""

    low: float
    middle: float
    high: float
    mean: float


class KnownSites(Record):
    """The check of all maps against the known sites.

    Attributes
    ----------
    own, overall : SitesResult
        Each site on the map of its own type, and all on the map over all types.
    coverage : mapping of str to CoverageShares
        By deposit type, and ``"overall"``; below and above :data:`COVERAGE_BREAKS`.
    """

    cells: int
    area_km2: float
    sites: tuple[SiteCheck, ...]
    own: SitesResult
    overall: SitesResult
    baselines: tuple[BaselineCheck, ...]
    coverage: dict[str, CoverageShares]


def check_sites(
    ranks: Mapping[str, FloatArray],
    coverages: Mapping[str, FloatArray],
    cells: Cells,
    sites: gpd.GeoDataFrame,
    circular: Mapping[str, frozenset[str]],
    *,
    baselines: Mapping[MapId, FloatArray] | None = None,
) -> KnownSites:
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
    circular : mapping of str to set of str
        Site → deposit types it is no test of.
    baselines : mapping of str to array of float32, shape (cells,)
        Area rank of single measurements: what the maps have to beat to be worth their
        trouble.
    """
    places = cells.lonlat()
    around = [
        circle(
            LonLat(lon=float(site.geometry.x), lat=float(site.geometry.y)),
            float(site.uncertainty_km),
            places,
        )
        for site in sites.itertuples()
    ]

    def checked(maps: Mapping[str, FloatArray]) -> tuple[SiteCheck, ...]:
        return tuple(
            _checked(site, inside, maps, circular)
            for site, inside in zip(sites.itertuples(), around, strict=True)
        )

    rows = checked(ranks)
    alone = {
        map_: checked(dict.fromkeys(ranks, rank))
        for map_, rank in (baselines or {}).items()
    }
    return KnownSites(
        cells=len(cells),
        area_km2=cells.area_km2,
        sites=rows,
        own=_judged(_own, rows, alone),
        overall=_judged(_overall, rows, alone),
        baselines=tuple(
            BaselineCheck(
                map=map_,
                own=_judged(_own, found, {}),
                overall=_judged(_overall, found, {}),
            )
            for map_, found in alone.items()
        ),
        coverage={name: coverage_classes(values) for name, values in coverages.items()},
    )


def _checked(
    site: Any,  # noqa: ANN401  # a row of pandas
    inside: npt.NDArray[np.int64],
    ranks: Mapping[str, FloatArray],
    circular: Mapping[str, frozenset[str]],
) -> SiteCheck:
    kind, no_test_of = site.deposit_type, circular.get(site.site, frozenset())
    found = {
        name: site_rank(ranks[name], inside)
        for name in (kind, "overall")
        if name in ranks
    }
    known = {name: rank for name, rank in found.items() if not np.isnan(rank.mean)}
    return SiteCheck(
        site=site.site,
        deposit_type=kind,
        lon=site.geometry.x,
        lat=site.geometry.y,
        uncertainty_km=site.uncertainty_km,
        own=known.get(kind),
        overall=known.get("overall"),
        circular=kind in no_test_of,
        circular_overall=bool(no_test_of),
    )


def _own(site: SiteCheck) -> float | None:
    """Return its mean rank where it is a test of its own type's map."""
    return site.own.mean if site.own and not site.circular else None


def _overall(site: SiteCheck) -> float | None:
    return site.overall.mean if site.overall and not site.circular_overall else None


def _judged(
    rank: Callable[[SiteCheck], float | None],
    rows: Sequence[SiteCheck],
    alone: Mapping[MapId, Sequence[SiteCheck]],
) -> SitesResult:
    def ranks(sites: Sequence[SiteCheck]) -> list[float]:
        return [found for site in sites if (found := rank(site)) is not None]

    told = [(site.lon, site.lat) for site in rows if rank(site) is not None]
    lon, lat = np.array(told, dtype=np.float64).reshape(-1, 2).T
    beside = {name: ranks(found) for name, found in alone.items()}
    return judge_sites(ranks(rows), beside, district=districts(lon, lat))


def judge_sites(
    ranks: Sequence[float],
    alone: Mapping[MapId, Sequence[float]] | None = None,
    *,
    district: npt.ArrayLike | None = None,
) -> SitesResult:
    """Say whether known sites rank better than a random map would place them.

    Parameters
    ----------
    ranks : sequence of float
        Mean area rank of each site, 0 best to 1; NaN is left out and counted.
    alone : mapping of MapId to sequence of float
        Ranks of the same sites by single measurements.
    district : array of int, shape (sites,), optional
        From :func:`~geodata.scoring.validation.districts.districts`; each site is one
        of its own if None.

    Notes
    -----
    Ranks on a random map are uniform, so the mean of n has a standard deviation of
    ``sqrt(1 / 12 n)`` at most, where n districts count once each; one-sided.

    >>> found = judge_sites([0.005, 0.3])
    >>> found.capture[0].sites, found.better_than_chance
    (1, True)
    """
    number = np.arange(len(ranks)) if district is None else np.asarray(district)
    unknown = int(np.isnan(np.asarray(ranks, dtype=np.float64)).sum())
    each = mean_by_district(ranks, number)
    if not len(each):
        return SitesResult(n=0, unknown=unknown, districts=0, mean=np.nan, limit=np.nan)
    mean = float(each.mean())
    return SitesResult(
        n=len(ranks) - unknown,
        unknown=unknown,
        districts=len(each),
        mean=mean,
        limit=0.5 - _ONE_SIDED_95 * float(np.sqrt(1 / (12 * len(each)))),
        capture=captures_by_district(ranks, number, AREA_SHARES),
        beaten_by=tuple(
            map_
            for map_, found in (alone or {}).items()
            if len(found) == len(ranks)
            and mean_by_district(found, number).mean() <= mean
        ),
    )


def coverage_classes(coverage: FloatArray) -> CoverageShares:
    """Return the share of cells with low, middle and high coverage, and the mean."""
    low, high = COVERAGE_BREAKS
    return CoverageShares(
        low=float((coverage < low).mean()),
        middle=float(((coverage >= low) & (coverage < high)).mean()),
        high=float((coverage >= high).mean()),
        mean=float(coverage.mean(dtype=np.float64)),
    )
