import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from geodata.errors import DepositTypeError
from geodata.evidence.measurement import MEASURES
from geodata.layers.crust_world import SHARES
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned.argument import (
    DIRECTIONS,
    SCALES,
    encode,
    parse_learned,
)
from tests.geodata.scoring.learned.worlds import argument, classes_of

SOME = np.float32([-1.0, 0.0, 0.25, 4.0, np.nan])


def test_a_plain_argument_enters_as_it_was_measured():
    found = encode(argument(), SOME, ())
    assert_array_equal(found, np.float64([[-1.0], [0.0], [0.25], [4.0], [np.nan]]))
    assert found.dtype == np.float64


def test_a_share_enters_by_its_root_and_below_nothing_is_nothing():
    found = encode(argument(scale="root"), SOME, ())
    assert_array_equal(found.ravel(), [0.0, 0.0, 0.5, 2.0, np.nan])
    assert found.shape == (5, 1)


def test_a_distance_enters_by_its_logarithm_and_none_is_below_the_floor():
    found = encode(argument(scale="log", step=2.0, floor=1.0), SOME, ())
    wanted = np.log([1.5, 1.5, 1.5, 3.0])
    assert_allclose(found.ravel()[:4], wanted)
    assert np.isnan(found[4, 0])
    assert found.shape == (5, 1)


def test_without_a_step_and_a_floor_a_logarithm_counts_in_units_from_zero():
    assert_allclose(
        encode(argument(scale="log"), SOME, ()).ravel()[:4], np.log([1, 1, 1.25, 5.0])
    )


def test_every_named_class_has_a_column_and_the_others_have_none():
    item = classes_of("crust", "rift", "craton", "not in the layer")
    codes = np.float32([0, 1, 2, np.nan])
    found = encode(item, codes, ("craton", "rift", "basin"))
    assert_array_equal(
        found, [[0, 1, 0], [1, 0, 0], [0, 0, 0], [np.nan, np.nan, np.nan]]
    )
    assert item.columns == ("crust: rift", "crust: craton", "crust: not in the layer")
    assert argument("rock").columns == ("rock",)


def test_a_class_that_the_layer_lacks_is_nowhere_even_where_nothing_is_known():
    found = encode(classes_of("crust", "gone"), np.float32([0, np.nan]), ("craton",))
    assert_array_equal(found, [[0.0], [np.nan]])


@pytest.mark.parametrize(
    ("direction", "bounds"),
    [
        ("up", (0.0, np.inf)),
        ("down", (-np.inf, 0.0)),
        ("either", (-np.inf, np.inf)),
    ],
)
def test_a_direction_bounds_the_slope_on_one_side_only(direction, bounds):
    assert argument(direction=direction).bounds == bounds


def test_encoding_leaves_the_measurement_alone():
    measured = SOME.copy()
    encode(argument(), measured, ())[:] = 7.0
    encode(argument(scale="log", floor=3.0), measured, ())
    assert_array_equal(measured, SOME)


HEAD = '[learned]\ntitle = "Made by hand"\n'
ARGUMENT = """
[[learned.argument]]
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
[[learned.argument]]
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
    return parse_learned("hand", text)


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
        ("[learned]\n" + ARGUMENT, "needs a 'title'"),
        (HEAD, r"at least one \[\[learned\.argument\]\].*got \[\]"),
        (HEAD + CLASS + CLASS, r"no name twice; got \['crust', 'crust'\]"),
        (HEAD + CLASS.replace('claim = "Some crust."', ""), "needs a 'claim'"),
        (HEAD + CLASS.replace('"Hand 2026"', "2026"), "needs a 'reference'"),
        (HEAD + CLASS + 'colour = "red"', "unknown entries 'colour'"),
        (
            HEAD + ARGUMENT.replace('"distance"', '"size"'),
            "'measure' of argument 'fault'.*got 'size'",
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
        (
            HEAD + ARGUMENT.replace("step = 50", "step = 0"),
            "'step' of argument 'fault'.*got 0",
        ),
        (HEAD + ARGUMENT.replace("step = 50", "step = -2"), "got -2"),
        (HEAD + ARGUMENT.replace("step = 50", "step = nan"), "got nan"),
        (
            HEAD + ARGUMENT.replace("floor = 10", "floor = -1"),
            "'floor' of argument.*got -1",
        ),
    ],
)
def test_a_wrong_file_is_named_with_what_was_expected_and_what_came(text, said):
    with pytest.raises(DepositTypeError, match=re.compile(said, re.DOTALL)) as refusal:
        parsed(text)
    assert "hand.toml" in str(refusal.value) or "'hand'" in str(refusal.value)


TRIED = """
[[learned.tried]]
name = "crust"
title = "Crust instead of faults"
without = ["fault"]

[[learned.tried.argument]]
"""


def tried(without, *, name="crust"):
    item = CLASS.partition("[[learned.argument]]")[2].replace('"crust"', f'"{name}"', 1)
    return HEAD + ARGUMENT + TRIED.replace('"fault"', f'"{without}"') + item


def test_other_forms_take_the_place_of_arguments_and_leave_the_model_as_it_is():
    found, alone = parsed(tried("fault")), parsed(HEAD + ARGUMENT)
    assert found.arguments == alone.arguments
    assert found.sha256 == alone.sha256
    (form,) = found.tried
    assert [item.name for item in form.of(found.arguments)] == ["crust"]
    assert alone.tried == ()


@pytest.mark.parametrize("text", [tried("faults"), tried("crust", name="fault")])
def test_a_form_without_what_is_not_there_or_with_a_name_twice_is_refused(text):
    with pytest.raises(DepositTypeError, match="no name twice"):
        parsed(text)


def test_a_model_is_tested_on_its_own_type_unless_the_file_says_otherwise():
    assert parsed(HEAD + ARGUMENT).akin == ("hand",)
    assert parsed(HEAD + 'akin = ["a", "b"]' + ARGUMENT).akin == ("a", "b")


def test_a_floor_of_nothing_is_allowed():
    assert parsed(HEAD + ARGUMENT.replace("floor = 10", "floor = 0")).arguments


def test_a_file_may_have_no_learned_model():
    assert parsed('code = "x"') is None


@pytest.mark.parametrize(
    "table", ["learned = 1", "[[learned]]", "[learned]\nargument = 1"]
)
def test_a_table_that_is_none_is_refused(table):
    with pytest.raises(DepositTypeError, match=r"hand\.toml"):
        parsed(table)


LEARNED = {
    name: found
    for name, text in deposit_type_texts().items()
    if (found := parse_learned(name, text))
}


@pytest.mark.parametrize("name", sorted(LEARNED))
def test_every_shipped_argument_claims_a_direction_with_a_reference(name):
    found = LEARNED[name]
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
