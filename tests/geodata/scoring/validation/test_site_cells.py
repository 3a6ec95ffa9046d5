"""Circles of error of many places at once: the same cells as one by one."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from geodata.raster import Cells, Grid
from geodata.region import LonLat
from geodata.scoring.validation.site_cells import MOST, site_cells
from geodata.scoring.validation.site_rank import circle

nan = np.nan
LAND = shapely.box(66.0, 44.0, 70.0, 47.0).difference(shapely.box(67.5, 45, 68.2, 46))
CELLS = Cells.inside(Grid.covering(LAND, cell_m=10_000), LAND)


def around(lon, lat, radius, **how):
    spots = (np.asarray(values, np.float64) for values in (lon, lat, radius))
    return site_cells(CELLS, *spots, **how)


@given(
    lon=st.floats(65.5, 70.5), lat=st.floats(43.8, 47.2), radius=st.floats(0.5, 45.0)
)
def test_a_circle_holds_the_same_cells_as_the_one_that_is_looked_for_everywhere(
    lon, lat, radius
):
    found = around([lon], [lat], [radius], most=10_000)
    sought = circle(LonLat(lon=lon, lat=lat), radius, CELLS.lonlat())
    assert found.cell.tolist() == sought.tolist()


def test_places_stand_in_order_and_one_far_from_land_has_no_cell():
    found = around([69, 20, 67], [46, 20, 44.5], [0.1, 10, 0.1])
    assert found.places == 3
    assert found.place.tolist() == [0, 2]


def test_a_wide_circle_is_read_at_cells_spread_evenly_over_it():
    every = around([68.9], [46], [200], most=10_000).cell
    found = around([68.9], [46], [200]).cell
    assert len(found) == MOST < len(every)
    assert set(found) < set(every)
    assert found.mean() == pytest.approx(every.mean(), rel=0.01)


def test_the_mean_of_a_place_is_of_what_is_known_in_its_circle():
    found = around([69, 67, 66.5], [46, 44.5, 46.5], [15, 0.1, 0.1])
    values = np.where(found.place == 0, 0.25, nan)
    values[0], values[found.place == 2] = nan, 0.75
    assert_allclose(found.mean(values), [0.25, nan, 0.75])


def test_some_of_the_places_keep_their_cells_and_their_order():
    found = around([69, 67, 66.5], [46, 44.5, 46.5], [15, 0.1, 20])
    some = found.of(np.array([False, True, True]))
    alone = around([67, 66.5], [44.5, 46.5], [0.1, 20])
    assert some.places == 2
    assert (some.cell.tolist(), some.place.tolist()) == (
        alone.cell.tolist(),
        alone.place.tolist(),
    )


def test_without_places_there_are_no_cells():
    found = around([], [], [])
    assert (found.places, found.cell.tolist(), found.mean(np.zeros(0)).tolist()) == (
        0,
        [],
        [],
    )
