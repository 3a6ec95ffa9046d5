import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.prospects.licence_blocks import licence_blocks

MINUTE = 1 / 60


def test_an_area_inside_one_block_lies_on_one_block():
    found = licence_blocks(shapely.Point(75.008, 43.008).buffer(0.001))
    assert found.count == 1
    assert (found.west, found.south) == (75, 43)
    assert found.east == pytest.approx(75 + MINUTE)
    assert found.north == pytest.approx(43 + MINUTE)


def test_an_area_that_fills_its_blocks_does_not_count_those_it_touches():
    area = shapely.box(75, 43, 75 + 3 * MINUTE, 43 + 2 * MINUTE)
    found = licence_blocks(area)
    assert found.count == 6
    assert found.east == pytest.approx(75 + 3 * MINUTE)


def test_decimals_that_mean_a_whole_minute_do_not_open_another_block():
    # In binary 64.1 * 60 is 3845.9999999999995 and 64.15 * 60 is 3849.0000000000005.
    found = licence_blocks(shapely.box(64.1, 43.5, 64.15, 43.55))
    assert found.count == 9
    assert (round(found.west * 60), round(found.east * 60)) == (3846, 3849)


def test_a_diagonal_area_counts_only_the_blocks_it_reaches():
    # Below the diagonal of ten by ten blocks: 10 on it and 45 below.
    side = 10 * MINUTE
    triangle = shapely.Polygon([(75, 43), (75 + side, 43), (75 + side, 43 + side)])
    assert licence_blocks(triangle).count == 55


def test_a_hole_is_left_out():
    outer = shapely.box(75, 43, 75 + 5 * MINUTE, 43 + 5 * MINUTE)
    hole = shapely.box(
        75 + 2 * MINUTE, 43 + 2 * MINUTE, 75 + 3 * MINUTE, 43 + 3 * MINUTE
    )
    assert licence_blocks(outer.difference(hole)).count == 24


def test_the_parts_of_an_area_are_counted_together():
    part = shapely.box(75, 43, 75 + MINUTE, 43 + MINUTE)
    far = shapely.transform(part, lambda lonlat: lonlat + 1)
    found = licence_blocks(shapely.MultiPolygon([part, far]))
    assert found.count == 2
    assert (found.west, found.south) == (75, 43)
    assert found.north == pytest.approx(44 + MINUTE)


def test_a_large_area_is_counted_in_full():
    assert licence_blocks(shapely.box(75, 43, 78, 45)).count == 3 * 60 * 2 * 60


@settings(max_examples=40, deadline=None)
@given(
    lon=st.floats(46, 87),
    lat=st.floats(35, 55),
    radius=st.floats(0.001, 0.3),
    sides=st.integers(1, 8),
)
def test_the_count_is_that_of_testing_block_by_block(lon, lat, radius, sides):
    area = shapely.Point(lon, lat).buffer(radius, quad_segs=sides)
    found = licence_blocks(area)
    columns = np.arange(round(found.west * 60), round(found.east * 60))
    rows = np.arange(round(found.south * 60), round(found.north * 60))
    west, south = np.meshgrid(columns / 60, rows / 60)
    cells = shapely.box(west, south, west + MINUTE, south + MINUTE)
    expected = np.count_nonzero(shapely.intersects(cells, area))
    touching = np.count_nonzero(shapely.area(shapely.intersection(cells, area)) < 1e-9)
    assert expected - touching <= found.count <= expected
    assert found.count * MINUTE**2 >= area.area * (1 - 1e-9)


@pytest.mark.parametrize("area", [shapely.Polygon(), shapely.Point(75, 43)])
def test_what_is_no_area_is_refused(area):
    with pytest.raises(ValueError, match="need a polygon"):
        licence_blocks(area)
