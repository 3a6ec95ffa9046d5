import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.raster import Grid, area_km2, cell_shares

GRID = Grid(cell_m=1_000, west_m=-2_000, north_m=1_000, rows=3, columns=4)
"""Columns from -2 to 2 km, rows from 1 to -2 km."""


def spread(shape):
    """Return the share of every cell of the grid."""
    found = cell_shares(shape, GRID)
    whole = np.zeros(GRID.shape)
    whole[found.slices] = found.share
    return whole


def test_a_box_covers_cells_and_parts_of_cells():
    half = spread(shapely.box(-1_500, -1_000, 1_000, 500))
    assert half.tolist() == [
        [0.25, 0.5, 0.5, 0.0],
        [0.5, 1.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
    ]


def test_a_triangle_halves_the_cells_its_slope_crosses():
    found = spread(shapely.Polygon([(-2_000, -2_000), (1_000, -2_000), (1_000, 1_000)]))
    assert found == pytest.approx(
        np.array([[0, 0, 0.5, 0], [0, 0.5, 1, 0], [0.5, 1, 1, 0]])
    )


def test_a_hole_is_left_out_and_what_lies_beyond_the_grid_too():
    shape = shapely.box(-9_000, -9_000, 9_000, 9_000) - shapely.box(-500, -500, 0, 0)
    found = spread(shape)
    assert found[1, 1] == 0.75
    found[1, 1] = 1
    assert found.tolist() == np.ones(GRID.shape).tolist()
    assert spread(shapely.box(5_000, 5_000, 6_000, 6_000)).sum() == 0
    assert spread(shapely.MultiPolygon()).sum() == 0


def test_several_polygons_count_together_and_lines_not_at_all():
    shape = shapely.GeometryCollection(
        [
            shapely.box(-2_000, 0, -1_500, 500),
            shapely.MultiPolygon([shapely.box(-1_000, -500, 0, 0)]),
            shapely.LineString([(0, 0), (2_000, 0)]),
        ]
    )
    assert spread(shape).tolist() == [[0.25, 0, 0, 0], [0, 0.5, 0, 0], [0] * 4]


corners = st.tuples(st.integers(-3_000, 3_000), st.integers(-3_000, 3_000))


@given(st.lists(corners, min_size=3, max_size=9))
def test_shares_are_those_of_the_intersection_with_each_cell(places):
    shape = shapely.make_valid(shapely.Polygon(places))
    cells = shapely.box(
        *np.meshgrid([-2_000, -1_000, 0, 1_000], [0, -1_000, -2_000]),
        *np.meshgrid([-1_000, 0, 1_000, 2_000], [1_000, 0, -1_000]),
    )
    expected = shapely.area(shapely.intersection(shape, cells)) / 1e6
    assert spread(shape) == pytest.approx(expected, abs=1e-9)


@given(
    st.lists(corners, min_size=3, max_size=9),
    st.floats(-3_000, 3_000),
)
def test_two_parts_of_an_area_add_up_to_it(places, cut):
    shape = shapely.make_valid(shapely.Polygon(places))
    parts = (
        shapely.intersection(shape, shapely.box(-9_000, -9_000, cut, 9_000)),
        shapely.intersection(shape, shapely.box(cut, -9_000, 9_000, 9_000)),
    )
    assert sum(map(spread, parts)) == pytest.approx(spread(shape), abs=1e-9)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(70, 45, 71, 46),
        shapely.box(50, 36, 87, 55),
        shapely.box(-10, -20, 10, 5),
        shapely.Polygon([(50, 40), (80, 50), (60, 55)]),
    ],
)
def test_the_area_is_that_of_the_ellipsoid(shape):
    earth = pyproj.Geod(ellps="WGS84")  # its edges are geodesics: many short ones
    expected = earth.geometry_area_perimeter(shapely.segmentize(shape, 0.01))[0]
    (found,) = area_km2(np.array([shape]))
    assert found == pytest.approx(abs(expected) / 1e6, rel=1e-7)


def test_the_whole_earth_has_its_area_and_a_line_none():
    found = area_km2(
        np.array(
            [
                shapely.box(-180, -90, 180, 90),
                shapely.LineString([(0, 0), (9, 9)]),
                shapely.MultiPolygon(
                    [shapely.box(0, 0, 1, 1) - shapely.box(0.2, 0.2, 0.8, 0.8)]
                ),
                shapely.box(0, 0, 1, 1),
                shapely.box(0.2, 0.2, 0.8, 0.8),
            ]
        )
    )
    assert found[0] == pytest.approx(510_065_621.724, rel=1e-6)
    assert found[1] == 0
    assert found[2] == pytest.approx(found[3] - found[4])
