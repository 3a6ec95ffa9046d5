"""Where a map is cut in two, and what is never chosen silently."""

import dataclasses

import numpy as np
import pytest

from geodata.methods.weights_of_evidence.choices import CAUTION, Kind
from geodata.methods.weights_of_evidence.class_areas import ClassAreas
from geodata.methods.weights_of_evidence.generalisation import choose
from geodata.methods.weights_of_evidence.weights import weights_of_evidence


def table(area_km2, points, kind=Kind.ASCENDING):
    found = ClassAreas(
        classes=np.arange(1.0, len(area_km2) + 1) * 10,
        area_km2=np.array(area_km2, dtype=float),
        points=np.array(points),
        missing_km2=0.0,
        points_missing=0,
    )
    return weights_of_evidence(found, kind=kind)


def test_the_largest_studentised_contrast_is_chosen():
    made = table([100, 100, 800], [8, 8, 4])
    choice = choose(made)
    assert choice.row == 1
    assert choice.class_value == 20.0
    assert choice.studentised_contrast == made.studentised_contrast.max()
    assert choice.confident
    assert not choice.patched
    assert choice.passed_over is None


def test_a_class_that_a_patch_made_is_passed_over_and_named():
    made = table([100, 100, 500, 300], [2, 20, 8, 0])
    assert made.patched.tolist() == [False, False, True, True]
    made_by_patch = choose(table([60, 540, 400], [9, 141, 0]))
    assert made_by_patch.row == 0
    assert made_by_patch.passed_over == 20.0
    assert not made_by_patch.patched
    assert choose(made).row == 1
    assert choose(made).passed_over is None


def test_a_patched_class_that_is_only_as_strong_is_not_passed_over():
    made = table([60, 540, 400], [9, 141, 0])
    assert made.patched.tolist() == [False, True, True]
    strength = np.array([3.0, 3.0, 0.0])
    choice = choose(dataclasses.replace(made, studentised_contrast=strength))
    assert choice.row == 0
    assert choice.passed_over is None
    strength = np.array([3.0, np.nextafter(3.0, 4.0), 0.0])
    choice = choose(dataclasses.replace(made, studentised_contrast=strength))
    assert choice.row == 0
    assert choice.passed_over == 20.0


def test_of_equally_strong_classes_the_first_is_chosen():
    made = table([100, 100, 100, 700], [8, 8, 8, 8])
    strength = np.array([1.0, 2.0, 2.0, 0.0])
    assert choose(dataclasses.replace(made, studentised_contrast=strength)).row == 1


def test_a_patched_class_can_be_asked_for_and_is_marked():
    made = table([60, 540, 400], [9, 141, 0])
    choice = choose(made, class_value=20.0)
    assert choice.row == 1
    assert choice.patched
    assert choice.passed_over is None
    assert choose(made, class_value=10.0).row == 0


def test_no_class_is_chosen_where_patches_made_all():
    assert choose(table([1000], [10])) is None
    assert choose(table([500, 500], [10, 0])) is None


def test_the_level_of_caution_is_one_and_a_half():
    assert CAUTION == 1.5
    weak = table([500, 500], [11, 10])
    assert 0 < weak.studentised_contrast[0] < 1.5
    assert not choose(weak).confident
    assert choose(weak, required=True) is None
    assert choose(weak, class_value=10.0, required=True) is None
    assert not choose(weak, class_value=10.0).confident


def test_the_level_itself_is_enough():
    made = table([100, 900], [8, 12])
    level = float(made.studentised_contrast[0])
    assert choose(made, confidence=level, required=True).confident
    assert choose(made, confidence=level, class_value=10.0, required=True).row == 0
    above = np.nextafter(level, np.inf)
    assert choose(made, confidence=above, required=True) is None
    assert not choose(made, confidence=above).confident


def test_avoiding_a_class_strongly_is_as_sure_as_keeping_to_it():
    made = table([500, 500], [2, 40])
    choice = choose(made)
    assert choice.studentised_contrast < -CAUTION
    assert choice.confident
    assert choose(made, required=True).row == 0


def test_an_unknown_class_is_refused_with_the_range():
    with pytest.raises(ValueError, match="no class 15; it has 2, from 10 to 20"):
        choose(table([500, 500], [2, 40]), class_value=15.0)


def test_a_negative_level_is_refused():
    with pytest.raises(ValueError, match="0 or more; got -1"):
        choose(table([500, 500], [2, 40]), confidence=-1.0)
    assert choose(table([500, 500], [2, 40]), confidence=0.0).confident


def test_the_published_fault_density_is_cut_where_experts_did(shared):
    from geodata.methods.weights_of_evidence.class_areas import class_areas
    from geodata.methods.weights_of_evidence.evidence_raster import read_evidence_raster
    from geodata.methods.weights_of_evidence.point_file import read_points

    folder = shared / "parity" / "ga-wofe"
    raster = read_evidence_raster(folder / "FaultDensity.tif")
    places = read_points(folder / "IOCG_Deposits.shp", crs=raster.crs)
    found = class_areas(
        raster.values,
        raster.at(raster.cell_of(places.x, places.y)),
        cell_area_km2=raster.cell_area_km2,
    )
    made = weights_of_evidence(found, kind=Kind.DESCENDING)
    assert made.classes[np.argmax(made.contrast)] == 3.0  # made by a patch
    choice = choose(made)
    assert choice.class_value == 6.0
    assert choice.studentised_contrast == pytest.approx(10.03653, abs=5e-6)
    assert made.w_plus[choice.row] == pytest.approx(0.612572, abs=5e-7)
    assert made.w_minus[choice.row] == pytest.approx(-0.791362, abs=5e-7)
