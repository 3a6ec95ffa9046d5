import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from geodata.errors import TrainingError
from geodata.scoring.learned.fit import balanced_weights, fit
from geodata.scoring.learned.refits import refit
from geodata.scoring.learned.training import (
    FEWEST,
    LAND_SHARE,
    RIDGES,
    bounds_of,
    choose_ridge,
    fit_to,
    require_enough,
    train_model,
    two_sided_auc,
)
from geodata.scoring.learned.training_set import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.blocks import block_folds, ground_blocks
from tests.geodata.scoring.learned.worlds import (
    argument,
    classes_of,
    learned_type,
    places_of,
    reading,
    world,
)

TWO = (argument("rock", direction="up"), argument("fault"))


def everywhere(places):
    return np.ones(len(places.group), dtype=np.bool_)


def spoilt(places, train, value):
    """Give every place that does not train a value, and another group."""
    encoded = places.encoded.copy()
    encoded[~train] = value
    group = places.group.copy()
    group[~train] = (group[~train] + 1) % 3
    return dataclasses.replace(places, encoded=encoded, group=group)


def test_every_column_of_an_argument_has_its_bounds():
    crust = classes_of("crust", "rift", "craton")
    up = dataclasses.replace(crust, direction="up")
    found = bounds_of((argument(direction="down"), up, argument()))
    inf = np.inf
    assert found == [(-inf, 0.0), (0.0, inf), (0.0, inf), (-inf, inf)]


def test_a_model_is_fitted_to_the_training_places_alone_by_their_shares():
    places = world()
    train = np.arange(len(places.group)) % 3 != 0
    found = fit_to(places, train, TWO, ridge=3.0, land_share=0.2)
    alone = fit(
        places.encoded[train],
        places.group[train] == LABEL,
        weight=balanced_weights(places.group[train], (0.8, 0.2)),
        ridge=3.0,
        bounds=[(0.0, np.inf), (-np.inf, np.inf)],
    )
    assert found.intercept == pytest.approx(alone.intercept, abs=1e-12)
    for name in ("slopes", "centre", "spread", "least", "greatest"):
        assert_allclose(getattr(found, name), getattr(alone, name), atol=1e-12)


def test_half_of_the_background_is_land_where_nothing_else_is_said():
    places = world()
    train = everywhere(places)
    found = fit_to(places, train, TWO, ridge=3.0)
    assert LAND_SHARE == 0.5
    assert_array_equal(
        found.slopes, fit_to(places, train, TWO, ridge=3.0, land_share=0.5).slopes
    )
    assert not np.allclose(
        found.slopes, fit_to(places, train, TWO, ridge=3.0, land_share=0.9).slopes
    )


@pytest.mark.parametrize("value", [np.nan, 0.0, 1e300])
def test_places_that_do_not_train_change_neither_the_fit_nor_the_penalty(value):
    places = world(3)
    train = np.arange(len(places.group)) % 4 != 0
    poisoned = spoilt(places, train, value)
    assert_array_equal(
        fit_to(poisoned, train, TWO, ridge=1.0).slopes,
        fit_to(places, train, TWO, ridge=1.0).slopes,
    )
    assert choose_ridge(poisoned, train, TWO) == choose_ridge(places, train, TWO)


def by_hand(places, train, ridge, land_share=LAND_SHARE, *, folds=5):
    """Score every training place by the folds it does not lie in."""
    rows = np.flatnonzero(train)
    blocks = ground_blocks(places.lon[rows], places.lat[rows], block_km=1_500.0)
    fold = block_folds(blocks, folds=folds, seed=0, positives=places.positive[rows])
    scores = np.full(len(rows), np.nan)
    for number in range(folds):
        learning = np.zeros(len(train), dtype=np.bool_)
        learning[rows[fold != number]] = True
        model = fit_to(places, learning, TWO, ridge=ridge, land_share=land_share)
        scores[fold == number] = model.log_odds(places.encoded[rows[fold == number]])
    return two_sided_auc(scores, places.group[rows])


@pytest.mark.parametrize("seed", range(6))
def test_the_penalty_is_the_best_of_four_by_folds_of_blocks(seed):
    places = world(seed, each=25, pull=0.6)
    train = np.arange(len(places.group)) % 5 != 0
    reached = {ridge: by_hand(places, train, ridge, 0.8) for ridge in RIDGES}
    best = max(reached.values())
    wanted = max(ridge for ridge, value in reached.items() if value == best)
    assert choose_ridge(places, train, TWO, land_share=0.8) == wanted


def test_different_worlds_want_different_penalties():
    chosen = {
        choose_ridge(places, everywhere(places), TWO)
        for places in (world(seed, each=25, pull=0.6) for seed in range(6))
    }
    assert len(chosen) > 1
    assert chosen <= set(RIDGES)


def test_among_equals_the_strongest_penalty_is_chosen():
    places = world(columns=1)
    same = dataclasses.replace(places, encoded=np.zeros_like(places.encoded))
    assert choose_ridge(same, everywhere(same), TWO[:1]) == max(RIDGES) == 100.0


def test_the_auc_is_the_mean_of_two():
    group = np.array([LABEL, LABEL, OTHER_DEPOSIT, OTHER_DEPOSIT, LAND])
    scores = np.array([3.0, 1.0, 2.0, 0.0, 4.0])
    assert two_sided_auc(scores, group) == (0.75 + 0.0) / 2
    assert two_sided_auc(scores[:4], group[:4]) == 0.75
    assert two_sided_auc(scores[[0, 1, 4]], group[[0, 1, 4]]) == 0.0


def few(count):
    places = world(each=40)
    train = everywhere(places)
    train[np.flatnonzero(places.positive)[count:]] = False
    return places, train


def test_29_examples_are_too_few_and_30_are_enough():
    assert FEWEST == 30
    places, train = few(29)
    with pytest.raises(TrainingError) as refusal:
        train_model(learned_type(*TWO), places, {}, train=train, withheld="")
    said = str(refusal.value)
    assert "'carbonatite' needs at least 30" in said
    assert "there are 29" in said
    assert "expert model" in said
    places, train = few(30)
    require_enough("carbonatite", places, train)
    found = train_model(learned_type(*TWO), places, {}, train=train, withheld="")
    assert found.training.positives == 30


def test_examples_that_do_not_train_do_not_count():
    places = world(each=40)
    with pytest.raises(TrainingError, match="there are 0"):
        require_enough("placer", places, ~places.positive)


def moved(places, lon):
    """Put every example on one parallel at given longitudes."""
    at = np.resize(np.asarray(lon, dtype=np.float64), len(places.group))
    table = places.places.assign(
        lon=np.where(places.positive, at, places.lon),
        lat=np.where(places.positive, 45.0, places.lat),
    )
    return dataclasses.replace(places, places=table)


@pytest.mark.parametrize("seed", [0, 2, 4])  # of which the last two want less than 100
def test_examples_of_two_blocks_are_dealt_to_two_folds(seed):
    places = moved(world(seed, each=26, pull=1.0), [60.0, -60.0])
    train = everywhere(places)
    reached = {ridge: by_hand(places, train, ridge, folds=2) for ridge in RIDGES}
    wanted = max(RIDGES, key=lambda ridge: (reached[ridge], ridge))
    assert choose_ridge(places, train, TWO) == wanted


def test_examples_of_one_block_alone_get_the_strongest_penalty():
    for seed in range(3):
        places = moved(world(seed, each=26, pull=0.6), [60.0])
        assert choose_ridge(places, everywhere(places), TWO) == 100.0


def test_a_trained_model_says_on_what_and_how_much_each_argument_moves():
    places = world()
    train = np.arange(len(places.group)) % 8 != 0
    readings = {
        "one": reading(TWO[0], lambda lon, _lat: lon, sha256="aa"),
        "two": reading(TWO[1], lambda lon, _lat: lon, sha256="bb"),
        "gone": reading(argument("gone"), lambda lon, _lat: lon, sha256=None),
    }
    found = train_model(
        learned_type(*TWO), places, readings, train=train, withheld="the east"
    )
    told = found.training
    group = places.group[train]
    assert (told.positives, told.others, told.land) == (
        (group == LABEL).sum(),
        (group == OTHER_DEPOSIT).sum(),
        (group == LAND).sum(),
    )
    assert len({told.positives, told.others}) == 2
    assert told.withheld == "the east"
    assert told.ridge == choose_ridge(places, train, TWO)
    assert told.land_share == 0.5
    assert told.layers == {"rock": "aa", "fault": "bb"}
    assert (found.deposit_type, found.title) == ("carbonatite", "Made by hand")
    assert found.arguments == TWO
    own = fit_to(places, train, TWO, ridge=told.ridge)
    assert_array_equal(found.coefficients.slopes, own.slopes)
    background = places.encoded[train & (places.group != LABEL)]
    moved = own.slopes * (background - own.centre) / own.spread
    assert_allclose(found.importance, moved.std(axis=0))
    assert found.importance[0] > 0
    assert_array_equal(
        found.refits,
        refit(
            places,
            train,
            own,
            ridge=told.ridge,
            bounds=bounds_of(TWO),
            shares=(0.5, 0.5),
        ),
    )
    assert found.refits.shape == (40, 2)


def test_there_are_five_strengths_of_penalty():
    assert RIDGES == (1.0, 3.0, 10.0, 30.0, 100.0)


def test_the_importance_of_classes_is_that_of_their_sum():
    crust = classes_of("crust", "rift", "craton")
    places = world()
    codes = np.random.default_rng(1).integers(3, size=len(places.group))
    encoded = np.column_stack([codes == 0, codes == 1]).astype(np.float64)
    encoded[::7] = np.nan
    places = places_of(places.group, encoded, lon=places.lon, lat=places.lat)
    train = everywhere(places)
    found = train_model(learned_type(crust), places, {}, train=train, withheld="")
    parts = found.coefficients.parts(encoded[~places.positive]).sum(axis=1)
    assert_allclose(found.importance, [parts.std()])
