"""Tests of conditional independence: by hand, and unmoved by the size of cells."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2_contingency

from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import class_areas
from geodata.methods.weights_of_evidence.independence import (
    ALARM_RATIO,
    Omnibus,
    omnibus,
    pairwise,
)
from geodata.methods.weights_of_evidence.map_weights import class_weights
from geodata.methods.weights_of_evidence.posterior import Posterior, posterior
from geodata.methods.weights_of_evidence.weights import weights_of_evidence


def conditions(units, value, deviation, points):
    count = len(units)
    return Posterior(
        condition=np.arange(count),
        groups=np.arange(count)[:, np.newaxis],
        units=np.array(units, dtype=float),
        posterior=np.array(value),
        deviation=np.array(deviation),
        missing_deviation=np.zeros(count),
        points=points,
        unit_area_km2=1.0,
    )


def test_the_omnibus_test_sums_over_conditions():
    test = omnibus(conditions([100, 50], [0.05, 0.2], [0.01, 0.04], 10))
    assert test.expected == pytest.approx(15.0, rel=1e-14)
    assert test.observed == 10
    assert test.ratio == pytest.approx(10 / 15, rel=1e-14)
    assert test.deviation == pytest.approx(math.sqrt(1.0 + 4.0), rel=1e-14)
    assert test.statistic == pytest.approx(5 / math.sqrt(5), rel=1e-14)
    assert test.p_value == pytest.approx(
        0.5 * math.erfc(math.sqrt(5) / math.sqrt(2)), rel=1e-12
    )
    assert test.conditions == 2
    assert test.rejected_at == 0.95
    assert "rejected at 95%; the posterior is inflated: use it as ranks only" in (
        test.verdict
    )


def judged(statistic, ratio=1.0):
    return Omnibus(
        expected=10.0,
        observed=10,
        ratio=ratio,
        deviation=1.0,
        statistic=statistic,
        p_value=0.5 * math.erfc(statistic / math.sqrt(2)),
        conditions=4,
    )


@pytest.mark.parametrize(
    ("statistic", "level"),
    [(-3.0, None), (1.64, None), (1.65, 0.95), (2.32, 0.95), (2.33, 0.99)],
)
def test_levels_are_one_sided(statistic, level):
    assert judged(statistic).rejected_at == level


def test_the_verdict_is_in_words():
    assert judged(3.305).verdict.startswith("independence is rejected at 99%")
    assert judged(0.0, ALARM_RATIO).verdict == "nothing speaks against independence"
    assert "below 0.85: take the posterior with care" in judged(0.0, 0.849).verdict


def weighted(cells, points, cell_area_km2):
    """Weigh binary maps and combine them."""
    maps, groups = [], []
    for one in cells:
        areas = class_areas(one, one[points], cell_area_km2=cell_area_km2)
        maps.append(class_weights(weights_of_evidence(areas, kind=Kind.UNIQUE), areas))
        groups.append(maps[-1].group_of(one))
    return posterior(groups, maps, points=len(points[0]), cell_area_km2=cell_area_km2)


def test_one_map_expects_exactly_the_points_there_are():
    rng = np.random.default_rng(3)
    cells = rng.integers(0, 2, (30, 30))
    points = tuple(rng.integers(0, 30, (2, 25)))
    test = omnibus(weighted([cells], points, 1.0))
    assert test.expected == pytest.approx(25.0, rel=1e-12)
    assert abs(test.statistic) < 1e-12


def test_a_map_counted_twice_is_found_out():
    rng = np.random.default_rng(3)
    cells = (rng.random((100, 100)) < 0.2).astype(int)
    inside, outside = np.argwhere(cells == 1), np.argwhere(cells == 0)
    points = tuple(np.vstack([inside[:60], outside[:20]]).T)
    once = omnibus(weighted([cells], points, 1.0))
    thrice = omnibus(weighted([cells, cells, cells], points, 1.0))
    assert once.rejected_at is None
    assert thrice.expected > 80.0 / ALARM_RATIO
    assert thrice.rejected_at == 0.99


def test_splitting_every_cell_in_four_moves_no_figure():
    rng = np.random.default_rng(5)
    coarse = [rng.integers(0, 2, (20, 20)) for _ in range(3)]
    points = rng.integers(0, 20, (2, 30))
    fine = [np.kron(one, np.ones((2, 2), dtype=int)) for one in coarse]
    one = omnibus(weighted(coarse, tuple(points), 1.0))
    two = omnibus(weighted(fine, tuple(2 * points), 0.25))
    assert one == two


def patterns(both, only_first, only_second, neither):
    first = [1.0] * (both + only_first) + [0.0] * (only_second + neither)
    second = [1.0] * both + [0.0] * only_first
    second += [1.0] * only_second + [0.0] * neither
    return np.array([first, second])


@pytest.mark.parametrize(
    "counts", [(20, 5, 6, 19), (10, 10, 10, 10), (3, 1, 0, 2), (12, 11, 10, 9)]
)
def test_pairs_agree_with_an_independent_chi_square(counts):
    (test,) = pairwise(patterns(*counts))
    expected = chi2_contingency(np.array(counts).reshape(2, 2), correction=True)
    assert_allclose(test.chi2, expected.statistic, rtol=1e-12, atol=1e-12)
    assert_allclose(test.p_value, expected.pvalue, rtol=1e-12)
    assert test.few == bool((expected.expected_freq < 5).any())
    assert (test.both, test.only_first, test.only_second, test.neither) == counts


def test_a_pair_is_judged_at_95_percent():
    assert pairwise(patterns(20, 5, 6, 19))[0].verdict == "dependent"
    assert pairwise(patterns(12, 11, 10, 9))[0].verdict == "not shown to be dependent"


def test_five_points_expected_are_enough():
    assert not pairwise(patterns(5, 5, 5, 5))[0].few
    assert pairwise(patterns(4, 5, 5, 5))[0].few


def test_a_pattern_that_holds_all_points_cannot_be_tested():
    (test,) = pairwise(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]]))
    assert math.isnan(test.chi2)
    assert math.isnan(test.p_value)
    assert test.verdict == "cannot be tested"
    (empty,) = pairwise(np.full((2, 3), np.nan))
    assert empty.both == empty.neither == 0
    assert empty.verdict == "cannot be tested"


def test_a_point_unknown_in_one_map_takes_no_part():
    known = patterns(20, 5, 6, 19)
    unknown = np.array([[np.nan, 1.0, np.nan], [1.0, np.nan, np.nan]])
    assert pairwise(np.hstack([known, unknown])) == pairwise(known)


def test_every_pair_is_tested_once():
    tests = pairwise(np.vstack([patterns(5, 6, 7, 8), patterns(8, 7, 6, 5)]))
    assert [(one.first, one.second) for one in tests] == [
        (0, 1),
        (0, 2),
        (0, 3),
        (1, 2),
        (1, 3),
        (2, 3),
    ]
