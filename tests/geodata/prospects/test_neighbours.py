from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

import geodata
from geodata.layers.occurrences.known_sites import read_known_sites
from geodata.layers.store import LayerStore
from geodata.prospects.neighbours import (
    nearest_occurrences,
    round_to_uncertainty,
)

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def claims() -> gpd.GeoDataFrame:
    bundle = Path(geodata.__file__).parent / "bundle"
    return read_known_sites(LayerStore((bundle,)))


def _one(lon: float, lat: float, uncertainty_km: float = 5.0) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "occurrence_id": ["test-1"],
            "site": ["Site"],
            "name": ["Name"],
            "uncertainty_km": [uncertainty_km],
            "deposit_type": ["placer"],
            "preferred": [True],
        },
        geometry=[shapely.Point(lon, lat)],
        crs="EPSG:4326",
    )


def test_the_nearest_come_first_and_each_site_once(claims):
    found = nearest_occurrences(shapely.Point(76.6, 42.6), claims)
    assert [item.site for item in found][:2] == ["Kutessay II", "Kyzyl-Ompul"]
    assert len({item.site for item in found}) == 3
    assert found[0].record == "usgs-pp1802-1443"
    assert found[0].deposit_type == "peralkaline"


def test_names_without_a_position_are_nobodys_neighbours(claims):
    found = nearest_occurrences(shapely.Point(70, 45), claims, count=1_000)
    assert len(found) == 14
    assert "Dunkeldyk" not in {item.site for item in found}


@pytest.mark.parametrize("name", [None, float("nan"), "", " "])
def test_a_record_without_a_name_bears_that_of_its_site(name):
    (found,) = nearest_occurrences(
        shapely.Point(76, 43), _one(76, 43).assign(name=name)
    )
    assert found.name == "Site"


def test_a_site_inside_an_area_is_at_distance_zero_and_within_its_error():
    area = shapely.box(75, 42, 77, 44)
    (found,) = nearest_occurrences(area, _one(76, 43, 10))
    assert found.distance_km == 0
    assert found.within_error


def test_the_distance_of_an_area_is_that_of_its_edge():
    # Along the equator 0.5° is 55.66 km; the area ends at 1° E, the site is at 1.5° E.
    area = shapely.box(0, -1, 1, 1)
    (found,) = nearest_occurrences(area, _one(1.5, 0.0))
    assert found.distance_km == 56
    assert not found.within_error


def test_a_long_edge_between_its_corners_is_found():
    # One degree of latitude from 44° to 45° is 111.12 km; corners are far off.
    area = shapely.box(60, 40, 80, 44)
    (found,) = nearest_occurrences(area, _one(70, 45))
    assert found.distance_km == pytest.approx(111, abs=1)


def test_a_site_in_a_hole_is_outside():
    area = shapely.box(75, 42, 77, 44).difference(shapely.box(75.5, 42.5, 76.5, 43.5))
    (found,) = nearest_occurrences(area, _one(76, 43))
    assert found.distance_km == 41  # 0.5° of longitude at 43° N is 40.77 km


@given(st.floats(46, 87), st.floats(35, 55))
def test_a_point_is_as_far_as_the_geodesic(lon, lat):
    metres = GEOD.inv(lon, lat, 66.0, 45.0)[2]
    (found,) = nearest_occurrences(shapely.Point(lon, lat), _one(66.0, 45.0, 1.0))
    assert found.distance_km == pytest.approx(metres / 1_000, abs=0.51)


def test_no_known_sites_give_no_neighbours():
    assert nearest_occurrences(shapely.Point(70, 45), _one(70, 45).iloc[:0]) == []


@pytest.mark.parametrize(
    ("distance", "uncertainty", "rounded"),
    [(12.3, 10, 12), (10.1, 10, 10), (63.4, 45, 65), (7.2, 5.4, 7), (123.0, 60, 120)],
)
def test_a_distance_is_told_no_finer_than_the_position_is_known(
    distance, uncertainty, rounded
):
    assert round_to_uncertainty(distance, uncertainty) == rounded


@given(st.floats(0, 3_000), st.floats(0.5, 100))
def test_rounding_stays_within_the_uncertainty(distance, uncertainty):
    rounded = round_to_uncertainty(distance, uncertainty)
    assert abs(rounded - distance) <= max(uncertainty, 0.5) + 1e-9


def test_an_empty_place_or_no_count_is_refused():
    with pytest.raises(ValueError, match="not empty"):
        nearest_occurrences(shapely.Polygon(), _one(70, 45))
    with pytest.raises(ValueError, match="count"):
        nearest_occurrences(shapely.Point(70, 45), _one(70, 45), count=0)


@given(
    st.lists(st.tuples(st.floats(46, 88), st.floats(35, 56)), min_size=5, max_size=30),
    st.floats(46, 88),
    st.floats(35, 56),
)
def test_among_many_sites_the_nearest_by_geodesic_are_found(places, lon, lat):
    names = [f"site-{row:02}" for row in range(len(places))]
    table = gpd.GeoDataFrame(
        {
            "occurrence_id": names,
            "site": names,
            "name": names,
            "uncertainty_km": 0.1,
            "deposit_type": "placer",
            "preferred": True,
        },
        geometry=[shapely.Point(*place) for place in places],
        crs="EPSG:4326",
    )
    found = nearest_occurrences(shapely.Point(lon, lat), table)
    metres = sorted(GEOD.inv(lon, lat, *place)[2] for place in places)
    for neighbour, true_m in zip(found, metres[:3], strict=True):
        assert neighbour.distance_km == pytest.approx(true_m / 1000, abs=0.6)
