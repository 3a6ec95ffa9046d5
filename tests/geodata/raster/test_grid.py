import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import CellSizeError, GridMismatchError
from geodata.raster import Cells, Grid, to_equal_area, to_lonlat

BOX = shapely.box(60.0, 40.0, 64.0, 42.0)


def test_cells_cover_the_area_of_the_ellipsoid():
    cells = Cells.inside(Grid.covering(BOX, cell_m=5_000), BOX)
    edges = shapely.segmentize(BOX, 0.01)
    area_m2, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(edges)
    assert cells.area_km2 == pytest.approx(abs(area_m2) / 1e6, rel=2e-3)


def test_fine_cells_nest_in_coarse_ones():
    coarse = Grid.covering(BOX, cell_m=10_000)
    fine = Grid.covering(BOX, cell_m=2_500)
    for grid in (coarse, fine):
        assert grid.west_m % grid.cell_m == 0
        assert grid.north_m % grid.cell_m == 0
    assert coarse.west_m <= fine.west_m
    assert (fine.west_m - coarse.west_m) % fine.cell_m == 0


@pytest.mark.parametrize("cell_m", [0, -5, 29.9, 50_001, float("nan"), float("inf")])
def test_a_cell_size_out_of_range_is_refused_with_its_limits(cell_m):
    with pytest.raises(CellSizeError, match="between 30 m and 50,000 m"):
        Grid.covering(BOX, cell_m=cell_m)


@pytest.mark.parametrize("cell_m", [30, 50_000])
def test_the_smallest_and_the_largest_cell_are_allowed(cell_m):
    small = shapely.box(60.0, 40.0, 60.01, 40.01)
    assert Grid.covering(small, cell_m=cell_m).rows >= 1


def test_blocks_give_every_cell_once_and_in_order():
    cells = Cells.inside(Grid.covering(BOX, cell_m=20_000), BOX)
    parts = [np.arange(len(cells))[block] for block in cells.blocks(7)]
    assert np.concatenate(parts).tolist() == list(range(len(cells)))
    lon, lat = cells.lonlat()
    pieces = [cells.lonlat(block) for block in cells.blocks(7)]
    assert np.array_equal(lon, np.concatenate([piece[0] for piece in pieces]))
    assert np.array_equal(lat, np.concatenate([piece[1] for piece in pieces]))


def test_a_map_holds_its_values_on_land_and_nothing_elsewhere():
    cells = Cells.inside(Grid.covering(BOX, cell_m=50_000), BOX)
    values = np.arange(len(cells), dtype=np.float32)
    filled = cells.to_map(values)
    assert filled.shape == cells.grid.shape
    assert np.array_equal(filled.ravel()[cells.index], values)
    assert np.isnan(filled).sum() == filled.size - len(cells)


def test_values_of_another_grid_are_refused():
    cells = Cells.inside(Grid.covering(BOX, cell_m=50_000), BOX)
    with pytest.raises(GridMismatchError, match="one per land cell"):
        cells.to_map(np.zeros(len(cells) + 1, dtype=np.float32))


def test_the_cell_of_a_cell_centre_is_that_cell():
    cells = Cells.inside(Grid.covering(BOX, cell_m=25_000), BOX)
    found = cells.grid.cells_of(*cells.lonlat())
    assert found.inside.all()
    index = found.row * cells.grid.columns + found.column
    assert index.tolist() == cells.index.tolist()


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1))
def test_every_place_on_earth_has_its_answer(places):
    lon, lat = np.array([*places, (-113.0, -46.0), (10.0, 10.0)]).T
    grid = Grid.covering(BOX, cell_m=25_000)
    found = grid.cells_of(lon, lat)
    assert found.inside.tolist()[-2:] == [False, False]
    assert ((found.row >= 0) & (found.row < grid.rows)).all()
    assert ((found.column >= 0) & (found.column < grid.columns)).all()


@given(lon=st.floats(46, 88, allow_nan=False), lat=st.floats(35, 56, allow_nan=False))
def test_projecting_there_and_back_moves_nothing(lon, lat):
    back = to_lonlat(to_equal_area(shapely.Point(lon, lat)))
    assert back.x == pytest.approx(lon, abs=1e-8)
    assert back.y == pytest.approx(lat, abs=1e-8)
