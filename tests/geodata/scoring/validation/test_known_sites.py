import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import Cells, Grid
from geodata.region import LonLat
from geodata.scoring.validation.capture import AREA_SHARES
from geodata.scoring.validation.known_sites import (
    COVERAGE_BREAKS,
    SCHEME,
    SiteRank,
    capture,
    circle,
    coverage_classes,
    site_rank,
    validate,
    verdict,
)

nan = np.nan
HERE = LonLat(lon=70.0, lat=50.0)


def places(*rows):
    lon, lat = np.array(rows, dtype=np.float64).T
    return lon.copy(), lat.copy()


def kilometres(lon, lat):
    """Distance from 70 E 50 N, as the project measures it."""
    ends = earth_centred(np.array([70.0, lon]), np.array([50.0, lat]))
    return float(arc_km(np.linalg.norm(ends[0] - ends[1])))


def test_a_circle_holds_the_cells_within_the_error_of_the_position():
    """A tenth of a degree is 11.1 km to the north and 7.2 km to the east at 50 N."""
    around = places((70, 50), (70.1, 50), (69.9, 50), (70, 50.1), (70, 49.9), (71, 51))
    assert circle(HERE, 10.0, around).tolist() == [0, 1, 2]
    assert circle(HERE, 11.2, around).tolist() == [0, 1, 2, 3, 4]
    assert circle(HERE, 1.0, around).tolist() == [0]


def test_a_cell_exactly_on_the_circle_is_in_it():
    around = places((70, 50), (70.1, 50))
    reach = kilometres(70.1, 50)
    assert circle(HERE, reach, around).tolist() == [0, 1]
    assert circle(HERE, np.nextafter(reach, 0), around).tolist() == [0]


def test_a_circle_between_cells_takes_the_nearest_one():
    around = places((70.3, 50), (70.2, 50), (70, 50.2), (70.4, 50))
    assert circle(HERE, 5.0, around).tolist() == [1]


@pytest.mark.parametrize(
    ("lon", "lat"), [(70.0, 51.2), (70.0, 48.8), (75.0, 50.0), (65.0, 50.0)]
)
def test_a_site_far_from_every_cell_borrows_no_cell(lon, lat):
    assert circle(HERE, 5.0, places((lon, lat))).tolist() == []


@pytest.mark.parametrize(
    ("lon", "lat"), [(70.0, 50.9), (70.0, 49.1), (71.9, 50.0), (68.1, 50.0)]
)
def test_a_site_a_little_off_the_land_takes_the_cell_next_to_it(lon, lat):
    assert circle(HERE, 1.0, places((lon, lat))).tolist() == [0]


def test_a_wide_circle_is_whole_in_every_direction():
    turns = np.radians(np.arange(0, 360, 5))
    lat = 50 + 3.5 * np.sin(turns)
    lon = 70 + 3.5 * np.cos(turns) / np.cos(np.radians(lat))
    far = max(kilometres(*place) for place in zip(lon, lat, strict=True))
    assert 380 < far < 400
    assert circle(HERE, 400.0, (lon, lat)).tolist() == list(range(72))


def test_the_rank_of_a_site_is_that_of_the_known_cells_in_its_circle():
    rank = np.float32([0.5, 0.25, nan, 0.75, 0.0])
    found = site_rank(rank, np.array([1, 2, 3, 0]))
    assert (found.mean, found.best, found.worst) == (0.5, 0.25, 0.75)
    alone = site_rank(rank, np.array([4]))
    assert (alone.mean, alone.best, alone.worst) == (0.0, 0.0, 0.0)


def test_a_mean_rank_is_taken_in_double_precision():
    rank = np.float32([0.1, 0.2, 0.4])
    exact = float(rank.astype(np.float64).mean())
    assert site_rank(rank, np.arange(3)).mean == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("inside", [[], [2], [2, 3]])
def test_a_site_without_a_known_cell_has_no_rank(inside):
    found = site_rank(
        np.float32([0.1, 0.2, nan, nan]), np.array(inside, dtype=np.int64)
    )
    assert isinstance(found, SiteRank)
    assert np.isnan([found.mean, found.best, found.worst]).all()


def test_capture_counts_sites_by_hand_and_leaves_out_the_unknown():
    found = capture([0.04, 0.15, 0.9, nan], (0.05, 0.2, 1.0))
    assert found["n"] == 3
    assert found["unknown"] == 1
    assert [row["sites"] for row in found["curve"]] == [1, 2, 3]
    assert capture([], (0.1,)) == {"n": 0, "unknown": 0, "curve": []}


def test_capture_reports_the_usual_shares_unless_told_others():
    assert [row["area"] for row in capture([0.5])["curve"]] == list(AREA_SHARES)


def test_a_map_is_better_than_chance_only_beyond_the_limit():
    """Twelve sites: limit 0.5 − 1.645 / 12 = 0.363."""
    assert verdict([0.36] * 12)["better_than_chance"]
    assert not verdict([0.37] * 12)["better_than_chance"]
    assert verdict([0.36] * 12)["limit"] == pytest.approx(0.5 - 1.645 / 12)


def test_a_mean_at_the_limit_itself_is_not_better_than_chance():
    limit = verdict([0.5])["limit"]
    assert limit == pytest.approx(0.5 - 1.645 / np.sqrt(12))
    assert verdict([limit])["better_than_chance"] is False
    assert verdict([np.nextafter(limit, 0)])["better_than_chance"] is True


def test_a_verdict_tells_its_mean_and_leaves_out_the_unknown():
    found = verdict([0.1, nan, 0.3])
    assert (found["n"], found["mean"]) == (2, pytest.approx(0.2))
    assert found["limit"] == pytest.approx(0.5 - 1.645 / np.sqrt(24))


@pytest.mark.parametrize("ranks", [[], [nan], [nan, nan]])
def test_without_a_known_site_there_is_no_mean_and_no_praise(ranks):
    assert verdict(ranks) == {
        "n": 0,
        "mean": None,
        "limit": None,
        "better_than_chance": False,
    }


def test_coverage_is_shared_out_into_low_middle_and_high():
    assert COVERAGE_BREAKS == (0.3, 0.6)
    found = coverage_classes(np.float32([0.0, 0.29, 0.3, 0.31, 0.59, 0.6, 1.0, 0.5]))
    assert found == {
        "below 0.3": 2 / 8,
        "0.3 to 0.6": 4 / 8,
        "0.6 and more": 2 / 8,
        "mean": pytest.approx(3.59 / 8),
    }


def test_the_mean_coverage_is_taken_in_double_precision():
    coverage = np.float32([0.1, 0.2, 0.4])
    exact = float(coverage.astype(np.float64).mean())
    assert coverage_classes(coverage)["mean"] == pytest.approx(exact, abs=1e-12)


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
    found = validate(
        {"overall": overall, "placer": placer},
        {"placer": coverage},
        CELLS,
        sites,
    )
    return found, lon, lat


def at(rank):
    return {"mean": rank, "best": rank, "worst": rank}


def test_a_report_tells_every_site_with_its_place_and_both_its_ranks():
    found, lon, lat = report()
    assert found["sites"][0] == {
        "site": "One",
        "deposit_type": "placer",
        "lon": lon[0],
        "lat": lat[0],
        "uncertainty_km": 0.5,
        "own": at(0.25),
        "overall": at(0.125),
    }
    assert [row["uncertainty_km"] for row in found["sites"]] == [0.5, 1.0, 0.5, 0.5]
    told = [(row["site"], row["own"], row["overall"]) for row in found["sites"]]
    assert told[1:] == [
        ("Two", None, at(0.5)),
        ("Three", None, at(0.25)),
        ("Four", at(0.0), None),
    ]


def test_a_report_counts_only_the_sites_that_have_a_rank():
    found, _, _ = report()
    assert found["capture"]["own"]["n"] == 2
    assert found["capture"]["overall"]["n"] == 3
    assert found["verdict"]["own"] == verdict([0.25, 0.0])
    assert found["verdict"]["overall"] == verdict([0.125, 0.5, 0.25])
    assert found["capture"]["own"] == capture([0.25, 0.0])
    assert found["capture"]["overall"] == capture([0.125, 0.5, 0.25])


def test_a_report_tells_its_scheme_its_area_and_the_coverage_of_each_map():
    found, _, _ = report()
    assert found["scheme"] == SCHEME
    assert found["cells"] == len(CELLS)
    assert found["area_km2"] == pytest.approx(25 * len(CELLS))
    assert list(found["coverage"]) == ["placer"]
    assert found["coverage"]["placer"]["mean"] == pytest.approx(1 / len(CELLS))
    assert set(found) == {
        "scheme",
        "cells",
        "area_km2",
        "sites",
        "capture",
        "verdict",
        "coverage",
    }


def test_a_report_averages_over_the_circle_of_a_site():
    lon, lat = CELLS.lonlat()
    sites = gpd.GeoDataFrame(
        {"site": ["One"], "deposit_type": ["placer"], "uncertainty_km": [1_000.0]},
        geometry=gpd.points_from_xy(lon[:1], lat[:1]),
        crs="EPSG:4326",
    )
    rank = np.linspace(0, 1, len(CELLS), dtype=np.float32)
    found = validate({"overall": rank}, {}, CELLS, sites)
    assert found["sites"][0]["overall"] == {
        "mean": pytest.approx(0.5),
        "best": 0.0,
        "worst": 1.0,
    }


def test_without_sites_a_report_is_empty_and_praises_nothing():
    sites = gpd.GeoDataFrame(
        {"site": [], "deposit_type": [], "uncertainty_km": []},
        geometry=[],
        crs="EPSG:4326",
    )
    rank = np.zeros(len(CELLS), dtype=np.float32)
    found = validate({"overall": rank}, {}, CELLS, sites)
    assert found["sites"] == []
    for which in ("own", "overall"):
        assert found["capture"][which] == {"n": 0, "unknown": 0, "curve": []}
        assert found["verdict"][which]["better_than_chance"] is False
