import numpy as np
import pytest

from geodata.evidence.measurement import Measurement
from geodata.scoring.measured import Background, compare_with_region, summarise

LAND = Background(
    layer_title="Terranes",
    source="test",
    licence="test",
    classes=(),
    percentiles=tuple(float(value) for value in range(101)),
)
KINDS = LAND.model_copy(update={"classes": ("stable", "active"), "percentiles": ()})
MISSING = Background(layer_title="", source="", licence="", classes=(), percentiles=())
DISTANCE = Measurement(layer="terranes", measure="distance", unit="km")
THICKNESS = Measurement(layer="crust", measure="value", unit="km")
SHARE = Measurement(layer="rock", measure="value", unit="of the bedrock")
BLENDED = Measurement(layer="terranes", measure="share", unit="", only=("Chu-Ili",))
nan = np.nan


def measured(*values, of=THICKNESS, background=LAND, **more):
    return compare_with_region(of, np.float32(values), background, **more)


def test_the_range_over_an_area_is_its_10th_and_90th_percentile():
    found = measured(*range(11), nan)
    assert (found.low, found.typical, found.high) == (1.0, 5.0, 9.0)
    assert found.state == "known"


def test_a_single_place_has_no_range():
    found = measured(45)
    assert found.typical == 45
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize(
    ("measurement", "background", "kind"),
    [
        (DISTANCE, LAND, "distance"),
        (THICKNESS, LAND, "quantity"),
        (SHARE, LAND, "share"),
        (BLENDED, LAND, "share"),
        (THICKNESS, KINDS, "class"),
    ],
)
def test_a_measurement_compares_by_its_kind(measurement, background, kind):
    assert measured(1, of=measurement, background=background).kind == kind


def test_not_mapped_and_no_layer_are_told_apart():
    assert measured(nan).state == "not-mapped"
    assert measured(nan, background=MISSING).state == "layer-missing"
    assert measured(nan, nan, background=KINDS).state == "not-mapped"


def test_the_most_common_class_has_a_name_and_a_share_of_the_known_cells():
    found = measured(1, 0, 1, nan, 0, 1, background=KINDS)
    assert (found.class_name, found.typical) == ("active", 1.0)
    assert found.class_share == pytest.approx(3 / 5)
    assert np.isnan([found.low, found.high, found.region_median]).all()


@pytest.mark.parametrize(
    ("value", "below"), [(-1.0, 0), (0.0, 0), (0.5, 1), (99.5, 100), (500.0, 100)]
)
def test_a_comparison_never_leaves_0_to_100_percent(value, below):
    assert measured(value).below == below
    assert measured(value).region_median == 50.0


def test_the_name_and_the_disagreement_go_with_it():
    found = measured(8, of=DISTANCE, nearest="A | B", apart=np.float32([-7.0]))
    assert (found.nearest, found.disagreement) == ("A | B", 7.0)
    alone = measured(8, of=DISTANCE)
    assert alone.nearest == ""
    assert np.isnan(alone.disagreement)


@pytest.mark.parametrize("is_class", [True, False])
def test_where_no_cell_is_known_a_summary_knows_nothing(is_class):
    found = summarise(np.float32([nan, nan]), is_class=is_class)
    assert np.isnan([found.typical, found.low, found.high]).all()


def test_what_is_not_known_is_null_in_a_file_and_comes_back_as_it_was():
    found = measured(nan, background=MISSING)
    text = found.model_dump_json()
    assert '"typical":null' in text
    assert type(found).model_validate_json(text).model_dump_json() == text
