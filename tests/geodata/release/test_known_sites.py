"""Known sites as a check, and those that are none because they made the map."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.raster import Cells, Grid
from geodata.release.known_sites import (
    check_known_sites,
    on_land,
    sites_in_layer,
)
from geodata.release.surroundings import Surroundings
from tests.geodata.release.small_layers import table

GRID = Grid.covering(shapely.box(70, 45, 72, 46), cell_m=50_000)
CELLS = Cells(grid=GRID, index=np.arange(GRID.rows * GRID.columns))


def claims(*rows, error_km=10.0):
    """Claims of sites named a, b, …: source, record, lon, lat."""
    return gpd.GeoDataFrame(
        {
            "site": list("abcdef")[: len(rows)],
            "occurrence_id": [f"{row[0]}-{row[1]}" for row in rows],
            "source": [row[0] for row in rows],
            "record_id": [row[1] for row in rows],
            "lon": [row[2] for row in rows],
            "lat": [row[3] for row in rows],
            "uncertainty_km": error_km,
            "deposit_type": "placer",
        },
        geometry=[shapely.Point(row[2], row[3]) for row in rows],
        crs="EPSG:4326",
    )


def around(sites):
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    return Surroundings(
        **dict.fromkeys(("states", "land", "lakes", "places", "occurrences"), empty),
        sites=sites,
        scored=shapely.box(70, 45, 72, 46),
    )


@pytest.fixture
def three_sites():
    """Three sites in the centres of three cells, with area ranks 0.1, 0.3 and 0.8."""
    lon, lat = CELLS.lonlat()
    inside = np.flatnonzero((lon > 70) & (lon < 72) & (lat > 45) & (lat < 46))[:3]
    rank = np.full(len(CELLS), 0.5, dtype=np.float32)
    rank[inside] = [0.1, 0.3, 0.8]
    rows = [("s", str(n), lon[cell], lat[cell]) for n, cell in enumerate(inside)]
    return rank, claims(*rows, error_km=0.01)


def report(three_sites, circular):
    rank, sites = three_sites
    ranks = {"placer": rank, "overall": rank}
    return check_known_sites(
        ranks, {"placer": np.ones_like(rank)}, CELLS, around(sites), circular
    )


def test_without_circular_sites_the_mean_is_over_all(three_sites):
    found = report(three_sites, {})
    assert found.own.mean == pytest.approx((0.1 + 0.3 + 0.8) / 3)
    assert [row.circular for row in found.sites] == [False] * 3


def test_a_site_that_made_its_own_map_is_marked_and_left_out_of_the_means(three_sites):
    found = report(three_sites, {"a": frozenset({"placer"})})
    assert [row.circular for row in found.sites] == [True, False, False]
    for result in (found.own, found.overall):
        assert result.n == 2
        assert result.mean == pytest.approx((0.3 + 0.8) / 2)
    assert found.sites[0].own.mean == pytest.approx(0.1)  # told all the same


def test_a_site_that_made_the_map_of_another_type_still_tests_its_own(three_sites):
    found = report(three_sites, {"c": frozenset({"carbonatite"})})
    assert found.sites[2].circular is False
    assert found.sites[2].circular_overall is True
    assert found.own.n == 3
    assert found.overall.mean == pytest.approx((0.1 + 0.3) / 2)


def test_a_site_farther_from_the_land_than_its_error_takes_no_part():
    # 0.1° of longitude at 45.5 N is 7.8 km, 0.2° is 15.6 km; positions good to 10 km.
    rows = [("s", str(n), lon, 45.5) for n, lon in enumerate((71.0, 69.9, 69.8))]
    land = shapely.box(70, 45, 72, 46)
    assert on_land(claims(*rows), land).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "columns",
    [
        {"occurrence_id": ["usgs-ree:257"]},
        {"occurrence_id": ["usgs-ree:257#2"]},
        {"occurrence_id": ["x:1"], "record_ids": ["x:1,usgs-ree:257"]},
        {"source_id": ["usgs-ree"], "record_id": ["257"]},
    ],
)
def test_a_site_is_found_in_a_layer_by_any_of_its_records(columns):
    places = table([shapely.Point(10.0, 10.0)], **columns)
    found = sites_in_layer(
        places, claims(("usgs-ree", "257", 77.0, 50.0), ("usgs-ree", "25", 78.0, 50.0))
    )
    assert found == {"a"}


def test_a_site_is_found_in_a_layer_by_distance_within_its_uncertainty():
    places = table([shapely.Point(70.0, 45.0)], name=["x"])
    # One degree of latitude is 111.1 km here: 0.08° is 8.9 km and 0.1° is 11.1 km.
    sites = claims(("s", "1", 70.0, 45.08), ("s", "2", 70.0, 45.10))
    assert sites_in_layer(places, sites) == {"a"}


def test_a_layer_of_records_takes_its_sites_out_of_the_test(layered):
    found = layered.validation.known_sites
    marked = {row.site for row in found.sites if row.circular_overall}
    assert marked == {"Dzheroi-Sardara"}
    own = {row.site for row in found.sites if row.circular}
    assert own == {"Dzheroi-Sardara"}
    told = [row for row in found.sites if row.overall]
    assert found.overall.n == len(told) - 1


def test_a_single_measurement_that_ranks_the_sites_better_is_named(three_sites):
    rank, sites = three_sites
    better, worse = rank / 2, np.minimum(rank * 1.5, 1.0).astype(np.float32)
    found = check_known_sites(
        {"placer": rank, "overall": rank},
        {"placer": np.ones_like(rank)},
        CELLS,
        around(sites),
        {},
        baselines={"felsic-bedrock": better, "terrane-boundary": worse},
    )
    assert found.own.beaten_by == ("felsic-bedrock",)
    assert found.overall.beaten_by == ("felsic-bedrock",)
    means = {row.map: row.own.mean for row in found.baselines}
    assert means["felsic-bedrock"] == pytest.approx(0.2)
    assert means["terrane-boundary"] == pytest.approx((0.15 + 0.45 + 1.0) / 3)


def test_a_baseline_that_knows_fewer_sites_beats_nobody(three_sites):
    rank, sites = three_sites
    blind = np.where(rank > 0.7, np.nan, 0.01).astype(np.float32)
    found = check_known_sites(
        {"placer": rank, "overall": rank},
        {"placer": np.ones_like(rank)},
        CELLS,
        around(sites),
        {},
        baselines={"felsic-bedrock": blind},
    )
    assert found.own.beaten_by == ()
