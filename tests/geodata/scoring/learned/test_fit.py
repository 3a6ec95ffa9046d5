"""The fit against independent formulas and minimisers, and what it must not see."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import brentq, minimize

from geodata.scoring.learned.fit import (
    Coefficients,
    balanced_weights,
    fit,
    standard,
)

nan = np.nan
FREE = (-np.inf, np.inf)
UP, DOWN = (0.0, np.inf), (-np.inf, 0.0)


def some(seed=0, places=60, columns=3):
    chance = np.random.default_rng(seed)
    encoded = chance.normal(size=(places, 3)) * [1.0, 5.0, 0.1] + 3.0
    odds = encoded[:, 0] - 0.3 * encoded[:, 1] - 2.0
    positive = chance.random(places) < 1 / (1 + np.exp(-odds))
    positive[:2] = [True, False]
    return encoded[:, :columns].copy(), positive, chance.uniform(0.1, 2.0, places)


def fitted(encoded, positive, weight=None, *, ridge=1.0, bounds=None):
    columns = np.shape(encoded)[1]
    return fit(
        np.asarray(encoded, dtype=np.float64),
        np.asarray(positive),
        weight=np.ones(len(positive)) if weight is None else np.asarray(weight),
        ridge=ridge,
        bounds=[FREE] * columns if bounds is None else bounds,
    )


def loss_of(design, positive, weight, ridge):
    """Write the loss anew, with its gradient."""

    def loss(beta):
        odds = beta[0] + design @ beta[1:]
        told = np.log1p(np.exp(-np.abs(odds))) + np.maximum(odds, 0) - positive * odds
        error = weight * (1 / (1 + np.exp(-odds)) - positive)
        gradient = np.append(error.sum(), design.T @ error + ridge * beta[1:])
        return (weight * told).sum() + ridge / 2 * (beta[1:] ** 2).sum(), gradient

    return loss


def minimised(encoded, positive, weight, *, ridge, bounds):
    """Minimise the same loss by another method."""
    mean = np.average(encoded, axis=0, weights=weight)
    spread = np.sqrt(np.average((encoded - mean) ** 2, axis=0, weights=weight))
    design = (encoded - mean) / spread
    found = minimize(
        loss_of(design, positive, weight, ridge),
        np.zeros(design.shape[1] + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)]
        + [tuple(None if np.isinf(end) else end for end in pair) for pair in bounds],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5_000},
    )
    return found.x, found.fun


@pytest.mark.parametrize(
    "bounds",
    [
        [FREE, FREE, FREE],
        [UP, DOWN, FREE],
        [DOWN, UP, DOWN],
        [DOWN, DOWN, DOWN],
        [UP, UP, UP],
    ],
)
@pytest.mark.parametrize("ridge", [0.01, 1.0, 100.0])
def test_the_fit_is_the_minimum_that_another_method_finds(bounds, ridge):
    encoded, positive, weight = some()
    ours = fitted(encoded, positive, weight, ridge=ridge, bounds=bounds)
    theirs, _ = minimised(encoded, positive, weight, ridge=ridge, bounds=bounds)
    assert_allclose([ours.intercept, *ours.slopes], theirs, rtol=1e-4, atol=2e-5)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.sampled_from([FREE, UP, DOWN]), min_size=3, max_size=3),
    st.sampled_from([0.001, 1.0, 30.0]),
)
def test_no_other_place_within_the_bounds_has_less_loss(seed, bounds, ridge):
    encoded, positive, weight = some(seed, places=25)
    encoded[:, 2] = encoded[:, 0] + 0.05 * encoded[:, 2]  # two that say nearly the same
    ours = fitted(encoded, positive, weight, ridge=ridge, bounds=bounds)
    design = (encoded - ours.centre) / ours.spread
    loss = loss_of(design, positive, weight, ridge)
    reached, gradient = loss(np.append(ours.intercept, ours.slopes))
    _, least = minimised(encoded, positive, weight, ridge=ridge, bounds=bounds)
    assert reached <= least + 1e-6 * max(least, 1)
    assert abs(gradient[0]) < 1e-3
    for slope, slant, (low, high) in zip(
        ours.slopes, gradient[1:], bounds, strict=True
    ):
        assert low <= slope <= high
        if slope == 0.0 and (low, high) != FREE:
            assert slant * (1 if low == 0.0 else -1) > -1e-3
        else:
            assert abs(slant) < 1e-3


def test_one_column_of_two_values_has_the_slope_of_the_written_equation():
    encoded = [[0.0], [0.0], [2.0], [2.0]]
    positive = np.array([True, False, True, False])
    weight = np.array([1.0, 3.0, 3.0, 1.0])
    found = fitted(encoded, positive, weight, ridge=2.0)
    assert_array_equal(found.centre, [1.0])
    assert_array_equal(found.spread, [1.0])
    # By symmetry the intercept is 0; Σ w (p - y) x + λ b = 0 with x = ±1.
    wanted = brentq(
        lambda b: 4 / (1 + np.exp(-b)) - 3 - (4 / (1 + np.exp(b)) - 1) + 2 * b, -5, 5
    )
    assert found.intercept == pytest.approx(0.0, abs=1e-9)
    assert found.slopes == pytest.approx([wanted], abs=1e-8)


@pytest.mark.parametrize(("bounds", "sign"), [(DOWN, 1), (UP, -1)])
def test_a_slope_stays_at_zero_where_the_data_want_the_other_sign(bounds, sign):
    encoded, positive, weight = some(columns=1)
    found = fitted(sign * encoded, positive, weight, bounds=[bounds])
    free = fitted(sign * encoded, positive, weight)
    assert free.slopes[0] * sign > 0.5
    assert found.slopes[0] == 0.0
    assert found.intercept == pytest.approx(
        np.log(weight[positive].sum() / weight[~positive].sum())
    )


def test_a_slope_at_its_bound_leaves_the_others_as_if_it_were_not_there():
    encoded, positive, weight = some()
    held = fitted(encoded, positive, weight, bounds=[FREE, UP, FREE])
    alone = fitted(encoded[:, [0, 2]], positive, weight)
    assert held.slopes[1] == 0.0
    assert_allclose(held.slopes[[0, 2]], alone.slopes, atol=1e-7)


def test_bounds_that_do_not_bind_change_nothing():
    encoded, positive, weight = some(columns=2)
    free = fitted(encoded, positive, weight)
    within = fitted(encoded, positive, weight, bounds=[UP, DOWN])
    assert free.slopes[0] > 0 > free.slopes[1]
    assert_allclose(within.slopes, free.slopes, atol=1e-8)


def test_what_is_unknown_has_no_effect_on_the_log_odds():
    encoded, positive, weight = some()
    found = fitted(encoded, positive, weight)
    asked = np.array([[np.nan, np.nan, np.nan], [4.0, np.nan, np.nan]])
    parts = found.parts(asked)
    assert_array_equal(parts[0], [0.0, 0.0, 0.0])
    first = found.slopes[0] * (4.0 - found.centre[0]) / found.spread[0]
    assert_allclose(parts[1], [first, 0.0, 0.0])
    assert_allclose(found.log_odds(asked), [found.intercept, found.intercept + first])


def test_unknown_values_train_as_if_they_lay_at_the_mean_of_the_known():
    encoded, positive, weight = some(columns=2)
    gaps = encoded.copy()
    gaps[::3, 0] = np.nan
    known = ~np.isnan(gaps[:, 0])
    found = fitted(gaps, positive, weight)
    mean = np.average(encoded[known, 0], weights=weight[known])
    spread = np.sqrt(np.average((encoded[known, 0] - mean) ** 2, weights=weight[known]))
    assert found.centre[0] == pytest.approx(mean)
    assert found.spread[0] == pytest.approx(spread)
    design = standard(np.where(np.isnan(gaps), mean, gaps), found.centre, found.spread)
    slopes, _ = minimised_as_given(design, positive, weight, ridge=1.0)
    assert_allclose(np.append(found.intercept, found.slopes), slopes, atol=2e-5)


def minimised_as_given(design, positive, weight, *, ridge):
    found = minimize(
        loss_of(design, positive, weight, ridge),
        np.zeros(design.shape[1] + 1),
        jac=True,
        method="BFGS",
        options={"gtol": 1e-8},
    )
    return found.x, found.fun


def test_a_row_twice_is_a_row_of_weight_two():
    encoded, positive, weight = some()
    rows = np.append(np.arange(60), [5, 5, 7])
    twice = fitted(encoded[rows], positive[rows], weight[rows])
    load = weight.copy()
    load[5] *= 3
    load[7] *= 2
    once = fitted(encoded, positive, load)
    for name in ("slopes", "centre", "spread", "intercept"):
        assert_allclose(getattr(twice, name), getattr(once, name), atol=1e-8)


def test_a_column_that_never_varies_has_slope_0_and_spread_1():
    encoded, positive, weight = some(columns=2)
    encoded[:, 1] = 7.5
    found = fitted(encoded, positive, weight)
    assert found.slopes[1] == pytest.approx(0.0, abs=1e-12)
    assert found.spread[1] == 1.0
    assert found.centre[1] == pytest.approx(7.5)
    assert_allclose(found.slopes[0], fitted(encoded[:, :1], positive, weight).slopes[0])


def test_a_column_that_nobody_knows_has_no_effect():
    encoded, positive, weight = some(columns=2)
    encoded[:, 1] = np.nan
    found = fitted(encoded, positive, weight)
    assert (found.slopes[1], found.centre[1], found.spread[1]) == (0.0, 0.0, 1.0)
    assert_allclose(
        found.log_odds(encoded)[0],
        fitted(encoded[:, :1], positive, weight).log_odds(encoded[:, :1])[0],
    )


def test_a_column_that_is_known_at_one_place_says_nothing():
    encoded, positive, weight = some(columns=2)
    encoded[1:, 1] = np.nan
    found = fitted(encoded, positive, weight)
    assert (found.slopes[1], found.centre[1], found.spread[1]) == (
        0.0,
        encoded[0, 1],
        1.0,
    )


@pytest.mark.parametrize("poison", [np.nan, 0.0, -1e12, 1e300])
def test_rows_without_weight_take_no_part_at_all(poison):
    encoded, positive, weight = some()
    weight[40:] = 0.0
    clean = fitted(encoded, positive, weight, ridge=3.0, bounds=[UP, FREE, DOWN])
    spoilt = encoded.copy()
    spoilt[40:] = poison
    turned = positive.copy()
    turned[40:] = ~turned[40:]
    found = fitted(spoilt, turned, weight, ridge=3.0, bounds=[UP, FREE, DOWN])
    assert found.intercept == clean.intercept
    for name in ("slopes", "centre", "spread"):
        assert_array_equal(getattr(found, name), getattr(clean, name))


def test_data_that_a_line_parts_converge_thanks_to_the_ridge():
    encoded = np.linspace(-1, 1, 40)[:, np.newaxis]
    positive = encoded[:, 0] > 0
    slopes = [
        fitted(encoded, positive, ridge=ridge).slopes[0]
        for ridge in (1e-6, 1e-3, 1.0, 10.0, 1e3, 1e6)
    ]
    assert np.all(np.isfinite(slopes))
    assert np.all(np.diff(slopes) < 0)
    assert slopes[-1] == pytest.approx(0.0, abs=1e-3)


def test_the_intercept_is_not_penalised():
    encoded, positive, weight = some()
    weight[positive] *= 9.0
    found = fitted(encoded, positive, weight, ridge=1e9)
    assert_allclose(found.slopes, 0.0, atol=1e-6)
    odds = np.log(weight[positive].sum() / weight[~positive].sum())
    assert odds > 1
    assert found.intercept == pytest.approx(odds, abs=1e-6)


def test_the_unit_of_a_column_does_not_matter():
    encoded, positive, weight = some()
    metres = fitted(encoded * 1000 + 50, positive, weight)
    found = fitted(encoded, positive, weight)
    assert_allclose(metres.slopes, found.slopes, rtol=1e-6)
    assert_allclose(metres.spread, found.spread * 1000)


def test_a_fit_leaves_its_data_alone():
    encoded, positive, weight = some()
    before = encoded.copy(), positive.copy(), weight.copy()
    fitted(encoded, positive, weight)
    for one, other in zip(before, (encoded, positive, weight), strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"positive": np.ones(3, np.bool_)}, r"4 places .* got \(3,\) and \(4,\)"),
        ({"weight": np.ones(5)}, r"4 places .* got \(4,\) and \(5,\)"),
        ({"bounds": [FREE]}, "2 columns need as many bounds; got 1"),
        ({"ridge": 0.0}, r"ridge must be positive; got 0\.0"),
        ({"ridge": -1.0}, r"got -1\.0"),
        ({"ridge": np.nan}, "got nan"),
        ({"encoded": np.array([[0, 1], [1, np.inf], [1, 1], [0, 0.0]])}, "infinite"),
        ({"encoded": np.array([[0, 1], [1, -np.inf], [1, 1], [0, 0.0]])}, "infinite"),
        ({"weight": np.array([1, 1, -1, 1.0])}, "weights 0 or more"),
        ({"weight": np.array([1, 1, np.nan, 1.0])}, "weights 0 or more"),
        ({"weight": np.array([1, 1, np.inf, 1.0])}, "weights 0 or more"),
        (
            {"weight": np.array([0, 0, 1, 1.0])},
            "got 0 on 2 positives and 2 on 2 background",
        ),
        (
            {"weight": np.array([1, 2, 0, 0.0])},
            "got 3 on 2 positives and 0 on 2 background",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_its_numbers(changed, said):
    given_all = {
        "encoded": np.array([[0, 1], [1, 0], [1, 1], [0, 0.0]]),
        "positive": np.array([True, True, False, False]),
        "weight": np.ones(4),
        "ridge": 1.0,
        "bounds": [FREE, FREE],
        **changed,
    }
    encoded, positive = given_all.pop("encoded"), given_all.pop("positive")
    with pytest.raises(ValueError, match=said):
        fit(encoded, positive, **given_all)


def test_the_background_weighs_as_much_as_the_examples_by_its_shares():
    group = np.array([0, 2, 1, 0, 0, 1, 1, 1, 2])
    weight = balanced_weights(group, (0.25, 0.75))
    assert_array_equal(weight[group == 0], [1.0, 1.0, 1.0])
    assert_allclose(weight[group == 1], 3 * 0.25 / 4)
    assert_allclose(weight[group == 2], 3 * 0.75 / 2)


def test_shares_need_not_add_up_to_one():
    group = np.array([0, 1, 2, 2])
    assert_allclose(
        balanced_weights(group, (3.0, 1.0)), balanced_weights(group, (0.75, 0.25))
    )


def test_the_share_of_a_kind_that_is_not_there_is_dealt_to_the_others():
    assert balanced_weights(np.array([0, 0, 2]), (0.9, 0.1)).tolist() == [1, 1, 2]
    assert balanced_weights(np.array([0, 1, 1]), (0.5, 0.5)).tolist() == [1, 0.5, 0.5]


def test_a_kind_without_share_weighs_nothing():
    assert balanced_weights(np.array([0, 1, 2]), (0.0, 1.0)).tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("group", "shares", "said"),
    [
        ([1, 1, 2], (0.5, 0.5), r"got 0 positives and background of \[2, 1\]"),
        ([0, 0], (0.5, 0.5), r"got 2 positives and background of \[0, 0\]"),
        ([0, 1], (0.0, 1.0), r"\[1, 0\] with shares \[0\.0, 1\.0\]"),
    ],
)
def test_one_side_alone_cannot_be_weighed(group, shares, said):
    with pytest.raises(ValueError, match=said):
        balanced_weights(np.array(group), shares)


def test_a_fit_says_what_every_column_reached_in_its_training():
    """The third place has no weight, the last column is never known."""
    encoded = [[1.0, -3.0, nan], [nan, 4.0, nan], [9e9, -9e9, 7.0], [5.0, nan, nan]]
    found = fitted(encoded, [True, False, True, False], [1.0, 1.0, 0.0, 2.0])
    assert found.least.tolist() == [1.0, -3.0, 0.0]
    assert found.greatest.tolist() == [5.0, 4.0, 0.0]


EDGED = Coefficients(
    intercept=0.5,
    slopes=np.array([2.0, -3.0]),
    centre=np.array([10.0, 0.0]),
    spread=np.array([5.0, 2.0]),
    least=np.array([5.0, -1.0]),
    greatest=np.array([20.0, 4.0]),
)


def test_the_line_is_not_drawn_beyond_the_training():
    """Deviations from -1 to 2 and from -0.5 to 2."""
    encoded = np.array([[20.0, 4.0], [40.0, 8.0], [5.0, -1.0], [0.0, -9.0], [15, 1]])
    design = EDGED.design(encoded)
    assert design.tolist() == [[2, 2], [2, 2], [-1, -0.5], [-1, -0.5], [1, 0.5]]
    parts = EDGED.parts(encoded)
    assert parts.tolist() == [[4, -6], [4, -6], [-2, 1.5], [-2, 1.5], [2, -1.5]]
    assert EDGED.log_odds(encoded).tolist() == [-1.5, -1.5, 0.0, 0.0, 1.0]


def test_what_is_unknown_has_no_part_wherever_the_training_ended():
    raised = dataclasses.replace(EDGED, least=np.array([12.0, 1.0]))
    encoded = np.array([[nan, 2.0], [nan, nan]])
    assert raised.design(encoded).tolist() == [[0, 1], [0, 0]]
    assert raised.log_odds(encoded).tolist() == [-2.5, 0.5]


def test_places_of_training_are_all_within_what_it_reached():
    encoded, positive, weight = some(3)
    found = fitted(encoded, positive, weight)
    assert_array_equal(
        found.design(encoded), standard(encoded, found.centre, found.spread)
    )
    assert_array_equal(found.least, encoded.min(axis=0))
    assert_array_equal(found.greatest, encoded.max(axis=0))
