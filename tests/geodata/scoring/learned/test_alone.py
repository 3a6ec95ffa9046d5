"""Single measurements, with nothing fitted to them; all figures by hand."""

import json

import numpy as np
import pytest

from geodata.scoring.learned.alone import alone, arguments_alone, directed
from geodata.scoring.learned.training import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.metrics import auc_interval
from tests.geodata.scoring.learned.worlds import (
    argument,
    classes_of,
    model_of,
    places_of,
)

nan = np.nan
UP = argument("rock", direction="up")
DOWN = argument("fault", direction="down")
EITHER = argument("heat")
CRUST = classes_of("crust", "rift", "craton")


def test_an_argument_with_a_sign_has_its_column_and_its_sign():
    found = directed((EITHER, UP, CRUST, DOWN))
    assert found == {"rock": (1, 1.0), "fault": (4, -1.0)}


def test_classes_have_no_direction_of_their_own_even_with_a_sign():
    crust = argument("crust", scale="class", classes=("rift", "craton"), direction="up")
    assert directed((crust, DOWN)) == {"fault": (2, -1.0)}


GROUP = np.array([LABEL, LABEL, LABEL, OTHER_DEPOSIT, OTHER_DEPOSIT, LAND, LAND])
SCORES = np.array([5.0, 5.0, 0.0, 1.0, 5.0, 5.0, 0.0])


FAR = 7
"""A place at the other end of the world, which may not be looked at."""


def together(columns):
    """Put seven places side by side into one region, and one far away."""
    return places_of(
        np.append(GROUP, LABEL),
        np.vstack((columns, np.full(np.shape(columns)[1], 1e6))),
        lon=[*np.arange(7.0), 120.0],
    )


def near():
    return np.arange(8) < FAR


def asked(scores=SCORES, eligible=None, **told):
    found = alone(
        together(np.zeros((7, 1))),
        near() if eligible is None else np.append(eligible, False),
        np.append(scores, 1e6),
        **told,
    )
    json.dumps(found, allow_nan=False)
    return found


def test_a_measurement_is_asked_about_both_backgrounds_and_the_regions():
    """Of six pairs: 5 beats 1 twice and equals 5 twice, 0 beats none.

    Land: two pairs of 5 are equal, two are won; 0 is below 5 and equal to 0.  Ranks
    among the land: half of what is equal, 0.25 twice and 0.75.
    """
    found = asked()
    assert list(found) == ["auc", "regions"]
    assert list(found["auc"]) == ["other deposits", "land"]
    assert found["auc"]["other deposits"]["value"] == pytest.approx(3 / 6)
    assert found["auc"]["land"]["value"] == pytest.approx(3.5 / 6)
    assert found["auc"]["land"]["n"] == 3
    wanted = auc_interval(SCORES[:3], SCORES[5:])
    assert found["auc"]["land"]["low"] == wanted.low
    assert found["regions"] == {
        "value": pytest.approx(1.25 / 3),
        "low": None,  # one region does not tell how regions differ
        "high": None,
        "n": 3,
    }


def test_the_unknown_takes_the_mean_of_what_may_be_looked_at():
    """The mean is 3.2 without the last place, which counts for nothing."""
    scores = np.array([5.0, nan, 0.0, 1.0, 5.0, 5.0, -1e6])
    eligible = np.arange(7) < 6
    found = asked(scores, eligible)
    # 5: 1.5 of 2; 3.2: 1 of 2; 0: none.  Land is 5 alone: half, none, none.
    assert found["auc"]["other deposits"]["value"] == pytest.approx(2.5 / 6)
    assert found["auc"]["land"]["value"] == pytest.approx(0.5 / 3)
    assert found["regions"]["value"] == pytest.approx((0.5 + 1 + 1) / 3)
    higher = np.where(np.isnan(scores), 3.2, scores)
    assert asked(higher, eligible) == found


def test_the_mean_stands_between_its_neighbours():
    """Known: 0, 1 and 5, mean 2.  The unknown example beats 1, is beaten by 5."""
    scores = np.array([nan, nan, 0.0, 1.0, 5.0, nan, nan])
    found = asked(scores)
    assert found["auc"]["other deposits"]["value"] == pytest.approx(2 / 6)
    assert found["auc"]["land"]["value"] == pytest.approx((0.5 * 4 + 0) / 6)


def test_where_nothing_is_known_it_is_chance():
    found = asked(np.full(7, nan))
    assert found["auc"]["other deposits"]["value"] == 0.5
    assert found["auc"]["land"]["value"] == 0.5
    assert found["regions"]["value"] == 0.5


def test_what_was_made_of_the_other_deposits_is_not_asked_about_them():
    found = asked(knows_others=True)
    assert list(found["auc"]) == ["land"]
    assert found["auc"]["land"] == asked()["auc"]["land"]
    assert found["regions"] == asked()["regions"]


def test_places_that_may_not_be_looked_at_take_no_part():
    eligible = np.array([True, True, False, True, True, True, True])
    found = asked(eligible=eligible)
    assert found["auc"]["other deposits"]["n"] == 2
    assert found["auc"]["other deposits"]["value"] == pytest.approx(3 / 4)
    # Two examples are too few for a region.
    assert found["regions"] == {"value": None, "low": None, "high": None, "n": 0}


COLUMNS = np.column_stack((SCORES, np.zeros(7), np.ones(7), np.arange(7) * 1.0))


def rows(**facts):
    model = model_of(UP, CRUST, DOWN, slopes=[2.0, -1.0, 0.5, -3.0], **facts)
    found = arguments_alone(model, together(COLUMNS), near())
    json.dumps(found, allow_nan=False)
    return found


def test_every_argument_has_its_row_with_its_slope_and_that_of_the_refits():
    refits = [[1.0, -9.0, 0.0, -2.0], [2.0, -9.0, 0.0, -4.0]]
    found = rows(refits=refits)
    assert [
        {name: row[name] for name in ("name", "title", "direction")} for row in found
    ] == [
        {"name": "rock", "title": "Title of rock", "direction": "up"},
        {"name": "crust", "title": "Title of crust", "direction": "either"},
        {"name": "fault", "title": "Title of fault", "direction": "down"},
    ]
    assert [row["slope"]["value"] for row in found] == [2.0, -1.0, -3.0]
    assert found[0]["slope"]["low"] == pytest.approx(1.1)
    assert found[0]["slope"]["high"] == pytest.approx(1.9)
    assert found[1]["slope"] == {"value": -1.0, "low": -9.0, "high": -9.0}
    assert found[2]["slope"]["low"] == pytest.approx(-3.8)
    assert found[2]["slope"]["high"] == pytest.approx(-2.2)


def test_each_argument_is_asked_in_its_direction_and_classes_are_not():
    rock, crust, fault = rows()
    assert rock["auc"] == asked()["auc"]
    assert rock["regions"]["value"] == pytest.approx(1.25 / 3)
    assert (crust["auc"], crust["regions"]) == (None, None)
    # The examples come first, so the column that rises and speaks against is perfect.
    assert fault["auc"]["other deposits"]["value"] == 1.0
    assert fault["auc"]["land"]["value"] == 1.0
    assert fault["regions"]["value"] == 0.0


def test_without_refits_the_slope_has_no_width():
    assert rows()[2]["slope"] == {"value": -3.0, "low": -3.0, "high": -3.0}
