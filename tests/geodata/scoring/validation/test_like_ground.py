"""Ranks among the land that is like a place: by hand, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from geodata.scoring.validation.like_ground import like_ground

nan = np.float32(np.nan)
SHAPES = {
    "uniform": lambda chance: chance.uniform(size=5_000),
    "mostly plains": lambda chance: chance.exponential(400, size=5_000),
    "two levels": lambda chance: chance.normal(chance.integers(0, 2, 5_000) * 9, 1),
}


def floats(*values):
    return np.array(values, dtype=np.float32)


def test_nine_cells_ranked_by_hand():
    """Three levels of ground, three cells each: a place is ranked among its own."""
    ground = floats(1, 1, 1, 2, 2, 2, 3, 3, 3)
    score = floats(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    like = like_ground(ground, ground)
    third = [1 / 6, 3 / 6, 5 / 6]
    assert_allclose(like.ranks(score, score), third[::-1] * 3, rtol=1e-6)
    above = like.ranks(score + np.float32(0.3), score)  # above all of its own level
    assert above.tolist() == [0.0] * 9


def test_the_tenth_lies_half_below_and_half_above():
    land = np.arange(1_000, dtype=np.float32)
    like = like_ground(floats(300), land)
    chosen = like.order[like.start[0] : like.stop[0]]
    assert (chosen.min(), chosen.max()) == (250, 350)


def test_near_an_end_the_part_is_narrower_but_still_centred():
    land = np.arange(1_000, dtype=np.float32)
    like = like_ground(floats(20, 999), land)
    low, high = (like.order[a:b] for a, b in zip(like.start, like.stop, strict=True))
    assert (low.min(), low.max()) == (0, 40)
    assert (high.min(), high.max()) == (989, 999)  # the least: a hundredth each side


def test_land_of_equal_ground_stays_together():
    land = floats(*[0] * 40, *range(1, 61))
    like = like_ground(floats(0), land)
    assert sorted(like.order[like.start[0] : like.stop[0]]) == list(range(40))


def test_what_is_unknown_takes_no_part():
    ground, score = floats(1, 1, 1, 1, nan), floats(0.2, 0.4, nan, 0.6, 0.8)
    like = like_ground(floats(1, nan, 1), ground)
    found = like.ranks(floats(0.5, 0.5, nan), score)
    assert_allclose(found, [1 / 3, np.nan, np.nan], rtol=1e-6)
    empty = like_ground(floats(1), floats(nan, nan))
    assert np.isnan(empty.ranks(floats(0.5), floats(0.1, 0.2))).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rises", [1, -1])
def test_a_map_that_follows_the_ground_alone_has_no_skill_within_it(shape, rises):
    chance = np.random.default_rng(3)
    ground = SHAPES[shape](chance).astype(np.float32)
    places = np.quantile(ground, [0.05, 0.2, 0.5, 0.8, 0.95]).astype(np.float32)
    like = like_ground(places, ground)

    def score(of):
        return (rises * np.cbrt(of - ground.mean())).astype(np.float32)

    assert_allclose(like.ranks(score(places), score(ground)), 0.5, atol=0.01)


def test_a_perfect_map_ranks_places_first_on_any_ground():
    chance = np.random.default_rng(5)
    ground = chance.exponential(400, size=5_000).astype(np.float32)
    score = np.zeros(5_000, dtype=np.float32)
    sites = chance.choice(5_000, 8, replace=False)
    score[sites] = 1
    found = like_ground(ground[sites], ground).ranks(score[sites], score)
    assert (found < 0.02).all()


@given(
    arrays(np.float32, 40, elements=st.integers(0, 5).map(float)),
    arrays(np.float32, 40, elements=st.integers(0, 9).map(float)),
)
def test_a_map_and_its_opposite_share_out_one(ground, score):
    like = like_ground(ground, ground)
    total = like.ranks(score, score) + like.ranks(-score, -score)
    assert_allclose(total, 1, atol=1e-6)


@given(
    arrays(np.float32, 40, elements=st.integers(0, 50).map(float)),
    st.permutations(range(40)),
)
def test_the_order_of_the_cells_does_not_matter(ground, order):
    score = np.arange(40, dtype=np.float32) % 7
    first = like_ground(ground, ground).ranks(score, score)
    moved = like_ground(ground, ground[list(order)]).ranks(score, score[list(order)])
    assert_allclose(first, moved)
