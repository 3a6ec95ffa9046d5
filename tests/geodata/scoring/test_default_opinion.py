import numpy as np
import pytest

from geodata.scoring.default_opinion import default_opinion
from geodata.scoring.validation.intervals import Estimate

NEITHER = (None, None)


def rank(value, reach=0.05):
    return Estimate(value=value, low=value - reach, high=value + reach, n=9)


@pytest.mark.parametrize(
    ("expert", "learned", "first"),
    [(0.3, 0.2, "learned"), (0.2, 0.3, "expert"), (0.2, 0.2, "expert")],
)
def test_the_lower_mean_rank_of_the_world_stands_first(expert, learned, first):
    found = default_opinion(
        world=(rank(expert), rank(learned)), like_ground=(rank(0.9), rank(0.1))
    )
    assert (found.opinion, found.test) == (first, "world")
    assert (found.expert.value, found.learned.value) == (expert, learned)


@pytest.mark.parametrize("missing", [None, rank(np.nan)])
def test_like_ground_decides_where_one_has_no_figure_of_the_world(missing):
    found = default_opinion(
        world=(missing, rank(0.1)), like_ground=(rank(0.4), rank(0.45))
    )
    assert (found.opinion, found.test) == ("expert", "like-ground")


def test_without_a_test_of_both_the_expert_stands_first():
    found = default_opinion(world=(None, rank(0.1)), like_ground=(rank(0.4), None))
    assert (found.opinion, found.test, found.expert) == ("expert", "none", None)
    assert default_opinion(world=NEITHER, like_ground=NEITHER) == found


@pytest.mark.parametrize(("reach", "apart"), [(0.04, True), (0.06, False)])
def test_a_difference_that_may_be_chance_is_told(reach, apart):
    ranks = (rank(0.3, reach), rank(0.2, reach))
    assert default_opinion(world=NEITHER, like_ground=ranks).apart == apart


def test_an_interval_that_is_unknown_is_not_apart():
    ranks = (rank(0.3, np.nan), rank(0.2))
    assert not default_opinion(world=NEITHER, like_ground=ranks).apart
