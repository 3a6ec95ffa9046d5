import numpy as np
import pytest

from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.explanation import (
    NO_DATA,
    NO_LAYER,
    Amount,
    Background,
    measured_fact,
    plain,
    summarise,
)
from geodata.scoring.validation import capture, verdict

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


def test_capture_counts_sites_by_hand_and_leaves_out_the_unknown():
    found = capture([0.04, 0.15, 0.9, np.nan], (0.05, 0.2, 1.0))
    assert found["n"] == 3
    assert found["unknown"] == 1
    assert [row["sites"] for row in found["curve"]] == [1, 2, 3]
    assert capture([], (0.1,)) == {"n": 0, "unknown": 0, "curve": []}


def test_a_map_is_better_than_chance_only_beyond_the_limit():
    """Twelve sites: limit 0.5 − 1.645 / 12 = 0.363."""
    assert verdict([0.36] * 12)["better_than_chance"]
    assert not verdict([0.37] * 12)["better_than_chance"]
    assert verdict([0.36] * 12)["limit"] == pytest.approx(0.5 - 1.645 / 12)
    assert not verdict([np.nan])["better_than_chance"]
