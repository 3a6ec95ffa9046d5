import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp
from rasterio.features import rasterize
from scipy import ndimage, spatial

from geodata.methods.distance_map import distance_map

MASKS = stnp.arrays(np.bool_, stnp.array_shapes(min_dims=2, max_dims=2, max_side=12))
CELL_M = 500.0


def test_distances_on_a_small_map_are_those_of_the_ruler():
    mask = np.zeros((3, 3), dtype=np.bool_)
    mask[0, 0] = True
    found = distance_map(mask, cell_m=10.0)
    diagonal = 10 * np.sqrt(2)
    assert found.dtype == np.float32
    assert found == pytest.approx(
        np.array(
            [
                [0, 10, 20],
                [10, diagonal, 10 * np.sqrt(5)],
                [20, 10 * np.sqrt(5), 2 * diagonal],
            ]
        )
    )


def test_a_map_on_which_nothing_is_marked_is_unknown_everywhere():
    found = distance_map(np.zeros((2, 3), dtype=np.bool_), cell_m=1.0)
    assert found.shape == (2, 3)
    assert found.dtype == np.float32
    assert np.isnan(found).all()


def test_a_map_on_which_all_is_marked_is_0_everywhere():
    assert not distance_map(np.ones((3, 2), dtype=np.bool_), cell_m=9.0).any()


def test_the_border_of_the_map_is_not_something_to_be_near_to():
    mask = np.zeros((1, 9), dtype=np.bool_)
    mask[0, 0] = True
    assert distance_map(mask, cell_m=1.0)[0].tolist() == list(range(9))
    assert distance_map(mask.T, cell_m=1.0)[:, 0].tolist() == list(range(9))


def test_an_empty_map_stays_empty():
    assert distance_map(np.zeros((0, 4), dtype=np.bool_), cell_m=1.0).shape == (0, 4)


@given(MASKS, st.floats(0.5, 1e4))
def test_every_distance_is_that_to_the_nearest_of_all_marked_cells(mask, cell_m):
    found = distance_map(mask, cell_m=cell_m)
    if not mask.any():
        assert np.isnan(found).all()
        return
    every = np.argwhere(np.ones_like(mask))
    nearest = spatial.distance.cdist(every, np.argwhere(mask)).min(axis=1) * cell_m
    assert found.ravel() == pytest.approx(nearest, rel=1e-6)


@given(MASKS)
def test_the_mask_may_lie_in_memory_in_any_order_and_is_left_alone(mask):
    before = mask.copy()
    wanted = distance_map(mask, cell_m=2.0)
    assert np.array_equal(
        distance_map(np.asfortranarray(mask), cell_m=2.0), wanted, equal_nan=True
    )
    assert np.array_equal(
        distance_map(mask[::-1, ::-1], cell_m=2.0), wanted[::-1, ::-1], equal_nan=True
    )
    assert np.array_equal(mask, before)


def test_a_large_map_agrees_with_an_independent_transform():
    mask = np.random.default_rng(4).random((700, 900)) < 1e-4
    exact = ndimage.distance_transform_edt(~mask) * CELL_M
    assert distance_map(mask, cell_m=CELL_M) == pytest.approx(exact, rel=2e-7)


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((3, 3)),
        np.zeros((3, 3), dtype=np.uint8),
        np.zeros(9, dtype=np.bool_),
        np.zeros((2, 2, 2), dtype=np.bool_),
    ],
)
def test_what_is_not_a_mask_is_refused(mask):
    with pytest.raises(ValueError, match="mask of bool with rows and columns"):
        distance_map(mask, cell_m=1.0)


@pytest.mark.parametrize("cell_m", [0.0, -1.0, np.nan, np.inf])
def test_a_cell_without_a_size_is_refused(cell_m):
    with pytest.raises(ValueError, match="positive, in metres"):
        distance_map(np.ones((1, 1), dtype=np.bool_), cell_m=cell_m)


@pytest.mark.parametrize("kind", ["lines", "points"])
def test_distances_agree_with_eis_toolkit_within_a_quarter_of_a_cell(shared, kind):
    geopandas = pytest.importorskip("geopandas")
    folder = shared / "parity" / "eis"
    theirs = np.load(folder / f"eis_dist_{kind}_500.npz")["a"]
    with rasterio.open(folder / "input" / "dist_lines.tif") as raster:
        transform, shape = raster.transform, raster.shape
    things = geopandas.read_file(folder / "input" / f"{kind}.gpkg")
    mask = rasterize(things.geometry, out_shape=shape, transform=transform) == 1
    ours = distance_map(mask, cell_m=CELL_M)
    assert ours == pytest.approx(ndimage.distance_transform_edt(~mask) * CELL_M)
    assert np.abs(ours - theirs).max() <= 0.26 * CELL_M
