import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import Number, deposit_type_texts
from geodata.scoring.favourability import (
    Favourability,
    area_rank,
    overall,
    score_places,
)
from geodata.scoring.uncertainty import draw, log_scores, spread, triangle

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
    assert set(triangle(np.array([0.0, 0.4, 1.0]), fixed).tolist()) == {3.0}


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
    two = score_places(MODEL, drawn, rows, CLASSES, workers=2)
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


def test_progress_tells_every_place_once():
    told = []
    score_places(MODEL, draw(MODEL), measurements(5_000), CLASSES, advance=told.append)
    assert sum(told) == 5_000


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
