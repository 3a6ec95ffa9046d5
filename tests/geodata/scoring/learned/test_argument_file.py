import re

import pytest

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import MEASURES
from geodata.layers.crust_world import SHARES
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned.argument import DIRECTIONS, SCALES
from geodata.scoring.learned.argument_file import (
    learned_type_texts,
    parse_learned_type,
)

HEAD = 'title = "Made by hand"\n'
ARGUMENT = """
[[argument]]
name = "fault"
title = "Fault"
claim = "Near a fault."
layer = "faults"
measure = "distance"
column = "kind"
only = ["thrust", "normal"]
within = ["regime", "kind", "stable"]
unit = "km"
scale = "log"
step = 50
floor = 10
window_km = 400
smooth_km = 20
direction = "down"
reference = "Hand 2026"
"""
CLASS = """
[[argument]]
name = "crust"
title = "Crust"
claim = "Some crust."
layer = "crust"
measure = "class"
column = "type"
scale = "class"
classes = ["rift"]
direction = "either"
reference = "Hand 2026"
"""


def parsed(text):
    return parse_learned_type("hand", text)


def test_every_entry_of_an_argument_is_read():
    found = parsed(HEAD + ARGUMENT + CLASS)
    assert (found.deposit_type, found.title) == ("hand", "Made by hand")
    fault, crust = found.arguments
    assert fault.name == "fault"
    assert fault.title == "Fault"
    assert fault.claim == "Near a fault."
    assert fault.reference == "Hand 2026"
    assert (fault.scale, fault.direction, fault.step, fault.floor) == (
        "log",
        "down",
        50.0,
        10.0,
    )
    read = fault.measurement
    assert (read.layer, read.measure, read.unit, read.column) == (
        "faults",
        "distance",
        "km",
        "kind",
    )
    assert read.only == ("thrust", "normal")
    assert read.within == ("regime", "kind", "stable")
    assert (read.window_km, read.smooth_km) == (400.0, 20.0)
    assert fault.classes == ()
    assert crust.classes == ("rift",)


def test_what_is_left_out_has_a_value_that_does_nothing():
    crust = parsed(HEAD + CLASS).arguments[0]
    assert (crust.step, crust.floor) == (1.0, 0.0)
    read = crust.measurement
    assert (read.unit, read.only, read.within) == ("", (), ())
    assert (read.window_km, read.smooth_km) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "not valid TOML"),
        (ARGUMENT, "needs a title"),
        (HEAD, r"at least one \[\[argument\]\].*got \[\]"),
        (HEAD + CLASS + CLASS, r"no name twice; got \['crust', 'crust'\]"),
        (HEAD + CLASS.replace('claim = "Some crust."', ""), r"missing \['claim'\]"),
        (HEAD + CLASS.replace('"Hand 2026"', "2026"), r"missing \['reference'\]"),
        (HEAD + CLASS + 'colour = "red"', r"unexpected \['colour'\]"),
        (
            HEAD + ARGUMENT.replace('"distance"', '"size"'),
            "measure of argument 'fault'.*got 'size'",
        ),
        (HEAD + ARGUMENT.replace('"log"', '"cube"'), "one of plain, root.*got 'cube'"),
        (HEAD + ARGUMENT.replace('"down"', '"left"'), "one of up, down.*got 'left'"),
        (
            HEAD + CLASS.replace('scale = "class"', 'scale = "plain"'),
            "go together; got measure 'class', scale 'plain' and 1 classes",
        ),
        (
            HEAD + CLASS.replace('measure = "class"', 'measure = "value"'),
            "got measure 'value', scale 'class' and 1 classes",
        ),
        (
            HEAD + CLASS.replace('["rift"]', "[]"),
            "got measure 'class', scale 'class' and 0 classes",
        ),
        (HEAD + ARGUMENT + 'classes = ["a"]', "scale 'log' and 1 classes"),
        (HEAD + ARGUMENT.replace("step = 50", "step = 0"), "got 0 and 10"),
        (HEAD + ARGUMENT.replace("step = 50", "step = -2"), "got -2 and 10"),
        (HEAD + ARGUMENT.replace("step = 50", "step = nan"), "got nan and 10"),
        (HEAD + ARGUMENT.replace("floor = 10", "floor = -1"), "got 50 and -1"),
    ],
)
def test_a_wrong_file_is_named_with_what_was_expected_and_what_came(text, said):
    with pytest.raises(DepositTypeError, match=re.compile(said, re.DOTALL)) as refusal:
        parsed(text)
    assert "hand.toml" in str(refusal.value) or "'hand'" in str(refusal.value)


def test_a_floor_of_nothing_is_allowed():
    assert parsed(HEAD + ARGUMENT.replace("floor = 10", "floor = 0")).arguments


def test_the_files_of_the_package_name_types_that_have_an_expert_model_too():
    texts = learned_type_texts()
    assert {"carbonatite", "placer"} == set(texts)
    assert set(texts) <= set(deposit_type_texts())


@pytest.mark.parametrize("name", sorted(learned_type_texts()))
def test_every_shipped_argument_claims_a_direction_with_a_reference(name):
    found = parse_learned_type(name, learned_type_texts()[name])
    assert len(found.arguments) > 5
    for item in found.arguments:
        assert item.scale in SCALES
        assert item.direction in DIRECTIONS
        assert item.measurement.measure in MEASURES
        claimed = item.direction != "either"
        assert claimed != (item.reference == "no direction is claimed")
        if item.measurement.measure in ("distance", "gradient", "relief"):
            assert item.scale == "log"
        if item.measurement.column.endswith("_share"):
            assert item.measurement.column in SHARES
