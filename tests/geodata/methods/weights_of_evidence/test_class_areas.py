"""Ground and points of classes: counted once, whatever the values are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geodata.errors import LayerFormatError
from geodata.methods.weights_of_evidence import class_areas as module
from geodata.methods.weights_of_evidence.class_areas import class_areas

NAN = np.nan


def plain(values, cell=1.0):
    """Areas by the definition: one comparison a class."""
    known = values[~np.isnan(values)]
    return {value: cell * float((known == value).sum()) for value in np.unique(known)}


@pytest.mark.parametrize(
    "dtype", ["uint8", "int16", "uint16", "int32", "int64", "float32", "float64"]
)
def test_ground_and_points_are_counted_by_class_in_every_type(dtype):
    cells = np.array([[3, 1, 1], [3, 3, 7], [1, 7, 3]], dtype=dtype)
    found = class_areas(cells, [3, 3, 7, 3], cell_area_km2=0.25)
    assert found.classes.tolist() == [1.0, 3.0, 7.0]
    assert found.area_km2.tolist() == [0.75, 1.0, 0.5]
    assert found.points.tolist() == [0, 3, 1]
    assert found.missing_km2 == 0.0
    assert found.points_missing == 0


def test_booleans_are_two_classes():
    found = class_areas(np.array([[True, False, True]]), [1], cell_area_km2=1.0)
    assert found.classes.tolist() == [0.0, 1.0]
    assert found.area_km2.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_nan_and_missing_values_take_no_part(scale):
    cells = np.array([[2.0, NAN, -1.0], [4.0, 4.0, -9.0]]) * scale
    found = class_areas(
        cells,
        np.array([2.0, -1.0, NAN, 4.0, -9.0]) * scale,
        cell_area_km2=2.0,
        missing=(-1.0 * scale, -9.0 * scale),
    )
    assert found.classes.tolist() == [2.0 * scale, 4.0 * scale]
    assert found.area_km2.tolist() == [2.0, 4.0]
    assert found.points.tolist() == [1, 1]
    assert found.missing_km2 == 6.0
    assert found.points_missing == 3


@pytest.mark.parametrize("scale", [1, 0.5])
def test_masked_cells_take_no_part(scale):
    cells = np.ma.masked_array(
        np.array([[1, 2], [2, 2]]) * scale, [[True, False], [False, True]]
    )
    found = class_areas(cells, np.array([2.0 * scale]), cell_area_km2=1.0)
    assert found.classes.tolist() == [2.0 * scale]
    assert found.area_km2.tolist() == [2.0]
    assert found.missing_km2 == 2.0
    unmasked = np.ma.masked_array(np.array([[1, 2]]))
    assert class_areas(unmasked, [], cell_area_km2=1.0).missing_km2 == 0.0


def test_a_no_data_value_far_away_or_of_another_type_does_no_harm():
    far = np.array([[1, 2, -(2**31)]], dtype=np.int32)
    found = class_areas(far, [2], cell_area_km2=1.0, missing=(-(2.0**31),))
    assert found.classes.tolist() == [1.0, 2.0]
    small = np.array([[1, 2, 255]], dtype=np.uint8)
    found = class_areas(small, [2], cell_area_km2=1.0, missing=(-9999.0, 255.0, 0.5))
    assert found.classes.tolist() == [1.0, 2.0]
    single = np.array([[1.5, 0.1]], dtype=np.float32)
    found = class_areas(single, [], cell_area_km2=1.0, missing=(0.1,))
    assert found.classes.tolist() == [1.5]
    assert found.missing_km2 == 1.0


def test_whole_numbers_far_apart_are_counted_too():
    cells = np.array([[5, -(2**40), 5, 2**40]])
    found = class_areas(cells, [5, 2.0**40], cell_area_km2=1.0)
    assert found.classes.tolist() == [-(2.0**40), 5.0, 2.0**40]
    assert found.area_km2.tolist() == [1.0, 2.0, 1.0]
    assert found.points.tolist() == [0, 1, 1]


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_infinite_values_are_missing(scale):
    cells = np.array([[np.inf, 1.0 * scale, -np.inf, np.inf]])
    found = class_areas(cells, [np.inf, -np.inf, scale], cell_area_km2=1.0)
    assert found.classes.tolist() == [scale]
    assert found.area_km2.tolist() == [1.0]
    assert found.missing_km2 == 3.0
    assert found.points.tolist() == [1]
    assert found.points_missing == 2


def test_points_are_rounded_as_the_cells_are():
    cells = np.array([[0.1, 0.2, 0.1]], dtype=np.float32)
    found = class_areas(cells, [0.1, 0.2, 0.2, 1e39, NAN], cell_area_km2=1.0)
    assert found.points.tolist() == [1, 2]
    assert found.points_missing == 2
    whole = class_areas(np.array([[1, 2]]), [1.0, 1.5], cell_area_km2=1.0)
    assert whole.points.tolist() == [1, 0]


def test_a_missing_value_that_the_cells_cannot_hold_means_nothing():
    cells = np.array([[1.5, 2.5, 3.4028235e38]], dtype=np.float32)
    found = class_areas(cells, [], cell_area_km2=1.0, missing=(1e39, -1e39, NAN))
    assert len(found.classes) == 3
    found = class_areas(cells, [], cell_area_km2=1.0, missing=(3.4028234663852886e38,))
    assert found.classes.tolist() == [1.5, 2.5]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_a_map_without_cells_is_refused(shape):
    with pytest.raises(ValueError, match="at least one cell; got an array of shape"):
        class_areas(np.ones(shape), [], cell_area_km2=1.0)


@pytest.mark.parametrize(
    "cells",
    [
        [2**53, 2**53 + 1],
        [-(2**53), -(2**53) - 1],
        [0, 2**60, 2**60 + 1],
        [-(2**63), 1],
    ],
)
def test_whole_numbers_that_cannot_be_told_apart_are_refused(cells):
    with pytest.raises(LayerFormatError, match=r"beyond 2\^53 they cannot be told"):
        class_areas(np.array([cells]), [], cell_area_km2=1.0)


def test_the_largest_whole_numbers_that_can_be_told_apart_are_classes():
    most = 2**53 - 1
    found = class_areas(np.array([[most, most - 1]]), [most], cell_area_km2=1.0)
    assert found.classes.tolist() == [most - 1, most]
    assert found.points.tolist() == [0, 1]
    far = np.array([[2**60, 2**60 + 2, 1]])
    missing = (2.0**60, float(2**60 + 2))  # one double for both
    mask = np.ma.masked_array(far, [[False, True, False]])
    found = class_areas(mask, [], cell_area_km2=1.0, missing=missing)
    assert found.classes.tolist() == [1.0]


def test_rounding_makes_no_missing_ground_less_than_none():
    cells = np.zeros((1, 6), dtype=np.uint8)  # six times 0.3, added: above 1.8
    found = class_areas(cells, [], cell_area_km2=np.array([0.3]))
    assert found.area_km2[0] > 0.3 * 6
    assert found.missing_km2 == 0.0


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_cells_of_different_rows_have_their_own_area(scale):
    cells = np.array([[1.0, 2.0], [2.0, NAN], [1.0, 1.0]]) * scale
    found = class_areas(cells, [], cell_area_km2=np.array([1.0, 10.0, 100.0]))
    assert found.area_km2.tolist() == [201.0, 11.0]
    assert found.missing_km2 == pytest.approx(10.0, rel=1e-12)


def test_a_list_of_cells_is_a_map_too():
    found = class_areas(np.array([4, 4, 5]), [5], cell_area_km2=3.0)
    assert found.area_km2.tolist() == [6.0, 3.0]


def test_a_map_without_a_known_cell_is_refused():
    with pytest.raises(LayerFormatError, match="None of the 4 cells"):
        class_areas(np.full((2, 2), NAN), [1.0], cell_area_km2=1.0)
    with pytest.raises(LayerFormatError, match="is known"):
        class_areas(np.full((2, 2), 7), [7], cell_area_km2=1.0, missing=(7,))


@pytest.mark.parametrize("area", [0.0, -1.0, NAN, np.inf])
def test_a_cell_area_must_be_positive(area):
    with pytest.raises(ValueError, match="positive"):
        class_areas(np.ones((2, 2)), [], cell_area_km2=area)


def test_one_cell_area_a_row_is_needed():
    with pytest.raises(ValueError, match=r"2 rows.*\(3,\)"):
        class_areas(np.ones((2, 3)), [], cell_area_km2=np.ones(3))


def test_a_hundred_thousand_distinct_values_are_no_trouble():
    rng = np.random.default_rng(4)
    cells = rng.integers(0, 100_000, (1000, 1000)).astype(np.float32) / 7
    found = class_areas(cells, cells[:3, 0], cell_area_km2=1.0)
    assert len(found.classes) > 99_000
    assert found.area_km2.sum() == 1e6
    assert found.points.sum() == 3


@pytest.mark.parametrize("dtype", ["float32", "float64", ">f4"])
def test_fractions_are_put_together_from_all_parts_of_a_map(dtype, monkeypatch):
    monkeypatch.setattr(module, "_PART_CELLS", 3)
    cells = np.array(
        [[0.5, -0.0, 2.5], [NAN, 0.0, 0.5], [-1.5, 2.5, -0.0], [0.5, 0.5, 7.0]],
        dtype=dtype,
    )
    found = class_areas(cells, [0.0, -0.0, -1.5], cell_area_km2=0.25, missing=(7.0,))
    assert found.classes.tolist() == [-1.5, 0.0, 0.5, 2.5]
    assert not np.signbit(found.classes[1])
    assert found.area_km2.tolist() == [0.25, 0.75, 1.0, 0.5]
    assert found.points.tolist() == [1, 2, 0, 0]
    by_row = class_areas(cells, [], cell_area_km2=np.array([1.0, 10.0, 100.0, 1000.0]))
    assert by_row.classes.tolist() == [-1.5, 0.0, 0.5, 2.5, 7.0]
    assert by_row.area_km2.tolist() == [100.0, 111.0, 2011.0, 101.0, 1000.0]


@pytest.mark.parametrize("count", [2, 300])
def test_cells_are_counted_once_whatever_the_number_of_classes(count, monkeypatch):
    calls = []
    plain_count = np.bincount

    def counted(codes, *arguments, **options):
        calls.append(np.size(codes))
        return plain_count(codes, *arguments, **options)

    cells = np.random.default_rng(1).integers(0, count, (600, 1000))
    monkeypatch.setattr(module.np, "bincount", counted)
    class_areas(cells, [], cell_area_km2=1.0)
    assert sum(calls) == cells.size


cells_of_any_kind = arrays.arrays(
    np.float64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.one_of(
        st.integers(-3, 3).map(float), st.just(0.5), st.just(NAN), st.just(1e6)
    ),
)


@given(cells_of_any_kind)
def test_areas_are_those_of_the_definition_and_sum_to_the_map(cells):
    cells[0, 0] = 1.0
    found = class_areas(cells, cells.ravel(), cell_area_km2=0.5)
    assert dict(zip(found.classes, found.area_km2, strict=True)) == plain(cells, 0.5)
    assert found.area_km2.sum() + found.missing_km2 == cells.size * 0.5
    assert np.array_equal(found.points * 0.5, found.area_km2)


@given(cells_of_any_kind, st.randoms(use_true_random=False))
def test_the_order_of_cells_does_not_matter(cells, random):
    cells[0, 0] = 1.0
    flat = cells.ravel()
    order = list(range(cells.size))
    random.shuffle(order)
    first = class_areas(flat, [1.0], cell_area_km2=1.0)
    second = class_areas(flat[order], [1.0], cell_area_km2=1.0)
    assert np.array_equal(first.classes, second.classes)
    assert np.array_equal(first.area_km2, second.area_km2)
