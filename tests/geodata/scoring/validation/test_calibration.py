import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from geodata.scoring.validation.calibration import BINS, reliability


def test_bins_hold_equally_many_and_are_counted_by_hand():
    said = [0.9, 0.1, 0.2, 0.4, 0.3, 0.5]
    seen = [True, False, False, True, False, False]
    found = reliability(said, seen, bins=3)
    assert found.n.tolist() == [2, 2, 2]
    assert found.predicted.tolist() == pytest.approx([0.15, 0.35, 0.7])
    assert found.observed.tolist() == [0.0, 0.5, 0.5]
    expected = binomtest(1, 2).proportion_ci(0.95, method="exact")
    assert found.low[1:].tolist() == pytest.approx([expected.low] * 2)
    assert found.high[1:].tolist() == pytest.approx([expected.high] * 2)
    assert found.low[0] == 0
    assert found.high[0] == pytest.approx(1 - 0.025**0.5)


def test_places_with_one_prediction_stay_together():
    found = reliability([0.1] * 5 + [0.2], [False] * 5 + [True], bins=3)
    assert found.n.tolist() == [5, 1]
    assert found.predicted.tolist() == pytest.approx([0.1, 0.2])
    assert found.observed.tolist() == [0.0, 1.0]


def test_one_place_is_one_bin():
    found = reliability([0.4], [True])
    assert found.n.tolist() == [1]
    assert found.observed.tolist() == [1.0]


def test_ten_bins_are_usual_and_one_is_the_fewest():
    said = np.linspace(0, 1, 100)
    seen = said > 0.5
    assert BINS == 10
    assert reliability(said, seen).n.tolist() == [10] * 10
    assert reliability(said, seen, bins=1).n.tolist() == [100]
    with pytest.raises(ValueError, match="at least one bin; got 0"):
        reliability(said, seen, bins=0)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_no_place_is_lost_and_bins_rise(rows, bins):
    said, seen = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = reliability(said, seen, bins=bins)
    assert found.n.sum() == len(rows)
    assert 1 <= len(found.n) <= bins
    assert found.n.min() >= 1
    assert (found.n * found.observed).sum() == pytest.approx(seen.sum())
    assert (found.n * found.predicted).sum() == pytest.approx(said.sum())
    assert (np.diff(found.predicted) >= 0).all()
    assert (found.low <= found.observed + 1e-12).all()
    assert (found.observed <= found.high + 1e-12).all()


@pytest.mark.parametrize(
    ("said", "seen", "text"),
    [
        ([], np.array([], dtype=bool), "at least one prediction"),
        ([0.5], [True, False], r"\(1,\) predictions and \(2,\) of bool"),
        ([0.5, 0.5], [0, 1], "of int64"),
        ([1.2], [True], "relative score is no probability"),
        ([-0.2], [True], "Got -0.2 to -0.2"),
        ([np.nan, 0.2], [True, False], "never NaN"),
    ],
)
def test_what_is_no_probability_is_refused(said, seen, text):
    with pytest.raises(ValueError, match=text):
        reliability(said, seen)
