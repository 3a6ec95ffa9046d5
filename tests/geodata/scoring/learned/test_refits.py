"""Other draws of the training places, and how far a rank moves with them."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from geodata.scoring.learned.fit import Coefficients, balanced_weights, fit
from geodata.scoring.learned.refits import (
    BLOCK_KM,
    REFITS,
    ladder,
    rank_spread,
    refit,
    some_of,
)
from geodata.scoring.learned.training_set import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.blocks import ground_blocks
from tests.geodata.scoring.learned.worlds import (
    argument,
    model_of,
    places_of,
    world,
)

nan = np.nan
FREE = (-np.inf, np.inf)
SHARES = (0.25, 0.75)


def everywhere(places):
    return np.ones(len(places.group), dtype=np.bool_)


def fitted(places, train, bounds):
    """Fit the model that would be shipped."""
    return fit(
        places.encoded[train],
        places.positive[train],
        weight=balanced_weights(places.group[train], SHARES),
        ridge=2.0,
        bounds=bounds,
    )


def refitted(places, train=None, *, bounds=(FREE, FREE), shipped=None, **told):
    chosen = everywhere(places) if train is None else train
    return refit(
        places,
        chosen,
        shipped or fitted(places, chosen, bounds),
        ridge=2.0,
        bounds=bounds,
        shares=SHARES,
        **told,
    )


def two_blocks():
    """Put all examples into one block and all background into another."""
    chance = np.random.default_rng(4)
    group = np.repeat([LABEL, OTHER_DEPOSIT, LAND], [6, 5, 4])
    lon = np.where(group == LABEL, 100.0, -60.0) + chance.uniform(0, 1, 15)
    return places_of(group, chance.normal(size=(15, 2)), lon=lon, lat=1.0)


def test_there_are_forty_draws_of_blocks_of_1500_km():
    assert (REFITS, BLOCK_KM) == (40, 1_500.0)
    assert refitted(world()).shape == (40, 2)


def test_a_draw_keeps_the_places_of_a_block_together():
    """Of two blocks only the draws of both can be fitted: to the very same places."""
    places = two_blocks()
    chance = np.random.default_rng(0)
    both = sum(set(chance.integers(2, size=2).tolist()) == {0, 1} for _ in range(40))
    found = refitted(places)
    assert 0 < both < 40
    assert len(found) == both
    shipped = fitted(places, everywhere(places), (FREE, FREE))
    assert_allclose(found, np.tile(shipped.slopes, (both, 1)), atol=1e-7)
    assert np.abs(shipped.slopes).min() > 0.05


def test_neighbours_on_both_sides_of_an_edge_of_1500_km_are_two_blocks():
    """Blocks begin at 0 degrees: 27 degrees hold two at the equator, here they do."""
    places = two_blocks()
    near = np.where(places.positive, 15.0, 12.0)
    beside = dataclasses.replace(places, places=places.places.assign(lon=near))
    assert len(refitted(beside)) == len(refitted(places))
    together = dataclasses.replace(places, places=places.places.assign(lon=near / 2))
    assert len(refitted(together)) == 40


def by_weight(places, train, *, seed=0):
    """Write the refits anew: a place that is drawn twice has twice the weight."""
    rows = np.flatnonzero(train)
    blocks = ground_blocks(places.lon[rows], places.lat[rows], block_km=1_500.0)
    names, owner = np.unique(blocks, return_inverse=True)
    group = places.group[rows]
    chance = np.random.default_rng(seed)
    spread = fitted(places, train, (FREE, FREE)).spread
    found = []
    for _ in range(40):
        drawn = chance.integers(len(names), size=len(names))
        times = np.bincount(drawn, minlength=len(names))[owner].astype(np.float64)
        load = times.copy()
        for kind, share in ((OTHER_DEPOSIT, 0.25), (LAND, 0.75)):
            part = group == kind
            load[part] *= share * times[group == LABEL].sum() / times[part].sum()
        again = fit(
            places.encoded[rows],
            group == LABEL,
            weight=load,
            ridge=2.0,
            bounds=(FREE, FREE),
        )
        found.append(again.slopes * spread / again.spread)
    return np.array(found)


@pytest.mark.parametrize("seed", [0, 7])
def test_every_refit_is_the_fit_to_its_draw_on_the_scale_of_the_shipped_model(seed):
    places = world(2)
    train = np.arange(len(places.group)) % 5 != 0
    found = refitted(places, train, seed=seed)
    assert_allclose(found, by_weight(places, train, seed=seed), atol=1e-7)
    assert found.std(axis=0).min() > 0.02


def test_the_same_seed_gives_the_same_refits_and_nought_is_usual():
    places = world(1)
    usual = refitted(places)
    assert_array_equal(refitted(places, seed=0), usual)
    assert not np.allclose(refitted(places, seed=1), usual)


def test_the_unit_of_a_column_does_not_matter():
    places = world(1)
    tenfold = dataclasses.replace(places, encoded=places.encoded * [10.0, 1.0])
    assert_allclose(refitted(tenfold), refitted(places), atol=1e-7)


def test_slopes_are_for_one_deviation_of_the_shipped_training():
    places = world(1)
    shipped = fitted(places, everywhere(places), (FREE, FREE))
    wide = dataclasses.replace(shipped, spread=shipped.spread * [3.0, 0.5])
    assert_allclose(
        refitted(places, shipped=wide), refitted(places) * [3.0, 0.5], rtol=1e-12
    )


def test_bounds_hold_in_every_refit():
    places = world(1, pull=1.0)
    free = refitted(places)
    assert free[:, 0].min() > 0
    assert free[:, 1].min() < 0 < free[:, 1].max()
    bounded = refitted(places, bounds=((-np.inf, 0.0), (0.0, np.inf)))
    assert_array_equal(bounded[:, 0], 0.0)
    assert bounded[:, 1].min() == 0.0 < bounded[:, 1].max()


def test_places_that_do_not_train_take_no_part():
    places = world(1)
    train = np.arange(len(places.group)) % 4 != 0
    poisoned = places.encoded.copy()
    poisoned[~train] = 1e300
    spoilt = dataclasses.replace(places, encoded=poisoned)
    assert_array_equal(refitted(spoilt, train), refitted(places, train))


def test_draws_of_one_side_alone_are_no_refits():
    places = world(1)
    shipped = fitted(places, everywhere(places), (FREE, FREE))
    for one_side in (places.positive, ~places.positive):
        assert refitted(places, one_side, shipped=shipped).shape == (0, 2)


# The ladder, and ranks read from it.

ROCK, FAULT = argument("rock"), argument("fault")


def refit_model(**facts):
    return model_of(
        ROCK,
        FAULT,
        slopes=[9.0, 9.0],
        centre=[10.0, 0.0],
        spread=[5.0, 2.0],
        refits=[[1.0, 2.0], [3.0, -1.0]],
        **facts,
    )


def test_every_cell_is_scored_by_every_refit_without_the_intercept():
    """Deviations: (1, 2), none, (0, 2) where the rock is unknown, (-2, 0)."""
    encoded = np.array([[15.0, 4.0], [nan, nan], [nan, 4.0], [0.0, 0.0]])
    found = ladder(refit_model(), encoded)
    assert found.dtype == np.float32
    assert_array_equal(
        found, np.float32([[5.0, 1.0], [nan, nan], [4.0, -2.0], [-2.0, -6.0]])
    )


def test_where_nothing_that_moves_the_model_is_known_there_is_no_score():
    found = ladder(
        refit_model(importance=[1.0, 0.0]), np.array([[nan, 4.0], [15.0, nan]])
    )
    assert_array_equal(found, np.float32([[nan, nan], [1.0, 3.0]]))


def test_the_ladder_ends_where_the_training_ended():
    found = ladder(refit_model(greatest=[15.0, 4.0]), np.array([[90.0, 5.0]]))
    assert found.tolist() == [[5.0, 1.0]]


def test_a_model_without_refits_has_an_empty_ladder():
    bare = model_of(ROCK, FAULT, slopes=[1.0, 1.0])
    assert ladder(bare, np.ones((4, 2))).shape == (4, 0)


def test_twenty_thousand_cells_all_over_the_area_are_enough():
    assert some_of(0).tolist() == []
    assert some_of(1).tolist() == [0]
    assert_array_equal(some_of(20_000), np.arange(20_000))
    many = some_of(60_001)
    assert len(many) == len(np.unique(many)) == 20_000
    assert (many[0], many[-1]) == (0, 60_000)
    assert np.diff(many).min() >= 3
    assert np.diff(many).max() <= 4
    assert many.dtype == np.int64


AREA = np.float32([[3, 1, 1], [2, 2, 2], [1, 3, 3]])


def test_the_spread_is_from_the_tenth_to_the_ninetieth_of_the_mean_ranks():
    """Cells 3 and 2 of the first refit rank 1/3 and 2/3, mean 1/2; then 5/6."""
    scores = np.float32([[3, 1, 3], [2, 2, 2]])
    low, high = rank_spread(scores[:, :2], AREA[:, :2])
    assert (low, high) == pytest.approx((0.5 + 0.1 / 3, 0.5 + 0.9 / 3))
    # Of 1/2, 1/2 and 5/6 the ninetieth percentile is 0.8 of the way to the last.
    low, high = rank_spread(scores, AREA)
    assert (low, high) == pytest.approx((0.5, 0.5 + 0.8 / 3))
    assert type(low) is type(high) is float


def test_one_refit_has_no_width():
    assert rank_spread(np.float32([[2]]), AREA[:, :1]) == pytest.approx((2 / 3, 2 / 3))


def test_unknown_cells_are_neither_ranked_nor_area():
    scores = np.float32([[3, 1, 3], [nan, nan, nan], [2, 2, 2], [9, 9, nan]])
    gaps = np.vstack((AREA, np.full((3, 3), nan, dtype=np.float32)))
    assert rank_spread(scores, gaps) == rank_spread(scores[[0, 2]], AREA)


@pytest.mark.parametrize(
    ("scores", "area"),
    [
        (AREA[:, :0], AREA[:, :0]),
        (AREA[:0], AREA),
        (AREA * nan, AREA),
        (AREA, AREA * nan),
    ],
    ids=["no refit", "no cell", "nothing known here", "nothing known anywhere"],
)
def test_without_ranks_there_is_no_spread(scores, area):
    assert np.isnan(rank_spread(scores, area)).tolist() == [True, True]


def test_a_shipped_scale_is_all_that_is_asked_of_the_shipped_model():
    places = world(1)
    shipped = fitted(places, everywhere(places), (FREE, FREE))
    other = Coefficients(
        intercept=99.0,
        slopes=shipped.slopes * -7,
        centre=shipped.centre + 3,
        spread=shipped.spread,
        least=shipped.least * 0,
        greatest=shipped.greatest * 0,
    )
    assert_array_equal(refitted(places, shipped=other), refitted(places))
