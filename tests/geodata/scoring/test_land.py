"""Kinds of land, and what the layers are known to say of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.land import (
    CENTRES_M,
    KINDS,
    LEAST_KNOWN,
    RELIEF,
    Layers,
    Said,
    describe_layers,
    kinds_of_land,
    shipped_layers,
)

nan = np.nan


def test_kinds_slide_into_each_other_by_relief():
    """On a scale of logarithms: 500 m is half way from 250 m to 1,000 m."""
    half = np.sqrt(50 * 250)
    found = kinds_of_land(np.float32([0, 50, half, 250, 500, 1_000, 9_000]))
    assert found.dtype == np.float32
    expected = [
        [1, 0, 0],
        [1, 0, 0],
        [0.5, 0.5, 0],
        [0, 1, 0],
        [0, 0.5, 0.5],
        [0, 0, 1],
        [0, 0, 1],
    ]
    assert found == pytest.approx(np.array(expected), abs=1e-5)
    assert len(CENTRES_M) == len(KINDS) == 3


def test_land_of_unknown_relief_is_a_third_of_each():
    assert kinds_of_land(np.float32([nan])) == pytest.approx(np.full((1, 3), 1 / 3))


@given(st.lists(st.one_of(st.floats(0, 9_000, width=32), st.just(nan)), min_size=1))
def test_every_place_is_land_once(relief):
    found = kinds_of_land(np.float32(relief))
    assert found.sum(axis=1) == pytest.approx(np.ones(len(relief)), abs=1e-6)
    assert (found >= 0).all()


def land(values, relief_m):
    return {"a.value": np.float32(values), RELIEF.key: np.float32(relief_m)}


def test_what_a_layer_says_of_each_kind_of_land_by_hand():
    """Evenly from 0 to 1 on plains, ten times that in hills, a hundredth off."""
    steps = np.linspace(0, 1, LEAST_KNOWN)
    values = np.concatenate([steps, 10 * steps, 100 - steps, [nan]])
    relief = [*np.repeat([10, 250, 2_000], LEAST_KNOWN), 10]
    found = describe_layers(land(values, relief), {"a.value": 25.0})
    said = found.measurements["a.value"]
    assert said.resolution_km == 25.0
    even = np.linspace(0, 1, len(said.percentiles[0]))
    expected = [even, 10 * even, 99 + even]
    assert np.array(said.percentiles) == pytest.approx(np.array(expected), abs=1e-3)


def test_of_a_kind_that_is_hardly_known_all_land_tells():
    values = np.linspace(0, 1, LEAST_KNOWN + 50)
    relief = [10.0] * LEAST_KNOWN + [2_000.0] * 50
    said = describe_layers(land(values, relief), {}).measurements["a.value"]
    plain, hills, mountains = said.percentiles
    assert np.isnan(said.resolution_km)
    assert plain[-1] < 0.81
    assert hills == mountains
    assert (hills[0], hills[-1]) == (0.0, 1.0)


def test_a_layer_that_is_nowhere_is_left_out():
    found = describe_layers(land([nan, nan], [10, 20]), {})
    assert list(found.measurements) == [RELIEF.key]


def test_what_a_layer_might_say_is_drawn_by_the_kind_a_place_mostly_is():
    said = Said(resolution_km=1.0, percentiles=((0, 1, 2), (10, 20, 40), (5, 5, 5)))
    kinds = np.float32([[1, 0, 0], [1, 0, 0], [0.4, 0.6, 0], [0, 0.1, 0.9]])
    found = said.drawn(kinds, np.array([0.0, 0.25, 0.75, 0.3]))
    assert found.tolist() == pytest.approx([0.0, 0.5, 30.0, 5.0])


def test_the_layers_are_read_back_as_they_were_written():
    found = describe_layers(land([1.0] * 3, [10, 20, 30]), {})
    again = Layers.model_validate_json(found.model_dump_json())
    assert again.model_dump_json() == found.model_dump_json()


def test_what_is_shipped_is_in_order_for_each_kind_of_land():
    shipped = shipped_layers().measurements
    assert RELIEF.key in shipped
    for said in shipped.values():
        assert len(said.percentiles) == len(KINDS)
        assert (np.diff(said.percentiles, axis=1) >= 0).all()
    plain, hills, mountains = (
        np.median(row) for row in shipped[RELIEF.key].percentiles
    )
    assert plain < hills < mountains


def test_shares_of_what_is_shipped_are_shares():
    for text in deposit_type_texts().values():
        for item in parse("any", text).evidence:
            for one in item.shares.values():
                said = shipped_layers().measurements.get(one.key)
                if said is not None:
                    assert (
                        0 <= np.min(said.percentiles) <= np.max(said.percentiles) <= 1
                    )
