"""Draws: opinions about every number, within their plausible ranges."""

from dataclasses import replace

import numpy as np
import pytest

from geodata.scoring.draws import (
    DRAWS,
    LEANING_ALIKE,
    SEED,
    best_values,
    draw,
    triangle,
)
from tests.geodata.scoring.small_models import argument, host, model, number

WIDE = model(
    argument(
        "crust",
        weight=number(2, 1, 5),
        membership="rise",
        midpoint=number(0, -1, 1),
        spread=1.0,
    ),
    argument(
        "moho",
        weight=number(1, 0.5, 2),
        membership="rise",
        midpoint=number(40, 30, 50),
        spread=5.0,
    ),
    argument("kind", membership="class", weight=1.0, old=number(0.5, 0, 1), other=0.2),
    host(weight=number(1, 0.5, 3), base=number(0.2, 0.1, 0.4), half=number(10, 5, 20)),
)
MANY = 4_000


@pytest.fixture(scope="module")
def many():
    return draw(WIDE, count=MANY)


def numbers(drawn):
    """Every number of the small model that has a range, with its draws."""
    crust, moho, kind, records = WIDE.evidence
    return [
        (crust.weight, drawn.weights[0]),
        (moho.weight, drawn.weights[1]),
        (records.weight, drawn.weights[3]),
        (crust.parameters["midpoint"], drawn.parameters[0]["midpoint"]),
        (moho.parameters["midpoint"], drawn.parameters[1]["midpoint"]),
        (kind.parameters["old"], drawn.parameters[2]["old"]),
        (records.parameters["half"], drawn.parameters[3]["half"]),
        (records.base, drawn.bases[3]),
    ]


def test_every_draw_lies_in_its_range_and_their_mean_is_that_of_its_corners(many):
    for one, values in numbers(many):
        assert values.dtype == np.float32
        assert values.min() >= np.float32(one.low)
        assert values.max() <= np.float32(one.high)
        width = one.high - one.low
        middle = (one.low + one.value + one.high) / 3
        assert values.mean() == pytest.approx(middle, abs=0.01 * width)
        spread = triangle((np.arange(MANY) + 0.5) / MANY, one)
        assert np.median(values) == pytest.approx(np.median(spread), abs=0.02 * width)


def test_a_number_without_a_range_never_varies(many):
    assert np.ptp(many.parameters[0]["spread"]) == 0
    assert (many.parameters[2]["other"] == np.float32(0.2)).all()
    assert (many.weights[2] == 1).all()
    assert many.bases[:3] == (None, None, None)


def test_opinions_about_numbers_of_one_name_lean_alike_and_others_do_not(many):
    weights = np.corrcoef(many.weights[[0, 1, 3]])[np.triu_indices(3, 1)]
    assert weights == pytest.approx(np.full(3, LEANING_ALIKE), abs=0.06)
    midpoints = [many.parameters[row]["midpoint"] for row in (0, 1)]
    assert np.corrcoef(midpoints)[0, 1] == pytest.approx(LEANING_ALIKE, abs=0.06)
    apart = [many.weights[0], midpoints[0], many.parameters[2]["old"], many.bases[3]]
    apart += [many.parameters[3]["half"], *many.leaning, *many.missing]
    together = np.corrcoef(apart) - np.eye(len(apart))
    assert np.abs(together).max() < 0.08


@pytest.mark.parametrize("count", [20, 101])
def test_what_is_missing_and_whom_to_believe_is_drawn_spread_evenly(count):
    """A Latin hypercube leaves no part of the land out by chance."""
    drawn = draw(WIDE, count=count)
    for share in (*drawn.missing, *(drawn.leaning.astype(np.float64) + 0.5)):
        assert sorted(np.floor(share * count).astype(int)) == [*range(count)]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_or_model_others():
    def content(drawn):
        return b"".join(
            values.tobytes()
            for values in (drawn.weights, drawn.leaning, drawn.missing, drawn.bases[3])
        )

    assert content(draw(WIDE)) == content(draw(WIDE, seed=SEED))
    assert content(draw(WIDE)) != content(draw(WIDE, seed=2))
    assert content(draw(WIDE)) != content(draw(replace(WIDE, id="other")))


def test_half_of_the_draws_put_a_model_together_as_it_does():
    assert (DRAWS - 1) % 10 == 0  # so that p10, p50 and p90 are themselves draws
    drawn = draw(WIDE)
    assert (drawn.count, drawn.usual, drawn.mean) == (61, 31, 15)
    few = draw(WIDE, count=3)
    assert (few.count, few.usual, few.mean) == (3, 3, 0)


def test_the_best_values_are_one_draw_that_knows_nothing_of_what_is_missing():
    best = best_values(WIDE)
    assert (best.count, best.usual, best.mean) == (1, 1, 0)
    assert best.weights.ravel().tolist() == [2, 1, 1, 1]
    assert best.parameters[1]["midpoint"].tolist() == [40]
    assert best.bases[3] == pytest.approx([0.2])
    assert not best.leaning.any()
    assert np.isnan(best.missing).all()


@pytest.mark.parametrize(
    ("share", "value"),
    [(0.0, 0.0), (0.0625, 0.5), (0.25, 1.0), (0.8125, 2.5), (1.0, 4.0)],
)
def test_a_triangle_by_hand(share, value):
    """Peak at a quarter: below it 4 √(s / 4), above it 4 - 4 √((1 - s) 3 / 4)."""
    found = triangle(np.array([share]), number(1, 0, 4))
    assert found.tolist() == pytest.approx([value])


def test_a_triangle_may_have_its_peak_at_either_end():
    share = np.array([0.0, 0.25, 0.75, 1.0])
    rising = triangle(share, number(3, 1, 3))
    assert rising.tolist() == pytest.approx([1.0, 2.0, 1 + np.sqrt(3), 3.0])
    falling = triangle(share, number(1, 1, 3))
    assert falling.tolist() == pytest.approx([1.0, 3 - np.sqrt(3), 2.0, 3.0])
