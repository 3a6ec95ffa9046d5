import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from geodata.scoring.validation.metrics import (
    auc,
    auc_interval,
    leave_pair_out_auc,
    pr_auc,
)

SCORES = st.lists(st.integers(-20, 20), min_size=1, max_size=30)


def test_the_area_is_counted_pair_by_pair():
    """Of 2 × 3 pairs: 0.8 beats all, 0.4 beats one and ties with one: 4.5 of 6."""
    assert auc([0.4, 0.8], [0.1, 0.4, 0.7]) == 4.5 / 6
    assert auc([1.0], [0.0]) == 1
    assert auc([0.0], [1.0]) == 0
    assert auc([0.5] * 3, [0.5] * 7) == 0.5


@given(SCORES, SCORES)
def test_the_area_is_that_of_the_rank_test(positive, negative):
    u = mannwhitneyu(positive, negative).statistic
    found = auc(positive, negative)
    assert found == pytest.approx(u / (len(positive) * len(negative)))
    assert auc(negative, positive) == pytest.approx(1 - found)


@settings(deadline=None, max_examples=20)
@given(SCORES, SCORES)
def test_the_area_depends_on_the_order_of_scores_only(positive, negative):
    def curved(scores):
        return np.exp(np.array(scores) / 5.0) - 7

    assert auc(curved(positive), curved(negative)) == auc(positive, negative)
    one, other = pr_auc(positive, negative), pr_auc(curved(positive), curved(negative))
    assert one.average.value == other.average.value


def test_infinite_scores_have_an_order_too():
    assert auc([np.inf, -np.inf], [0.0]) == 0.5


@pytest.mark.parametrize("ask", [auc, auc_interval, pr_auc])
@pytest.mark.parametrize(
    ("positive", "negative", "text"),
    [
        ([], [0.1], r"score of positives; got shape \(0,\) with 0 NaN"),
        ([0.1], [], r"score of negatives; got shape \(0,\) with 0 NaN"),
        ([0.1, np.nan], [0.1], r"positives; got shape \(2,\) with 1 NaN"),
        ([0.1], [np.nan, np.nan], r"negatives; got shape \(2,\) with 2 NaN"),
        ([[0.1]], [0.1], r"positives; got shape \(1, 1\)"),
    ],
)
def test_unknown_scores_and_missing_sides_are_refused(ask, positive, negative, text):
    with pytest.raises(ValueError, match=text):
        ask(positive, negative)


def test_the_variance_is_delongs_by_hand():
    """Two positives against three negatives.

    Positives 0.35 and 0.8 beat (1, 3) of 3, so 1/3 and 1: variance 2/9, over 2.
    Negatives 0.1, 0.4, 0.6 lose to (2, 1, 1) of 2: variance 1/12, over 3.
    s = sqrt(1/9 + 1/36) = 0.37268; AUC = 2/3; t of two places is 12.7062.
    """
    found = auc_interval([0.35, 0.8], [0.1, 0.4, 0.6])
    assert found.value == pytest.approx(2 / 3)
    reach = 12.7062047 * np.sqrt(1 / 9 + 1 / 36) / (2 / 9)
    assert found.low == pytest.approx(1 / (1 + np.exp(-np.log(2) + reach)))
    assert found.high == pytest.approx(1 / (1 + np.exp(-np.log(2) - reach)))
    assert found.n == 2


def test_the_interval_uses_the_smaller_side_and_counts_the_positives():
    chance = np.random.default_rng(4)
    many, few = chance.normal(1, 1, 40), chance.normal(0, 1, 6)
    one, other = auc_interval(many, few), auc_interval(-few, -many)
    assert (one.n, other.n) == (40, 6)
    assert [one.low, one.high] == pytest.approx([other.low, other.high])
    assert 0.4 < one.low < one.value < one.high < 1


def test_a_perfect_score_of_few_sites_is_not_certain():
    """All of five: 0.025 ** (1 / 5) = 0.478."""
    best = auc_interval([2.0] * 5, [1.0] * 9)
    assert best.value == best.high == 1
    assert best.low == pytest.approx(0.025**0.2)
    worst = auc_interval([1.0] * 9, [2.0] * 5)
    assert worst.value == worst.low == 0
    assert worst.high == pytest.approx(1 - 0.025**0.2)
    assert worst.n == 9


@pytest.mark.parametrize(("positive", "negative"), [(1, 5), (5, 1), (1, 1)])
def test_a_side_of_one_has_no_interval(positive, negative):
    found = auc_interval([1.0] * positive, np.arange(negative))
    assert (found.n, found.value) == (positive, auc([1.0], np.arange(negative)))
    assert np.isnan([found.low, found.high]).all()


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """Ten positives of N(1, 1), true AUC 0.7602: at least 90 of 100 intervals."""
    chance = np.random.default_rng(7)
    held = 0
    for _ in range(300):
        found = auc_interval(chance.normal(1, 1, 10), chance.normal(0, 1, 100))
        held += found.low <= 0.7602 <= found.high
    assert 0.90 <= held / 300 <= 0.985


def test_pairs_that_are_won_count_one_and_ties_a_half():
    found = leave_pair_out_auc([0.2, -0.1, 0.0, 0.3, 1.0, 0.5], [4, 4, 7, 7, 7, 9])
    assert found.value == 4.5 / 6
    assert found.n == 3
    assert 0.5 <= found.low <= found.value <= found.high <= 1


def test_pairs_of_a_single_positive_have_no_interval():
    found = leave_pair_out_auc([1.0, -1.0], [3, 3])
    assert (found.value, found.n) == (0.5, 1)
    assert np.isnan([found.low, found.high]).all()


def test_positives_are_drawn_whole():
    """Two positives, one always wins and one always loses: anything from 0 to 1."""
    found = leave_pair_out_auc([1.0] * 50 + [-1.0] * 50, [0] * 50 + [1] * 50)
    assert (found.low, found.high) == (0.0, 1.0)


def test_the_seed_decides_the_interval():
    chance = np.random.default_rng(1)
    apart, owner = chance.normal(0.5, 1, 400), np.arange(400) % 20
    assert leave_pair_out_auc(apart, owner) == leave_pair_out_auc(apart, owner, seed=0)
    assert leave_pair_out_auc(apart, owner) != leave_pair_out_auc(apart, owner, seed=1)


@settings(deadline=None, max_examples=20)
@given(SCORES, SCORES)
def test_all_pairs_of_one_model_give_its_area(positive, negative):
    apart = np.subtract.outer(positive, negative)
    owner = np.repeat(np.arange(len(positive)), len(negative))
    found = leave_pair_out_auc(apart.ravel(), owner)
    assert found.value == pytest.approx(auc(positive, negative))
    assert found.n == len(positive)


@pytest.mark.parametrize(
    ("apart", "owner", "text"),
    [
        ([], [], "at least one pair"),
        ([0.1, np.nan], [1, 2], "1 of them NaN"),
        ([0.1, 0.2], [1], r"\(2,\) differences, 0 of them NaN, and \(1,\) positives"),
    ],
)
def test_pairs_without_a_difference_or_an_owner_are_refused(apart, owner, text):
    with pytest.raises(ValueError, match=text):
        leave_pair_out_auc(apart, owner)


def test_average_precision_is_that_of_the_steps_by_hand():
    """From the top: + + - + -, precision 1, 1, 3/4 at the positives."""
    found = pr_auc([0.9, 0.8, 0.6], [0.7, 0.5])
    assert found.average.value == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert found.base_rate == 0.6
    assert (found.average.n, found.negatives) == (3, 2)
    assert 0.6 <= found.average.low <= found.average.value <= found.average.high <= 1


def test_equal_scores_enter_together():
    """One positive alone at the top, then one with three negatives: (1 + 2/5) / 2."""
    assert pr_auc([0.9, 0.5], [0.5, 0.5, 0.5]).average.value == pytest.approx(0.7)
    constant = pr_auc([0.5] * 2, [0.5] * 6)
    assert constant.average.value == constant.base_rate == 0.25


def by_thresholds(positive, negative):
    """Step by step over the different scores, as the definition has it."""
    total, recall = 0.0, 0.0
    for limit in sorted({*positive, *negative}, reverse=True):
        true = sum(score >= limit for score in positive)
        false = sum(score >= limit for score in negative)
        total += (true / len(positive) - recall) * true / (true + false)
        recall = true / len(positive)
    return total


@settings(deadline=None, max_examples=30)
@given(SCORES, SCORES)
def test_average_precision_is_the_sum_over_thresholds(positive, negative):
    found = pr_auc(positive, negative).average.value
    assert found == pytest.approx(by_thresholds(positive, negative))


def test_the_draws_for_average_precision_follow_the_seed():
    chance = np.random.default_rng(2)
    positive, negative = chance.normal(1, 1, 15), chance.normal(0, 1, 100)
    assert pr_auc(positive, negative) == pr_auc(positive, negative, seed=0)
    assert pr_auc(positive, negative) != pr_auc(positive, negative, seed=1)
