"""The posterior of weighted maps, its deviation, and what is not known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import GridMismatchError, TrainingPointsError
from geodata.methods.weights_of_evidence import posterior as module
from geodata.methods.weights_of_evidence.map_weights import MapWeights
from geodata.methods.weights_of_evidence.posterior import posterior


def two(weights, deviations=(0.1, 0.2), share=0.25):
    return MapWeights(
        classes=np.array([0.0, 1.0]),
        groups=np.array([0, 1]),
        names=("outside", "inside"),
        weights=np.array(weights),
        deviations=np.array(deviations),
        shares=np.array([1 - share, share]),
        patched=False,
    )


def logistic(x):
    return 1 / (1 + math.exp(-x))


FIRST, SECOND = two((-0.5, 1.0)), two((-0.3, 0.7), (0.15, 0.3), share=0.4)
A = np.array([[0, 0, 1], [1, 0, 0]])
B = np.array([[0, 1, 1], [0, 0, 1]])


def test_the_posterior_of_two_maps_is_that_of_the_formulas():
    found = posterior([A, B], [FIRST, SECOND], points=2, cell_area_km2=10.0)
    prior = math.log((2 / 60) / (1 - 2 / 60))
    value = found.to_map(found.posterior)
    deviation = found.to_map(found.deviation)
    for cell in np.ndindex(A.shape):
        a, b = A[cell], B[cell]
        p = logistic(prior + FIRST.weights[a] + SECOND.weights[b])
        s = p * math.sqrt(1 / 2 + FIRST.deviations[a] ** 2 + SECOND.deviations[b] ** 2)
        assert value[cell] == pytest.approx(p, rel=1e-14)
        assert deviation[cell] == pytest.approx(s, rel=1e-14)
    assert np.array_equal(found.confidence, found.posterior / found.deviation)
    assert found.missing_deviation.tolist() == [0.0] * 4
    assert found.points == 2
    assert found.unit_area_km2 == 1.0


def test_conditions_are_few_and_carry_their_ground():
    found = posterior(
        [A, B], [FIRST, SECOND], points=2, cell_area_km2=10.0, unit_area_km2=4.0
    )
    assert found.groups.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert found.units.tolist() == [5.0, 5.0, 2.5, 2.5]
    assert found.condition.tolist() == [[0, 1, 3], [2, 0, 1]]
    assert found.unit_area_km2 == 4.0
    assert found.study_units == 15.0
    assert found.prior == 2 / 15


def test_many_cells_of_one_area_add_no_rounding():
    groups = np.zeros((1000, 1000), dtype=np.int64)
    found = posterior([groups], [FIRST], points=5, cell_area_km2=0.01)
    assert found.units.tolist() == [10_000.0]


def test_a_missing_map_adds_no_weight_but_its_variance():
    gap = np.array([[-1, 0, 1], [1, 0, 0]])
    found = posterior([gap, B], [FIRST, SECOND], points=2, cell_area_km2=10.0)
    logit = math.log((2 / 60) / (1 - 2 / 60)) + SECOND.weights[0]
    p = logistic(logit)
    missing = 0.75 * (logistic(logit - 0.5) - p) ** 2
    missing += 0.25 * (logistic(logit + 1.0) - p) ** 2
    own = p**2 * (1 / 2 + SECOND.deviations[0] ** 2)
    assert found.to_map(found.posterior)[0, 0] == pytest.approx(p, rel=1e-14)
    assert found.to_map(found.missing_deviation)[0, 0] ** 2 == pytest.approx(
        missing, rel=1e-12
    )
    assert found.to_map(found.deviation)[0, 0] ** 2 == pytest.approx(
        own + missing, rel=1e-12
    )
    assert found.to_map(found.missing_deviation)[0, 1] == 0.0


def test_two_missing_maps_add_both_variances():
    gap_a = np.array([[0, 1, -1, 0]])
    gap_b = np.array([[1, 0, -1, 0]])
    study = np.ones((1, 4), dtype=bool)
    found = posterior(
        [gap_a, gap_b], [FIRST, SECOND], points=1, cell_area_km2=9.0, study=study
    )
    logit = math.log((1 / 36) / (1 - 1 / 36))
    p = logistic(logit)
    expected = sum(
        share * (logistic(logit + weight) - p) ** 2
        for one in (FIRST, SECOND)
        for share, weight in zip(one.shares, one.weights, strict=True)
    )
    assert found.to_map(found.posterior)[0, 2] == pytest.approx(1 / 36, rel=1e-13)
    assert found.to_map(found.missing_deviation)[0, 2] ** 2 == pytest.approx(
        expected, rel=1e-12
    )


def test_where_nothing_is_known_nothing_is_said():
    gap = np.array([[-1, 0, 1, -1]])
    other = np.array([[-1, 1, 0, 1]])
    found = posterior([gap, other], [FIRST, SECOND], points=1, cell_area_km2=9.0)
    assert np.isnan(found.to_map(found.posterior)).tolist() == [
        [True, False, False, False]
    ]
    assert found.condition[0, 0] == -1
    assert found.units.sum() == 27.0


def test_the_study_area_bounds_ground_and_answer():
    study = np.array([[True, True, False], [True, False, False]])
    found = posterior(
        [A, B], [FIRST, SECOND], points=1, cell_area_km2=10.0, study=study
    )
    assert found.units.sum() == 30.0
    assert np.array_equal(np.isnan(found.to_map(found.deviation)), ~study)


def test_cells_of_different_rows_have_their_own_area():
    found = posterior(
        [A], [FIRST], points=1, cell_area_km2=np.array([10.0, 1.0]), unit_area_km2=0.5
    )
    assert found.units.tolist() == [44.0, 22.0]


def test_a_list_of_cells_is_a_map_too():
    flat = posterior([A.ravel()], [FIRST], points=1, cell_area_km2=10.0)
    square = posterior([A], [FIRST], points=1, cell_area_km2=10.0)
    assert np.array_equal(flat.posterior, square.posterior)
    assert flat.condition.shape == (6,)


@pytest.mark.parametrize("points", [0, 6, 7])
def test_no_points_or_too_many_are_refused_with_the_numbers(points):
    with pytest.raises(TrainingPointsError, match=rf"{points} points .* 6 unit cells"):
        posterior([A], [FIRST], points=points, cell_area_km2=1.0)
    assert posterior([A], [FIRST], points=5, cell_area_km2=1.0).points == 5


@pytest.mark.parametrize("unit", [0.0, -1.0, math.nan, math.inf])
def test_a_unit_cell_has_a_positive_area(unit):
    with pytest.raises(ValueError, match=f"positive area; got {unit} km²"):
        posterior([A], [FIRST], points=1, cell_area_km2=10.0, unit_area_km2=unit)


def test_maps_of_different_shape_are_refused():
    with pytest.raises(GridMismatchError, match=r"\(2, 3\) and \(3, 2\)"):
        posterior([A, B.T], [FIRST, SECOND], points=1, cell_area_km2=1.0)


def test_no_map_or_one_without_weights_is_refused():
    with pytest.raises(ValueError, match="0 maps and 0"):
        posterior([], [], points=1, cell_area_km2=1.0)
    with pytest.raises(ValueError, match="1 maps and 2"):
        posterior([A, B], [FIRST], points=1, cell_area_km2=1.0)


@given(st.integers(0, 2**32 - 1))
def test_splitting_every_cell_in_four_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    coarse = [rng.integers(-1, 2, (7, 9)) for _ in range(3)]
    maps = [FIRST, SECOND, FIRST]
    fine = [np.kron(one, np.ones((2, 2), dtype=int)) for one in coarse]
    one = posterior(coarse, maps, points=3, cell_area_km2=4.0)
    two = posterior(fine, maps, points=3, cell_area_km2=1.0)
    assert np.array_equal(one.groups, two.groups)
    assert np.array_equal(one.units, two.units)
    assert np.array_equal(one.posterior, two.posterior)
    assert np.array_equal(one.deviation, two.deviation)


@given(st.integers(0, 2**32 - 1))
def test_many_maps_are_numbered_as_few_are(seed):
    rng = np.random.default_rng(seed)
    groups = [rng.integers(-1, 2, (4, 5)) for _ in range(5)]
    maps = [FIRST, SECOND, FIRST, SECOND, FIRST]
    plain = posterior(groups, maps, points=1, cell_area_km2=9.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_BINS", 10)
        sorted_ = posterior(groups, maps, points=1, cell_area_km2=9.0)
    assert np.array_equal(plain.groups, sorted_.groups)
    assert np.array_equal(plain.condition, sorted_.condition)
    assert np.array_equal(plain.deviation, sorted_.deviation)


def test_forty_maps_overflow_nothing():
    rng = np.random.default_rng(8)
    groups = [rng.integers(-1, 2, (20, 20)) for _ in range(40)]
    found = posterior(groups, [FIRST] * 40, points=5, cell_area_km2=1.0)
    for number, one in enumerate(groups):
        assert np.array_equal(found.groups[found.condition][..., number], one)


def test_strong_weights_stay_between_nothing_and_all():
    strong = two((-1000.0, 1000.0))
    found = posterior([A], [strong], points=1, cell_area_km2=1.0)
    assert found.posterior.tolist() == [0.0, 1.0]
