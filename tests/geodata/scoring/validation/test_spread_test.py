"""Whether ranges hold what they say, tried on models whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from geodata.scoring.draws import draw
from geodata.scoring.land import RELIEF
from geodata.scoring.like_land import fit_to_land
from geodata.scoring.spread import percentiles
from geodata.scoring.uncertainty import DrawnModel
from geodata.scoring.validation.spread_test import (
    FEWEST_LAYERS,
    HELD,
    TRUE,
    SpreadTest,
    spread_test,
)
from tests.geodata.scoring.small_models import argument, best_logs, model, survey

nan = np.nan
CELLS = 1_200
COMPONENTS = ("source", "pathway", "trap")
THREE = model(*map(argument, "abc", COMPONENTS))
SIX = model(*map(argument, "abcdef", COMPONENTS * 2))


def land(kind, seed=1, cells=CELLS):
    """Arguments that know nothing of each other and say the same on average."""
    chance = np.random.default_rng(seed)
    relief = 10 ** chance.uniform(0.5, 3.5, cells)
    return survey(kind, *chance.random((len(kind.evidence), cells)), relief_m=relief)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_what_is_withheld_behaves_as_the_rest_the_ranges_are_true(seed):
    found = spread_test(SIX, land(SIX, seed), {})
    assert found.places == CELLS
    assert len(found.trials) == 12
    assert TRUE == (0.75, 0.85)
    assert TRUE[0] <= found.inside <= TRUE[1]
    assert found.is_true
    assert found.inside == pytest.approx(np.mean([one.inside for one in found.trials]))
    assert found.kept == pytest.approx(np.mean([one.kept for one in found.trials]))
    for one in found.trials:
        assert one.inside + one.below + one.above == pytest.approx(1)
        assert len(set(one.withheld)) == 2
        assert 0.1 < one.kept < 1
    assert len({one.withheld for one in found.trials}) == 12


def off_by_hand(kind, measured, name):
    """How far scores lie from the middle of a range that lacks one layer."""
    truth = best_logs(fit_to_land(kind, measured, {}), measured)
    key = next(i.measurement.key for i in kind.evidence if i.name == name)
    less = measured | {key: np.full_like(measured[key], nan)}
    fitted = fit_to_land(kind, less, {})
    drawn = DrawnModel.of(fitted, draw(kind), apart=False)
    low, middle, high = percentiles(drawn.log_scores(less))
    above = truth >= middle
    return np.where(above, truth - middle, middle - truth) / np.where(
        above, high - middle, middle - low
    )


def test_the_width_holds_four_fifths_and_is_found_on_the_other_trials():
    measured = land(THREE, cells=300)
    found = spread_test(THREE, measured, {})
    assert [one.withheld for one in found.trials] == [("a",), ("b",), ("c",)]
    off = {name: off_by_hand(THREE, measured, name) for name in "abc"}
    every = np.concatenate([*off.values()])
    assert found.width == pytest.approx(np.quantile(every, HELD), rel=1e-4)
    for one in found.trials:
        (name,) = one.withheld
        others = np.concatenate([row for key, row in off.items() if key != name])
        inside = (off[name] <= np.quantile(others, HELD)).mean()
        assert one.inside == pytest.approx(inside, abs=2 / 300)


def test_the_trial_without_a_layer_that_surprises_holds_least():
    """The layer withheld says what no other layer prepares for."""
    measured = land(THREE)
    odd = THREE.evidence[2].measurement.key
    measured[odd] = np.where(np.arange(CELLS) % 2, 0.0, 1.0).astype(np.float32)
    found = spread_test(THREE, measured, {})
    assert min(found.trials, key=lambda one: one.inside).withheld == ("c",)


@pytest.mark.parametrize("count", [0, FEWEST_LAYERS - 1])
def test_too_few_layers_are_not_tried(count):
    measured = land(SIX)
    for item in SIX.evidence[count:]:
        measured[item.measurement.key][:] = nan
    found = spread_test(SIX, measured, {})
    assert found.trials == ()
    assert np.isnan([found.inside, found.kept]).all()
    assert (found.width, found.is_true, found.places) == (1.0, None, CELLS)


def test_a_layer_that_is_nowhere_takes_no_part():
    measured = land(SIX)
    for item in SIX.evidence[4:]:
        measured[item.measurement.key][:] = nan
    found = spread_test(SIX, measured, {}, places=300)
    assert found.places == 300
    assert {name for one in found.trials for name in one.withheld} == set("abcd")
    part = {key: row[::4] for key, row in measured.items()}
    assert spread_test(SIX, part, {}) == found


def test_relief_is_never_taken_away_for_kinds_of_land_are_told_by_it():
    plains = replace(THREE.evidence[0], name="flat", measurement=RELIEF)
    found = spread_test(model(*THREE.evidence, plains), land(THREE, cells=300), {})
    assert [one.withheld for one in found.trials] == [("a",), ("b",), ("c",)]
    two = model(*THREE.evidence[:2], plains)
    assert spread_test(two, land(THREE, cells=300), {}).trials == ()


def test_the_seed_says_which_layers_and_trials_how_many():
    measured = land(SIX)
    few = spread_test(SIX, measured, {}, trials=3, places=200)
    assert few == spread_test(SIX, measured, {}, trials=3, places=200)
    other = spread_test(SIX, measured, {}, trials=3, places=200, seed=2)
    assert len(few.trials) == len(other.trials) == 3
    assert {one.withheld for one in few.trials} != {
        one.withheld for one in other.trials
    }


def test_places_of_which_nothing_is_known_take_no_part():
    measured = land(THREE, cells=300)
    for item in THREE.evidence:
        measured[item.measurement.key][::3] = nan
    found = spread_test(THREE, measured, {})
    for one in found.trials:
        assert one.inside + one.below + one.above == pytest.approx(1)


def test_a_test_is_read_back_as_it_was_written():
    for kind in (THREE, model(*THREE.evidence[:2])):
        found = spread_test(kind, land(kind, cells=100), {})
        again = SpreadTest.model_validate_json(found.model_dump_json())
        assert again.model_dump_json() == found.model_dump_json()
