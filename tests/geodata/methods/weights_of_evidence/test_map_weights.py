"""Groups of classes and their weights; the complement always has W-."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import ClassAreas
from geodata.methods.weights_of_evidence.map_weights import (
    MapWeights,
    binary_weights,
    class_weights,
)
from geodata.methods.weights_of_evidence.weights import weights_of_evidence


def areas(area_km2, points):
    return ClassAreas(
        classes=np.arange(1.0, len(area_km2) + 1) * 10,
        area_km2=np.array(area_km2, dtype=float),
        points=np.array(points),
        missing_km2=0.0,
        points_missing=0,
    )


@pytest.mark.parametrize(
    ("kind", "row", "groups"),
    [
        (Kind.ASCENDING, 1, [1, 1, 0]),
        (Kind.DESCENDING, 1, [0, 1, 1]),
        (Kind.CATEGORICAL, 1, [0, 1, 0]),
    ],
)
def test_a_cut_puts_the_classes_of_its_row_inside(kind, row, groups):
    table = weights_of_evidence(areas([100, 300, 600], [8, 8, 4]), kind=kind)
    cut = binary_weights(table, row)
    assert cut.classes.tolist() == [10.0, 20.0, 30.0]
    assert cut.groups.tolist() == groups
    assert cut.names == ("outside", "inside")
    assert cut.weights.tolist() == [table.w_minus[row], table.w_plus[row]]
    assert cut.deviations.tolist() == [table.s_w_minus[row], table.s_w_plus[row]]
    share = table.area_units[row] / 1000
    assert_allclose(cut.shares, [1 - share, share], rtol=1e-14)
    assert not cut.patched
    whole = weights_of_evidence(areas([100, 900], [8, 8]), kind=Kind.ASCENDING)
    assert binary_weights(whole, 1).patched


def test_unique_classes_keep_their_own_weights():
    made = areas([100, 300, 600], [8, 8, 4])
    table = weights_of_evidence(made, kind=Kind.UNIQUE)
    found = class_weights(table, made)
    assert found.names == ("10", "20", "30")
    assert found.groups.tolist() == [0, 1, 2]
    assert np.array_equal(found.weights, table.w_plus)
    assert np.array_equal(found.deviations, table.s_w_plus)
    assert_allclose(found.shares, [0.1, 0.3, 0.6])
    assert not found.patched


@pytest.mark.parametrize("points", [[12, 0], [0, 12]])
def test_of_two_classes_the_one_without_points_has_the_weight_of_the_complement(points):
    made = areas([500, 500], points)
    table = weights_of_evidence(made, kind=Kind.UNIQUE)
    inside = int(np.argmax(points))
    found = class_weights(table, made)
    assert found.weights[found.groups].tolist()[inside] == table.w_plus[inside]
    assert found.weights[found.groups].tolist()[1 - inside] == table.w_minus[inside]
    assert table.w_minus[inside] < -1.5
    assert found.patched


def test_weak_classes_go_together_with_the_weight_of_the_complement():
    made = areas([100, 100, 400, 400], [20, 0, 10, 9])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL)
    found = class_weights(table, made, confidence=3.0)
    assert found.names == ("10", "outside")
    assert found.groups.tolist() == [0, 1, 1, 1]
    assert found.weights.tolist() == [table.w_plus[0], table.w_minus[0]]
    assert found.deviations.tolist() == [table.s_w_plus[0], table.s_w_minus[0]]
    assert_allclose(found.shares, [0.1, 0.9])
    assert not found.patched


def test_outside_of_two_kept_classes_is_outside_of_both():
    made = areas([100, 100, 400, 400], [20, 2, 10, 30])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL)
    strong = np.abs(table.studentised_contrast) >= 3.0
    assert strong.tolist() == [True, False, True, False]
    found = class_weights(table, made, confidence=3.0)
    both = weights_of_evidence(areas([500, 500], [30, 32]), kind=Kind.UNIQUE)
    assert found.names == ("10", "30", "outside")
    assert found.groups.tolist() == [0, 2, 1, 2]
    assert found.weights[2] == both.w_minus[0] == pytest.approx(both.w_plus[1])
    assert found.deviations[2] == both.s_w_minus[0]
    assert_allclose(found.shares, [0.1, 0.4, 0.5])


def test_the_unit_cell_holds_for_the_complement_too():
    made = areas([100, 100, 400, 400], [20, 2, 10, 30])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL, unit_area_km2=0.5)
    found = class_weights(table, made, confidence=3.0)
    both = weights_of_evidence(
        areas([500, 500], [30, 32]), kind=Kind.UNIQUE, unit_area_km2=0.5
    )
    assert found.weights[2] == both.w_minus[0]


def test_the_level_itself_keeps_a_class():
    made = areas([100, 400, 500], [20, 10, 20])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL)
    level = float(np.abs(table.studentised_contrast[0]))
    assert "10" in class_weights(table, made, confidence=level).names
    above = float(np.nextafter(level, np.inf))
    assert "10" not in class_weights(table, made, confidence=above).names


def test_a_map_without_a_strong_class_tells_nothing():
    made = areas([500, 500], [11, 10])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL)
    found = class_weights(table, made)
    assert found.names == ("outside",)
    assert found.weights.tolist() == [0.0]
    assert found.deviations.tolist() == [0.0]
    assert found.shares.tolist() == [1.0]
    assert not found.patched


def test_a_patched_class_is_not_kept_as_a_category():
    made = areas([100, 500, 400], [20, 0, 0])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL)
    assert class_weights(table, made).names == ("outside",)


def test_a_cumulative_table_is_not_grouped():
    made = areas([500, 500], [11, 10])
    table = weights_of_evidence(made, kind=Kind.ASCENDING)
    with pytest.raises(ValueError, match="'ascending' is cut in two"):
        class_weights(table, made)


@pytest.mark.parametrize("confidence", [-0.5, np.nan])
def test_a_confidence_below_nothing_is_refused(confidence):
    made = areas([500, 500], [11, 10])
    table = weights_of_evidence(made, kind=Kind.CATEGORICAL)
    with pytest.raises(ValueError, match=f"0 or more; got {confidence}"):
        class_weights(table, made, confidence=confidence)
    assert class_weights(table, made, confidence=0.0).names == ("10", "20")


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float32", "float64"])
def test_cells_find_their_group_in_every_type(dtype):
    two = MapWeights(
        classes=np.array([3.0, 5.0, 6.0]),
        groups=np.array([1, 0, 2]),
        names=("a", "b", "c"),
        weights=np.zeros(3),
        deviations=np.zeros(3),
        shares=np.array([0.2, 0.3, 0.5]),
        patched=False,
    )
    cells = np.array([[3, 5, 6], [2, 4, 7]], dtype=dtype)
    assert two.group_of(cells).tolist() == [[1, 0, 2], [-1, -1, -1]]
    masked = np.ma.masked_array(cells, cells == 5)
    assert two.group_of(masked).tolist() == [[1, -1, 2], [-1, -1, -1]]
    halves = MapWeights(
        classes=np.array([2.5, 5.0]),
        groups=np.array([0, 1]),
        names=("a", "b"),
        weights=np.zeros(2),
        deviations=np.zeros(2),
        shares=np.array([0.5, 0.5]),
        patched=False,
    )
    assert halves.group_of(cells).tolist() == [[-1, 1, -1], [-1, -1, -1]]
    assert halves.group_of(np.array([2.5, np.nan])).tolist() == [0, -1]


def test_classes_far_apart_find_their_group():
    far = MapWeights(
        classes=np.array([0.0, 2.0**40]),
        groups=np.array([0, 1]),
        names=("a", "b"),
        weights=np.zeros(2),
        deviations=np.zeros(2),
        shares=np.array([0.5, 0.5]),
        patched=False,
    )
    assert far.group_of(np.array([2**40, 0, 7])).tolist() == [1, 0, -1]
