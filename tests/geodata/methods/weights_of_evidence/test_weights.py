"""Weights of evidence: by hand, by published tables, and where others fail."""

import csv
import importlib
import math
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from geodata.errors import GeodataError, TrainingPointsError
from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import ClassAreas, class_areas
from geodata.methods.weights_of_evidence.evidence_raster import read_evidence_raster
from geodata.methods.weights_of_evidence.patches import Patch
from geodata.methods.weights_of_evidence.point_file import read_points
from geodata.methods.weights_of_evidence.weights import COLUMNS, weights_of_evidence

STATISTICS = COLUMNS[4:]


def test_patches_are_flags_that_cannot_be_mistaken_for_each_other():
    assert [int(flag) for flag in Patch] == [1, 2, 4, 8]
    assert Patch.NONE == 0


MODULES = (
    "class_areas",
    "evidence_raster",
    "generalisation",
    "independence",
    "map_weights",
    "patches",
    "point_file",
    "posterior",
    "weights",
)


@pytest.mark.parametrize("name", MODULES)
def test_results_cannot_be_changed_or_filled_by_position(name):
    module = importlib.import_module(f"geodata.methods.weights_of_evidence.{name}")
    own = [
        entry
        for entry in vars(module).values()
        if is_dataclass(entry) and entry.__module__ == module.__name__
    ]
    assert own
    for made in own:
        assert made.__dataclass_params__.frozen
        assert hasattr(made, "__slots__")
        assert all(field.kw_only for field in fields(made))


def areas(area_km2, points, classes=None):
    count = len(area_km2)
    return ClassAreas(
        classes=np.arange(1.0, count + 1) if classes is None else np.array(classes),
        area_km2=np.array(area_km2, dtype=float),
        points=np.array(points),
        missing_km2=0.0,
        points_missing=0,
    )


def by_hand(b, d_b, s, d):
    """The formulas, one number after the other."""
    w_plus = math.log((d_b / d) / ((b - d_b) / (s - d)))
    w_minus = math.log(((d - d_b) / d) / ((s - b - d + d_b) / (s - d)))
    var_plus = 1 / d_b + 1 / (b - d_b)
    var_minus = 1 / (d - d_b) + 1 / (s - b - d + d_b)
    c, s_c = w_plus - w_minus, math.sqrt(var_plus + var_minus)
    return [w_plus, var_plus**0.5, w_minus, var_minus**0.5, c, s_c, c / s_c]


def row(table, number):
    return [float(getattr(table, name)[number]) for name in STATISTICS]


def test_the_weights_of_a_class_are_those_of_the_formulas():
    table = weights_of_evidence(areas([20, 30, 50], [8, 1, 3]), kind=Kind.UNIQUE)
    for number, (b, d_b) in enumerate([(20, 8), (30, 1), (50, 3)]):
        assert_allclose(row(table, number), by_hand(b, d_b, 100, 12), rtol=1e-14)
    assert table.patches.tolist() == [0, 0, 0]
    assert not table.patched.any()
    assert table.study_units == 100.0
    assert table.study_points == 12
    assert table.prior == 0.12
    assert table.classes.tolist() == [1.0, 2.0, 3.0]


def test_ascending_and_descending_tables_accumulate_from_their_end():
    up = weights_of_evidence(areas([20, 30, 50], [8, 1, 3]), kind=Kind.ASCENDING)
    assert up.classes.tolist() == [1.0, 2.0, 3.0]
    assert up.area_km2.tolist() == [20.0, 50.0, 100.0]
    assert up.points.tolist() == [8, 9, 12]
    assert_allclose(row(up, 1), by_hand(50, 9, 100, 12), rtol=1e-14)
    down = weights_of_evidence(areas([20, 30, 50], [8, 1, 3]), kind=Kind.DESCENDING)
    assert down.classes.tolist() == [3.0, 2.0, 1.0]
    assert down.area_km2.tolist() == [50.0, 80.0, 100.0]
    assert down.points.tolist() == [3, 4, 12]
    assert_allclose(row(down, 1), by_hand(80, 4, 100, 12), rtol=1e-14)
    assert [kind.cumulative for kind in Kind] == [True, True, False, False]


def test_unique_and_categorical_have_one_table():
    one, two = (
        weights_of_evidence(areas([20, 30, 50], [8, 1, 3]), kind=kind)
        for kind in (Kind.UNIQUE, Kind.CATEGORICAL)
    )
    for name in STATISTICS:
        assert np.array_equal(getattr(one, name), getattr(two, name))


@pytest.mark.parametrize("unit", [0.25, 1.0, 4.0])
def test_areas_are_divided_by_the_unit_cell(unit):
    table = weights_of_evidence(
        areas([80, 320], [8, 4]), kind=Kind.UNIQUE, unit_area_km2=unit
    )
    assert table.area_km2.tolist() == [80.0, 320.0]
    assert table.area_units.tolist() == [80 / unit, 320 / unit]
    assert table.study_units == 400 / unit
    assert table.unit_area_km2 == unit
    assert_allclose(row(table, 0), by_hand(80 / unit, 8, 400 / unit, 12), rtol=1e-13)


@pytest.mark.parametrize("unit", [0.0, -1.0, math.nan, math.inf])
def test_a_unit_cell_has_a_positive_area(unit):
    with pytest.raises(ValueError, match="positive area"):
        weights_of_evidence(
            areas([20, 80], [2, 2]), kind=Kind.UNIQUE, unit_area_km2=unit
        )


def test_all_points_on_a_class_are_patched():
    table = weights_of_evidence(areas([40, 60], [10, 0]), kind=Kind.UNIQUE)
    assert_allclose(row(table, 0), by_hand(40, 9.01, 100, 10), rtol=1e-13)
    assert table.patches[0] == Patch.ALL_POINTS
    assert row(table, 1) == [0.0] * 7
    assert table.patches[1] == Patch.NO_POINTS
    assert table.patched.tolist() == [True, True]


def test_the_whole_map_is_patched_twice():
    table = weights_of_evidence(areas([40, 60], [4, 6]), kind=Kind.ASCENDING)
    b = 100 + 9.01 - 10 - 0.99
    assert_allclose(row(table, 1), by_hand(b, 9.01, 100, 10), rtol=1e-12)
    assert table.patches.tolist() == [0, Patch.ALL_POINTS | Patch.NO_GROUND_LEFT]
    assert not table.patched[0]


@pytest.mark.parametrize(
    ("outside", "patched"), [(6.0, False), (5.0, True), (4.0, True)]
)
def test_ground_outside_that_points_fill_is_patched(outside, patched):
    table = weights_of_evidence(areas([100 - outside, outside], [5, 5]), kind="unique")
    assert bool(table.patches[0] == Patch.NO_GROUND_LEFT) is patched
    b = 100 + 5 - 10 - 0.99 if patched else 100 - outside
    assert_allclose(row(table, 0), by_hand(b, 5, 100, 10), rtol=1e-12)


@pytest.mark.parametrize(
    ("inside", "patched"), [(5.5, False), (5.0, True), (2.0, True)]
)
def test_ground_inside_that_points_fill_is_patched(inside, patched):
    table = weights_of_evidence(areas([inside, 100 - inside], [5, 5]), kind="unique")
    assert bool(table.patches[0] == Patch.MORE_POINTS_THAN_GROUND) is patched
    b = 6.0 if patched else inside
    assert_allclose(row(table, 0), by_hand(b, 5, 100, 10), rtol=1e-12)


def test_a_constant_map_tells_nothing_and_says_so():
    table = weights_of_evidence(areas([100], [10]), kind=Kind.UNIQUE)
    assert table.patched.tolist() == [True]
    assert np.isfinite(row(table, 0)).all()


def test_one_point_gives_numbers_that_are_marked():
    table = weights_of_evidence(areas([50, 50], [1, 0]), kind=Kind.UNIQUE)
    assert table.patched.all()
    assert_allclose(row(table, 0), by_hand(50, 0.01, 100, 1), rtol=1e-12)


def test_no_point_on_known_ground_is_refused():
    nothing = ClassAreas(
        classes=np.array([1.0]),
        area_km2=np.array([9.0]),
        points=np.array([0]),
        missing_km2=1.0,
        points_missing=7,
    )
    with pytest.raises(TrainingPointsError, match="None of the 7 points"):
        weights_of_evidence(nothing, kind=Kind.UNIQUE)


@pytest.mark.parametrize("points", [[6, 4], [10, 5]])
def test_more_points_than_unit_cells_are_refused_with_both_numbers(points):
    total = sum(points)
    with pytest.raises(TrainingPointsError, match=rf"{total} points .* 10 unit cells"):
        weights_of_evidence(areas([12, 8], points), kind="unique", unit_area_km2=2.0)
    with pytest.raises(GeodataError, match=r"of 2 km².*smaller than"):
        weights_of_evidence(areas([12, 8], points), kind="unique", unit_area_km2=2.0)


def test_the_advised_unit_cell_is_the_one_that_just_fits():
    with pytest.raises(TrainingPointsError, match=r"smaller than 0\.5 km²"):
        weights_of_evidence(areas([5, 5], [10, 10]), kind=Kind.UNIQUE)


def test_too_little_empty_ground_for_a_patch_is_refused_with_the_numbers():
    # 9 cells, 8 points: the class of 4 full cells has no empty one to borrow.
    with pytest.raises(TrainingPointsError, match=r"Row 1 .* 4 unit .* 9 hold 8 point"):
        weights_of_evidence(areas([4, 5], [4, 4]), kind=Kind.UNIQUE)


def test_presence_pixels_patch_each_count_apart():
    def numbers(a, b, c, d):
        points, empty = a + b, c + d
        if b == 0:
            a, b = a - 0.99, 0.99
        if d == 0:
            c, d = c - 0.99, 0.99
        plus, minus = (
            math.log((a / points) / (c / empty)),
            math.log((b / points) / (d / empty)),
        )
        return [plus, (1 / a + 1 / c) ** 0.5, minus, (1 / b + 1 / d) ** 0.5]

    table = weights_of_evidence(
        areas([20, 60, 20], [6, 4, 0]), kind="ascending", presence_pixels=True
    )
    assert_allclose(row(table, 0)[:4], numbers(6, 4, 14, 76), rtol=1e-13)
    assert_allclose(row(table, 1)[:4], numbers(10, 0, 70, 20), rtol=1e-13)
    assert_allclose(row(table, 2)[:4], numbers(10, 0, 90, 0), rtol=1e-13)
    assert table.patches.tolist() == [
        0,
        Patch.ALL_POINTS,
        Patch.ALL_POINTS | Patch.NO_GROUND_LEFT,
    ]
    alone = weights_of_evidence(
        areas([20, 60, 20], [6, 4, 0]), kind="unique", presence_pixels=True
    )
    assert row(alone, 2) == [0.0] * 7
    assert alone.patches[2] == Patch.NO_POINTS


def test_a_class_of_presence_pixels_alone_borrows_one_cell():
    table = weights_of_evidence(
        areas([5, 95], [5, 5]), kind="unique", presence_pixels=True
    )
    assert table.patches[0] == Patch.MORE_POINTS_THAN_GROUND
    assert_allclose(table.w_plus[0], math.log((5 / 10) / (1 / 90)), rtol=1e-13)


def test_what_is_missing_is_reported():
    found = class_areas(
        np.array([[1, 1, 2, 2, -1, -1]]),
        [1, 2, -1],
        cell_area_km2=10.0,
        missing=(-1,),
    )
    table = weights_of_evidence(found, kind=Kind.UNIQUE)
    assert table.missing_km2 == 20.0
    assert table.points_missing == 1
    assert table.study_points == 2
    assert_allclose(row(table, 0), by_hand(20, 1, 40, 2), rtol=1e-13)


GROUND = st.floats(1.0, 1e4)


@given(GROUND, GROUND, st.integers(1, 9), st.integers(1, 9))
def test_the_complement_swaps_the_weights(inside, outside, points_in, points_out):
    scale = 20.0  # ample ground, no patch
    table = weights_of_evidence(
        areas([scale * inside, scale * outside], [points_in, points_out]),
        kind=Kind.UNIQUE,
    )
    assert_allclose(table.w_plus[0], table.w_minus[1], rtol=1e-9, atol=1e-12)
    assert_allclose(table.w_minus[0], table.w_plus[1], rtol=1e-9, atol=1e-12)
    assert_allclose(table.s_w_plus[0], table.s_w_minus[1], rtol=1e-9)
    assert_allclose(table.contrast[0], -table.contrast[1], rtol=1e-9, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from(list(Kind)))
def test_splitting_every_cell_in_four_changes_nothing(seed, kind):
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 5, (12, 15))
    points = cells[rng.integers(0, 12, 9), rng.integers(0, 15, 9)]
    coarse = class_areas(cells, points, cell_area_km2=1.0)
    fine = class_areas(
        np.kron(cells, np.ones((2, 2), dtype=int)), points, cell_area_km2=0.25
    )
    one, two = (weights_of_evidence(found, kind=kind) for found in (coarse, fine))
    for name in (*STATISTICS, "patches", "classes"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name


def test_points_in_one_place_all_count():
    cells = np.repeat([[1, 2]], 50, axis=0)
    several = weights_of_evidence(
        class_areas(cells, [1, 1, 1, 2], cell_area_km2=1.0), kind=Kind.UNIQUE
    )
    assert several.points.tolist() == [3, 1]
    assert_allclose(row(several, 0), by_hand(50, 3, 100, 4), rtol=1e-13)


PUBLISHED = {
    "classes": "CLASS",
    "area_km2": "AREA_SQ_KM",
    "area_units": "AREA_UNITS",
    "points": "NO_POINTS",
    "w_plus": "WPLUS",
    "s_w_plus": "S_WPLUS",
    "w_minus": "WMINUS",
    "s_w_minus": "S_WMINUS",
    "contrast": "CONTRAST",
    "s_contrast": "S_CONTRAST",
    "studentised_contrast": "STUDC",
}


def evidence(folder, name, points, missing=()):
    raster = read_evidence_raster(folder / f"{name}.tif", missing=missing)
    places = read_points(folder / points, crs=raster.crs)
    return raster, raster.cell_of(places.x, places.y)


@pytest.mark.parametrize(
    ("layer", "suffix", "kind", "rows"),
    [
        ("FaultDensity", "CD", Kind.DESCENDING, 10),
        ("Dist2Breccia", "CA", Kind.ASCENDING, 642),
    ],
)
def test_every_number_of_a_published_table_is_met(shared, layer, suffix, kind, rows):
    folder = shared / "parity" / "ga-wofe"
    raster, cells = evidence(folder, layer, "IOCG_Deposits.shp", missing=(-1.0,))
    assert len(cells) == 258
    assert len(np.unique(cells)) == 252
    table = weights_of_evidence(
        class_areas(
            raster.values,
            raster.at(cells),
            cell_area_km2=raster.cell_area_km2,
            missing=raster.missing,
        ),
        kind=kind,
    )
    with (folder / f"{layer}_{suffix}.csv").open() as stream:
        published = list(csv.DictReader(stream))
    assert len(published) == len(table.classes) == rows
    for ours, theirs in PUBLISHED.items():
        expected = [float(entry[theirs]) for entry in published]
        assert_allclose(
            getattr(table, ours), expected, rtol=1e-12, atol=0, err_msg=ours
        )
    assert_allclose(table.prior, 0.00823983, rtol=1e-6)


EIS = {
    "classes": "Class",
    "area_units": "Pixel count",
    "points": "Deposit count",
    "w_plus": "W+",
    "s_w_plus": "S_W+",
    "w_minus": "W-",
    "s_w_minus": "S_W-",
    "contrast": "Contrast",
    "s_contrast": "S_Contrast",
    "studentised_contrast": "Studentized contrast",
}


@pytest.mark.parametrize(
    ("layer", "kind"),
    [("lith12", "unique"), ("dist20", "ascending"), ("dist200", "ascending")],
)
def test_presence_pixels_agree_with_eis_toolkit(shared, layer, kind):
    folder = shared / "parity" / "eis"
    raster, cells = evidence(folder / "input", layer, "points.gpkg")
    table = weights_of_evidence(
        class_areas(
            raster.values,
            raster.at(np.unique(cells)),
            cell_area_km2=raster.cell_area_km2,
            missing=raster.missing,
        ),
        kind=Kind(kind),
        unit_area_km2=float(raster.cell_area_km2),
        presence_pixels=True,
    )
    with (folder / f"eis_woe_{layer}_{kind}_500.csv").open() as stream:
        published = list(csv.DictReader(stream))
    for ours, theirs in EIS.items():
        expected = [float(entry[theirs]) for entry in published]
        assert np.round(getattr(table, ours), 4).tolist() == expected, ours
