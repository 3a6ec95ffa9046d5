import math

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.errors import LayerFormatError
from geodata.prospects.towns import (
    COMPASS,
    compass_point,
    describe_place,
    round_distance,
)

GEOD = Geod(ellps="WGS84")


def _towns(*towns: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    names, lon, lat, people = zip(*towns, strict=True)
    return gpd.GeoDataFrame(
        {"name": names, "population": people},
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )


def _from(lon: float, lat: float, azimuth_deg: float, km: float) -> tuple[float, float]:
    end_lon, end_lat, _ = GEOD.fwd(lon, lat, azimuth_deg, km * 1_000)
    return end_lon, end_lat


BALYKCHY = ("Balykchy", 76.187, 42.460, 43_000.0)


@pytest.mark.parametrize("turn", range(8))
def test_the_direction_is_the_one_from_the_town(turn):
    lon, lat = _from(76.187, 42.46, 45 * turn, 18.2)
    assert describe_place(lon, lat, _towns(BALYKCHY)) == (
        f"18 km {COMPASS[turn]} of Balykchy"
    )


def test_nearer_than_three_kilometres_is_at_the_town():
    towns = _towns(BALYKCHY)
    assert describe_place(*_from(76.187, 42.46, 90, 2.9), towns) == "at Balykchy"
    assert describe_place(*_from(76.187, 42.46, 90, 3.1), towns) == (
        "3 km E of Balykchy"
    )


def test_a_city_is_named_in_place_of_a_village_if_less_than_three_times_as_far():
    village = ("Village", *_from(76, 43, 90, 10), 500.0)
    near = ("City", *_from(76, 43, 270, 29), 2_000_000.0)
    far = ("City", *_from(76, 43, 270, 31), 2_000_000.0)
    assert describe_place(76, 43, _towns(village, near)) == "29 km E of City"
    assert describe_place(76, 43, _towns(village, far)) == "10 km W of Village"


def test_a_town_of_ten_thousand_may_be_twice_as_far_as_a_village():
    village = ("Village", *_from(76, 43, 90, 10), math.nan)
    near = ("Town", *_from(76, 43, 180, 19), 10_000.0)
    far = ("Town", *_from(76, 43, 180, 21), 10_000.0)
    assert describe_place(76, 43, _towns(village, near)) == "19 km N of Town"
    assert describe_place(76, 43, _towns(village, far)) == "10 km W of Village"


def test_the_nearest_is_named_where_no_populations_are_known():
    towns = _towns(
        ("Far", *_from(76, 43, 0, 20), 1e6), ("Near", *_from(76, 43, 0, 10), 1.0)
    ).drop(columns="population")
    assert describe_place(76, 43, towns) == "10 km S of Near"


def test_equal_towns_are_told_apart_by_name_whatever_their_order():
    one, other = ("Aksu", 76.0, 43.1, 1.0), ("Balta", 76.0, 43.1, 1.0)
    assert describe_place(76, 43, _towns(one, other)) == "11 km S of Aksu"
    assert describe_place(76, 43, _towns(other, one)) == "11 km S of Aksu"


@pytest.mark.parametrize(
    ("km", "rounded"),
    [(3.4, 3), (9.5, 10), (49.4, 49), (52.4, 50), (52.5, 55), (197.4, 195), (214, 210)],
)
def test_a_distance_is_rounded_to_what_can_be_used(km, rounded):
    assert round_distance(km) == rounded


@given(st.floats(0, 5_000))
def test_rounding_moves_a_distance_by_half_a_step_at_most(km):
    step = 1 if km < 50 else 5 if km < 200 else 10
    assert abs(round_distance(km) - km) <= step / 2 + 1e-9


@pytest.mark.parametrize(
    ("azimuth", "point"),
    [(0, "N"), (22.4, "N"), (22.6, "NE"), (-180, "S"), (180, "S"), (337.6, "N")],
)
def test_an_azimuth_goes_to_the_nearest_of_eight_points(azimuth, point):
    assert compass_point(azimuth) == point


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda towns: towns.iloc[:0], "0 rows"),
        (lambda towns: towns.rename(columns={"name": "title"}), "columns name"),
        (lambda towns: towns.to_crs("EPSG:3857"), "EPSG:4326"),
        (lambda towns: towns.set_crs(None, allow_override=True), "EPSG:4326"),
    ],
)
def test_places_that_cannot_be_used_are_refused(broken, said):
    with pytest.raises(LayerFormatError, match=said):
        describe_place(76, 43, broken(_towns(BALYKCHY)))
