import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from geodata.scoring.learned.argument import encode
from tests.geodata.scoring.learned.worlds import argument, classes_of

SOME = np.float32([-1.0, 0.0, 0.25, 4.0, np.nan])


def test_a_plain_argument_enters_as_it_was_measured():
    found = encode(argument(), SOME, ())
    assert_array_equal(found, np.float64([[-1.0], [0.0], [0.25], [4.0], [np.nan]]))
    assert found.dtype == np.float64


def test_a_share_enters_by_its_root_and_below_nothing_is_nothing():
    found = encode(argument(scale="root"), SOME, ())
    assert_array_equal(found.ravel(), [0.0, 0.0, 0.5, 2.0, np.nan])
    assert found.shape == (5, 1)


def test_a_distance_enters_by_its_logarithm_and_none_is_below_the_floor():
    found = encode(argument(scale="log", step=2.0, floor=1.0), SOME, ())
    wanted = np.log([1.5, 1.5, 1.5, 3.0])
    assert_allclose(found.ravel()[:4], wanted)
    assert np.isnan(found[4, 0])
    assert found.shape == (5, 1)


def test_without_a_step_and_a_floor_a_logarithm_counts_in_units_from_zero():
    assert_allclose(
        encode(argument(scale="log"), SOME, ()).ravel()[:4], np.log([1, 1, 1.25, 5.0])
    )


def test_every_named_class_has_a_column_and_the_others_have_none():
    item = classes_of("crust", "rift", "craton", "not in the layer")
    codes = np.float32([0, 1, 2, np.nan])
    found = encode(item, codes, ("craton", "rift", "basin"))
    assert_array_equal(
        found, [[0, 1, 0], [1, 0, 0], [0, 0, 0], [np.nan, np.nan, np.nan]]
    )
    assert item.columns == ("crust: rift", "crust: craton", "crust: not in the layer")
    assert argument("rock").columns == ("rock",)


def test_a_class_that_the_layer_lacks_is_nowhere_even_where_nothing_is_known():
    found = encode(classes_of("crust", "gone"), np.float32([0, np.nan]), ("craton",))
    assert_array_equal(found, [[0.0], [np.nan]])


@pytest.mark.parametrize(
    ("direction", "bounds"),
    [
        ("up", (0.0, np.inf)),
        ("down", (-np.inf, 0.0)),
        ("either", (-np.inf, np.inf)),
    ],
)
def test_a_direction_bounds_the_slope_on_one_side_only(direction, bounds):
    assert argument(direction=direction).bounds == bounds


def test_encoding_leaves_the_measurement_alone():
    measured = SOME.copy()
    encode(argument(), measured, ())[:] = 7.0
    encode(argument(scale="log", floor=3.0), measured, ())
    assert_array_equal(measured, SOME)
