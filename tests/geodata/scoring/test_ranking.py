import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from geodata.scoring.favourability import area_rank
from geodata.scoring.ranking import BEST, Change, Ranking

few = st.lists(st.integers(0, 30), min_size=3, max_size=40)


def ranking(values):
    return Ranking.of(np.array(values, dtype=np.float64))


def test_the_best_tenth_is_a_tenth():
    assert BEST == 0.10
    assert ranking(range(10)).best.tolist() == [False] * 9 + [True]
    assert ranking(range(19)).best.sum() == 1
    assert ranking(range(20)).best.sum() == 2
    assert ranking(range(9)).best.sum() == 0


def test_equal_places_at_the_limit_are_all_left_out():
    assert ranking([*range(18), 50, 50]).best.sum() == 2
    assert ranking([*range(17), 50, 50, 50]).best.sum() == 0


def test_ranks_are_centred_and_equal_places_share_one():
    assert ranking([5, 1, 5, 9]).ranks.tolist() == [0, -1.5, 0, 1.5]


@given(few)
def test_the_best_tenth_is_that_of_the_map_of_ranks(values):
    expected = area_rank(np.array(values, dtype=np.float32)) <= np.float32(BEST)
    assert ranking(values).best.tolist() == expected.tolist()


@given(st.data())
def test_the_correlation_is_that_of_spearman(data):
    one = data.draw(few)
    other = data.draw(st.lists(st.integers(0, 9), min_size=len(one), max_size=len(one)))
    found = ranking(one).change(ranking(other)).correlation
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(one, other).statistic, abs=1e-12)


def test_what_is_kept_is_counted_in_the_best_tenth_of_the_unchanged_map():
    base = ranking(range(20))
    half = [*range(18), 50, -1]
    assert base.change(ranking(half)).kept == 0.5
    assert base.change(base) == Change(correlation=pytest.approx(1), kept=1)
    turned = base.change(ranking([-value for value in range(20)]))
    assert turned == Change(correlation=pytest.approx(-1), kept=0)


def test_the_changed_map_may_lose_its_best_tenth_but_the_unchanged_one_must_have_it():
    good, flat = ranking(range(20)), ranking([1] * 20)
    assert good.change(flat).kept == 0
    assert np.isnan(flat.change(good).kept)
    assert np.isnan(good.change(flat).correlation)


def test_no_place_at_all_has_no_order():
    nothing = ranking([])
    change = nothing.change(nothing)
    assert np.isnan(change.kept)
    assert np.isnan(change.correlation)
