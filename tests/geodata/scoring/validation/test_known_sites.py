"""Known sites as a check, and those that are none because they made the map."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.raster import Cells, Grid
from geodata.scoring.validation.capture import AREA_SHARES
from geodata.scoring.validation.known_sites import (
    COVERAGE_BREAKS,
    KnownSites,
    check_sites,
    coverage_classes,
    judge_sites,
)
from geodata.scoring.validation.site_rank import SiteRank

nan = np.nan


def test_sites_are_counted_by_hand_and_the_unknown_left_out():
    found = judge_sites([0.04, 0.15, 0.9, nan])
    assert (found.n, found.unknown) == (3, 1)
    assert [row.sites for row in found.capture] == [0, 0, 1, 1, 2, 2, 2]
    assert [row.area for row in found.capture] == list(AREA_SHARES)


def test_a_map_is_better_than_chance_only_beyond_the_limit():
    """Twelve sites: limit 0.5 − 1.645 / 12 = 0.363."""
    assert judge_sites([0.36] * 12).better_than_chance
    assert not judge_sites([0.37] * 12).better_than_chance
    assert judge_sites([0.36] * 12).limit == pytest.approx(0.5 - 1.645 / 12)


def test_a_district_counts_once_however_many_sites_it_has():
    """Means 0.1 and 0.7 of two districts; by sites it would be 0.22."""
    found = judge_sites([0.1, 0.1, 0.1, 0.1, 0.7], district=[0, 0, 0, 0, 1])
    assert (found.n, found.districts) == (5, 2)
    assert found.mean == pytest.approx(0.4)
    assert found.limit == pytest.approx(0.5 - 1.645 / np.sqrt(24))


def test_a_mean_at_the_limit_itself_is_not_better_than_chance():
    limit = judge_sites([0.5]).limit
    assert limit == pytest.approx(0.5 - 1.645 / np.sqrt(12))
    assert not judge_sites([limit]).better_than_chance
    assert judge_sites([np.nextafter(limit, 0)]).better_than_chance


def test_a_result_tells_its_mean_and_leaves_out_the_unknown():
    found = judge_sites([0.1, nan, 0.3])
    assert (found.n, found.mean) == (2, pytest.approx(0.2))
    assert found.limit == pytest.approx(0.5 - 1.645 / np.sqrt(24))


@pytest.mark.parametrize("ranks", [[], [nan], [nan, nan]])
def test_without_a_known_site_there_is_no_mean_and_no_praise(ranks):
    found = judge_sites(ranks)
    assert (found.n, found.unknown, found.capture) == (0, len(ranks), ())
    assert np.isnan([found.mean, found.limit]).all()
    assert not found.better_than_chance


def test_coverage_is_shared_out_into_low_middle_and_high():
    assert COVERAGE_BREAKS == (0.3, 0.6)
    found = coverage_classes(np.float32([0.0, 0.29, 0.3, 0.31, 0.59, 0.6, 1.0, 0.5]))
    assert (found.low, found.middle, found.high) == (2 / 8, 4 / 8, 2 / 8)
    assert found.mean == pytest.approx(3.59 / 8)


def test_the_mean_coverage_is_taken_in_double_precision():
    coverage = np.float32([0.1, 0.2, 0.4])
    exact = float(coverage.astype(np.float64).mean())
    assert coverage_classes(coverage).mean == pytest.approx(exact, abs=1e-12)


GRID = Grid.covering(shapely.box(69.9, 49.9, 70.1, 50.1), cell_m=5_000)
CELLS = Cells(grid=GRID, index=np.arange(GRID.rows * GRID.columns))


def report():
    """Four sites in the middle of four cells.

    The first and the second have a map of their own type, the third's type has
    none, of the fourth the overall map knows nothing.
    """
    lon, lat = CELLS.lonlat()
    sites = gpd.GeoDataFrame(
        {
            "site": ["One", "Two", "Three", "Four"],
            "deposit_type": ["placer", "placer", "", "placer"],
            "uncertainty_km": [0.5, 1.0, 0.5, 0.5],
        },
        geometry=gpd.points_from_xy(lon[[0, 1, 2, 3]], lat[[0, 1, 2, 3]]),
        crs="EPSG:4326",
    )
    overall = np.full(len(CELLS), 0.875, dtype=np.float32)
    overall[:4] = [0.125, 0.5, 0.25, nan]
    placer = np.full(len(CELLS), 0.875, dtype=np.float32)
    placer[:4] = [0.25, nan, 0.125, 0.0]
    coverage = np.zeros(len(CELLS), dtype=np.float32)
    coverage[0] = 1.0
    found = check_sites(
        {"overall": overall, "placer": placer}, {"placer": coverage}, CELLS, sites, {}
    )
    return found, lon, lat


def at(rank):
    return SiteRank(mean=rank, best=rank, worst=rank)


def test_a_report_tells_every_site_with_its_place_and_both_its_ranks():
    found, lon, lat = report()
    one = found.sites[0]
    assert (one.site, one.deposit_type) == ("One", "placer")
    assert (one.lon, one.lat) == (lon[0], lat[0])
    assert [row.uncertainty_km for row in found.sites] == [0.5, 1.0, 0.5, 0.5]
    assert [(row.site, row.own, row.overall) for row in found.sites] == [
        ("One", at(0.25), at(0.125)),
        ("Two", None, at(0.5)),
        ("Three", None, at(0.25)),
        ("Four", at(0.0), None),
    ]


def test_a_report_counts_only_the_sites_that_have_a_rank():
    found, _, _ = report()
    assert found.own == judge_sites([0.25, 0.0], district=[0, 0])
    assert found.overall == judge_sites([0.125, 0.5, 0.25], district=[0, 0, 0])


def test_a_report_tells_its_area_and_the_coverage_of_each_map():
    found, _, _ = report()
    assert found.cells == len(CELLS)
    assert found.area_km2 == pytest.approx(25 * len(CELLS))
    assert list(found.coverage) == ["placer"]
    assert found.coverage["placer"].mean == pytest.approx(1 / len(CELLS))


def test_a_report_is_read_back_as_it_was_written():
    text = report()[0].model_dump_json()
    assert "NaN" not in text
    assert KnownSites.model_validate_json(text).model_dump_json() == text


def test_a_report_averages_over_the_circle_of_a_site():
    lon, lat = CELLS.lonlat()
    sites = gpd.GeoDataFrame(
        {"site": ["One"], "deposit_type": ["placer"], "uncertainty_km": [1_000.0]},
        geometry=gpd.points_from_xy(lon[:1], lat[:1]),
        crs="EPSG:4326",
    )
    rank = np.linspace(0, 1, len(CELLS), dtype=np.float32)
    found = check_sites({"overall": rank}, {}, CELLS, sites, {}).sites[0].overall
    assert (found.best, found.worst) == (0.0, 1.0)
    assert found.mean == pytest.approx(0.5)


def test_without_sites_a_report_is_empty_and_praises_nothing():
    sites = gpd.GeoDataFrame(
        {"site": [], "deposit_type": [], "uncertainty_km": []},
        geometry=[],
        crs="EPSG:4326",
    )
    rank = np.zeros(len(CELLS), dtype=np.float32)
    found = check_sites({"overall": rank}, {}, CELLS, sites, {})
    assert found.sites == ()
    for result in (found.own, found.overall):
        assert (result.n, result.unknown, result.capture) == (0, 0, ())
        assert not result.better_than_chance
