from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring import uncertainty
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import Number, deposit_type_texts
from geodata.scoring.favourability import (
    Favourability,
    area_rank,
    overall,
    score_places,
)
from geodata.scoring.uncertainty import (
    DRAWS,
    SEED,
    SMALLEST_GROUP,
    Draws,
    draw,
    log_scores,
    scored_parts,
    spread,
    triangle,
)

MODEL = parse("carbonatite", deposit_type_texts()["carbonatite"])


def measurements(count, model=MODEL, seed=1):
    chance = np.random.default_rng(seed)
    rows = {}
    for item in model.measurements():
        values = chance.random(count, dtype=np.float32) * 100
        values[chance.random(count) < 0.2] = np.nan
        if item.measure == "class":
            values[:] = np.nan
        rows[item.key] = values
    return rows


CLASSES = {item.key: () for item in MODEL.measurements()}


def test_every_draw_lies_in_its_plausible_range():
    drawn = draw(MODEL)
    for row, evidence in enumerate(MODEL.evidence):
        weights = drawn.weights[row]
        assert (weights >= np.float32(evidence.weight.low)).all()
        assert (weights <= np.float32(evidence.weight.high)).all()
        for key, number in evidence.parameters.items():
            values = drawn.parameters[row][key]
            assert values.min() >= np.float32(number.low)
            assert values.max() <= np.float32(number.high)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    assert np.array_equal(draw(MODEL).weights, draw(MODEL).weights)
    assert not np.array_equal(draw(MODEL).weights, draw(MODEL, seed=2).weights)


def test_a_triangle_has_the_mean_of_its_three_corners():
    number = Number(value=1, low=0, high=5, basis="expert", reference="-")
    values = triangle((np.arange(10_000) + 0.5) / 10_000, number)
    assert values.mean() == pytest.approx(2.0, abs=1e-3)


def test_a_number_without_a_range_never_varies():
    fixed = Number(value=3, low=3, high=3, basis="published", reference="-")
    values = triangle(np.array([0.0, 0.4, 1.0]), fixed)
    assert values.tolist() == [3.0] * 3
    assert values.dtype == np.float32


def test_p10_p50_p90_are_the_draws_of_those_ranks():
    draws = np.log(np.linspace(0.0, 1.0, 101, dtype=np.float32)[::-1].copy() + 1e-6)
    found = spread(draws[np.newaxis, :])
    assert found.p10[0] == pytest.approx(0.1, abs=1e-3)
    assert found.p50[0] == pytest.approx(0.5, abs=1e-3)
    assert found.p90[0] == pytest.approx(0.9, abs=1e-3)


def test_blocks_and_threads_do_not_change_a_score():
    rows = measurements(5_000)
    drawn = draw(MODEL)
    one = score_places(MODEL, drawn, rows, CLASSES)
    two = score_places(MODEL, drawn, rows, CLASSES, block=700)
    assert np.array_equal(one.p10, two.p10, equal_nan=True)
    place = {key: row[4_000:4_001] for key, row in rows.items()}
    alone = score_places(MODEL, drawn, place, CLASSES)
    assert alone.favourability[0] == one.favourability[4_000]
    assert alone.p90[0] == one.p90[4_000]


def test_one_draw_scores_every_place_with_the_same_numbers():
    rows = measurements(3)
    same = {key: np.repeat(row[:1], 3) for key, row in rows.items()}
    found = log_scores(MODEL, draw(MODEL), same, CLASSES)
    assert np.array_equal(found[0], found[1], equal_nan=True)


def test_area_rank_counts_valid_cells_only_and_keeps_ties_together():
    found = area_rank(np.float32([0.9, 0.5, 0.5, 0.1, np.nan]))
    assert found[:4].tolist() == pytest.approx([0.25, 0.75, 0.75, 1.0])
    assert np.isnan(found[4])


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50))
def test_the_best_place_has_the_best_area_rank(values):
    scores = np.array(values, dtype=np.float32)
    ranks = area_rank(scores)
    assert ranks[scores.argmax()] == ranks.min()
    assert ranks.max() == 1


def of(favourability, coverage):
    values = np.float32(favourability)
    return Favourability(
        favourability=values,
        p10=values,
        p50=values,
        p90=values,
        coverage=np.float32(coverage),
    )


def test_the_leading_type_is_the_one_with_the_best_p10_times_coverage():
    found = overall(
        {
            "a": of([0.9, 0.9, np.nan, np.nan], [0.1, 0.8, 0, 0]),
            "b": of([0.5, 0.5, 0.2, np.nan], [0.5, 0.5, 0.5, 0]),
        }
    )
    assert found.leading.tolist() == [1, 0, 1, -1]
    assert found.best.favourability[:3].tolist() == pytest.approx([0.5, 0.9, 0.2])
    assert np.isnan(found.best.favourability[3])


def test_where_two_sources_disagree_the_spread_is_wider():
    model = parse("peralkaline", deposit_type_texts()["peralkaline"])
    crust = next(item for item in model.evidence if item.disagreement)
    rows = {key: np.float32([np.nan] * 2) for key in measurements(2, model)}
    rows[crust.measurement.key] = np.float32([45, 45])
    rows[crust.disagreement.key] = np.float32([0, 12])
    classes = dict.fromkeys(rows, ())
    found = score_places(model, draw(model), rows, classes)
    width = found.p90 - found.p10
    assert width[1] > 1.2 * width[0]
    assert found.favourability[0] == found.favourability[1]


def test_the_draws_lean_from_one_source_to_the_other():
    leaning = draw(MODEL).leaning
    assert leaning.min() < -0.48
    assert leaning.max() > 0.48
    assert abs(leaning.mean()) < 0.01


def test_the_seed_of_all_releases_is_the_one_that_draws_without_being_told():
    assert SEED == 20_170_731
    assert np.array_equal(draw(MODEL).weights, draw(MODEL, seed=20_170_731).weights)


def test_there_are_101_draws_so_that_each_percentile_is_one_of_them():
    assert DRAWS == 101
    assert draw(MODEL).weights.shape == (len(MODEL.evidence), 101)
    assert draw(MODEL, count=7).leaning.shape == (len(MODEL.evidence), 7)


def test_every_hundredth_of_a_range_is_drawn_once():
    """A Latin hypercube leaves no part of a range out by chance."""
    for leaning in draw(MODEL, count=100).leaning:
        assert sorted(np.floor((leaning + 0.5) * 100).astype(int)) == [*range(100)]


def test_two_models_with_the_same_numbers_have_their_own_draws():
    other = replace(MODEL, id="other")
    assert not np.array_equal(draw(MODEL).weights, draw(other).weights)


def test_the_numbers_of_a_model_are_drawn_apart_from_each_other():
    drawn = draw(MODEL)
    every = [*drawn.weights, *(row for p in drawn.parameters for row in p.values())]
    varied = np.array([row for row in every if np.ptp(row) > 0])
    together = np.corrcoef(varied) - np.eye(len(varied))
    assert np.abs(together).max() < 0.5


@pytest.mark.parametrize(
    ("share", "value"),
    [(0.0, 0.0), (0.0625, 0.5), (0.25, 1.0), (0.8125, 2.5), (1.0, 4.0)],
)
def test_a_triangle_by_hand(share, value):
    """Peak at a quarter: below it 4 √(s / 4), above it 4 - 4 √((1 - s) 3 / 4)."""
    number = Number(value=1, low=0, high=4, basis="expert", reference="-")
    assert triangle(np.array([share]), number).tolist() == pytest.approx([value])


def test_a_triangle_may_have_its_peak_at_either_end():
    share = np.array([0.0, 0.25, 0.75, 1.0])
    rising = Number(value=3, low=1, high=3, basis="expert", reference="-")
    assert triangle(share, rising).tolist() == pytest.approx(
        [1.0, 2.0, 1 + np.sqrt(3), 3.0]
    )
    falling = Number(value=1, low=1, high=3, basis="expert", reference="-")
    assert triangle(share, falling).tolist() == pytest.approx(
        [1.0, 3 - np.sqrt(3), 2.0, 3.0]
    )


def test_draws_are_single_precision():
    drawn = draw(MODEL)
    assert drawn.weights.dtype == drawn.leaning.dtype == np.float32
    assert {v.dtype for p in drawn.parameters for v in p.values()} == {
        np.dtype(np.float32)
    }


def test_percentiles_of_any_number_of_draws_are_draws():
    logs = np.log(np.float32([[0.4, 0.1, 0.3, 0.2, 0.5, 0.7, 0.6, 0.9, 0.8, 1, 0.05]]))
    found = spread(logs)
    assert found.p10.tolist() == pytest.approx([0.1])
    assert found.p50.tolist() == pytest.approx([0.5])
    assert found.p90.tolist() == pytest.approx([0.9])
    alone = spread(logs[0])
    assert (alone.p10, alone.p50, alone.p90) == pytest.approx((0.1, 0.5, 0.9))


TWO_ARGUMENTS = """
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
column = "mean"
disagreement = "apart"
membership = "rise"
weight = { value = 1, low = 1, high = 3, basis = "expert", reference = "test" }
[evidence.parameters]
midpoint = { value = 40, low = 30, high = 50, basis = "expert", reference = "test" }
spread = { value = 5, low = 5, high = 5, basis = "expert", reference = "test" }
[[evidence]]
name = "kind"
title = "Kind"
claim = "It is stable."
component = "pathway"
layer = "terranes"
measure = "class"
membership = "class"
weight = { value = 1, low = 1, high = 1, basis = "expert", reference = "test" }
[evidence.parameters]
stable = { value = 0.5, low = 0, high = 1, basis = "expert", reference = "test" }
"""
SMALL = parse("small", TWO_ARGUMENTS)
CRUST, KIND = (item.measurement.key for item in SMALL.evidence)
APART = SMALL.evidence[0].disagreement.key
THREE = Draws(
    weights=np.float32([[1, 1, 3], [1, 1, 1]]),
    parameters=(
        {"midpoint": np.float32([40, 50, 40]), "spread": np.float32([5, 5, 5])},
        {"stable": np.float32([0.5, 0.5, 0.25])},
    ),
    leaning=np.float32([[0.0, 0.5, -0.5], [0.5, 0.5, 0.5]]),
)
"""Three opinions: the best values; a believer in source one; one in source two."""


def small(crust, apart, kind):
    rows = {CRUST: crust, APART: apart, KIND: kind}
    measured = {key: np.float32(row) for key, row in rows.items()}
    found = log_scores(SMALL, THREE, measured, {CRUST: (), KIND: ("active", "stable")})
    return np.exp(found)


def rise(measured, midpoint, width=5.0):
    scaled = (measured - midpoint) / width
    return 0.5 + 0.5 * scaled / np.sqrt(1 + scaled**2)


def test_draws_score_places_by_hand():
    """Sources 45 ± 5 apart by 10: 45, then 50 (the first), then 40 (the second)."""
    found = small([45], [10], [1])
    assert found.shape == (1, 3)
    assert found[0] == pytest.approx(
        [
            np.sqrt(rise(45, 40) * 0.5),
            np.sqrt(rise(50, 50) * 0.5),
            (rise(40, 40) ** 3 * 0.25) ** 0.25,
        ]
    )


def test_where_only_one_source_is_known_there_is_nothing_to_lean_to():
    found = small([45], [np.nan], [1])
    assert found[0] == pytest.approx(
        [
            np.sqrt(rise(45, 40) * 0.5),
            np.sqrt(rise(45, 50) * 0.5),
            (rise(45, 40) ** 3 * 0.25) ** 0.25,
        ]
    )


def test_what_is_unknown_at_one_place_counts_at_another():
    found = small([45, np.nan, 45, np.nan], [0, 0, 0, 0], [1, 1, np.nan, np.nan])
    assert found[0] == pytest.approx(small([45], [0], [1])[0])
    assert found[1] == pytest.approx([0.5, 0.5, 0.25])
    assert found[2] == pytest.approx([rise(45, 40), rise(45, 50), rise(45, 40)])
    assert np.isnan(found[3]).all()


def test_a_class_of_which_the_model_says_nothing_is_unknown_in_every_draw():
    found = small([45, 45], [0, 0], [0, 1])
    assert found[0] == pytest.approx([rise(45, 40), rise(45, 50), rise(45, 40)])
    assert found[1] == pytest.approx(small([45], [0], [1])[0])


def test_where_an_argument_is_known_nowhere_the_other_one_decides():
    assert small([np.nan] * 2, [0] * 2, [1] * 2) == pytest.approx(
        np.array([[0.5, 0.5, 0.25]] * 2)
    )
    assert np.isnan(small([np.nan] * 2, [0] * 2, [np.nan] * 2)).all()
    assert small([np.nan] * 2, [0] * 2, [np.nan] * 2).shape == (2, 3)


def test_a_place_scores_the_same_alone_as_among_thousands():
    """Whatever is known of its neighbours: a common, a rare and an empty pattern."""
    count = 2_500
    place = np.arange(count)
    crust = np.linspace(30, 60, count)
    crust[place % 50 == 7] = np.nan
    kind = np.where(place % 3 == 0, np.nan, 1.0)
    kind[1_000:1_100] = np.nan
    apart = np.where(place % 4 == 0, np.nan, place % 11)
    together = small(crust, apart, kind)
    assert together.shape == (count, 3)
    for one in (0, 1, 2, 7, 57, 207, 1_023, 1_024, 1_025, 1_057, 2_047, 2_498, 2_499):
        part = slice(one, one + 1)
        alone = small(crust[part], apart[part], kind[part])[0]
        assert together[one] == pytest.approx(alone, nan_ok=True, rel=1e-6)
    unknown = np.isnan(crust) & np.isnan(kind)
    assert unknown.sum() > 10
    assert (np.isnan(together).all(axis=1) == unknown).all()
    assert (np.isnan(together).any(axis=1) == unknown).all()


def parts_of(crust, kind):
    rows = {CRUST: crust, APART: np.zeros(len(crust)), KIND: kind}
    measured = {key: np.float32(row) for key, row in rows.items()}
    classes = {CRUST: (), KIND: ("active", "stable")}
    return [*scored_parts(SMALL, THREE, measured, classes)], measured, classes


def test_every_place_is_scored_once_and_as_if_it_were_alone(monkeypatch):
    monkeypatch.setattr(uncertainty, "TOGETHER", 1_024)
    chance = np.random.default_rng(3)
    crust, kind = chance.uniform(20, 60, 3_000), np.ones(3_000)
    crust[chance.random(3_000) < 0.3] = np.nan
    kind[chance.random(3_000) < 0.01] = np.nan
    parts, measured, classes = parts_of(crust, kind)
    rows = np.concatenate([rows for rows, _ in parts])
    assert sorted(rows.tolist()) == [*range(3_000)]
    assert max(len(rows) for rows, _ in parts) == 1_024
    whole = log_scores(SMALL, THREE, measured, classes)
    assert whole.dtype == np.float32
    for place in range(0, 3_000, 7):
        alone = {key: row[place : place + 1] for key, row in measured.items()}
        one = log_scores(SMALL, THREE, alone, classes)
        assert np.array_equal(whole[place : place + 1], one, equal_nan=True)


@pytest.mark.parametrize(
    ("unknown", "parts"), [(SMALLEST_GROUP, 3), (SMALLEST_GROUP - 1, 2)]
)
def test_places_that_know_the_same_are_scored_together_if_there_are_enough(
    unknown, parts
):
    """200 know both, ``unknown`` lack the crust and as many as enough the kind."""
    lacking = np.full(unknown, np.nan)
    crust = np.concatenate((np.full(200, 45.0), lacking, np.full(10, 45.0)))
    kind = np.concatenate((np.ones(200 + unknown), np.full(10, np.nan)))
    found, _, _ = parts_of(crust, kind)
    assert len(found) == parts
    known = {tuple(np.isnan([crust[r], kind[r]])) for r in found[0][0]}
    assert len(known) == 1
    assert len(found[-1][0]) == 10 if parts == 3 else 10 + unknown


def test_no_place_makes_no_part():
    found, measured, classes = parts_of(np.empty(0), np.empty(0))
    assert found == []
    assert log_scores(SMALL, THREE, measured, classes).shape == (0, 3)
