"""Why the expert model says what it says, in codes and numbers."""

import numpy as np
import pytest

from geodata.scoring.deposit_file import parse
from geodata.scoring.expert_explanation import explain
from geodata.scoring.explanation import Explanation, ParameterPart
from geodata.scoring.land import RELIEF
from geodata.scoring.measured import Background
from tests.geodata.scoring.small_models import (
    MOUNTAINS_M,
    SETTING,
    STABLE,
    argument,
    average,
    best_logs,
    host,
    model,
    on_land,
    survey,
)

THERE = Background(
    layer_title="Terranes",
    source="test",
    licence="test",
    classes=(),
    percentiles=tuple(float(value) for value in range(101)),
)

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
REGIONAL = on_land(
    SMALL_MODEL,
    average(-0.5),
    average(-0.6),
    average(-1.5),
    average(-1.0, resolved=0.8, present=False),
)
CRUST, KIND, FAULT, MANTLE = (item.measurement.key for item in SMALL_MODEL.evidence)
APART = SMALL_MODEL.evidence[0].disagreement.key
(STABLE_SHARE,) = (one.key for one in SMALL_MODEL.evidence[1].shares.values())
log, nan = np.log, np.nan
GROUNDS = {
    CRUST: THERE.model_copy(
        update={"layer_title": "Crust", "source": "two models", "licence": "CC-BY"}
    ),
    KIND: THERE.model_copy(update={"classes": ("stable", "active"), "percentiles": ()}),
    FAULT: THERE.model_copy(update={"layer_title": "Faults"}),
    MANTLE: Background(
        layer_title="", source="", licence="", classes=(), percentiles=()
    ),
}


def told_of(crust, kind, fault, apart, drawn=(-1.0,)):
    """Explain cells; of the mantle nothing is known."""
    rows = {CRUST: crust, KIND: kind, FAULT: fault, APART: apart}
    measured = {key: np.float32(row) for key, row in rows.items()}
    measured[STABLE_SHARE] = np.where(np.isnan(kind), nan, 1 - measured[KIND])
    measured[MANTLE] = np.full(len(crust), nan, dtype=np.float32)
    measured[RELIEF.key] = np.full(len(crust), MOUNTAINS_M, dtype=np.float32)
    names = {FAULT: "Talas fault"}
    return explain(
        REGIONAL, np.float32(drawn), measured, GROUNDS, names, lon=70.0, lat=45.0
    )


def one_place():
    """Crust at its midpoint: 0.5; stable: 0.5; fault at twice its half: 0.2."""
    return told_of([40], [0], [20], [-6])


def test_a_place_is_explained_by_its_score_and_how_much_of_the_model_is_known():
    """Source 0.5 and pathway 0.2 weigh 4 each; of the mantle, 2 of 10, see the land."""
    why = one_place()
    total = (4 * log(0.5) + 4 * log(0.2) - 2.0) / 10
    assert why.deposit_type == "small"
    assert why.log_favourability == pytest.approx(total)
    assert why.favourability == pytest.approx(np.exp(total))
    assert why.coverage == pytest.approx(0.8)


def test_percentiles_are_those_of_the_draws():
    drawn = np.log(np.linspace(0.2, 1.0, 11))
    why = told_of([40], [0], [20], [0], drawn)
    assert why.p10 == pytest.approx(0.28)
    assert why.p50 == pytest.approx(0.6)
    assert why.p90 == pytest.approx(0.92)


def test_components_come_in_their_order_with_score_weight_and_coverage():
    found = one_place().components
    assert [row.name for row in found] == ["source", "pathway", "preservation"]
    assert [row.weight for row in found] == [4.0, 4.0, 2.0]
    assert [row.coverage for row in found] == [1.0, 1.0, 0.0]
    assert found[0].score == pytest.approx(0.5)
    assert found[1].score == pytest.approx(0.2)
    assert np.isnan(found[2].score)
    half = told_of([nan], [0], [20], [0]).components[0]
    assert half.coverage == 0.75


def test_the_parts_of_a_place_are_exact_and_add_up():
    why = one_place()
    source, pathway, preservation = why.components
    assert source.part == pytest.approx(4 * log(0.5) / 10)
    assert pathway.part == pytest.approx(4 * log(0.2) / 10)
    assert preservation.part == pytest.approx(-0.2)
    crust, kind = source.evidence
    assert (crust.name, kind.name) == ("crust", "kind")
    assert kind.part == pytest.approx(3 * crust.part)
    (mantle,) = preservation.evidence
    assert mantle.part_of_average == mantle.part
    assert (crust.part_of_average, crust.resolved, mantle.resolved) == (0, 1, 0.8)
    every = [row.part for one in why.components for row in one.evidence]
    assert sum(every) == pytest.approx(why.log_favourability, abs=1e-12)


def test_an_argument_is_told_with_all_that_it_rests_on():
    row = one_place().components[0].evidence[0]
    assert (row.name, row.title, row.claim) == (
        "crust",
        "Thick crust",
        "The crust is thick.",
    )
    assert row.known
    assert row.value == pytest.approx(0.5)
    assert row.part == pytest.approx(log(0.5) / 10)
    assert np.isnan(row.base)
    assert (row.measured.typical, row.unit) == (40.0, "km")
    assert (row.measured.below, row.measured.disagreement) == (40, 6.0)
    assert (row.layer, row.layer_title) == ("crust", "Crust")
    assert (row.source, row.licence) == ("two models", "CC-BY")
    assert (row.weight, row.weight_range) == (1.0, (0.5, 2.0))
    assert (row.basis, row.reference) == ("expert", "ours")
    assert [item.name for item in row.parameters] == ["midpoint", "spread"]
    assert row.parameters[0] == ParameterPart(
        name="midpoint",
        unit="km",
        value=40.0,
        low=35.0,
        high=45.0,
        basis="published",
        reference="a",
    )


def test_each_argument_has_its_own_measurement():
    source, pathway, preservation = one_place().components
    assert source.evidence[1].measured.class_name == "stable"
    near = pathway.evidence[0].measured
    assert (near.typical, near.nearest, near.below) == (20.0, "Talas fault", 20)
    missing = preservation.evidence[0]
    assert missing.measured.state == "layer-missing"
    assert not missing.known
    assert np.isnan([missing.value, missing.measured.typical]).all()
    assert missing.part == pytest.approx(-0.2)


def test_an_area_is_explained_by_the_mean_of_its_cells():
    """Of the fault one of three cells is known; the crust is told with its range."""
    why = told_of([30, 40, 50], [0, 0, nan], [nan, 10, nan], [2, -4, 6])
    crust, kind = why.components[0].evidence
    assert crust.measured.typical == 40.0
    assert crust.measured.low == pytest.approx(32.0)
    assert crust.measured.high == pytest.approx(48.0)
    assert crust.measured.disagreement == 4.0
    assert crust.value == pytest.approx(0.5)
    assert why.coverage == pytest.approx((0.4 + 0.8 + 0.1) / 3)
    low, high = 0.5 - 1 / np.sqrt(5), 0.5 + 1 / np.sqrt(5)
    source = (((low + 1.5) / 4) + 0.5 + high) / 3
    assert why.components[0].score == pytest.approx(source)
    assert kind.measured.class_name == "stable"
    assert kind.measured.class_share == 1
    fault = why.components[1].evidence[0]
    assert fault.known is True
    assert fault.value == pytest.approx(0.5)
    every = [row.part for one in why.components for row in one.evidence]
    assert sum(every) == pytest.approx(why.log_favourability, abs=1e-9)


def test_where_nothing_is_known_the_explanation_is_unknown_not_zero():
    why = told_of([nan], [nan], [nan], [nan], [nan, nan])
    numbers = (why.log_favourability, why.favourability, why.p10, why.p50, why.p90)
    assert np.isnan(numbers).all()
    assert why.coverage == 0
    assert np.isnan([row.score for row in why.components]).all()
    assert why.components[0].evidence[0].measured.state == "not-mapped"


@pytest.mark.parametrize("crust", [40.0, nan])
def test_an_explanation_is_read_back_as_it_was_written(crust):
    text = told_of([crust], [0], [20], [-6]).model_dump_json()
    assert Explanation.model_validate_json(text).model_dump_json() == text
    with pytest.raises(ValueError, match="tonnage"):
        Explanation.model_validate_json(text[:-1] + ',"tonnage":1}')


def test_an_argument_that_does_not_speak_here_and_records_are_told_as_such():
    kind = model(
        argument("crust", weight=2.0), argument("moho", within=STABLE), host(base=0.2)
    )
    regional = on_land(kind, average(-1.0), average(-0.4), average(log(0.2)))
    measured = survey(kind, [0.5], [nan], [nan]) | {SETTING: np.float32([0.0])}
    grounds = {item.measurement.key: THERE for item in kind.evidence}
    why = explain(
        regional, np.float32([-1.0]), measured, grounds, {}, lon=70.0, lat=45.0
    )
    _, moho, records = why.components[0].evidence
    assert moho.measured.state == "not-applicable"
    assert not moho.known
    assert moho.part == moho.part_of_average == pytest.approx(-0.1)
    assert records.measured.state == "not-mapped"
    assert (records.base, records.value) == pytest.approx((0.2, 0.2))
    assert records.part == pytest.approx(log(0.2) / 4)
    assert records.part_of_average == 0
    whole = why.components[0]
    assert (why.coverage, whole.coverage) == pytest.approx((2 / 3, 2 / 3))
    assert why.log_favourability == pytest.approx(best_logs(regional, measured)[0])


@pytest.mark.parametrize(("km", "score"), [(0.0, 1.0), (nan, nan)])
def test_a_component_of_records_alone_says_what_a_record_nearby_says(km, score):
    only = model(host(base=0.2), argument("crust", "trap"))
    (records, crust) = (item.measurement.key for item in only.evidence)
    why = explain(
        on_land(only, average(log(0.2)), average(-1.0)),
        np.float32([-1.0]),
        survey(only, [km], [0.5]),
        {records: THERE, crust: THERE},
        {},
        lon=70.0,
        lat=45.0,
    )
    assert why.components[0].name == "source"
    assert why.components[0].score == pytest.approx(score, nan_ok=True)
