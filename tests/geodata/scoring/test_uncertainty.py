"""What a score could be: draws by hand, what is missing, and places in any company."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from geodata.scoring import uncertainty
from geodata.scoring.draws import Draws, best_values, draw
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.spread import set_width, spread
from geodata.scoring.uncertainty import DrawnModel
from tests.geodata.scoring.small_models import (
    SETTING,
    STABLE,
    argument,
    average,
    host,
    model,
    number,
    on_land,
    situations,
    survey,
)

nan = np.nan
log = np.log
TWO = model(
    argument("crust", membership="rise", apart=True, midpoint=40.0, spread=5.0),
    argument("fault", "pathway", weight=1.0),
)
CRUST, FAULT = (item.measurement.key for item in TWO.evidence)
APART = TWO.evidence[0].disagreement.key
LAND = on_land(TWO, average(-1.0, half_range=0.5), average(-2.0, half_range=1.0))
THREE = Draws(
    weights=np.float32([[1, 1, 3], [1, 1, 1]]),
    parameters=(
        {"midpoint": np.float32([40, 50, 40]), "spread": np.float32([5, 5, 5])},
        {"zero": np.float32([0, 0, 0]), "one": np.float32([1, 1, 2])},
    ),
    bases=(None, None),
    leaning=np.float32([[0.0, 0.5, -0.5], [0.5, 0.5, 0.5]]),
    missing=np.array([[nan, 0.0, 0.75], [nan, 0.5, 0.9]]),
    usual=3,
    mean=0,
)
"""Three opinions: the best values; a believer in source one; one in source two."""


def rise(measured, midpoint, width=5.0):
    scaled = (measured - midpoint) / width
    return 0.5 + 0.5 * scaled / np.sqrt(1 + scaled**2)


def scored(crust, apart, fault, draws=THREE, regional=LAND, **more):
    measured = survey(TWO, crust, fault) | {APART: np.float32(apart)}
    return DrawnModel.of(regional, draws, **more).log_scores(measured)


def test_draws_score_places_by_hand():
    """Sources 45 ± 5 apart by 10: 45, then 50 (the first), then 40 (the second)."""
    found = scored([45], [10], [0.5])
    assert found.shape == (1, 3)
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(
        [
            (log(rise(45, 40)) + log(0.5)) / 2,
            (log(rise(50, 50)) + log(0.5)) / 2,
            (3 * log(rise(40, 40)) + log(0.25)) / 4,
        ]
    )


def test_where_only_one_source_is_known_there_is_nothing_to_lean_to():
    assert np.array_equal(scored([45], [nan], [0.5]), scored([45], [0], [0.5]))


def test_what_is_missing_is_drawn_from_what_land_says_by_hand():
    """Least, then three quarters up; half way, then nine tenths; the best: average."""
    found = scored([nan, 40, nan], [0] * 3, [0.5, nan, nan])
    assert found[0] == pytest.approx(
        [(-1 + log(0.5)) / 2, (-1.5 + log(0.5)) / 2, (3 * -0.75 + log(0.25)) / 4]
    )
    assert found[1] == pytest.approx(
        [(log(0.5) - 2) / 2, (log(rise(40, 50)) - 2) / 2, (3 * log(0.5) - 1.2) / 4]
    )
    assert np.isnan(found[2]).all()


def test_what_a_coarse_layer_cannot_resolve_is_drawn_too():
    coarse = on_land(
        TWO, average(-1.0, half_range=0.5, resolved=0.25), LAND.land.arguments[1]
    )
    found = scored([40], [0], [0.5], regional=coarse)
    crust = 0.25 * log(0.5) + 0.75 * np.array([-1.0, -1.5, -0.75])
    crust[1] = 0.25 * log(rise(40, 50)) + 0.75 * -1.5
    expected = (np.array([1, 1, 3]) * crust + log([0.5, 0.5, 0.25])) / [2, 2, 4]
    assert found[0] == pytest.approx(expected)


def test_turning_only_turns_what_is_missing_and_another_way_for_each_argument():
    straight = scored([40, nan, 40], [0] * 3, [0.5, 0.5, nan])
    turned = scored([40, nan, 40], [0] * 3, [0.5, 0.5, nan], turn=0.25)
    assert np.array_equal(straight[0], turned[0])
    assert np.array_equal(straight[:, 0], turned[:, 0])  # the best knows no chance
    assert turned[1, 1] == pytest.approx((-1.25 + log(0.5)) / 2)
    assert turned[1, 2] == pytest.approx((3 * -1.5 + log(0.25)) / 4)  # 1 is 0 again
    assert turned[2, 1] == pytest.approx((log(rise(40, 50)) - 3) / 2)
    assert turned[2, 2] == pytest.approx((3 * log(0.5) - 2.2) / 4)


@given(situations(), st.floats(0, 1))
@settings(max_examples=20)
def test_turning_moves_nothing_that_is_known(situation, turn):
    regional, measured = situation
    sharp = [
        item.model_copy(update={"resolved": 1.0}) for item in regional.land.arguments
    ]
    regional = on_land(regional.deposit_type, *sharp)
    full = {key: np.nan_to_num(row, nan=1.0) for key, row in measured.items()}
    draws = draw(regional.deposit_type, count=8)
    found = [DrawnModel.of(regional, draws, turn=one) for one in (0.0, turn)]
    assert np.array_equal(*(one.log_scores(full) for one in found))


def test_where_an_argument_does_not_speak_nothing_is_drawn():
    kind = model(argument("crust"), argument("moho", within=STABLE))
    regional = on_land(kind, average(-1.0), average(-1.0, half_range=0.9))
    measured = survey(kind, [0.5] * 2, [nan] * 2) | {SETTING: np.float32([1, 0])}
    found = DrawnModel.of(regional, draw(kind, count=8)).log_scores(measured)
    assert np.ptp(found[0]) > 0.5
    assert found[1] == pytest.approx(np.full(8, (log(0.5) - 1) / 2))


def test_base_rates_are_drawn_where_no_record_is_near():
    kind = model(argument("crust"), host(base=number(0.2, 0.1, 0.4)))
    regional = on_land(kind, average(-1.0), average(log(0.2)))
    draws = draw(kind, count=8)
    found = DrawnModel.of(regional, draws).log_scores(survey(kind, [1.0], [nan]))
    assert found[0] == pytest.approx(log(draws.bases[1]) / 2, abs=1e-6)


@given(situations(), st.lists(st.floats(0, 40, width=32), min_size=2, max_size=2))
@settings(max_examples=20)
def test_a_nearer_record_lowers_the_score_of_no_draw(situation, distances):
    """Any opinion, any structure; what lies beyond its reach is not told."""
    regional, measured = situation
    drawn = DrawnModel.of(regional, draw(regional.deposit_type, count=12))
    key = regional.deposit_type.evidence[-1].measurement.key
    nearer, farther, none = (
        drawn.log_scores(
            measured | {key: np.full(5, nan if one > 30 else one, np.float32)}
        )
        for one in (*sorted(distances), nan)
    )
    known = ~np.isnan(farther) & ~np.isnan(none)
    assert (nearer >= farther - 1e-6)[known].all()
    assert (farther >= none - 1e-6)[known].all()


def test_one_draw_scores_every_place_with_the_same_numbers():
    found = scored([45] * 3, [6] * 3, [0.5] * 3, draw(TWO))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_where_two_sources_disagree_or_less_is_known_the_range_is_wider():
    found = spread(scored([42, 42, 42], [0, 12, 0], [0.5, 0.5, nan], draw(TWO)))
    width = log(found.p90) - log(found.p10)
    assert width[1] > 1.2 * width[0]
    assert width[2] > 1.2 * width[0]


def test_p10_p50_p90_are_the_draws_of_those_ranks():
    logs = log(np.float32([[0.4, 0.1, 0.3, 0.2, 0.5, 0.7, 0.6, 0.9, 0.8, 1, 0.05]]))
    found = spread(logs)
    assert found.p10.tolist() == pytest.approx([0.1])
    assert found.p50.tolist() == pytest.approx([0.5])
    assert found.p90.tolist() == pytest.approx([0.9])
    alone = spread(logs[0])
    assert (alone.p10, alone.p50, alone.p90) == pytest.approx((0.1, 0.5, 0.9))


def test_a_range_is_widened_from_its_middle_and_never_beyond_a_perfect_score():
    logs = np.float32(np.linspace(-2, 0, 11))[np.newaxis]
    found = spread(set_width(logs, 1.5))
    assert found.p50 == pytest.approx(np.exp([-1.0]))
    assert found.p10 == pytest.approx(np.exp([-1 - 1.5 * 0.8]))
    assert found.p90.tolist() == [1.0]
    wide = set_width(logs, 1.5)
    assert wide[0, [0, 5, 10]].tolist() == [-2.5, -1.0, 0.0]
    narrow = set_width(logs, 0.5)
    assert narrow[0, [0, 5, 10]].tolist() == [-1.5, -1.0, -0.5]


def test_layers_the_release_lacks_widen_ranges_in_full_and_those_nobody_has_do_not():
    """Draws of one model that lacks a layer; its average is the same for both."""
    kind = model(argument("a"), argument("b"))
    row = average(-1.0, half_range=0.5)
    lost = row.model_copy(update={"present": False})
    nobody = lost.model_copy(update={"told": False})
    where = survey(kind, [0.5] * 4, [nan] * 4)
    kinds = kinds_of_land(where[RELIEF.key])
    wide, narrow = (
        DrawnModel.of(on_land(kind, average(-1.0), other), draw(kind))
        for other in (lost, nobody)
    )
    assert narrow.missing is None
    scores = wide.log_scores(where)
    assert_array_equal(scores, narrow.log_scores(where))
    ranges = wide.ranges(scores, kinds)
    assert np.ptp(ranges[0]) > np.ptp(narrow.ranges(scores, kinds)[0])
    half = DrawnModel.of(wide.model.with_width(0.5), draw(kind))
    apart = half.ranges(scores, kinds) - wide.ranges(scores, kinds)
    assert_allclose(apart, set_width(scores, 0.5) - scores, atol=1e-6)


def test_every_place_is_scored_once_and_as_if_it_were_alone(monkeypatch):
    """Whatever is known of its neighbours: a common, a rare and an empty pattern."""
    monkeypatch.setattr(uncertainty, "TOGETHER", 64)
    chance = np.random.default_rng(3)
    crust, fault = chance.uniform(20, 60, 600), chance.random(600)
    crust[chance.random(600) < 0.3] = nan
    fault[chance.random(600) < 0.05] = nan
    relief = 10 ** chance.uniform(0.5, 3.5, 600)
    measured = survey(TWO, crust, fault, relief_m=relief)
    measured[APART] = np.float32(chance.integers(0, 9, 600))
    drawn = DrawnModel.of(LAND, draw(TWO, count=8))
    parts = [*drawn.parts(measured)]
    assert sorted(np.concatenate([rows for rows, _ in parts])) == [*range(600)]
    assert max(len(rows) for rows, _ in parts) == 64
    whole = drawn.log_scores(measured)
    for place in range(0, 600, 7):
        alone = {key: row[place : place + 1] for key, row in measured.items()}
        one = drawn.log_scores(alone)
        assert whole[place : place + 1] == pytest.approx(one, nan_ok=True, rel=1e-6)
    unknown = np.isnan(crust) & np.isnan(fault)
    assert np.array_equal(np.isnan(whole).all(axis=1), unknown)
    assert np.array_equal(np.isnan(whole).any(axis=1), unknown)


def test_no_place_makes_no_part():
    drawn = DrawnModel.of(LAND, best_values(TWO))
    measured = survey(TWO, [], []) | {APART: np.float32([])}
    assert [*drawn.parts(measured)] == []
    assert drawn.log_scores(measured).shape == (0, 1)


@given(situations())
@settings(max_examples=20)
def test_no_draw_exceeds_a_perfect_score(situation):
    regional, measured = situation
    drawn = DrawnModel.of(regional, draw(regional.deposit_type, count=8))
    found = drawn.log_scores(measured)
    known = ~np.isnan(found)
    assert (known.all(axis=1) == known.any(axis=1)).all()
    assert (found[known] <= 0).all()
