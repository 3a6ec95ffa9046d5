import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.evidence.membership import (
    MEMBERSHIPS,
    PARAMETERS,
    band,
    fall,
    near,
    pick,
    rise,
)

f32 = np.float32
ROUNDING = 1e-6  # single precision, near 0 and 1
WIDTHS = st.floats(0.5, 1e3, width=32)
VALUES = st.floats(-1e4, 1e4, width=32)


@given(VALUES, VALUES, WIDTHS)
def test_every_membership_stays_between_0_and_1(value, middle, width):
    x = f32([abs(value), value])
    for found in (
        near(np.abs(x), half=f32(width), error=f32(0)),
        band(x, centre=f32(middle), half_width=f32(width)),
        rise(x, midpoint=f32(middle), spread=f32(width)),
        fall(x, midpoint=f32(middle), spread=f32(width)),
    ):
        assert (found >= 0).all()
        assert (found <= 1).all()


@given(st.floats(0, 1e4, width=32), st.floats(0, 1e4, width=32), WIDTHS)
def test_near_never_grows_with_distance(a, b, half):
    nearer, farther = sorted((a, b))
    shape = {"half": f32(half), "error": f32(7)}
    assert near(f32(nearer), **shape) >= near(f32(farther), **shape)


def test_what_is_closer_than_the_error_of_the_map_is_not_told_apart():
    found = near(f32([0, 5, 20, 21]), half=f32(40), error=f32(20))
    assert found[0] == found[1] == found[2] == pytest.approx(0.8)
    assert found[3] < found[2]


@given(VALUES, VALUES, VALUES, WIDTHS)
def test_rise_never_falls_and_fall_never_rises(a, b, middle, width):
    low, high = sorted((a, b))
    shape = {"midpoint": f32(middle), "spread": f32(width)}
    assert rise(f32(low), **shape) <= rise(f32(high), **shape) + ROUNDING
    assert fall(f32(low), **shape) >= fall(f32(high), **shape) - ROUNDING


def test_half_way_values_are_one_half():
    assert near(f32(25), half=f32(25), error=f32(0)) == 0.5
    assert band(f32(7), centre=f32(5), half_width=f32(2)) == 0.5
    assert rise(f32(3), midpoint=f32(3), spread=f32(9)) == 0.5
    assert fall(f32(3), midpoint=f32(3), spread=f32(9)) == 0.5


def test_one_spread_above_the_midpoint_is_0_85():
    found = rise(f32(4), midpoint=f32(3), spread=f32(1))
    assert found == pytest.approx(0.5 + 0.5 / np.sqrt(2))


def test_a_class_gets_its_own_evidence_and_an_unnamed_one_stays_unknown():
    found = pick(f32([0, 1, 2, np.nan]), class_0=f32(0.9), class_2=f32(0.1))
    assert found[[0, 2]].tolist() == pytest.approx([0.9, 0.1])
    assert np.isnan(found[[1, 3]]).all()


def test_other_speaks_for_unnamed_classes_but_not_for_the_unknown():
    found = pick(f32([0, 1, np.nan]), class_0=f32(0.9), other=f32(0.2))
    assert found[:2].tolist() == pytest.approx([0.9, 0.2])
    assert np.isnan(found[2])


@pytest.mark.parametrize("name", [name for name in MEMBERSHIPS if name != "class"])
def test_unknown_stays_unknown_in_every_membership(name):
    shape = {key: f32(position + 1) for position, key in enumerate(PARAMETERS[name])}
    found = MEMBERSHIPS[name](f32([np.nan, 2]), **shape)
    assert np.isnan(found).tolist() == [True, False]
    assert found.dtype == np.float32
    assert np.isnan(pick(f32([np.nan]), class_0=f32(1))).all()


def test_every_membership_has_its_parameters_in_the_registry():
    assert list(PARAMETERS) == list(MEMBERSHIPS)
    for name, keys in PARAMETERS.items():
        if keys:
            with pytest.raises(TypeError):
                MEMBERSHIPS[name](f32([1]), **dict.fromkeys(keys[:-1], f32(1)))
