"""Single measurements with nothing fitted to them, and parts of held-out scores."""

import numpy as np
import pytest

from geodata.scoring.learned.breakdown import (
    alone,
    arguments_alone,
    by_label,
    by_table,
    directed,
)
from geodata.scoring.learned.training_set import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.metrics import auc_interval
from geodata.scoring.validation.report import ArgumentAlone
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
    auc, regions = alone(
        together(np.zeros((7, 1))),
        near() if eligible is None else np.append(eligible, False),
        np.append(scores, 1e6),
        **told,
    )
    row = ArgumentAlone(
        name="",
        title="",
        direction="up",
        slope=0,
        slope_low=0,
        slope_high=0,
        auc=auc,
        regions=regions,
    ).model_dump(mode="json")
    return {"auc": row["auc"], "regions": row["regions"]}


def test_a_measurement_is_asked_about_both_backgrounds_and_the_regions():
    """Of six pairs: 5 beats 1 twice and equals 5 twice, 0 beats none.

    Land: two pairs of 5 are equal, two are won; 0 is below 5 and equal to 0.  Ranks
    among the land: half of what is equal, 0.25 twice and 0.75.
    """
    found = asked()
    assert found["auc"]["other_deposits"]["value"] == pytest.approx(3 / 6)
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
    assert found["auc"]["other_deposits"]["value"] == pytest.approx(2.5 / 6)
    assert found["auc"]["land"]["value"] == pytest.approx(0.5 / 3)
    assert found["regions"]["value"] == pytest.approx((0.5 + 1 + 1) / 3)
    higher = np.where(np.isnan(scores), 3.2, scores)
    assert asked(higher, eligible) == found


def test_the_mean_stands_between_its_neighbours():
    """Known: 0, 1 and 5, mean 2.  The unknown example beats 1, is beaten by 5."""
    scores = np.array([nan, nan, 0.0, 1.0, 5.0, nan, nan])
    found = asked(scores)
    assert found["auc"]["other_deposits"]["value"] == pytest.approx(2 / 6)
    assert found["auc"]["land"]["value"] == pytest.approx((0.5 * 4 + 0) / 6)


def test_where_nothing_is_known_it_is_chance():
    found = asked(np.full(7, nan))
    assert found["auc"]["other_deposits"]["value"] == 0.5
    assert found["auc"]["land"]["value"] == 0.5
    assert found["regions"]["value"] == 0.5


def test_what_was_made_of_the_other_deposits_is_not_asked_about_them():
    found = asked(knows_others=True)
    assert found["auc"]["other_deposits"] is None
    assert found["auc"]["land"] == asked()["auc"]["land"]
    assert found["regions"] == asked()["regions"]


def test_places_that_may_not_be_looked_at_take_no_part():
    eligible = np.array([True, True, False, True, True, True, True])
    found = asked(eligible=eligible)
    assert found["auc"]["other_deposits"]["n"] == 2
    assert found["auc"]["other_deposits"]["value"] == pytest.approx(3 / 4)
    # Two examples are too few for a region.
    assert found["regions"] == {"value": None, "low": None, "high": None, "n": 0}


COLUMNS = np.column_stack((SCORES, np.zeros(7), np.ones(7), np.arange(7) * 1.0))


def rows(**facts):
    model = model_of(UP, CRUST, DOWN, slopes=[2.0, -1.0, 0.5, -3.0], **facts)
    found = arguments_alone(model, together(COLUMNS), near())
    return [row.model_dump(mode="json") for row in found]


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
    assert [row["slope"] for row in found] == [2.0, -1.0, -3.0]
    assert found[0]["slope_low"] == pytest.approx(1.1)
    assert found[0]["slope_high"] == pytest.approx(1.9)
    assert (found[1]["slope_low"], found[1]["slope_high"]) == (-9.0, -9.0)
    assert found[2]["slope_low"] == pytest.approx(-3.8)
    assert found[2]["slope_high"] == pytest.approx(-2.2)


def test_each_argument_is_asked_in_its_direction_and_classes_are_not():
    rock, crust, fault = rows()
    assert rock["auc"] == asked()["auc"]
    assert rock["regions"]["value"] == pytest.approx(1.25 / 3)
    assert (crust["auc"], crust["regions"]) == (None, None)
    # The examples come first, so the column that rises and speaks against is perfect.
    assert fault["auc"]["other_deposits"]["value"] == 1.0
    assert fault["auc"]["land"]["value"] == 1.0
    assert fault["regions"]["value"] == 0.0


def test_without_refits_the_slope_has_no_width():
    fault = rows()[2]
    assert fault["slope"] == fault["slope_low"] == fault["slope_high"] == -3.0


def places(*parts):
    """Lay out parts of (group, table, said, how many) one after another."""
    group, table, said = (
        np.repeat(np.array([part[at] for part in parts]), [part[3] for part in parts])
        for at in range(3)
    )
    return places_of(group, np.zeros((len(group), 1)), table=table, said=said)


OTHERS = places(
    (LABEL, "T", "x", 2),
    (OTHER_DEPOSIT, "few", "", 9),
    (OTHER_DEPOSIT, "b", "", 10),
    (OTHER_DEPOSIT, "a", "", 10),
    (OTHER_DEPOSIT, "many", "", 12),
    (OTHER_DEPOSIT, "", "", 11),
    (LAND, "", "", 15),
)
TABLES = OTHERS.places["table"].to_numpy(dtype=str)
OTHER = OTHERS.group == OTHER_DEPOSIT


def scores(**of_table):
    """Return 1 at examples and land, 0 at other deposits but for some tables."""
    found = np.where(OTHER, 0.0, 1.0)
    for name, value in of_table.items():
        found[OTHER & (name == TABLES)] = value
    return found


def table_rows(*held_out):
    return [row.model_dump(mode="json") for row in by_table(OTHERS, held_out)]


def test_tables_come_by_falling_number_then_by_name_and_small_ones_last_together():
    """Nine of one table and eleven of none make twenty, which still come last."""
    found = table_rows(scores())
    assert [(row["table"], row["others"]) for row in found] == [
        ("many", 12),
        ("a", 10),
        ("b", 10),
        ("", 20),
    ]
    assert {row["auc"]["value"] for row in found} == {1.0}


def test_each_table_is_told_from_the_examples_by_itself():
    found = table_rows(scores(many=1.0, b=2.0, few=1.0))
    auc = {row["table"]: row["auc"]["value"] for row in found}
    assert auc == {
        "many": 0.5,
        "a": 1.0,
        "b": 0.0,
        "": pytest.approx((4.5 + 11) / 20),
    }
    assert {row["auc"]["n"] for row in found} == {2}


def test_figures_are_the_mean_over_the_positions_of_the_blocks():
    first, second = scores(), scores(many=1.0)
    many = table_rows(first, second)[0]["auc"]
    parts = [
        auc_interval(one[OTHERS.group == LABEL], one[TABLES == "many"])
        for one in (first, second)
    ]
    assert many["value"] == 0.75
    assert many["low"] == pytest.approx((parts[0].low + parts[1].low) / 2)
    assert many["high"] == pytest.approx((parts[0].high + parts[1].high) / 2)
    assert many["n"] == 2


def test_places_that_were_never_scored_do_not_count():
    gone = scores()
    gone[np.flatnonzero(TABLES == "a")[0]] = nan
    whole = table_rows(gone, scores())
    assert whole[1]["table"] == "a"
    assert whole[1]["others"] == 10
    twice = table_rows(gone, gone)
    assert [(row["table"], row["others"]) for row in twice] == [
        ("many", 12),
        ("b", 10),
        ("", 29),
    ]


def test_a_table_counts_the_places_that_were_scored():
    gone = scores()
    gone[np.flatnonzero(TABLES == "many")[:2]] = nan
    assert [(row["table"], row["others"]) for row in table_rows(gone)] == [
        ("a", 10),
        ("b", 10),
        ("many", 10),
        ("", 20),
    ]


def test_examples_that_were_not_scored_take_no_part():
    gone = scores(many=1.0)
    gone[0], gone[1] = nan, 2.0
    assert table_rows(gone)[0]["auc"]["value"] == 1.0
    assert table_rows(gone)[0]["auc"]["n"] == 1


def test_without_small_tables_there_is_no_rest():
    few = places((LABEL, "T", "x", 2), (OTHER_DEPOSIT, "a", "", 10))
    found = by_table(few, [np.zeros(12)])
    assert [row.table for row in found] == ["a"]
    assert found[0].auc.value == 0.5


LABELS = places(
    (LABEL, "T", "alk-ig", 10),
    (LABEL, "S", "alk-ig", 11),
    (LABEL, "T", "vein", 9),
    (LABEL, "", "", 1),
    (OTHER_DEPOSIT, "T", "alk-ig", 30),
    (LAND, "", "", 20),
)


def test_kinds_of_examples_are_told_in_the_words_of_their_table():
    held = np.repeat([3.0, 1.0, 0.0, 2.0, 1.0, 2.0], [10, 11, 9, 1, 30, 20])
    found = [row.model_dump(mode="json") for row in by_label(LABELS, [held])]
    assert [(row["said"], row["table"], row["n"]) for row in found] == [
        ("alk-ig", "S", 11),
        ("alk-ig", "T", 10),
        ("", "", 10),
    ]
    figures = [
        {against: row["auc"][against]["value"] for against in row["auc"]}
        for row in found
    ]
    assert figures == [
        {"other_deposits": 0.5, "land": 0.0},
        {"other_deposits": 1.0, "land": 1.0},
        {"other_deposits": pytest.approx(0.1), "land": pytest.approx(0.05)},
    ]
    assert [row["auc"]["land"]["n"] for row in found] == [11, 10, 10]
