"""Parts of held-out scores: which there are, in which order, with what figures."""

import json

import numpy as np
import pytest

from geodata.scoring.learned.breakdown import by_label, by_table
from geodata.scoring.learned.training import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.metrics import auc_interval
from tests.geodata.scoring.learned.worlds import places_of

nan = np.nan


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
    found = by_table(OTHERS, held_out)
    json.dumps(found, allow_nan=False)
    return found


def test_tables_come_by_falling_number_then_by_name_and_small_ones_last_together():
    """Nine of one table and eleven of none make twenty, which still come last."""
    found = table_rows(scores())
    assert [(row["table"], row["others"]) for row in found] == [
        ("many", 12),
        ("a", 10),
        ("b", 10),
        ("other tables", 20),
    ]
    assert {row["auc"]["value"] for row in found} == {1.0}
    assert list(found[0]) == ["table", "others", "auc"]


def test_each_table_is_told_from_the_examples_by_itself():
    found = table_rows(scores(many=1.0, b=2.0, few=1.0))
    auc = {row["table"]: row["auc"]["value"] for row in found}
    assert auc == {
        "many": 0.5,
        "a": 1.0,
        "b": 0.0,
        "other tables": pytest.approx((4.5 + 11) / 20),
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
        ("other tables", 29),
    ]


def test_a_table_counts_the_places_that_were_scored():
    gone = scores()
    gone[np.flatnonzero(TABLES == "many")[:2]] = nan
    assert [(row["table"], row["others"]) for row in table_rows(gone)] == [
        ("a", 10),
        ("b", 10),
        ("many", 10),
        ("other tables", 20),
    ]


def test_examples_that_were_not_scored_take_no_part():
    gone = scores(many=1.0)
    gone[0], gone[1] = nan, 2.0
    assert table_rows(gone)[0]["auc"]["value"] == 1.0
    assert table_rows(gone)[0]["auc"]["n"] == 1


def test_without_small_tables_there_is_no_rest():
    few = places((LABEL, "T", "x", 2), (OTHER_DEPOSIT, "a", "", 10))
    found = by_table(few, [np.zeros(12)])
    assert [row["table"] for row in found] == ["a"]
    assert found[0]["auc"]["value"] == 0.5


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
    found = by_label(LABELS, [held])
    json.dumps(found, allow_nan=False)
    assert [(row["said"], row["n"]) for row in found] == [
        ("“alk-ig” in S", 11),
        ("“alk-ig” in T", 10),
        ("other words", 10),
    ]
    figures = [
        {against: row["auc"][against]["value"] for against in row["auc"]}
        for row in found
    ]
    assert figures == [
        {"other deposits": 0.5, "land": 0.0},
        {"other deposits": 1.0, "land": 1.0},
        {"other deposits": pytest.approx(0.1), "land": pytest.approx(0.05)},
    ]
    assert list(figures[0]) == ["other deposits", "land"]
    assert [row["auc"]["land"]["n"] for row in found] == [11, 10, 10]
