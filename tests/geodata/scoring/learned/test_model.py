import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from geodata.scoring.learned import model as module
from geodata.scoring.learned.model import (
    by_argument,
    coverage_of,
    encode_all,
    judge,
)
from tests.geodata.scoring.learned.worlds import argument, classes_of, model_of

ROCK, CRUST = argument("rock"), classes_of("crust", "rift", "craton")
FAULT = argument("fault", scale="log", step=1.0)
NAMES = {
    ROCK.measurement.key: (),
    CRUST.measurement.key: ("basin", "craton", "rift"),
    FAULT.measurement.key: (),
}


def measured(rock, crust, fault):
    keys = (ROCK, CRUST, FAULT)
    return {
        item.measurement.key: np.float32(values)
        for item, values in zip(keys, (rock, crust, fault), strict=True)
    }


def three(**facts):
    return model_of(ROCK, CRUST, FAULT, slopes=[2.0, 0.5, -1.0, 3.0], **facts)


def test_columns_of_arguments_lie_side_by_side_in_their_order():
    found = encode_all(
        (ROCK, CRUST, FAULT), measured([7, np.nan], [2, 0], [0, np.e - 1]), NAMES
    )
    assert_allclose(found, [[7, 1, 0, 0], [np.nan, 0, 0, 1]], atol=1e-6)


def test_parts_of_the_columns_of_one_argument_are_added_up():
    columns = np.array([[1.0, 10.0, 100.0, 1000.0]])
    assert by_argument((ROCK, CRUST, FAULT), columns).tolist() == [[1.0, 110.0, 1000.0]]
    assert by_argument((CRUST, ROCK, FAULT), columns).tolist() == [[11.0, 100.0, 1000]]


def test_a_part_is_the_slope_times_deviations_from_the_centre():
    found = three(centre=[1.0, 0.25, 0.25, 0.0], spread=[2.0, 0.5, 0.5, 1.0])
    encoded = np.array([[5.0, 1.0, 0.0, 2.0]])
    parts = found.parts(encoded)
    assert_allclose(parts, [[2 * 2.0, 0.5 * 1.5 - 1.0 * -0.5, 3 * 2.0]])
    assert_allclose(
        found.coefficients.log_odds(encoded), [0.25 + parts.sum()], rtol=1e-15
    )


def test_an_argument_is_known_or_not():
    encoded = np.array([[1.0, np.nan, np.nan, 0.0], [np.nan, 0.0, 1.0, np.nan]])
    assert three().known(encoded).tolist() == [[1, 0, 1], [0, 1, 0]]


def test_coverage_weighs_arguments_by_how_much_they_usually_move():
    found = three(importance=[3.0, 1.0, 4.0])
    nan = np.nan
    encoded = np.array(
        [[1, 0, 0, 1], [nan, 0, 0, 1], [1, nan, nan, nan], [nan] * 4], dtype=np.float64
    )
    assert_allclose(coverage_of(found, encoded), [1.0, 5 / 8, 3 / 8, 0.0])


def test_a_model_that_nothing_moves_covers_nothing():
    found = three(importance=[0.0, 0.0, 0.0])
    assert_array_equal(coverage_of(found, np.zeros((2, 4))), [0.0, 0.0])
    judged = judge(found, measured([1], [1], [1]), NAMES)
    assert np.isnan(judged.score).all()


@given(st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3))
def test_coverage_of_what_is_all_known_is_one_and_never_more(importance):
    found = coverage_of(three(importance=importance), np.zeros((1, 4)))
    assert found[0] <= 1.0
    assert found[0] == pytest.approx(1.0)


def test_a_judgement_has_the_score_of_the_sum_and_none_where_nothing_is_known():
    nan = np.nan
    found = judge(
        three(importance=[1.0, 1.0, 2.0]),
        measured([1.5, nan, nan], [2, 1, nan], [0, nan, nan]),
        NAMES,
    )
    odds = np.array([0.25 + 3.0 + 0.5, 0.25 - 1.0])
    assert_allclose(found.score[:2], 1 / (1 + np.exp(-odds)), rtol=1e-6)
    assert np.isnan(found.score[2])
    assert_allclose(found.coverage, [1.0, 0.25, 0.0])
    assert found.score.dtype == found.coverage.dtype == np.float32


def test_places_judged_in_parts_are_judged_as_in_one(monkeypatch):
    rows = measured(np.arange(7.0), np.arange(7.0) % 3, np.arange(7.0))
    whole = judge(three(), rows, NAMES)
    monkeypatch.setattr(module, "CHUNK", 3)
    parts = judge(three(), rows, NAMES)
    assert_array_equal(parts.score, whole.score)
    assert_array_equal(parts.coverage, whole.coverage)
    assert not np.isnan(whole.score).any()


def test_no_place_is_judged_as_no_place():
    found = judge(three(), measured([], [], []), NAMES)
    assert found.score.shape == found.coverage.shape == (0,)


def test_what_is_read_is_named_once():
    twin = argument("twin", measurement=ROCK.measurement, scale="root")
    assert model_of(ROCK, twin, slopes=[1.0, 1.0]).read == (ROCK.measurement,)
    assert three().read == tuple(x.measurement for x in (ROCK, CRUST, FAULT))


def test_two_arguments_of_one_measurement_both_take_part():
    twin = argument("twin", measurement=ROCK.measurement, scale="root")
    both = model_of(ROCK, twin, slopes=[1.0, 2.0])
    encoded = both.encode({ROCK.measurement.key: np.float32([9.0])}, NAMES)
    assert encoded.tolist() == [[9.0, 3.0]]
    assert both.parts(encoded).tolist() == [[9.0, 6.0]]


def test_an_argument_is_beyond_training_where_one_of_its_columns_is():
    """Rock 1 to 2, rift 0 to 1, craton never: 0; the fault is unknown."""
    found = three(least=[1.0, 0.0, 0.0, -1.0], greatest=[2.0, 1.0, 0.0, 3.0])
    nan = np.nan
    rows = {
        (1.0, 1.0, 0.0, -1.0): [False, False, False],  # the edges themselves
        (2.0, 0.0, 0.0, 3.0): [False, False, False],
        (0.9, 0.0, 0.0, 3.1): [True, False, True],
        (2.1, 0.0, 1.0, -1.1): [True, True, True],
        (1.5, 1.1, -0.1, 0.0): [False, True, False],
        (nan, nan, nan, nan): [False, False, False],
    }
    said = found.beyond(np.array(list(rows)))
    assert said.dtype == np.bool_
    assert said.tolist() == list(rows.values())


def test_a_judgement_does_not_rise_beyond_the_training():
    found = judge(
        three(greatest=[2.0, 1.0, 1.0, 1.0]),
        measured([2, 4, 9], [0, 0, 0], [0, 0, 0]),
        NAMES,
    )
    assert len(set(found.score.tolist())) == 1
    assert found.score[0] == pytest.approx(1 / (1 + np.exp(-4.25)))
