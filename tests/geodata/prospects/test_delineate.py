import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geodata.prospects.delineate import Delineation, delineate, outlines
from geodata.raster import Grid

RULE = Delineation(core_share=0.1, grown_share=0.3, min_area_km2=2.0)


def test_an_area_grows_from_its_core_over_connected_cells():
    """0.9 is the core; 0.8 touches it, also at a corner; 0.7 alone has no core."""
    scores = np.float32(
        [
            [0.1, 0.2, 0.7, 0.3],
            [0.9, 0.2, 0.1, 0.3],
            [0.1, 0.8, 0.2, 0.1],
        ]
    )
    label = delineate(scores, cell_area_km2=1.0, rule=RULE)
    assert label.tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]


def test_an_area_that_is_too_small_is_dropped():
    scores = np.zeros((4, 4), dtype=np.float32)
    scores[1, 1] = 0.9
    assert not delineate(scores, cell_area_km2=1.0, rule=RULE).any()


def test_unknown_cells_are_neither_area_nor_counted():
    scores = np.full((10, 10), np.nan, dtype=np.float32)
    scores[0, :] = np.linspace(0.0, 0.9, 10)
    label = delineate(scores, cell_area_km2=1.0, rule=RULE)
    assert label[0].tolist() == [0] * 7 + [1, 1, 1]
    assert not label[1:].any()


def test_a_plateau_larger_than_the_share_does_not_stand_out():
    scores = np.full((10, 10), 0.8, dtype=np.float32)
    assert not delineate(scores, cell_area_km2=1.0, rule=RULE).any()


def test_a_map_that_knows_nothing_has_no_areas():
    nothing = np.full((3, 3), np.nan, dtype=np.float32)
    assert not delineate(nothing, cell_area_km2=1.0, rule=RULE).any()


@given(hnp.arrays(np.float32, (8, 8), elements=st.floats(0, 1, width=32)))
def test_areas_never_take_more_than_their_share_and_always_hold_a_core(scores):
    label = delineate(scores, cell_area_km2=1.0, rule=RULE)
    grown = np.quantile(scores, 1 - RULE.grown_share, method="lower")
    beyond = (label > 0) & (scores <= grown)  # only filled gaps of one cell
    assert ((label > 0) & ~beyond).mean() <= RULE.grown_share
    assert not (beyond[:, 1:] & beyond[:, :-1]).any()
    core = np.quantile(scores, 1 - RULE.core_share, method="lower")
    for number in range(1, label.max() + 1):
        inside = label == number
        assert inside.sum() >= RULE.min_area_km2
        assert (scores[inside] > core).any()


def test_an_area_that_is_too_large_keeps_its_best_parts():
    """One ridge of 21 cells with a peak at each end; eight cells are the most."""
    ridge = np.abs(np.arange(21) - 10) / 10
    scores = np.zeros((21, 21), dtype=np.float32)
    scores[10] = 0.5 + ridge / 2
    rule = Delineation(
        core_share=0.01, grown_share=0.05, min_area_km2=2.0, max_area_km2=8.0
    )
    label = delineate(scores, cell_area_km2=1.0, rule=rule)
    assert label.max() == 2
    assert label[10, 0] == 1
    assert label[10, 20] == 2
    assert label[10, 10] == 0
    assert np.bincount(label.ravel())[1:].max() <= 8


def test_a_small_gap_inside_an_area_is_filled_but_not_one_without_data():
    scores = np.zeros((9, 9), dtype=np.float32)
    scores[1:6, 1:6] = 0.8
    scores[1, 1] = 0.9
    scores[3, 3] = 0.1
    rule = Delineation(core_share=0.02, grown_share=0.4, min_area_km2=3.0)
    label = delineate(scores, cell_area_km2=1.0, rule=rule)
    assert (label[1:6, 1:6] == 1).all()
    scores[3, 3] = np.nan
    label = delineate(scores, cell_area_km2=1.0, rule=rule)
    assert label[3, 3] == 0
    assert (label == 1).sum() == 24


def test_an_outline_has_the_area_of_its_cells_and_winds_to_the_left():
    grid = Grid(cell_m=10_000, west_m=0, north_m=100_000, rows=4, columns=4)
    label = np.int32([[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [2, 0, 0, 0]])
    found = outlines(label, grid)
    assert set(found) == {1, 2}
    geod = pyproj.Geod(ellps="WGS84")
    area_m2, _ = geod.geometry_area_perimeter(found[1])
    assert area_m2 / 1e6 == pytest.approx(3 * grid.cell_area_km2, rel=1e-3)
    assert found[1].is_valid
    assert shapely.get_exterior_ring(found[1]).is_ccw


def test_cells_that_touch_at_a_corner_make_one_area_of_two_pieces():
    grid = Grid(cell_m=10_000, west_m=0, north_m=0, rows=2, columns=2)
    found = outlines(np.int32([[1, 0], [0, 1]]), grid)
    assert shapely.get_num_geometries(found[1]) == 2
    assert found[1].is_valid
