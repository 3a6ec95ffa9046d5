import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from geodata.scoring.evaluation.intervals import (
    DRAWS,
    binomial_interval,
    bootstrap_interval,
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
