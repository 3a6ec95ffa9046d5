from dataclasses import replace

import numpy as np
import pytest

from geodata.evidence.measurement import Measurement
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.explanation import explain
from geodata.scoring.facts import (
    NO_DATA,
    NO_LAYER,
    Amount,
    Background,
    measured_fact,
    number,
    plain,
    summarise,
)

MODEL = parse("carbonatite", deposit_type_texts()["carbonatite"])
BOUNDARY = next(item for item in MODEL.evidence if item.name == "terrane-boundary")
THERE = Background(
    layer_title="Terranes",
    source="test",
    licence="test",
    classes=(),
    percentiles=tuple(float(value) for value in range(101)),
)


def amount(value, low=None, high=None):
    return Amount(typical=value, low=low or value, high=high or value)


def test_a_distance_is_told_with_what_it_leads_to_and_how_it_compares():
    told = measured_fact(BOUNDARY.measurement, amount(8.0), THERE, "A | B")
    assert told == "8.0 km from A | B; nearer than 92 % of the land where this is known"


def test_an_area_is_told_by_its_median_and_range():
    told = measured_fact(BOUNDARY.measurement, amount(8.0, 2.0, 12.0), THERE, "")
    assert told.startswith("8.0 km (over the area 2.0 to 12);")


def test_no_data_and_no_layer_are_told_apart():
    assert measured_fact(BOUNDARY.measurement, amount(np.nan), THERE, "") == NO_DATA
    nowhere = Background(
        layer_title="", source="", licence="", classes=(), percentiles=()
    )
    assert measured_fact(BOUNDARY.measurement, amount(np.nan), nowhere, "") == NO_LAYER


def test_two_sources_that_differ_are_mentioned():
    told = measured_fact(BOUNDARY.measurement, amount(45.0), THERE, "", apart=7.0)
    assert "two sources differ by 7.0 km" in told


def test_unknown_cells_take_no_part_in_a_summary():
    found = summarise(np.float32([1, 3, np.nan, 2]), is_class=False)
    assert found.typical == 2
    assert np.isnan(summarise(np.float32([np.nan]), is_class=False).typical)
    assert summarise(np.float32([2, 1, 2, np.nan]), is_class=True).typical == 2


@pytest.mark.parametrize(
    ("value", "text"), [(0.257, "0.26"), (8.24, "8.2"), (-3.0, "-3.0"), (123.6, "124")]
)
def test_numbers_are_told_without_false_precision(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (0.994, "0.99"),
        (1.0, "1.0"),
        (-1.0, "-1.0"),
        (9.94, "9.9"),
        (10.0, "10"),
        (-10.0, "-10"),
    ],
)
def test_precision_changes_at_one_and_at_ten(value, text):
    assert plain(value) == text


def test_the_range_over_an_area_is_its_10th_and_90th_percentile():
    found = summarise(np.float32([*range(11), np.nan]), is_class=False)
    assert (found.low, found.typical, found.high) == (1.0, 5.0, 9.0)
    assert found.share == 1.0


def test_the_most_common_class_is_told_with_its_share_of_the_known_cells():
    found = summarise(np.float32([2, 1, 2, np.nan, 0, 2]), is_class=True)
    assert (found.typical, found.low, found.high) == (2.0, 2.0, 2.0)
    assert found.share == pytest.approx(3 / 5)


@pytest.mark.parametrize("is_class", [True, False])
def test_where_no_cell_is_known_a_summary_knows_nothing(is_class):
    found = summarise(np.float32([np.nan, np.nan]), is_class=is_class)
    assert np.isnan([found.typical, found.low, found.high]).all()
    assert found.share == 1.0


KINDS = replace(THERE, classes=("stable", "active"), percentiles=())


def test_a_class_is_told_by_its_name_and_its_share_when_not_everywhere():
    whole = Amount(typical=1.0, low=1.0, high=1.0)
    part = replace(whole, share=0.6)
    assert measured_fact(BOUNDARY.measurement, whole, KINDS, "A") == "active"
    assert measured_fact(BOUNDARY.measurement, part, KINDS, "") == "active (60% of it)"


THICKNESS = Measurement(layer="crust", measure="value", unit="km")


def test_a_quantity_is_told_by_how_much_of_the_land_has_less():
    told = measured_fact(THICKNESS, amount(45.0), THERE, "A | B")
    assert told == "45 km; higher than 45 % of the land where this is known"
    bare = replace(THICKNESS, unit="")
    assert measured_fact(bare, amount(0.5), THERE, "").startswith("0.50; higher")


@pytest.mark.parametrize(
    ("value", "share"), [(-1.0, 0), (0.0, 0), (0.5, 1), (99.5, 100), (500.0, 100)]
)
def test_a_comparison_never_leaves_0_to_100_percent(value, share):
    assert f"higher than {share} %" in measured_fact(
        THICKNESS, amount(value), THERE, ""
    )
    assert f"nearer than {100 - share} %" in measured_fact(
        BOUNDARY.measurement, amount(value), THERE, ""
    )


def test_a_distance_without_a_name_and_one_source_only_add_nothing():
    told = measured_fact(BOUNDARY.measurement, amount(8.0), THERE, "")
    assert told == "8.0 km; nearer than 92 % of the land where this is known"


def test_a_range_that_reads_the_same_at_both_ends_is_not_told():
    told = measured_fact(THICKNESS, amount(8.0, 8.01, 8.02), THERE, "")
    assert "over the area" not in told


def test_the_two_sources_follow_the_range():
    told = measured_fact(THICKNESS, amount(45.0, 40.0, 50.0), THERE, "", apart=7.0)
    assert told.startswith(
        "45 km (over the area 40 to 50) (two sources differ by 7.0 km); higher"
    )


def test_what_is_not_known_is_null_in_json():
    assert number(np.nan) is None
    assert number(0.0) == 0.0


SMALL = """
code = "test"
title = "Test"
summary = "A model for a test."
[[evidence]]
name = "crust"
title = "Thick crust"
claim = "The crust is thick."
component = "source"
layer = "crust"
measure = "value"
unit = "km"
column = "mean"
disagreement = "apart"
membership = "rise"
weight = { value = 1, low = 0.5, high = 2, basis = "expert", reference = "ours" }
[evidence.parameters]
midpoint = { value = 40, low = 35, high = 45, basis = "published", reference = "a" }
spread = { value = 5, low = 4, high = 6, basis = "expert", reference = "b" }
[[evidence]]
name = "kind"
title = "Kind of crust"
claim = "It is stable."
component = "source"
layer = "terranes"
measure = "class"
column = "kind"
membership = "class"
weight = { value = 3, low = 3, high = 3, basis = "published", reference = "paper" }
[evidence.parameters]
stable = { value = 0.5, low = 0.4, high = 0.6, basis = "expert", reference = "c" }
[[evidence]]
name = "fault"
title = "Fault"
claim = "A fault is near."
component = "pathway"
layer = "faults"
measure = "distance"
unit = "km"
membership = "near"
weight = { value = 4, low = 1, high = 5, basis = "expert", reference = "ours" }
[evidence.parameters]
half = { value = 10, low = 5, high = 20, basis = "expert", reference = "d" }
error = { value = 0, low = 0, high = 1, basis = "expert", reference = "e" }
[[evidence]]
name = "mantle"
title = "Mantle"
claim = "The mantle is cold."
component = "preservation"
layer = "mantle"
measure = "value"
unit = "K"
membership = "rise"
weight = { value = 2, low = 1, high = 3, basis = "expert", reference = "ours" }
[evidence.parameters]
midpoint = { value = 0, low = 0, high = 1, basis = "expert", reference = "f" }
spread = { value = 1, low = 1, high = 2, basis = "expert", reference = "g" }
"""
SMALL_MODEL = parse("small", SMALL)
CRUST, KIND, FAULT, MANTLE = (item.measurement.key for item in SMALL_MODEL.evidence)
APART = SMALL_MODEL.evidence[0].disagreement.key
GROUNDS = {
    CRUST: replace(THERE, layer_title="Crust", source="two models", licence="CC-BY"),
    KIND: replace(KINDS, layer_title="Terranes"),
    FAULT: replace(THERE, layer_title="Faults"),
    MANTLE: Background(
        layer_title="", source="", licence="", classes=(), percentiles=()
    ),
}


def told_of(crust, kind, fault, apart, drawn=(-1.0,)):
    """Explain cells; of the mantle nothing is known."""
    rows = {CRUST: crust, KIND: kind, FAULT: fault, APART: apart}
    measured = {key: np.float32(row) for key, row in rows.items()}
    measured[MANTLE] = np.full(len(crust), np.nan, dtype=np.float32)
    names = {FAULT: "Talas fault"}
    return explain(SMALL_MODEL, np.float32(drawn), measured, GROUNDS, names)


def one_place():
    """Crust at its midpoint: 0.5; stable: 0.5; fault at twice its half: 0.2."""
    return told_of([40], [0], [20], [-6])


def test_a_place_is_explained_by_its_score_and_how_much_of_the_model_is_known():
    """Source 0.5 and pathway 0.2 weigh 4 each; 8 of 10 of the weight is known."""
    why = one_place()
    assert why["deposit_type"] == "small"
    assert why["favourability"] == pytest.approx(np.sqrt(0.5 * 0.2))
    assert why["log_favourability"] == pytest.approx(np.log(0.5 * 0.2) / 2)
    assert why["coverage"] == pytest.approx(0.8)


def test_percentiles_are_those_of_the_draws():
    drawn = np.log(np.linspace(0.2, 1.0, 11))
    why = told_of([40], [0], [20], [0], drawn)
    assert why["p10"] == pytest.approx(0.28)
    assert why["p50"] == pytest.approx(0.6)
    assert why["p90"] == pytest.approx(0.92)


def test_components_come_in_their_order_with_score_weight_and_coverage():
    found = one_place()["components"]
    assert [row["name"] for row in found] == ["source", "pathway", "preservation"]
    assert [row["title"] for row in found] == ["Source", "Pathway", "Preservation"]
    assert [row["weight"] for row in found] == [4.0, 4.0, 2.0]
    assert [row["coverage"] for row in found] == [1.0, 1.0, 0.0]
    assert found[0]["score"] == pytest.approx(0.5)
    assert found[1]["score"] == pytest.approx(0.2)
    assert found[2]["score"] is None
    half = told_of([np.nan], [0], [20], [0])["components"][0]
    assert half["coverage"] == 0.75


def test_the_parts_of_a_place_are_exact_and_add_up():
    why = one_place()
    source, pathway, preservation = why["components"]
    assert source["part"] == pytest.approx(np.log(0.5) / 2)
    assert pathway["part"] == pytest.approx(np.log(0.2) / 2)
    assert preservation["part"] == 0
    crust, kind = source["evidence"]
    assert (crust["name"], kind["name"]) == ("crust", "kind")
    assert kind["part"] == pytest.approx(3 * crust["part"])
    every = [row["part"] for part in why["components"] for row in part["evidence"]]
    assert sum(every) == pytest.approx(why["log_favourability"])


def test_an_argument_is_told_with_all_that_it_rests_on():
    row = one_place()["components"][0]["evidence"][0]
    assert row == {
        "name": "crust",
        "title": "Thick crust",
        "claim": "The crust is thick.",
        "component": "source",
        "known": True,
        "value": pytest.approx(0.5),
        "part": pytest.approx(np.log(0.5) / 8),
        "measured": 40.0,
        "unit": "km",
        "fact": (
            "40 km (two sources differ by 6.0 km); "
            "higher than 40 % of the land where this is known"
        ),
        "layer": "crust",
        "layer_title": "Crust",
        "source": "two models",
        "licence": "CC-BY",
        "weight": 1.0,
        "weight_range": [0.5, 2.0],
        "basis": "expert",
        "reference": "ours",
        "parameters": [
            {
                "name": "midpoint",
                "unit": "km",
                "value": 40.0,
                "low": 35.0,
                "high": 45.0,
                "basis": "published",
                "reference": "a",
            },
            {
                "name": "spread",
                "unit": "km",
                "value": 5.0,
                "low": 4.0,
                "high": 6.0,
                "basis": "expert",
                "reference": "b",
            },
        ],
    }


def test_each_argument_has_its_own_fact():
    source, pathway, preservation = one_place()["components"]
    assert source["evidence"][1]["fact"] == "stable"
    assert pathway["evidence"][0]["fact"] == (
        "20 km from Talas fault; nearer than 80 % of the land where this is known"
    )
    missing = preservation["evidence"][0]
    assert missing["fact"] == NO_LAYER
    assert (missing["known"], missing["value"]) == (False, None)
    assert (missing["measured"], missing["part"]) == (None, 0)


def test_an_area_is_explained_by_the_mean_of_its_cells():
    """Of the fault one of three cells is known; the crust is told with its range."""
    why = told_of([30, 40, 50], [0, 0, 1], [np.nan, 10, np.nan], [2, -4, 6])
    crust, kind = why["components"][0]["evidence"]
    assert crust["measured"] == 40.0
    assert crust["measured_low"] == pytest.approx(32.0)
    assert crust["measured_high"] == pytest.approx(48.0)
    assert crust["value"] == pytest.approx(0.5)
    assert "two sources differ by 4.0 km" in crust["fact"]
    assert why["coverage"] == pytest.approx((0.4 + 0.8 + 0.1) / 3)
    low, high = 0.5 - 1 / np.sqrt(5), 0.5 + 1 / np.sqrt(5)
    source = (((low + 1.5) / 4) + 0.5 + high) / 3
    assert why["components"][0]["score"] == pytest.approx(source)
    assert kind["fact"] == "stable (67% of it)"
    assert "measured_low" not in kind
    assert "measured_high" not in kind
    fault = why["components"][1]["evidence"][0]
    assert fault["known"] is True
    assert fault["value"] == pytest.approx(0.5)
    every = [row["part"] for part in why["components"] for row in part["evidence"]]
    assert sum(every) == pytest.approx(why["log_favourability"], abs=1e-6)


def test_two_cells_have_a_range():
    why = told_of([30, 40], [0, 0], [10, 10], [0, 0])
    row = why["components"][0]["evidence"][0]
    assert (row["measured_low"], row["measured_high"]) == (31.0, 39.0)


def test_a_single_place_has_no_range():
    row = one_place()["components"][0]["evidence"][0]
    assert not {"measured_low", "measured_high"} & set(row)


def test_where_nothing_is_known_the_explanation_is_null_not_zero():
    nan = np.nan
    why = told_of([nan], [nan], [nan], [nan], [nan, nan])
    for key in ("log_favourability", "favourability", "p10", "p50", "p90"):
        assert why[key] is None
    assert why["coverage"] == 0
    assert [row["score"] for row in why["components"]] == [None] * 3
    assert why["components"][0]["evidence"][0]["fact"] == NO_DATA
