"""What the command prints: numbers rounded, cautions spelt out."""

import dataclasses

import numpy as np
import pytest

from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.generalisation import Choice
from geodata.methods.weights_of_evidence.independence import Omnibus, PairTest
from geodata.methods.weights_of_evidence.map_weights import MapWeights
from geodata.methods.weights_of_evidence.patches import Patch
from geodata.methods.weights_of_evidence.posterior import Posterior
from geodata.methods.weights_of_evidence.report import (
    choice_in_words,
    groups_in_rows,
    independence_in_words,
    many_in_words,
    pair_in_words,
    points_in_words,
    posterior_in_words,
    weights_in_rows,
)
from geodata.methods.weights_of_evidence.weights import WeightsTable


def table(rows):
    """Row k has class k + 1 and a studentised contrast of k; the second is patched."""
    steps = np.arange(rows, dtype=np.float64)
    return WeightsTable(
        kind=Kind.ASCENDING,
        unit_area_km2=2.0,
        classes=steps + 1,
        area_km2=steps * 2_000,
        area_units=steps * 1_000 + 0.125,
        points=np.arange(rows) + 7,
        w_plus=steps + 0.11111,
        s_w_plus=steps + 0.22222,
        w_minus=-steps - 0.33333,
        s_w_minus=steps + 0.44444,
        contrast=steps + 0.55555,
        s_contrast=steps + 0.66666,
        studentised_contrast=steps,
        patches=np.where(steps == 1, Patch.NO_POINTS, Patch.NONE).astype(np.uint8),
        study_units=20_000.0,
        study_points=50,
        missing_km2=1_234.567,
        points_missing=3,
    )


def cells(shown):
    return [list(column) for column in zip(*shown.rows, strict=True)]


def test_a_table_is_told_row_by_row_and_rounded():
    shown = weights_in_rows(table(2), "Faults")
    assert shown.title == "Faults, ascending"
    assert shown.note == ""
    assert list(shown.headings) == (
        ["class", "units", "points", "W+", "s", "W-", "s", "C", "stud. C", "patch"]
    )
    assert cells(shown) == [
        ["1", "2"],
        ["0.12", "1,000.12"],
        ["7", "8"],
        ["0.1111", "1.1111"],
        ["0.2222", "1.2222"],
        ["-0.3333", "-1.3333"],
        ["0.4444", "1.4444"],
        ["0.5555", "1.5555"],
        ["0.0000", "1.0000"],
        ["", "yes"],
    ]


@pytest.mark.parametrize(
    ("value", "told"),
    [(1_234_567.0, "1234567"), (16_777_217.0, "16777217"), (0.1234567, "0.123457")],
)
def test_a_class_that_is_a_whole_number_is_told_in_full(value, told):
    two = dataclasses.replace(table(2), classes=np.array([0.0, value]))
    assert cells(weights_in_rows(two, "Rocks"))[0] == ["0", told]
    choice = Choice(
        row=1,
        class_value=value,
        studentised_contrast=2.0,
        confident=True,
        patched=False,
        passed_over=value,
    )
    said = choice_in_words(choice, two, 1.5)
    assert f"Cut at class {told}:" in said
    assert f"Class {told} is higher" in said


@pytest.mark.parametrize(
    ("kind", "few", "many", "said"),
    [
        (Kind.UNIQUE, 999, 1_000, "choose --kind ascending or descending"),
        (Kind.ASCENDING, 99_999, 100_000, "Group them into classes"),
    ],
)
def test_so_many_values_that_rows_say_nothing_are_cautioned_against(
    kind, few, many, said
):
    def words(rows):
        return many_in_words(dataclasses.replace(table(rows), kind=kind), "a.tif")

    assert words(few) == ""
    assert f"a.tif has {many:,} different values" in words(many)
    assert said in words(many)


def test_of_a_long_table_the_twenty_best_rows_are_told_in_their_order():
    whole = weights_in_rows(table(20), "Faults")
    assert cells(whole)[0] == [str(row) for row in range(1, 21)]
    assert whole.note == ""
    best = weights_in_rows(table(25), "Faults")
    assert cells(best)[0] == [str(row) for row in range(6, 26)]
    assert best.note == "best 20 of 25 rows"


CHOICE = {
    "row": 1,
    "class_value": 2.0,
    "studentised_contrast": 1.23456,
    "confident": True,
    "patched": False,
    "passed_over": None,
}
CUT = "Cut at class 2: studentised contrast 1.2346, W+ 1.1111, W- -1.3333."


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, CUT),
        ({"confident": False}, f"{CUT} Caution: below 1.5, it says little."),
        ({"patched": True}, f"{CUT} Caution: a patch made these numbers."),
        ({"passed_over": 0.0}, f"{CUT} Class 0 is higher, but by a patch."),
    ],
)
def test_a_choice_is_told_with_what_is_wrong_with_it(facts, words):
    assert choice_in_words(Choice(**{**CHOICE, **facts}), table(3), 1.5) == words


def test_without_a_class_to_cut_at_that_is_said():
    assert choice_in_words(None, table(3), 1.5) == (
        "No class to cut at: every row touched a patch."
    )


def weights(groups, *, patched=False):
    steps = np.arange(groups, dtype=np.float64)
    return MapWeights(
        classes=steps,
        groups=np.arange(groups),
        names=tuple(f"g{number}" for number in range(groups)),
        weights=steps - 0.12345,
        deviations=steps + 0.23456,
        shares=steps / 10,
        patched=patched,
    )


def test_the_weights_of_a_map_are_told_group_by_group():
    shown = groups_in_rows(weights(2), "Faults", kind=Kind.DESCENDING, cut=6.5)
    assert shown.title == "Faults, descending, cut at class 6.5"
    assert shown.note == ""
    assert list(shown.headings) == (["group", "share", "weight", "deviation"])
    assert cells(shown) == [
        ["g0", "g1"],
        ["0.0000", "0.1000"],
        ["-0.1235", "0.8765"],
        ["0.2346", "1.2346"],
    ]


def test_weights_that_a_patch_made_carry_a_caution_and_twenty_are_told():
    unique = {"kind": Kind.UNIQUE, "cut": None}
    shown = groups_in_rows(weights(20, patched=True), "Faults", **unique)
    assert shown.title == "Faults, unique"
    assert shown.note == "Caution: a patch made one of the weights."
    shown = groups_in_rows(weights(22), "Faults", **unique)
    assert shown.note == "first 20 of 22 groups"
    assert cells(shown)[0] == [f"g{number}" for number in range(20)]
    shown = groups_in_rows(weights(22, patched=True), "Faults", **unique)
    assert shown.note == (
        "first 20 of 22 groups; Caution: a patch made one of the weights."
    )


def test_the_posterior_is_told_with_its_area_and_what_its_prior_rests_on():
    found = Posterior(
        condition=np.array([0, 1]),
        groups=np.array([[0], [1]]),
        units=np.array([1_000.0, 3_000.5]),
        posterior=np.array([0.001234567, 0.25]),
        deviation=np.array([0.1, 0.1]),
        missing_deviation=np.zeros(2),
        points=10,
        unit_area_km2=0.5,
    )
    assert posterior_in_words(found) == (
        "Prior 0.00249969 per 0.5 km²: 10 points on 4,000.5 unit cells "
        "(2,000.25 km²). Posterior per 0.5 km²: 0.001235 to 0.25."
    )


def test_points_that_took_no_part_are_told_by_why():
    words = points_in_words(table(2), beside=1, on_missing=2, without_position=4)
    assert words == (
        "50 points on 20,000 unit cells of 2 km², prior 0.0025. Took no part: "
        "1 points beside the map, 2 on missing cells (1,234.57 km²), "
        "4 rows without position."
    )


def test_the_test_of_all_maps_is_told_in_one_line():
    test = Omnibus(
        expected=60.1234567,
        observed=50,
        ratio=0.83162,
        deviation=4.5,
        statistic=2.24966,
        p_value=0.012345,
        conditions=9,
    )
    assert independence_in_words(test) == (
        "T 60.1235, n 50, n/T 0.8316, s(T) 4.5, (T - n)/s(T) 2.2497, p 0.0123, "
        f"9 unique conditions: {test.verdict}."
    )


@pytest.mark.parametrize(("few", "rough"), [(False, ""), (True, ", few points: rough")])
def test_the_test_of_two_maps_names_them(few, rough):
    test = PairTest(
        first=2,
        second=0,
        both=5,
        only_first=6,
        only_second=7,
        neither=8,
        chi2=0.123456,
        p_value=0.72529,
        few=few,
    )
    assert pair_in_words(test, ("faults", "crust", "magma")) == (
        "magma and faults: chi² 0.1235 (Yates), p 0.725, "
        f"not shown to be dependent{rough}."
    )
