"""Boxes of a query: what is read, and what lies inside is never lost."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.boxes import box_in_crs84, parse_box
from app.crs import known_crs, parse_crs, to_crs
from app.errors import BadParameterError
from tests.app.test_crs import EVERY, GRID, lonlats

CRS84 = known_crs()[0]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("60,40,80,50", (60, 40, 80, 50)),
        (" 60 , 40,80, 50", (60, 40, 80, 50)),
        ("60,40,-5,80,50,9000", (60, 40, 80, 50)),
        ("-1e1,+.5,2.,3E0", (-10, 0.5, 2, 3)),
    ],
)
def test_four_numbers_or_six_are_read(text, values):
    assert parse_box(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "1,2,3",
        "1,2,3,4,5",
        "1,2,3,4,5,6,7",
        "a,2,3,4",
        "1_0,2,3,4",
        "nan,2,3,4",
        "1,2,3,inf",
        "1,2,3,1e999",
        "0x1,2,3,4",
        "1,2,3,4,",
        "١,2,3,4",
        "1;2;3;4",
        "1,2,3,\n4",
        "--1,2,3,4",
        "," * 100_000,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadParameterError, match="four numbers"):
        parse_box(text)


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ((60, 40, 80, 50), [(60, 40, 80, 50)]),
        ((-418, -10, 554, 80), [(-180, -10, 180, 80)]),
        ((0, 0, 360, 1), [(-180, 0, 180, 1)]),
        ((170, 0, -170, 1), [(170, 0, 180, 1), (-180, 0, -170, 1)]),
        ((170, 0, 190, 1), [(170, 0, 180, 1), (-180, 0, -170, 1)]),
        ((190, 0, 200, 1), [(-170, 0, -160, 1)]),
        ((420, 40, 440, 50), [(60, 40, 80, 50)]),
        ((-300, 40, -280, 50), [(60, 40, 80, 50)]),
        ((-1e308, -90, 1e308, 90), [(-180, -90, 180, 90)]),
    ],
)
def test_longitudes_are_wrapped(values, parts):
    found = shapely.get_parts(box_in_crs84(values, CRS84))
    assert [part.bounds for part in found] == parts


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((0, -91, 1, 0), "latitudes"),
        ((0, 0, 1, 90.1), "latitudes"),
        ((0, 50, 1, 40), "latitudes"),
        ((554, 0, -418, 1), "antimeridian"),
    ],
)
def test_what_lies_off_the_globe_is_refused(values, told):
    with pytest.raises(BadParameterError, match=told):
        box_in_crs84(values, CRS84)


def test_latitude_comes_first_in_epsg_4326():
    crs = parse_crs("EPSG:4326")
    assert box_in_crs84((40, 60, 50, 80), crs).bounds == (60, 40, 80, 50)
    with pytest.raises(BadParameterError, match="latitude comes before"):
        box_in_crs84((60, 95, 80, 100), parse_crs("OGC:CRS84"))


def test_web_mercator_covers_the_world_and_is_wrapped():
    crs, half = parse_crs("EPSG:3857"), 20037508.342789244
    whole = box_in_crs84((-half, -half, half, half), crs).bounds
    assert whole == pytest.approx((-180, -85.0511288, 180, 85.0511288), abs=1e-6)
    assert box_in_crs84((-9e300, -9e300, 9e300, 9e300), crs).bounds[3] == 90
    turned = box_in_crs84((half + 1e6, 0, half + 2e6, 1e6), crs).bounds
    assert turned[0] == pytest.approx(-171.0168, abs=1e-4)


def test_a_projected_box_far_away_or_turned_around_is_refused():
    for crs in EVERY:
        if not crs.geographic:
            with pytest.raises(BadParameterError, match="must not be less"):
                box_in_crs84((1, 1, 0, 0), crs)
    far = parse_crs("EPSG:32642")
    with pytest.raises(BadParameterError, match="nowhere near Central Asia"):
        box_in_crs84((5e7, 5e7, 6e7, 6e7), far)


@pytest.mark.parametrize("crs", EVERY, ids=lambda crs: crs.title)
def test_a_box_around_everything_holds_the_region(crs):
    huge = (-1e9, -1e9, 1e9, 1e9) if not crs.geographic else (-90, -90, 90, 90)
    region = shapely.box(44, 33, 90, 58)
    assert box_in_crs84(huge, crs).buffer(1e-9).contains(region)


@given(lonlats)
def test_every_place_is_in_the_box_of_its_own_published_position(place):
    (point,) = shapely.points([place])
    for crs in EVERY:
        position = to_crs(np.array([point]), crs)[0].coords[0]
        assert box_in_crs84((*position, *position), crs).intersects(point), crs.title


@given(st.lists(lonlats, min_size=2, max_size=2), st.lists(lonlats, min_size=5))
def test_what_lies_in_a_box_of_a_system_lies_in_it_on_the_globe(corners, places):
    points = shapely.points(places)
    for crs in (parse_crs("EPSG:32639"), parse_crs("EPSG:28415"), GRID):
        ends = shapely.get_coordinates(to_crs(shapely.points(corners), crs))
        low, high = ends.min(axis=0), ends.max(axis=0)
        positions = shapely.get_coordinates(to_crs(points, crs))
        inside = ((positions >= low) & (positions <= high)).all(axis=1)
        box = box_in_crs84((*low, *high), crs)
        assert shapely.intersects(box, points[inside]).all()
        outside = ((positions < low - 60) | (positions > high + 60)).any(axis=1)
        assert not shapely.intersects(box, points[outside]).any()
