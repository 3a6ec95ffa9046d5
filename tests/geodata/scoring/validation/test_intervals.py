import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from geodata.scoring.validation.intervals import (
    DRAWS,
    Estimate,
    binomial_interval,
    bootstrap_interval,
    grouped_mean_interval,
    mean_of,
    student,
)


def mean(rows):
    return float(rows.mean())


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_exact_interval_is_that_of_the_binomial_test(case):
    hits, n = case
    expected = binomtest(hits, n).proportion_ci(0.95, method="exact")
    low, high = binomial_interval([hits / n], n)
    assert low[0] == pytest.approx(expected.low, abs=1e-9)
    assert high[0] == pytest.approx(expected.high, abs=1e-9)


def test_none_and_all_of_ten_have_the_intervals_of_the_tables():
    """1 - 0.025 ** (1 / 10) = 0.3085."""
    low, high = binomial_interval([0.0, 1.0], 10)
    assert low.tolist() == pytest.approx([0.0, 0.025**0.1])
    assert high.tolist() == pytest.approx([1 - 0.025**0.1, 1.0])


@pytest.mark.parametrize(
    ("share", "n"),
    [([0.5, 1.1], 5), ([-0.1], 5), ([np.nan], 5), ([0.5], 0), ([0.5], -1)],
)
def test_an_impossible_sample_is_refused(share, n):
    with pytest.raises(ValueError, match="within 0 to 1 and n above 0"):
        binomial_interval(share, n)


def test_the_smallest_sample_is_one():
    low, high = binomial_interval([1.0], 1)
    assert (low[0], high[0]) == (pytest.approx(0.025), 1.0)


def test_a_bootstrap_holds_its_value_and_repeats_with_the_seed():
    sites = np.array([0.1, 0.2, 0.2, 0.5, 0.9])
    found = bootstrap_interval(mean, sites)
    assert found.value == pytest.approx(0.38)
    assert found.n == 5
    assert 0.1 <= found.low < found.value < found.high <= 0.9
    assert found == bootstrap_interval(mean, sites, seed=0, draws=2_000)
    assert found != bootstrap_interval(mean, sites, seed=1)
    assert DRAWS == 2_000


def test_the_bootstrap_of_many_sites_is_the_textbook_interval():
    """Standard error of a uniform mean, 400 sites: sqrt(1 / 12 / 400) = 0.0144."""
    sites = (np.arange(400) + 0.5) / 400
    found = bootstrap_interval(mean, sites)
    assert found.low == pytest.approx(0.5 - 1.966 * 0.01443, abs=0.003)
    assert found.high == pytest.approx(0.5 + 1.966 * 0.01443, abs=0.003)


def test_few_sites_take_the_percentiles_that_students_t_asks_for():
    """Two sites: all but 2e-70 of the draws, from the one site to the other."""
    found = bootstrap_interval(mean, np.array([0.25, 0.75]))
    assert (found.low, found.high) == (0.25, 0.75)
    ten = np.arange(10.0)
    chance = np.random.default_rng(3)
    means = [ten[chance.integers(10, size=10)].mean() for _ in range(2_000)]
    expected = np.quantile(means, [0.0085506, 1 - 0.0085506])
    found = bootstrap_interval(mean, ten, seed=3)
    assert [found.low, found.high] == pytest.approx(expected.tolist(), abs=1e-6)


def test_one_site_has_no_interval_and_none_has_no_value():
    one = bootstrap_interval(mean, np.array([0.3]))
    assert (one.value, one.n) == (0.3, 1)
    assert np.isnan([one.low, one.high]).all()
    none = bootstrap_interval(mean, np.array([]))
    assert none.n == 0
    assert np.isnan([none.value, none.low, none.high]).all()


def test_draws_without_an_answer_are_left_out():
    def first_kind(rows):
        return float(rows.sum()) if rows.any() else np.nan

    found = bootstrap_interval(first_kind, np.array([0.0, 1.0]))
    assert (found.low, found.high) == (1.0, 2.0)
    never = bootstrap_interval(lambda rows: np.nan, np.array([0.0, 1.0]))
    assert np.isnan([never.value, never.low, never.high]).all()


def test_a_row_of_sites_is_drawn_as_a_whole():
    rows = np.array([[1.0, 1.0], [2.0, 2.0], [5.0, 5.0]])
    found = bootstrap_interval(
        lambda some: float((some[:, 0] - some[:, 1]).sum()), rows
    )
    assert (found.low, found.high, found.n) == (0.0, 0.0, 3)


def test_students_percentiles_are_those_of_the_tables():
    assert student(2) == pytest.approx(-12.7062, abs=1e-4)
    assert student(31) == pytest.approx(-2.0423, abs=1e-4)


def test_the_mean_of_groups_is_the_plain_mean_with_the_ends_of_its_groups():
    """Means 0.2 of two and 0.8 of one: 1.2 / 3.  Two groups reach from one to other."""
    found = grouped_mean_interval([0.1, 0.3, 0.8], [7, 7, 2])
    assert found.value == pytest.approx(0.4)
    assert (found.low, found.high) == pytest.approx((0.2, 0.8))
    assert found.n == 3
    assert grouped_mean_interval([0.1, 0.3, 0.8], ["b", "b", "a"]) == found


def test_a_draw_of_groups_is_the_mean_of_all_its_values():
    """Of three groups every draw is in the interval, from all worst to all best."""
    found = grouped_mean_interval([0.0, 0.0, 3.0, 6.0], [0, 0, 1, 2])
    chance = np.random.default_rng(0)
    sums, counts = np.array([0.0, 3.0, 6.0]), np.array([2, 1, 1])
    picks = [chance.integers(3, size=3) for _ in range(DRAWS)]
    means = [sums[pick].sum() / counts[pick].sum() for pick in picks]
    assert found.value == pytest.approx(9 / 4)
    assert found.low == min(means) == 0.0
    assert found.high == max(means) == 6.0
    few = grouped_mean_interval(np.arange(12.0), np.arange(12) // 5)
    assert (few.low, few.high) == (2.0, 10.5)
    assert few.value == 5.5


def test_unknown_values_are_left_out_and_so_are_groups_of_nothing_else():
    found = grouped_mean_interval([0.1, np.nan, 0.3, np.nan, 0.8], [0, 0, 0, 1, 2])
    assert found == grouped_mean_interval([0.1, 0.3, 0.8], [0, 0, 2])
    assert found.n == 3
    one = grouped_mean_interval([0.1, 0.3, np.nan], [0, 0, 1])
    assert (one.value, one.n) == (0.2, 2)
    assert np.isnan([one.low, one.high]).all()


def test_one_group_has_no_interval_and_no_value_no_mean():
    one = grouped_mean_interval([0.1, 0.3, 0.2], [4, 4, 4])
    assert one.value == pytest.approx(0.2)
    assert one.n == 3
    assert np.isnan([one.low, one.high]).all()
    for values in ([], [np.nan]):
        none = grouped_mean_interval(values, [0] * len(values))
        assert none.n == 0
        assert np.isnan([none.value, none.low, none.high]).all()


def test_values_that_are_alike_inside_their_groups_tell_less_than_single_ones():
    values = np.repeat(np.linspace(0, 1, 8), 10)
    whole = grouped_mean_interval(values, np.repeat(np.arange(8), 10))
    single = grouped_mean_interval(values, np.arange(80))
    assert whole.value == pytest.approx(single.value) == pytest.approx(0.5)
    assert whole.n == single.n == 80
    assert whole.high - whole.low > 2.5 * (single.high - single.low)
    eight = bootstrap_interval(mean, np.linspace(0, 1, 8))
    assert (whole.low, whole.high) == pytest.approx((eight.low, eight.high))


def test_groups_are_drawn_by_the_seed_and_nought_is_usual():
    values, groups = np.linspace(0, 1, 20) ** 2, np.arange(20) // 2
    usual = grouped_mean_interval(values, groups)
    assert grouped_mean_interval(values, groups, seed=0) == usual
    assert grouped_mean_interval(values, groups, seed=1) != usual


def test_figures_of_the_same_sites_are_averaged_end_by_end():
    parts = [
        Estimate(value=0.5, low=0.25, high=0.75, n=7),
        Estimate(value=1.0, low=0.5, high=1.0, n=9),
        Estimate(value=0.75, low=0.75, high=0.875, n=8),
    ]
    assert mean_of(parts) == Estimate(value=0.75, low=0.5, high=0.875, n=7)
    assert mean_of(parts[:1]) == parts[0]
