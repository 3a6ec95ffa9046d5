"""Scores of many places, the leading model, and ranks as shares of the area."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring.deposit_file import parse
from geodata.scoring.favourability import (
    Favourability,
    area_rank,
    overall,
    score_places,
)
from geodata.scoring.uncertainty import CHUNK, draw

nan = np.nan


def number(value, low, high):
    basis = 'basis = "expert", reference = "test"'
    return f"{{ value = {value}, low = {low}, high = {high}, {basis} }}"


def model(spread=(1, 1, 1)):
    """One quantity and one class; without a spread nothing varies between draws."""
    return parse(
        "small",
        f"""
code = "test"
title = "Test"
summary = "Test."
[[evidence]]
name = "crust"
title = "Crust"
claim = "It is thick."
component = "source"
layer = "crust"
measure = "value"
membership = "rise"
weight = {number(3, 3, 3)}
[evidence.parameters]
midpoint = {number(0, 0, 0)}
spread = {number(*spread)}
[[evidence]]
name = "kind"
title = "Kind"
claim = "It is stable."
component = "pathway"
layer = "terranes"
measure = "class"
membership = "class"
weight = {number(1, 1, 1)}
[evidence.parameters]
stable = {number(0.25, 0.25, 0.25)}
other = {number(0.5, 0.5, 0.5)}
""",
    )


FIXED = model()
CRUST, KIND = (item.measurement.key for item in FIXED.evidence)
CLASSES = {CRUST: (), KIND: ("active", "stable")}


def rows(crust, kind):
    return {CRUST: np.float32(crust), KIND: np.float32(kind)}


def expected(crust, kind):
    """Weights 3 and 1; crust 0 is one half; class 1 is stable."""
    values = {0.0: 0.5, 1.0: 0.25}
    source = 0.5 + 0.5 * crust / np.sqrt(1 + crust**2)
    return (source**3 * values[kind]) ** 0.25


def test_places_are_scored_by_hand_and_without_ranges_nothing_is_spread():
    crust, kind = [0.0, 1.0, 0.0, nan, nan], [1.0, 0.0, nan, 1.0, nan]
    found = score_places(FIXED, draw(FIXED), rows(crust, kind), CLASSES)
    by_hand = [expected(0.0, 1.0), expected(1.0, 0.0), 0.5, 0.25, nan]
    for values in (found.favourability, found.p10, found.p50, found.p90):
        assert values == pytest.approx(np.array(by_hand), nan_ok=True, abs=1e-6)
        assert values.dtype == np.float32
    assert found.coverage.tolist() == [1.0, 1.0, 0.75, 0.25, 0.0]
    assert found.coverage.dtype == np.float32


def test_the_score_of_a_place_does_not_depend_on_the_block_it_falls_into():
    count = 2 * CHUNK + 5
    crust = np.linspace(-3, 3, count)
    told = []
    drawn, measured = draw(FIXED, count=3), rows(crust, np.ones(count))
    found = score_places(FIXED, drawn, measured, CLASSES, progress=told.append)
    assert told == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]
    by_hand = expected(crust, 1.0)
    for values in (found.favourability, found.p10, found.p50, found.p90):
        assert values == pytest.approx(by_hand, abs=1e-5)
    assert (found.coverage == 1).all()
    again = score_places(FIXED, drawn, measured, CLASSES, block=count)
    assert np.array_equal(found.p10, again.p10)
    assert np.array_equal(found.favourability, again.favourability)


@given(block=st.integers(1, 400), seed=st.integers(0, 9))
def test_one_block_or_many_give_the_same_bits(block, seed):
    chance = np.random.default_rng(seed)
    wide, count = model(spread=(1, 0.1, 10)), 300
    crust, kind = chance.normal(size=count), chance.integers(0, 2, count) * 1.0
    crust[chance.random(count) < 0.2] = nan
    kind[chance.random(count) < 0.2] = nan
    drawn, measured = draw(wide, count=5), rows(crust, kind)
    whole = score_places(wide, drawn, measured, CLASSES)
    parts = score_places(wide, drawn, measured, CLASSES, block=block)
    for name in ("favourability", "p10", "p50", "p90", "coverage"):
        assert getattr(parts, name).tobytes() == getattr(whole, name).tobytes()


def test_a_range_spreads_the_score_to_both_sides_of_the_best_value():
    wide = model(spread=(1, 0.1, 10))
    found = score_places(wide, draw(wide), rows([1.0], [1.0]), CLASSES)
    assert found.p10[0] < found.p50[0] < found.p90[0]
    assert found.favourability[0] == pytest.approx(expected(1.0, 1.0))


def test_no_places_have_no_scores():
    found = score_places(FIXED, draw(FIXED), rows([], []), CLASSES)
    assert found.favourability.shape == found.p10.shape == (0,)


def of(p10, coverage, at=0.0):
    """Values that can be told apart: p50, p90 and the best value lie above p10."""
    low = np.float32(p10)
    return Favourability(
        favourability=low + np.float32(at + 0.1),
        p10=low,
        p50=low + np.float32(at + 0.2),
        p90=low + np.float32(at + 0.3),
        coverage=np.float32(coverage),
    )


def test_the_ranking_score_is_p10_times_coverage():
    found = of([0.5, nan], [0.5, 0.0]).conservative
    assert found[0] == 0.25
    assert np.isnan(found[1])


def test_over_all_types_every_value_is_that_of_the_leading_one():
    found = overall({"a": of([0.5, 0.25], [0.5, 1.0]), "b": of([0.25] * 2, [0.5] * 2)})
    assert found.leading.tolist() == [0, 0]
    assert found.leading.dtype == np.int16
    best = found.best
    assert best.p10.tolist() == [0.5, 0.25]
    assert best.favourability.tolist() == pytest.approx([0.6, 0.35])
    assert best.p50.tolist() == pytest.approx([0.7, 0.45])
    assert best.p90.tolist() == pytest.approx([0.8, 0.55])
    assert best.coverage.tolist() == [0.5, 1.0]


def test_a_type_that_is_known_leads_one_that_is_not_however_low_it_scores():
    found = overall({"a": of([nan], [0.0]), "b": of([0.0], [0.0])})
    assert found.leading.tolist() == [1]


def test_equal_types_are_led_by_the_first_and_none_by_nobody():
    found = overall({"a": of([0.5, nan], [1, 0]), "b": of([0.5, nan], [1, 0])})
    assert found.leading.tolist() == [0, -1]
    assert np.isnan(found.best.p10[1])


def test_ranks_are_shares_of_the_known_area_in_any_order():
    found = area_rank(np.float32([0.2, nan, 0.8, 0.4, 0.6, nan]))
    assert found.dtype == np.float32
    assert found[[0, 2, 3, 4]].tolist() == [1.0, 0.25, 0.75, 0.5]
    assert np.isnan(found[[1, 5]]).all()


def test_equal_values_share_the_worse_rank():
    assert area_rank(np.float32([0.5, 0.9, 0.5, 0.9])).tolist() == [1.0, 0.5, 1.0, 0.5]
    assert area_rank(np.float32([0.5] * 3)).tolist() == [1.0] * 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_area_of_which_nothing_is_known_has_no_ranks(count):
    found = area_rank(np.full(count, nan, dtype=np.float32))
    assert found.shape == (count,)
    assert np.isnan(found).all()


def test_ranking_leaves_the_scores_alone():
    values = np.float32([0.2, nan, 0.8])
    area_rank(values)
    assert np.array_equal(values, np.float32([0.2, nan, 0.8]), equal_nan=True)
