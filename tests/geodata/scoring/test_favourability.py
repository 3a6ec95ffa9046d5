"""Scores of many places, how much of each is known, and ranks as shares of the area."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring.draws import draw
from geodata.scoring.favourability import (
    RANKED_FROM,
    Favourability,
    area_rank,
    coverage_at,
    overall,
    score_places,
)
from geodata.scoring.uncertainty import CHUNK
from tests.geodata.scoring.small_models import (
    SETTING,
    STABLE,
    account,
    argument,
    average,
    model,
    number,
    on_land,
    situations,
    survey,
)

nan = np.nan
log = np.log
FIELDS = ("favourability", "p10", "p50", "p90", "coverage")
TWO = model(argument("crust", weight=3.0), argument("fault", "pathway", weight=1.0))
LAND = on_land(TWO, average(-1.0), average(-2.0, resolved=0.5))


def expected(crust, fault):
    """Weights 3 and 1; the layer of faults speaks for half of its weight."""
    return (3 * log(crust) + 0.5 * log(fault) - 1.0) / 4


def test_places_are_scored_by_hand_and_without_ranges_nothing_is_spread():
    crust, fault = [0.5, 0.8, 0.5, nan, nan], [0.25, 0.5, nan, 0.25, nan]
    found = score_places(LAND, draw(TWO, count=3), survey(TWO, crust, fault))
    by_hand = [
        expected(0.5, 0.25),
        expected(0.8, 0.5),
        (3 * log(0.5) - 2) / 4,
        (0.5 * log(0.25) - 4) / 4,
        nan,
    ]
    for values in (found.favourability, found.p10, found.p50, found.p90):
        assert values == pytest.approx(np.exp(by_hand), nan_ok=True, abs=1e-6)
        assert values.dtype == np.float32
    assert found.coverage.tolist() == [0.875, 0.875, 0.75, 0.125, 0.0]
    assert found.coverage.dtype == np.float32


def test_a_place_is_ranked_only_where_enough_is_known_of_it():
    """Where nothing is known it has no score; where little is, a score without rank."""
    even = model(*(argument(name) for name in ("a", "b", "c", "d")))
    regional = on_land(even, *[average(-1.0)] * 3, average(-1.0, resolved=0.01))
    rows = np.full((4, 4), nan)
    rows[0, 0] = rows[3, 1] = rows[0, 2] = rows[1, 2] = 0.5
    found = score_places(regional, draw(even, count=3), survey(even, *rows))
    assert 0.0 < RANKED_FROM < 0.25
    assert found.coverage == pytest.approx([0.25, 0.0025, 0.5, 0.0])
    assert np.isnan(found.favourability).tolist() == [False, False, False, True]
    assert np.isnan(found.ranked).tolist() == [False, True, False, True]
    assert found.ranked[[0, 2]].tolist() == found.favourability[[0, 2]].tolist()


def test_coverage_weighs_by_resolution_and_by_what_applies_by_hand():
    masked = model(
        argument("crust", weight=2.0),
        argument("moho", weight=1.0, within=STABLE),
        argument("lost", "trap", weight=1.0),
    )
    regional = on_land(
        masked,
        average(-1.0, resolved=0.5),
        average(-1.0, resolved=0.8),
        average(-1.0, resolved=0.9, present=False),
    )
    measured = survey(masked, [0.5] * 3 + [nan], [0.5, nan, nan, nan], [nan] * 4)
    measured[SETTING] = np.float32([1, 0, 1, 0])
    found = coverage_at(regional, measured)
    assert found == pytest.approx([1.8 / 4, 1 / 3, 1 / 4, 0.0])
    source = coverage_at(regional, measured, component="source")
    assert source == pytest.approx([1.8 / 3, 1 / 2, 1 / 3, 0.0])
    assert not coverage_at(regional, measured, component="trap").any()


@given(situations())
def test_the_coverage_of_a_map_is_that_of_its_accounts(situation):
    regional, measured = situation
    by_account = account(regional, measured).coverage
    assert coverage_at(regional, measured) == pytest.approx(by_account, abs=1e-6)


def test_the_score_of_a_place_does_not_depend_on_the_block_it_falls_into():
    count = 2 * CHUNK + 5
    told = []
    crust = np.linspace(0.1, 1, count)
    measured, drawn = survey(TWO, crust, np.ones(count)), draw(TWO, count=3)
    found = score_places(LAND, drawn, measured, progress=told.append)
    assert told == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]
    for name in FIELDS[:4]:
        by_hand = np.exp(expected(crust, 1.0))
        assert getattr(found, name) == pytest.approx(by_hand, abs=1e-5)
    again = score_places(LAND, drawn, measured, block=count)
    for name in FIELDS:
        assert np.array_equal(getattr(found, name), getattr(again, name))


@given(block=st.integers(1, 400), seed=st.integers(0, 9))
def test_one_block_or_many_give_the_same_bits(block, seed):
    chance = np.random.default_rng(seed)
    wide = model(argument("crust", weight=number(3, 1, 9)), TWO.evidence[1])
    rows = chance.random((2, 300))
    rows[chance.random((2, 300)) < 0.2] = nan
    measured = survey(wide, *rows, relief_m=10 ** chance.uniform(0.5, 3.5, 300))
    regional = on_land(wide, *LAND.land.arguments)
    drawn = draw(wide, count=5)
    whole = score_places(regional, drawn, measured)
    parts = score_places(regional, drawn, measured, block=block)
    for name in FIELDS:
        assert getattr(parts, name).tobytes() == getattr(whole, name).tobytes()


def test_the_width_of_a_model_widens_its_ranges_from_their_middle():
    unsure = on_land(TWO, average(-1.0, half_range=0.9), LAND.land.arguments[1])
    measured = survey(TWO, [nan, 0.5], [0.5, 0.5])
    drawn = draw(TWO, count=11)
    plain, wide = (
        score_places(unsure.with_width(width), drawn, measured) for width in (1.0, 1.2)
    )
    assert plain.p10[0] < plain.p50[0] < plain.p90[0]
    for name in ("p10", "p90"):
        off, farther = (
            log(getattr(one, name)[0] / one.p50[0]) for one in (plain, wide)
        )
        assert farther == pytest.approx(1.2 * off, rel=1e-4)
    for name in ("favourability", "p50", "coverage"):
        assert np.array_equal(getattr(plain, name), getattr(wide, name))


def test_no_places_have_no_scores():
    found = score_places(LAND, draw(TWO, count=3), survey(TWO, [], []))
    assert {getattr(found, name).shape for name in FIELDS} == {(0,)}


def test_each_place_stands_where_its_rank_is_best():
    """Ranks of types are compared, never their scores."""
    ranks = {
        "a": np.float32([0.5, 0.2, 0.3, nan, nan]),
        "b": np.float32([0.1, 0.2, nan, 1.0, nan]),
    }
    found = overall(ranks)
    assert found.leading.tolist() == [1, 0, 0, 1, -1]
    assert found.leading.dtype == np.int16
    assert found.rank == pytest.approx([0.1, 0.2, 0.3, 1.0, nan], nan_ok=True)


def test_a_type_of_high_scores_does_not_lead_everywhere():
    low, high = np.float32([0.1, 0.2, 0.3]), np.float32([0.9, 0.8, 0.7])
    found = overall({"low": area_rank(low), "high": area_rank(high)})
    assert found.leading.tolist() == [1, 0, 0]
    assert found.rank == pytest.approx([1 / 3, 2 / 3, 1 / 3])


def test_ranked_places_alone_have_area():
    found = Favourability(
        **dict.fromkeys(FIELDS[:4], np.float32([0.9, 0.5, 0.7])),
        coverage=np.float32([0.1, 0.5, 0.5]),
    )
    assert area_rank(found.ranked) == pytest.approx([nan, 1.0, 0.5], nan_ok=True)


def test_ranks_are_shares_of_the_known_area_in_any_order():
    values = np.float32([0.2, nan, 0.8, 0.4, 0.6, nan])
    found = area_rank(values)
    assert found.dtype == np.float32
    assert found[[0, 2, 3, 4]].tolist() == [1.0, 0.25, 0.75, 0.5]
    assert np.isnan(found[[1, 5]]).all()
    assert values[0] == np.float32(0.2)  # the scores are left alone


def test_equal_values_share_the_worse_rank():
    assert area_rank(np.float32([0.5, 0.9, 0.5, 0.9])).tolist() == [1.0, 0.5, 1.0, 0.5]
    assert area_rank(np.float32([0.5] * 3)).tolist() == [1.0] * 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_area_of_which_nothing_is_known_has_no_ranks(count):
    found = area_rank(np.full(count, nan, dtype=np.float32))
    assert found.shape == (count,)
    assert np.isnan(found).all()


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50))
def test_the_best_place_has_the_best_area_rank(values):
    scores = np.array(values, dtype=np.float32)
    ranks = area_rank(scores)
    assert ranks[scores.argmax()] == ranks.min()
    assert ranks.max() == 1


def test_a_model_that_lacks_what_is_essential_ranks_nothing_and_has_no_range():
    host_needed = replace(argument("host"), essential=True)
    kind = model(host_needed, argument("rock"))
    rock = np.linspace(0.1, 0.9, 5)
    regional = on_land(kind, average(-1.0, present=False), average(-1.0))
    found = score_places(
        regional, draw(kind, count=3), survey(kind, np.full(5, nan), rock)
    )
    assert not found.can_rank
    assert np.isnan(found.ranked).all()
    assert np.isnan([found.p10, found.p50, found.p90]).all()
    assert (np.diff(found.favourability) > 0).all()
