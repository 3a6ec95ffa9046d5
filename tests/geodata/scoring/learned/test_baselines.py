"""Every map that is compared is a function of place; the layers are made up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from geodata.evidence.recipes import prepare
from geodata.layers.clip import MARGIN
from geodata.layers.store import LayerStore
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.land import RELIEF
from geodata.scoring.learned.baselines import (
    TreeModel,
    baselines,
    boosted_trees,
    encoded_at,
    forest,
    learned_scores,
    models,
    train_trees,
    tree_models,
)
from geodata.scoring.learned.training_set import prepare_arguments
from geodata.scoring.learned.withheld import Region
from geodata.scoring.like_land import fit_to_land
from geodata.scoring.validation.metrics import auc
from tests.geodata.release.learned_layers import (
    LEARNED,
    felsic_at,
    write_learned_layers,
)
from tests.geodata.release.small_layers import BUNDLE
from tests.geodata.scoring.learned.worlds import (
    argument,
    measurement,
    model_of,
    places_of,
    world,
)
from tests.geodata.scoring.small_models import best_logs

FELSIC = argument(
    "felsic", measurement=measurement("lithology-fractions", column="felsic")
)
MOHO = argument("moho", measurement=measurement("crust1", column="moho_km"))
MODEL = model_of(
    FELSIC, MOHO, slopes=[3.0, -1.0], centre=[0.5, 35.0], spread=[0.2, 5.0]
)
LON, LAT = np.array([66.0, 70.5, -170.0]), np.array([44.0, 41.5, 40.0])
GRID_LON, GRID_LAT = np.meshgrid(np.arange(55, 80, 0.5), np.arange(37.0, 50, 0.5))
REGION = Region(
    sites=pd.DataFrame(),
    others=pd.DataFrame(),
    lon=GRID_LON.ravel(),
    lat=GRID_LAT.ravel(),
)
"""Land that tells the expert what its arguments say on average."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made-up")
    write_learned_layers(folder)
    return LayerStore((folder, BUNDLE))


@pytest.fixture(scope="module")
def readings(store):
    return prepare_arguments(MODEL.arguments, store)


def by_id(found):
    return {item.id: item for item in found}


def test_the_learned_model_is_its_log_odds_at_a_place(store, readings):
    encoded = encoded_at(MODEL, readings, LON, LAT)
    assert_allclose(encoded[:2, 0], felsic_at(LON[:2], LAT[:2]), atol=0.01)
    assert np.isnan(encoded[2, 0])
    found = learned_scores(MODEL, readings, LON, LAT)
    odds = (
        0.25
        + 3 * (np.nan_to_num(encoded[:, 0] - 0.5) / 0.2)
        - ((encoded[:, 1] - 35) / 5)
    )
    assert_allclose(found, odds, rtol=1e-12)
    entered = by_id(models(MODEL, readings, None, store, REGION))
    assert_array_equal(entered["learned"].score(LON, LAT), found)


def test_where_nothing_is_known_there_is_no_score(readings):
    alone = model_of(FELSIC, slopes=[1.0])
    key = FELSIC.measurement.key
    found = learned_scores(alone, {key: readings[key]}, LON, LAT)
    assert np.isnan(found).tolist() == [False, False, True]


def test_the_expert_takes_part_only_where_there_is_one(store, readings):
    expert = parse(LEARNED, deposit_type_texts()[LEARNED])
    without = [item.id for item in models(MODEL, readings, None, store, REGION)]
    assert without == [
        "learned",
        "terrane-boundary",
        "other-occurrence",
        "felsic-bedrock",
    ]
    entered = models(MODEL, readings, expert, store, REGION)
    assert [item.id for item in entered] == ["learned", "expert", *without[1:]]
    opened = {
        item.key: prepare(item, store, window=MARGIN)
        for item in (*expert.measurements(), RELIEF)
    }

    def measured(lon, lat):
        return {key: reading.values(lon, lat) for key, reading in opened.items()}

    land = fit_to_land(
        expert,
        measured(REGION.lon, REGION.lat),
        {key: reading.resolution_km for key, reading in opened.items()},
    )
    found = by_id(entered)["expert"].score(LON, LAT)
    assert_array_equal(found, best_logs(land, measured(LON, LAT)))
    assert not np.isnan(found[:2]).any()


def test_single_measurements_are_baselines_nearer_is_better(store):
    boundary, mines, felsic = baselines(store)
    near, far = boundary.score(np.array([60.0, 60.0]), np.array([45.0, 46.0]))
    assert near == pytest.approx(0.0, abs=0.2)
    assert far == pytest.approx(-111.1, abs=0.5)
    assert_allclose(felsic.score(LON, LAT)[:2], felsic_at(LON[:2], LAT[:2]), atol=0.01)
    table = store.vector("mineral-occurrences").table
    other = table[table["ree_evidence"] == "none"].iloc[0]
    lon, lat = (np.array([other[name]]) for name in ("lon", "lat"))
    assert mines.score(lon, lat)[0] == pytest.approx(0.0, abs=0.2)


def test_examples_themselves_are_no_baseline(store):
    table = store.vector("mineral-occurrences").table
    ours = table[table["ree_evidence"] == "direct"]
    mines = baselines(store)[1]
    found = mines.score(ours["lon"].to_numpy(), ours["lat"].to_numpy())
    assert (found < -1.0).mean() > 0.9


def test_trees_learn_from_the_very_places_of_the_model(readings, store):
    chance = np.random.default_rng(3)
    group = np.repeat([0, 1, 2], 60)
    encoded = np.column_stack([chance.random(180), chance.normal(35, 5, 180)])
    encoded[group == 0, 0] = 0.9
    places = places_of(group, encoded)
    train = np.arange(180) % 6 != 0
    encoded[~train] = -1e6
    found = tree_models(MODEL, readings, places, train)
    assert [item.id for item in found] == ["forest", "trees"]
    lon, lat = np.array([10.0, 30.0]), np.array([0.0, 0.0])
    assert felsic_at(lon, lat) == pytest.approx([1.0, 0.0], abs=0.01)
    for item in found:
        rich, poor = item.score(lon, lat)
        assert rich > poor


class Sum:
    """Answers with the sum of the columns, as a classifier would."""

    def predict_proba(self, design):
        assert not np.isnan(design).any()
        total = design.sum(axis=1)
        return np.column_stack([1 - total, total])


def test_what_is_unknown_is_put_at_the_centre_and_all_unknown_stays_so():
    trees = TreeModel(Sum(), np.array([0.25, 0.5]))
    nan = np.nan
    found = trees.score(np.array([[0.1, 0.2], [nan, 0.1], [0.125, nan], [nan, nan]]))
    assert_allclose(found[:3], [0.3, 0.35, 0.625])
    assert np.isnan(found[3])


@pytest.mark.parametrize("untrained", [forest, boosted_trees])
def test_trees_learn_from_their_training_places_alone(untrained):
    places = world(0, each=40, pull=3.0)
    places.encoded[::11, 1] = np.nan
    train = np.arange(len(places.group)) % 2 == 0
    spoilt = replace(places, encoded=places.encoded.copy(), group=places.group.copy())
    spoilt.encoded[~train] = 1e6
    spoilt.group[~train] = (spoilt.group[~train] + 1) % 3
    asked = places.encoded[~train]
    found = train_trees(untrained(), places, train).score(asked)
    # Threads add up the trees in any order: equal but for the last bit.
    again = train_trees(untrained(), spoilt, train).score(asked)
    assert_allclose(again, found, rtol=1e-12)
    positive = places.positive[~train]
    assert auc(found[positive], found[~positive]) > 0.85
    assert np.all((found >= 0) & (found <= 1))
