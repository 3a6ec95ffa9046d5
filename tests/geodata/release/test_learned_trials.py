"""Forms of a learned model, and places outside, tried on made-up layers."""

from dataclasses import replace

import pytest

from geodata.layers.store import LayerStore
from geodata.release import learned_trials
from geodata.release.learned_trials import forms_of, try_forms
from geodata.release.outside_places import outside_test
from geodata.release.withheld_region import train_type, withheld_region
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned import training
from geodata.scoring.learned.argument import parse_learned
from geodata.scoring.learned.baselines import learned_scores
from geodata.scoring.learned.cross_validation import CrossValidation, regions_out
from geodata.scoring.learned.training import RIDGES
from geodata.scoring.learned.withheld import figures_of
from geodata.scoring.validation.learned_trials import LOOKS_BEFORE
from tests.geodata.release.learned_layers import (
    IN_THE_STATES,
    LEARNED,
    OUTSIDE,
    write_learned_layers,
)
from tests.geodata.release.small_layers import BUNDLE

TYPE = parse_learned(LEARNED, deposit_type_texts()[LEARNED])
assert TYPE


@pytest.fixture
def quick(monkeypatch):
    """One penalty to choose from: the forms are what is asked about."""
    for module in (learned_trials, training):
        monkeypatch.setattr(module, "RIDGES", (3.0,))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    write_learned_layers(folder)
    return LayerStore((BUNDLE, folder))


@pytest.fixture(scope="module")
def trained(store):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "RIDGES", (3.0,))
        return train_type(TYPE, store)


def test_the_model_comes_first_then_its_penalties_then_what_was_tried():
    forms = forms_of(TYPE)
    assert [one.ridge for one in forms[: len(RIDGES) + 1]] == [None, *RIDGES]
    assert all(one.arguments == TYPE.arguments for one in forms[: len(RIDGES) + 1])
    assert [one.name for one in forms[len(RIDGES) + 1 :]] == [
        one.name for one in TYPE.tried
    ]


def test_every_form_is_tried_where_the_model_was_and_every_look_is_counted(
    trained, store, quick
):
    few = replace(TYPE, tried=[one for one in TYPE.tried if one.name == "with-relief"])
    region = withheld_region(trained.places, store)
    told = []
    found = try_forms(few, store, region, told.append)
    own, *others = found.forms
    assert len(told) == len(found.forms) == 3
    assert found.looks == LOOKS_BEFORE + len(found.forms)
    assert (own.difference.value, own.arguments) == (0.0, len(TYPE.arguments))
    for one in others:
        assert one.world.n == own.world.n
        less = one.world.value - own.world.value
        assert one.difference.value == pytest.approx(less, abs=1e-9)
    assert others[-1].arguments == own.arguments + 1
    again = CrossValidation(
        places=trained.places, arguments=TYPE.arguments, eligible=trained.eligible
    )
    assert own.world == regions_out(again).mean_rank
    figures = figures_of(
        lambda lon, lat: learned_scores(trained.model, trained.readings, lon, lat),
        region,
    )
    assert own.region.mean_rank == figures.mean_rank
    assert own.region.mean_rank.n >= len(IN_THE_STATES)


def test_places_outside_are_ranked_with_and_without_their_region(trained, store, quick):
    found = outside_test(TYPE, trained, store)
    assert [one.name for one in found.sites] == ["Outside 0", "Outside 1", "Outside 2"]
    assert [(one.lon, one.lat) for one in found.sites] == list(OUTSIDE[:3])
    assert [one.akin for one in found.sites] == [True, True, False]
    assert found.regions == found.mean_rank.n == 2
    assert found.every.n == 3
    rich, poor, _ = found.sites  # by the made-up felsic share
    assert rich.rank < poor.rank
    assert rich.unseen_rank < poor.unseen_rank
    assert 0.0 < rich.rank < 0.5
