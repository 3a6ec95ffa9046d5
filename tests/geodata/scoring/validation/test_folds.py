import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from scipy.spatial import cKDTree

from geodata.evidence.proximity import earth_centred
from geodata.scoring.validation.blocks import block_folds, ground_blocks
from geodata.scoring.validation.folds import (
    Fold,
    buffered_leave_one_out,
    gap_km,
    groups_out,
    leave_pair_out,
)
from geodata.scoring.validation.metrics import auc

GEOD = Geod(ellps="WGS84")
# One degree of longitude at the equator is 111.32 km.
LON = np.array([0.0, 1.0, 2.0, 5.0, 5.0, 90.0])
LAT = np.zeros(6)
PLACES = st.lists(
    st.tuples(st.floats(60, 70), st.floats(40, 50)), min_size=4, max_size=30
)


def places(rows):
    lon, lat = np.array(rows, dtype=np.float64).T
    return lon.copy(), lat.copy()


def leaks(fold, lon, lat, buffer_km):
    """Pairs of a training and a tested place no farther apart than the buffer."""
    train, test = np.flatnonzero(fold.train), np.flatnonzero(fold.test)
    one, other = (grid.ravel() for grid in np.meshgrid(train, test))
    _, _, metres = GEOD.inv(lon[one], lat[one], lon[other], lat[other])
    return int((np.asarray(metres) / 1000 <= buffer_km * 0.995).sum())


def test_each_group_is_tested_by_the_others():
    groups = np.array(["kz", "kz", "uz", "uz", "uz", "kg"])
    found = list(groups_out(groups, LON, LAT))
    assert [fold.name for fold in found] == ["kg", "kz", "uz"]
    for fold in found:
        assert np.array_equal(fold.test, groups == fold.name)
        assert np.array_equal(fold.train, groups != fold.name)


def test_places_within_the_buffer_of_any_tested_place_do_not_train():
    groups = np.array([1, 1, 2, 2, 2, 2])
    one, two = groups_out(groups, LON, LAT, buffer_km=112)
    assert one.name == "1"
    assert one.train.tolist() == [False, False, False, True, True, True]
    assert two.train.tolist() == [True, False, False, False, False, False]
    assert gap_km(one, LON, LAT) == pytest.approx(4 * 111.32, rel=2e-3)


def test_a_twin_at_the_same_spot_never_trains():
    groups = np.array([1, 1, 1, 1, 2, 2])
    one, two = groups_out(groups, LON, LAT)
    assert one.train.tolist() == [False] * 5 + [True]
    assert two.train.tolist() == [True, True, True, False, False, False]


def test_without_a_buffer_a_neighbour_half_a_kilometre_off_trains():
    lon, lat = np.array([0.0, 0.005, 1.0]), np.zeros(3)
    fold = next(groups_out(np.array(["a", "b", "b"]), lon, lat))
    assert fold.train.tolist() == [False, True, True]


def test_the_edge_of_the_buffer_belongs_to_it():
    lon, lat = np.array([0.0, 1.0, 40.0]), np.zeros(3)
    groups = np.array(["a", "b", "b"])
    apart = gap_km(next(groups_out(groups, lon, lat)), lon, lat)
    at = next(groups_out(groups, lon, lat, buffer_km=apart))
    assert at.train.tolist() == [False, False, True]
    below = next(groups_out(groups, lon, lat, buffer_km=np.nextafter(apart, 0)))
    assert below.train.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("groups", "text"), [(["a"] * 6, "got 6 and 1"), (["a", "b"], "got 2 and 2")]
)
def test_one_group_or_a_missing_one_is_refused_at_once(groups, text):
    with pytest.raises(ValueError, match=text):
        groups_out(np.array(groups), LON, LAT)


def test_a_buffer_over_everything_is_refused():
    with pytest.raises(ValueError, match="left to train on when 1 is tested"):
        list(groups_out(np.array([1, 1, 1, 1, 2, 2]), LON, LAT, buffer_km=20_100))


def test_each_positive_is_tested_alone():
    of = np.array([True, False, False, True, True, False])
    found = list(buffered_leave_one_out(LON, LAT, of=of, buffer_km=112))
    assert [fold.name for fold in found] == ["0", "3", "4"]
    assert [np.flatnonzero(fold.test).tolist() for fold in found] == [[0], [3], [4]]
    assert found[0].train.tolist() == [False, False, True, True, True, True]
    assert found[1].train.tolist() == [True, True, True, False, False, True]
    assert np.array_equal(found[1].train, found[2].train)


def test_the_edge_of_the_buffer_belongs_to_it_for_one_place_too():
    lon, lat = np.array([0.0, 1.0, 40.0]), np.zeros(3)
    of = np.array([True, False, False])
    whole = next(buffered_leave_one_out(lon, lat, of=of, buffer_km=0.0))
    assert whole.train.tolist() == [False, True, True]
    apart = gap_km(whole, lon, lat)
    at = next(buffered_leave_one_out(lon, lat, of=of, buffer_km=apart))
    assert at.train.tolist() == [False, False, True]


def test_no_positive_is_no_fold_and_one_place_cannot_be_tested():
    of = np.zeros(6, dtype=bool)
    assert list(buffered_leave_one_out(LON, LAT, of=of, buffer_km=1)) == []
    alone = buffered_leave_one_out(LON[:1], LAT[:1], of=np.array([True]), buffer_km=0.0)
    with pytest.raises(ValueError, match="left to train on when 0 is tested"):
        list(alone)


def test_every_positive_meets_every_negative():
    positives = np.array([True, False, False, False, False, True])
    found = list(leave_pair_out(LON, LAT, positives=positives, buffer_km=112))
    assert [(pair.positive, pair.negative) for pair in found] == [
        (one, other) for one in (0, 5) for other in (1, 2, 3, 4)
    ]
    assert found[0].train.tolist() == [False, False, False, True, True, True]
    assert found[2].train.tolist() == [False, False, True, False, False, True]
    assert found[4].train.tolist() == [False, False, False, True, True, False]


def test_places_that_are_neither_only_train_and_only_from_afar():
    positives = np.array([True, False, False, False, False, False])
    negatives = np.array([False, False, False, True, False, False])
    (pair,) = leave_pair_out(
        LON, LAT, positives=positives, negatives=negatives, buffer_km=112
    )
    assert (pair.positive, pair.negative) == (0, 3)
    assert pair.train.tolist() == [False, False, True, False, False, True]


def test_drawn_negatives_are_different_ones_and_follow_the_seed():
    lon, lat = np.linspace(0, 300, 30), np.zeros(30)
    positives = np.arange(30) < 4

    def drawn(seed, count=5):
        pairs = leave_pair_out(
            lon, lat, positives=positives, buffer_km=1, negatives_each=count, seed=seed
        )
        return [(pair.positive, pair.negative) for pair in pairs]

    found = drawn(0)
    assert len(set(found)) == 20
    assert [pair[0] for pair in found] == np.repeat(range(4), 5).tolist()
    assert all(not positives[pair[1]] for pair in found)
    assert found == sorted(found) == drawn(0)
    assert found != drawn(1)
    assert len({tuple(found[n : n + 5]) for n in range(0, 20, 5)}) == 4
    assert len(drawn(0, 26)) == len(drawn(0, 99)) == 4 * 26
    assert len(drawn(0, 1)) == 4
    default = leave_pair_out(
        lon, lat, positives=positives, buffer_km=1, negatives_each=5
    )
    assert [(pair.positive, pair.negative) for pair in default] == found


@pytest.mark.parametrize(
    ("positives", "each", "text"),
    [
        ([True] * 6, None, "got 6 and 0"),
        ([False] * 6, None, "got 0 and 6, None negatives each, 0 both"),
        ([True] + [False] * 5, 0, "got 1 and 5, 0 negatives each"),
    ],
)
def test_pairs_need_both_kinds(positives, each, text):
    with pytest.raises(ValueError, match=text):
        leave_pair_out(
            LON, LAT, positives=np.array(positives), buffer_km=1, negatives_each=each
        )


def test_a_place_cannot_be_positive_and_negative():
    positives = np.array([True, False, False, False, False, False])
    negatives = np.array([True, True, False, False, False, False])
    with pytest.raises(ValueError, match="got 1 and 2, None negatives each, 1 both"):
        leave_pair_out(LON, LAT, positives=positives, negatives=negatives, buffer_km=1)


def test_a_pair_that_leaves_nothing_is_refused():
    pairs = leave_pair_out(
        LON[:2], LAT[:2], positives=np.array([True, False]), buffer_km=0.0
    )
    with pytest.raises(ValueError, match="when 0 and 1 is tested"):
        list(pairs)


@pytest.mark.parametrize(
    "ask",
    [
        groups_out,
        lambda some, lon, lat: buffered_leave_one_out(lon, lat, of=some, buffer_km=1),
        lambda some, lon, lat: leave_pair_out(lon, lat, positives=some, buffer_km=1),
    ],
)
def test_a_place_without_position_is_refused_at_once(ask):
    with pytest.raises(ValueError, match="finite longitude"):
        ask(np.array([True, False]), np.array([0.0, np.nan]), np.zeros(2))


@given(PLACES, st.floats(0, 200))
def test_nothing_that_trains_is_near_what_is_tested(rows, buffer_km):
    lon, lat = places([*rows, (90, -20)])
    of = np.arange(len(lon)) < len(rows)
    found = buffered_leave_one_out(lon, lat, of=of, buffer_km=buffer_km)
    for fold in found:
        assert not (fold.train & fold.test).any()
        assert fold.train.any()
        assert fold.test.any()
        assert leaks(fold, lon, lat, buffer_km) == 0
        assert gap_km(fold, lon, lat) > buffer_km


@given(PLACES, st.floats(0, 500), st.integers(0, 3))
def test_blocks_keep_apart_whatever_the_buffer(rows, buffer_km, seed):
    """One far place of each fold always remains, so every fold can be tested."""
    lon, lat = places(rows)
    lon, lat = np.append(lon, [120.0, 150.0]), np.append(lat, [-20.0, -20.0])
    blocks = ground_blocks(lon, lat, block_km=200)
    blocks[-2:] = -1, -2
    dealt = block_folds(blocks, folds=2, seed=seed)
    dealt[-2:] = 0, 1
    for fold in groups_out(dealt, lon, lat, buffer_km=buffer_km):
        assert not set(blocks[fold.train]) & set(blocks[fold.test])
        assert leaks(fold, lon, lat, buffer_km) == 0
        assert fold.train[-2:].sum() == fold.test[-2:].sum() == 1


def memoriser(lon, lat, labels, fold):
    """A model that knows places by heart: the label of the nearest training place."""
    spots = earth_centred(lon, lat)
    _, nearest = cKDTree(spots[fold.train]).query(spots[fold.test])
    return labels[fold.train][nearest]


def districts():
    """Sixty districts of ten places; a district is all positive or all negative."""
    chance = np.random.default_rng(11)
    centres = np.column_stack((chance.uniform(50, 85, 60), chance.uniform(37, 54, 60)))
    rows = np.repeat(centres, 10, axis=0) + chance.normal(0, 0.05, (600, 2))
    labels = np.repeat(chance.permutation(60) < 30, 10).astype(float)
    return rows[:, 0], rows[:, 1], labels


def pooled_auc(lon, lat, labels, folds):
    scores = np.full(len(labels), np.nan)
    for fold in folds:
        scores[fold.test] = memoriser(lon, lat, labels, fold)
    return auc(scores[labels == 1], scores[labels == 0])


def test_a_model_that_only_remembers_gains_nothing_from_our_folds():
    """Labels of districts are drawn by lot, so 0.5 is all that can be known."""
    lon, lat, labels = districts()
    blocks = ground_blocks(lon, lat, block_km=400)
    folds = block_folds(blocks, folds=5, seed=0, positives=labels == 1)
    honest = pooled_auc(lon, lat, labels, groups_out(folds, lon, lat, buffer_km=50))
    assert honest < 0.65


def test_the_same_model_looks_perfect_where_a_label_leaks():
    """The two tests together: were our folds to leak, the one above would fail."""
    lon, lat, labels = districts()
    lot = np.random.default_rng(0).integers(5, size=len(labels))
    leaking = [
        Fold(train=lot != part, test=lot == part, name=str(part)) for part in range(5)
    ]
    assert pooled_auc(lon, lat, labels, leaking) == 1.0
    assert gap_km(leaking[0], lon, lat) < 5


def test_one_out_and_pairs_do_not_remember_either():
    lon, lat, labels = districts()
    folds = buffered_leave_one_out(lon, lat, of=np.ones(600, bool), buffer_km=60)
    assert pooled_auc(lon, lat, labels, folds) < 0.65
    for pair in leave_pair_out(
        lon, lat, positives=labels == 1, buffer_km=60, negatives_each=1
    ):
        both = np.isin(np.arange(600), [pair.positive, pair.negative])
        fold = Fold(train=pair.train, test=both, name="pair")
        assert gap_km(fold, lon, lat) > 60
