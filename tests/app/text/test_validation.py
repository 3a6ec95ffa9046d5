"""What the tests of a learned model come to is said as it is."""

import math
from typing import Any

import numpy as np
import pytest

from app.text import say, validation
from app.text.validation_tables import (
    alone_rows,
    beside_the_model,
    how_it_was_chosen,
    training_rows,
)
from app.text.validation_trials import middle, trial_rows
from geodata.scoring.validation.report import LearnedReport, TrainingBackground
from tests.app.learned_reports import (
    caught,
    estimate,
    learned_report,
    scheme,
    untested_report,
    with_learned,
)

nan = np.nan
WHOLE = learned_report()


def best(sites: int, low: float) -> LearnedReport:
    """Return the report with other figures of the best tenth."""
    capture = list(caught(0, 0, 1, sites, 3, 4))
    capture[3] = capture[3].model_copy(update={"low": low})
    return with_learned(capture=tuple(capture))


def begins(text: str, key: str, **values: Any) -> bool:
    """Tell whether a text begins as a sentence does before its first value."""
    return text.startswith(say(key, **values))


def test_maps_are_listed_models_first() -> None:
    assert [test.map for test in validation.tests_in_order(WHOLE)] == [
        "learned",
        "expert",
        "terrane-boundary",
    ]
    assert validation.areas(WHOLE) == (0.01, 0.02, 0.05, 0.10, 0.20, 0.25)
    assert validation.areas(untested_report()) == ()


@pytest.mark.parametrize(("sites", "lies"), [(1, "1 lies in"), (2, "2 lie in")])
def test_the_headline_counts_places_and_districts(sites: int, lies: str) -> None:
    said = validation.headline(best(sites, 0.2))
    assert "Of the 4 known places" in said
    assert lies in said
    assert said.endswith("would have 0.4. " + said.partition("0.4. ")[2])
    assert "4 places lie in 3 districts" in said
    assert "district" not in validation.headline(with_learned(districts=4))


@pytest.mark.parametrize(
    ("low", "key"), [(0.11, "more-than-chance"), (0.10, "like-chance")]
)
def test_a_result_is_praised_only_above_chance(low: float, key: str) -> None:
    high = caught(0, 0, 1, 2, 3, 4)[3].high
    assert validation.verdict(best(2, low)) == say(
        f"validation.{key}",
        interval=say(
            "validation.interval",
            low=f"{low:.0%}".replace("%", " %"),
            high=f"{high:.0%}".replace("%", " %"),
        ),
        chance="10 %",
    )


def test_the_places_in_the_states_are_told_where_some_are_not() -> None:
    assert validation.inside(WHOLE) == say(
        "validation.inside", n=3, sites=1, chance="0.3"
    )
    learned = WHOLE.map_test("learned")
    assert learned is not None
    same = learned.model_copy(update={"in_states": learned.every})
    withheld = WHOLE.withheld.model_copy(update={"maps": (same,)})
    assert validation.inside(learned_report(withheld=withheld)) == ""


@pytest.mark.parametrize(("high", "better"), [(0.49, True), (0.50, False)])
def test_the_mean_rank_is_told_beside_chance_and_the_best_baseline(
    high: float, better: bool
) -> None:
    said = validation.overall(with_learned(mean_rank=estimate(0.17, 0.12, high)))
    key = "validation.ranks-better" if better else "validation.ranks-like-chance"
    interval = say("validation.interval", low="12 %", high=f"{100 * high:.0f} %")
    assert begins(said, key, mean="17 %", interval=interval, chance="50 %")
    assert said.endswith(
        say(
            "validation.best-measurement",
            name=say("validation.map.terrane-boundary"),
            rank="47 %",
        )
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.10, 0.49, True), (0.11, 0.49, False), (0.10, 0.50, False)],
)
def test_two_verdicts_that_seem_to_differ_are_explained(
    low: float, high: float, said: bool
) -> None:
    learned = best(2, low).map_test("learned")
    assert learned is not None
    found = with_learned(
        capture=learned.every.capture, mean_rank=estimate(0.17, 0.12, high)
    )
    assert (say("validation.both-hold") in validation.overall(found)) == said


def test_a_type_without_known_places_in_the_region_is_not_said_to_be_tested() -> None:
    found = untested_report()
    assert validation.headline(found) == say("validation.untested")
    for tell in (
        validation.verdict,
        validation.overall,
        validation.inside,
        validation.boyce_note,
    ):
        assert tell(found) == ""
    assert validation.cannot_say(found)[0] == say("validation.open.untested")
    assert beside_the_model(alone_rows(found)) == ""


def test_a_model_that_knows_nothing_there_has_no_result() -> None:
    unknown = with_learned(
        capture=(), mean_rank=estimate(nan), district_rank=nan, boyce=None
    )
    for tell in (validation.headline, validation.verdict, validation.overall):
        assert tell(unknown) == ""


@pytest.mark.parametrize("places", [1, 29, 30, 0])
def test_a_boyce_index_of_few_places_is_called_unstable(places: int) -> None:
    said = validation.boyce_note(learned_report(n_withheld=places))
    assert bool(said) == (0 < places < 30)
    assert f" {places} place" in said or not said
    maps = tuple(
        test.model_copy(update={"every": test.every.model_copy(update={"boyce": None})})
        for test in WHOLE.withheld.maps
    )
    withheld = WHOLE.withheld.model_copy(update={"maps": maps})
    without = learned_report(n_withheld=places, withheld=withheld)
    assert validation.boyce_note(without) == ""


def test_every_scheme_has_a_name_and_a_note() -> None:
    names = {validation.scheme_name(one) for one in WHOLE.schemes}
    notes = {validation.scheme_note(one) for one in WHOLE.schemes}
    assert len(names) == len(WHOLE.schemes)
    assert {"Blocks of 15°", "Blocks of 5°"} <= names
    fixed = say("validation.fixed-penalty", ridge="1")
    assert sum(note.endswith(fixed) for note in notes) == 2
    assert not any("None" in note for note in notes)


def test_what_the_test_leaves_open_follows_from_its_places() -> None:
    few, *others = validation.cannot_say(WHOLE)
    assert few == say("validation.open.few", n=4, districts=3, inside=3, moved="25%")
    assert say("validation.open.expert") in others
    maps = tuple(test for test in WHOLE.withheld.maps if test.map != "expert")
    withheld = WHOLE.withheld.model_copy(update={"maps": maps})
    without = validation.cannot_say(learned_report(withheld=withheld))
    assert say("validation.open.expert") not in without
    assert len(without) == len(others)


def test_an_argument_that_does_as_well_alone_is_named_and_no_other() -> None:
    rows = alone_rows(WHOLE)
    said = beside_the_model(rows)
    here = say(
        "validation.ranks-here-and-there", name="Rock", here="12 %", elsewhere="40 %"
    )
    assert said == say("validation.as-good", own="17 %", elsewhere="26 %", told=here)
    assert beside_the_model([row for row in rows if row.name != "Rock"]) == say(
        "validation.none-as-good", own="17 %"
    )
    assert beside_the_model(rows[:1]) == ""


def test_the_model_stands_above_its_measurements_with_its_held_out_figures() -> None:
    model, baseline, rock, _, roots = alone_rows(WHOLE)
    assert model.auc.other_deposits == estimate(0.71, 0.66, 0.76, 228)
    assert model.auc.land is None  # the blocks of 15° were asked about others only
    assert model.regions == WHOLE.regions.mean_rank
    assert model.withheld is not None
    assert model.withheld.value == 0.17
    assert (baseline.slope, baseline.sign) == (None, say("validation.not-in-model"))
    assert rock.slope is not None
    assert (rock.slope.low, rock.slope.high) == (0.14, 0.39)
    assert (roots.regions, roots.withheld) == (None, None)


def test_other_ways_of_training_stand_beside_the_shipped_one() -> None:
    shipped, other = training_rows(WHOLE)
    assert (shipped.shipped, other.shipped) == (True, False)
    assert (shipped.auc_others, shipped.regions_rank) == (0.71, 0.26)
    assert math.isnan(shipped.auc_land)
    assert (other.auc_others, other.auc_land, other.regions_rank) == (0.7, 0.81, 0.27)
    assert other.what == say("validation.land-share", share="0")
    assert training_rows(learned_report(land_shares=())) == ()


def test_the_shipped_model_takes_its_aucs_from_the_widest_blocks_alone() -> None:
    schemes = (
        scheme("blocks", block_deg=15.0, folds=8, positions=2, auc=estimate(0.7)),
        scheme("blocks", "land", block_deg=15.0, auc=estimate(0.8)),
        scheme("blocks", "land", block_deg=5.0, auc=estimate(0.9)),
        scheme("countries", auc=estimate(0.6)),
    )
    shipped = training_rows(learned_report(schemes=schemes))[0]
    assert (shipped.auc_others, shipped.auc_land) == (0.7, 0.8)


def test_nothing_is_said_to_be_fixed_at_one_half_that_was_not() -> None:
    half = say("validation.half-fixed")
    assert how_it_was_chosen(WHOLE).startswith(half)
    other = TrainingBackground(others=1, land=1, land_share=0.25)
    assert half not in how_it_was_chosen(learned_report(background=other))


def test_every_form_that_was_tried_stands_beside_the_model() -> None:
    own, penalty, other = trial_rows(WHOLE)
    assert (own.own, own.difference, own.region_tenth) == (True, "–", "2 of 4")
    assert own.world == "26.0 % (21.0 % to 31.0 %)"
    assert "penalty of 10" in penalty.form
    assert penalty.difference == "−1.2 % (−2.2 % to −0.2 %)"
    assert (other.form, other.arguments) == ("With roots", 3)
    assert (other.region, other.region_tenth) == ("–", "–")
    assert middle(WHOLE.regions.each[0]) == "50° N, 70° W"


def test_regions_of_the_world_are_told_with_what_their_best_parts_hold() -> None:
    said = validation.world_regions(WHOLE)
    assert "9 regions of the world, with 200 known places" in said
    assert "26 % (95 % interval 22 % to 30 %), chance 50 %; 50 % in the best 10" in said
    unknown = WHOLE.regions.model_copy(update={"mean_rank": estimate(nan)})
    assert validation.world_regions(learned_report(regions=unknown)) == ""
