"""Held-out figures: nothing of what is tested may be looked at, and this is tested.

All places and answers here are synthetic.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pyproj import Geod
from scipy.special import expit

from geodata.scoring.learned.cross_validation import (
    BUFFER_KM,
    REGION_KM,
    SHIFTS,
    CrossValidation,
    by_blocks,
    rank_by_region,
    ranked_by_region,
    region_capture,
    regions_out,
    resubstitution,
)
from geodata.scoring.learned.schemes import (
    block_schemes,
    calibrate,
    country_scheme,
    one_out_schemes,
)
from geodata.scoring.learned.training import choose_ridge, fit_to
from geodata.scoring.learned.training_set import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.blocks import degree_blocks, ground_blocks
from geodata.scoring.validation.calibration import reliability
from geodata.scoring.validation.capture import mean_rank_interval, rank_in_area
from geodata.scoring.validation.folds import Fold
from geodata.scoring.validation.metrics import auc, auc_interval, pr_auc
from tests.geodata.scoring.learned.worlds import (
    argument,
    blocks_of_secrets,
    places_of,
    world,
)

GEOD = Geod(ellps="WGS84")
LEARNED = {OTHER_DEPOSIT: 0.91, LAND: 0.92}


def arguments(count):
    return [argument(f"column-{number}") for number in range(count)]


def trial_of(places, kind=CrossValidation, **facts):
    return kind(
        **{
            "places": places,
            "arguments": arguments(places.encoded.shape[1]),
            "eligible": np.ones(len(places.group), dtype=np.bool_),
            "ridge": 1.0,
            **facts,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Watched(CrossValidation):
    """A model that remembers what it was asked to learn from and to score."""

    asked: list = field(default_factory=list)

    def scores(self, train, test):
        self.asked.append((train & self.eligible, test))
        return super().scores(train, test)


@dataclass(frozen=True, kw_only=True)
class Leaking(CrossValidation):
    """A trial with the mistake that every scheme is there to rule out."""

    def scores(self, train, test):
        return super().scores(train | test, test)


def km_apart(places, one, other):
    """Return the least distance between two sets of places."""
    here, there = np.flatnonzero(one), np.flatnonzero(other)
    first, second = (grid.ravel() for grid in np.meshgrid(here, there))
    lon, lat = places.lon, places.lat
    return GEOD.inv(lon[first], lat[first], lon[second], lat[second])[2].min() / 1000


def crowded(seed=0, each=20):
    """Scatter places, each with a neighbour of the same kind some 50 km off."""
    places = world(seed, each=each)
    twice = np.repeat(np.arange(len(places.group)), 2)
    chance = np.random.default_rng(seed)
    shift = np.where(np.arange(len(twice)) % 2, 0.4, 0.0)
    return places_of(
        places.group[twice],
        places.encoded[twice] + chance.normal(0, 0.1, (len(twice), 2)),
        lon=places.lon[twice],
        lat=places.lat[twice] + shift,
        country=places.places["country"].to_numpy()[twice],
    )


# A label that leaks: the answer of every place is told by the block it lies in.


def test_a_leaked_label_is_perfect_on_the_places_of_training():
    assert resubstitution(trial_of(blocks_of_secrets())) == {
        OTHER_DEPOSIT: 1.0,
        LAND: 1.0,
    }


def reached(trial):
    """Return the AUC by blocks against both backgrounds."""
    return {
        scheme.against: scheme.auc.value
        for scheme in block_schemes(trial, 15.0, resubstitution(trial))
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_leaked_label_is_worth_nothing_held_out_by_blocks(seed):
    for value in reached(trial_of(blocks_of_secrets(seed))).values():
        assert 0.3 < value < 0.7


def test_the_same_figure_is_perfect_where_the_fold_leaks_into_the_training():
    leaking = trial_of(blocks_of_secrets(), Leaking)
    assert reached(leaking) == {"other-deposits": 1.0, "land": 1.0}


def test_one_left_out_among_its_like_leaks_and_a_dead_zone_of_100_km_does_not_help():
    # The blocks are 300 km wide: only blocks keep the secret.
    places = blocks_of_secrets()
    one, pairs = one_out_schemes(trial_of(places), LEARNED)
    assert one.auc.value > 0.9
    assert pairs.auc.value > 0.9


def test_a_country_left_out_takes_its_secret_with_it():
    places = blocks_of_secrets()
    owner = places.encoded.argmax(axis=1)
    named = replace(
        places, places=places.places.assign(country=[f"c{n:02d}" for n in owner])
    )
    # Below chance: a model without a country expects a little less of its kind.
    assert country_scheme(trial_of(named), LEARNED).auc.value < 0.7
    leaking = country_scheme(trial_of(named, Leaking), LEARNED)
    assert leaking.auc.value == 1.0


def test_a_penalty_chosen_inside_the_fold_does_not_look_outside():
    places = world(2, each=30)
    eligible = np.arange(len(places.group)) % 6 != 0
    trial = trial_of(places, ridge=None, eligible=eligible)
    train = np.arange(len(places.group)) % 2 == 0
    poisoned = places.encoded.copy()
    poisoned[~(train & eligible)] = 1e6
    spoilt = replace(trial, places=replace(places, encoded=poisoned))
    test = train  # the same columns in both
    assert_array_equal(
        trial.scores(train, test & eligible), spoilt.scores(train, test & eligible)
    )


# What a trial does.


def test_a_trial_fits_on_training_places_and_scores_the_others():
    places = world(1)
    train = np.arange(len(places.group)) % 2 == 0
    found = trial_of(places, ridge=10.0, land_share=0.2).scores(train, ~train)
    own = fit_to(places, train, arguments(2), ridge=10.0, land_share=0.2).log_odds(
        places.encoded[~train]
    )
    assert_array_equal(found, own)


def test_without_a_penalty_it_is_chosen_among_the_training_places():
    places = world(1, each=30)
    train = np.arange(len(places.group)) % 2 == 0
    for share in (0.1, 0.9):
        ridge = choose_ridge(places, train, arguments(2), land_share=share)
        assert_array_equal(
            trial_of(places, ridge=None, land_share=share).scores(train, ~train),
            trial_of(places, ridge=ridge, land_share=share).scores(train, ~train),
        )


def test_withheld_places_neither_train_nor_get_a_score():
    places = crowded()
    eligible = places.lon < 60
    watched = trial_of(places, Watched, eligible=eligible)
    found = by_blocks(watched, 15.0)
    assert len(found) == len(SHIFTS) == 2
    for scores in found:
        assert np.isnan(scores[~eligible]).all()
        assert not np.isnan(scores[eligible]).any()
    for train, test in watched.asked:
        assert not (train & ~eligible).any()
        assert not (test & ~eligible).any()
    spoilt = places.encoded.copy()
    spoilt[~eligible] = 1e9
    other = by_blocks(
        trial_of(replace(places, encoded=spoilt), eligible=eligible), 15.0
    )
    for one, two in zip(found, other, strict=True):
        assert_array_equal(one, two)


def test_a_fold_that_asks_for_withheld_places_gets_no_score_for_them():
    places = world(1)
    eligible = np.arange(len(places.group)) % 4 != 0
    half = np.arange(len(places.group)) % 2 == 0
    fold = Fold(train=~half, test=half, name="")
    found = trial_of(places, eligible=eligible).held_out(iter([fold]))
    assert_array_equal(~np.isnan(found), half & eligible)


def test_a_fold_that_leaves_nothing_to_learn_from_has_no_scores():
    group = np.array([LABEL, LABEL, LAND, LAND, OTHER_DEPOSIT])
    places = places_of(group, np.arange(5.0))
    trial = trial_of(places)

    def fold(*test):
        mask = np.isin(np.arange(5), test)
        return Fold(train=~mask, test=mask, name="")

    found = trial.held_out(iter([fold(0, 1), fold(2), fold(3, 4)]))
    assert np.isnan(found).tolist() == [True, True, False, False, False]
    assert np.isnan(trial.held_out(iter([fold(2, 3, 4)]))).all()
    assert np.isnan(trial.held_out(iter([]))).all()


def test_resubstitution_is_the_auc_on_the_very_places_of_training():
    places = world(1)
    eligible = np.arange(len(places.group)) % 3 != 0
    found = resubstitution(trial_of(places, eligible=eligible))
    scores = fit_to(places, eligible, arguments(2), ridge=1.0).log_odds(
        places.encoded[eligible]
    )
    group = places.group[eligible]
    for kind in (OTHER_DEPOSIT, LAND):
        assert found[kind] == auc(scores[group == LABEL], scores[group == kind])
    assert set(found) == {OTHER_DEPOSIT, LAND}


# Folds of blocks.


def test_no_block_lies_on_both_sides_of_a_fold_and_all_are_tested_once():
    places = crowded()
    watched = trial_of(places, Watched)
    by_blocks(watched, 10.0)
    assert len(watched.asked) == 2 * 8
    for number, shift in enumerate(SHIFTS):
        blocks = degree_blocks(places.lon, places.lat, block_deg=10.0, shift=shift)
        asked = watched.asked[8 * number : 8 * number + 8]
        for train, test in asked:
            assert set(blocks[train]).isdisjoint(blocks[test])
            assert not (train & test).any()
            assert (train | test).all()
        assert_array_equal(sum(test.astype(int) for _, test in asked), 1)


def test_places_at_one_spot_are_never_on_both_sides():
    places = crowded()
    twins = places_of(
        places.group[::-1], places.encoded, lon=places.lon, lat=places.lat
    )
    both = replace(
        places,
        places=pd.concat([places.places, twins.places], ignore_index=True),
        group=np.concatenate([places.group, twins.group]),
        encoded=np.concatenate([places.encoded, twins.encoded]),
    )
    watched = trial_of(both, Watched)
    by_blocks(watched, 5.0)
    for train, test in watched.asked:
        assert km_apart(both, train, test) > 0


def test_the_figure_is_the_mean_over_the_shifts_and_n_does_not_grow():
    places = world(4)
    eligible = np.arange(len(places.group)) % 5 != 0
    trial = trial_of(places, eligible=eligible)
    group = places.group
    every = by_blocks(trial, 15.0)
    assert not np.array_equal(every[0], every[1])
    found = block_schemes(trial, 15.0, LEARNED)
    assert [scheme.against for scheme in found] == ["other-deposits", "land"]
    for scheme, kind in zip(found, (OTHER_DEPOSIT, LAND), strict=True):
        sides = [
            (scores[(group == LABEL) & eligible], scores[(group == kind) & eligible])
            for scores in every
        ]
        parts = [auc_interval(*side) for side in sides]
        for name in ("value", "low", "high"):
            assert getattr(scheme.auc, name) == pytest.approx(
                np.mean([getattr(part, name) for part in parts])
            )
        assert scheme.auc.n == (group[eligible] == LABEL).sum()
        precise = [pr_auc(*side) for side in sides]
        assert scheme.pr_auc == pytest.approx(
            np.mean([item.average.value for item in precise])
        )
        assert scheme.base_rate == pytest.approx(
            len(sides[0][0]) / sum(map(len, sides[0]))
        )
        assert scheme.resubstitution == LEARNED[kind]
        assert (scheme.block_deg, scheme.kind, scheme.buffer_km) == (15, "blocks", 0)
        assert (scheme.folds, scheme.positions) == (8, 2)


# Countries, regions, one at a time: the dead zone.


def test_a_country_and_100_km_around_it_do_not_train():
    places = crowded()
    blank = places.places["country"].where(np.arange(len(places.group)) % 9 != 0, "")
    places = replace(places, places=places.places.assign(country=blank))
    eligible = places.lon < 150
    watched = trial_of(places, Watched, eligible=eligible)
    found = country_scheme(watched, LEARNED)
    country = blank.to_numpy(dtype=str)
    assert len(watched.asked) == 6
    tested = np.zeros(len(country), dtype=np.bool_)
    for train, test in watched.asked:
        assert len(set(country[test])) == 1
        assert "" not in country[test]
        assert_array_equal(test, (country == country[test][0]) & eligible)
        assert not (train & ~eligible).any()
        assert km_apart(places, train, test) > BUFFER_KM
        # A deposit of no known country could lie in the one that is tested.
        assert not (train & (country == "") & (places.group != LAND)).any()
        assert (train & (places.group == LAND)).any()
        tested |= test
    assert found.auc.n == (tested & places.positive).sum()
    assert (found.countries_with_example, found.countries) == (6, 6)
    assert (found.kind, found.against) == ("countries", "other-deposits")
    assert (found.buffer_km, found.resubstitution) == (100.0, 0.91)
    assert np.isnan([found.pr_auc, found.base_rate]).all()


def test_countries_without_an_example_are_told_apart():
    places = crowded()
    country = places.places["country"].to_numpy(dtype=str)
    bare = (country == country[0]) & places.positive
    blank = places.places["country"].where(~bare, "")
    without = replace(places, places=places.places.assign(country=blank))
    assert bare.any()
    found = country_scheme(trial_of(without), LEARNED)
    assert (found.countries_with_example, found.countries) == (5, 6)
    kept_back = next(
        name for name in np.unique(country) if name not in ("", country[0])
    )
    some = country_scheme(trial_of(without, eligible=country != kept_back), LEARNED)
    assert (some.countries_with_example, some.countries) == (4, 5)


def test_the_figure_of_countries_is_the_auc_of_held_out_scores():
    places = world(5, pull=3.0)
    watched = trial_of(places, Watched)
    found = country_scheme(watched, LEARNED)
    scores = np.full(len(places.group), np.nan)
    for train, test in list(watched.asked):
        scores[test] = trial_of(places).scores(train, test)
    label, other = (scores[places.group == kind] for kind in (LABEL, OTHER_DEPOSIT))
    assert found.auc == auc_interval(label, other)
    assert found.auc.value > 0.9


def test_regions_are_ranked_against_their_own_land_by_a_model_from_elsewhere():
    places = crowded(1, each=30)
    eligible = places.lon < 100
    watched = trial_of(places, Watched, eligible=eligible)
    found = regions_out(watched)
    region = ground_blocks(places.lon, places.lat, block_km=REGION_KM)
    ranks = []
    world_ranks = []
    is_land = eligible & (places.group == LAND)
    for train, asked in watched.asked:
        inside = region == region[asked & ~is_land][0]
        test = inside & eligible
        assert_array_equal(asked, test | is_land)
        assert (places.group[test] == LABEL).sum() >= 3
        assert (places.group[test] == LAND).any()
        # The whole region has a dead zone around it, not only what is tested of it.
        assert km_apart(places, train, inside) > BUFFER_KM
        scores = trial_of(places, eligible=eligible).scores(train, test)
        here = places.group[test]
        ranks += rank_in_area(
            scores[here == LABEL], scores[here == LAND].astype(np.float32)
        ).tolist()
        land = trial_of(places, eligible=eligible).scores(train, is_land)
        world_ranks += rank_in_area(
            scores[here == LABEL], land.astype(np.float32)
        ).tolist()
    held = [
        (eligible & places.positive & (region == one)).sum()
        for one in np.unique(region[eligible & (places.group == LAND)])
    ]
    assert found.regions == len(watched.asked) == sum(count >= 3 for count in held)
    assert 0 < min(count for count in held if count) < 3
    assert_allclose(found.ranks, ranks)
    assert_allclose(found.world_ranks, world_ranks)
    told = rank_by_region(places, found)
    assert sum(one.n for one in told) == len(ranks)
    assert sum(one.n * one.rank for one in told) == pytest.approx(sum(ranks))
    assert found.mean_rank.value == pytest.approx(np.mean(ranks))
    assert found.mean_rank.n == len(ranks)
    assert found.mean_rank.low < found.mean_rank.value < found.mean_rank.high
    assert region_capture(found, (0.1, 0.5)) == [
        np.mean(np.float32(ranks) <= np.float32(share)) for share in (0.1, 0.5)
    ]


def test_examples_of_one_region_depend_on_each_other_so_regions_are_drawn():
    # Twenty examples at two ranks each: the interval cannot be that of forty draws.
    places = crowded(1, each=30)
    found = regions_out(trial_of(places))
    free = mean_rank_interval(found.ranks)
    assert free.value == pytest.approx(found.mean_rank.value)
    assert (found.mean_rank.low, found.mean_rank.high) != (free.low, free.high)


def test_equal_scores_of_a_region_share_the_middle_rank_where_that_is_asked_for():
    """Against land of 0 and 5: two examples of 5 and one of 0."""
    group = np.array([LABEL, LABEL, LABEL, LAND, LAND, LABEL])
    scores = np.array([5.0, 5.0, 0.0, 5.0, 0.0, 1e6])
    places = places_of(group, scores, lon=[0, 1, 2, 3, 4, 170])

    def ranked(**told):
        return ranked_by_region(
            places, group < 9, lambda _, test: scores[test], **told
        ).ranks.tolist()

    assert ranked(ties_halved=True) == [0.25, 0.25, 0.75]
    assert ranked(ties_halved=False) == ranked() == [0.5, 0.5, 1.0]


def test_a_region_of_three_examples_is_enough():
    group = np.array([LABEL, LABEL, LABEL, LAND, LABEL, OTHER_DEPOSIT, LAND])
    places = places_of(group, np.arange(7.0), lon=[0, 1, 2, 3, 170, 171, 172])
    found = regions_out(trial_of(places))
    assert (found.regions, found.mean_rank.n) == (1, 3)
    assert len(found.ranks) == 3


def test_without_a_region_of_three_examples_there_is_no_figure():
    group = np.array([LABEL, LABEL, LAND, LABEL, OTHER_DEPOSIT, LAND])
    places = places_of(group, np.arange(6.0), lon=[0, 1, 2, 170, 171, 172])
    found = regions_out(trial_of(places))
    assert found.regions == found.mean_rank.n == len(found.ranks) == 0
    assert np.isnan(found.mean_rank.value)
    assert np.isnan(region_capture(found, (0.1,))).all()


def test_one_example_and_all_within_100_km_of_it_are_left_out():
    places = crowded()
    eligible = places.lon < 100
    watched = trial_of(places, Watched, eligible=eligible)
    one, pairs = one_out_schemes(watched, LEARNED)
    count = (eligible & places.positive).sum()
    first, second = watched.asked[:count], watched.asked[count:]
    for train, test in first:
        alone = test & places.positive
        assert alone.sum() == 1
        assert km_apart(places, train, alone) > BUFFER_KM
        assert not (train & test).any()
        beside = test & ~alone
        assert (places.group[beside] == OTHER_DEPOSIT).all()
        assert beside.sum() == min(200, (eligible & (places.group == 1)).sum())
        assert not ((train | test) & ~eligible).any()
    assert one.auc.n == count
    assert len(second) == 2 * count
    for train, test in second:
        assert sorted(places.group[test]) == [LABEL, OTHER_DEPOSIT]
        assert km_apart(places, train, test) > BUFFER_KM
        assert (train & (places.group == LAND)).any()
        assert not ((train | test) & ~eligible).any()
    assert pairs.auc.n == count
    assert [scheme.kind for scheme in (one, pairs)] == [
        "buffered-leave-one-out",
        "leave-pair-out",
    ]
    for scheme in (one, pairs):
        assert scheme.buffer_km == 100.0
        assert scheme.resubstitution == 0.91
        assert scheme.against == "other-deposits"
        assert scheme.ridge == 1
    assert (one.negatives, pairs.negatives) == (200, 2)


def test_an_example_is_compared_with_others_that_were_held_out_with_it():
    places = world(6, each=40, pull=1.5)
    watched = trial_of(places, Watched)
    one, pairs = one_out_schemes(watched, LEARNED)
    won = []
    for train, test in watched.asked[:40]:
        scores = trial_of(places).scores(train, test)
        alone = places.positive[test]
        assert len(scores) == 1 + 120
        won.append((scores[alone] > scores[~alone]).mean())
    assert one.auc.value == pytest.approx(np.mean(won))
    beaten = []
    for train, test in watched.asked[40:]:
        scores = trial_of(places).scores(train, test)
        first = places.positive[test].argmax()
        beaten.append(scores[first] > scores[1 - first])
    assert pairs.auc.value == pytest.approx(np.mean(beaten))
    assert 0.6 < pairs.auc.value < 1


@pytest.mark.parametrize("order", [1, -1])
def test_a_pair_is_told_apart_in_whichever_order_its_places_stand(order):
    places = world(6, each=8, pull=6.0)
    turned = replace(
        places,
        places=places.places.iloc[::order].reset_index(drop=True),
        group=places.group[::order],
        encoded=places.encoded[::order],
    )
    _, pairs = one_out_schemes(trial_of(turned), LEARNED)
    assert pairs.auc.value > 0.9


def test_a_penalty_of_every_fold_is_said_to_be_one():
    places = world(6, each=4, pull=2.0)
    one, _ = one_out_schemes(trial_of(places, ridge=None), LEARNED)
    assert one.ridge is None


# Calibration.


def test_equal_odds_are_calibrated_to_the_base_rate():
    places = world(1, each=10)
    found = calibrate(trial_of(places), np.zeros(len(places.group)))
    (one,) = found
    assert (one.predicted, one.observed) == pytest.approx((1 / 7, 1 / 7))
    assert one.n == 70


def test_held_out_odds_are_put_back_to_the_true_base_rate():
    places = world(1, each=10)
    scores = np.random.default_rng(1).normal(size=len(places.group))
    scores[::4] = np.nan
    told = ~np.isnan(scores)
    positive = places.positive[told]
    shift = np.log(positive.sum() / (~positive).sum())
    wanted = reliability(expit(scores[told] + shift), positive)
    found = calibrate(trial_of(places), scores)
    for name in ("predicted", "observed", "low", "high", "n"):
        assert_allclose([getattr(one, name) for one in found], getattr(wanted, name))
    assert sum(one.n for one in found) == told.sum()
