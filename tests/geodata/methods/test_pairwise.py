import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import GeodataError
from geodata.methods.best_worst import best_worst_weights
from geodata.methods.pairwise import RANDOM_INDEX, ComparisonError, hierarchy_weights

WEIGHTS = st.lists(st.floats(0.01, 1), min_size=1, max_size=9)
HOUSE = """
1   5   3   7   6   6   1/3 1/4
1/5 1   1/3 5   3   3   1/5 1/7
1/3 3   1   6   3   4   6   1/5
1/7 1/5 1/6 1   1/3 1/4 1/7 1/8
1/6 1/3 1/3 3   1   1/2 1/5 1/6
1/6 1/3 1/4 4   2   1   1/5 1/6
3   5   1/6 7   5   5   1   1/2
4   7   5   8   6   6   2   1
"""
DRINKS = """
1   9   5   2   1   1   1/2
1/9 1   1/3 1/9 1/9 1/9 1/9
1/5 3   1   1/3 1/4 1/3 1/9
1/2 9   3   1   1/2 1   1/3
1   9   4   2   1   2   1/2
1   9   3   1   1/2 1   1/3
2   9   9   3   2   3   1
"""
CAR = ["quality", "price", "comfort", "safety", "style"]


def matrix(text):
    def number(cell):
        above, _, below = cell.partition("/")
        return float(above) / float(below or 1)

    return [
        [number(cell) for cell in line.split()] for line in text.strip().splitlines()
    ]


def names(count):
    return [f"argument {position}" for position in range(count)]


def test_saatys_house_gives_the_published_weights_and_inconsistency():
    # Saaty, T. L., 1990, European Journal of Operational Research 48, 9-26
    found = hierarchy_weights(matrix(HOUSE), names(8))
    published = [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert found.weights == pytest.approx(published, abs=5.1e-4)
    assert found.eigenvalue == pytest.approx(9.669, abs=5e-4)
    assert found.consistency_index == pytest.approx(0.238, abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.169, abs=5e-4)


def test_saatys_drinks_give_the_published_weights_and_inconsistency():
    # Saaty, T. L., 2008, International Journal of Services Sciences 1, 83-98
    found = hierarchy_weights(matrix(DRINKS), names(7))
    published = [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert found.weights == pytest.approx(published, abs=5.1e-4)
    assert found.consistency_ratio == pytest.approx(0.022, abs=5e-4)


def test_rezaeis_car_gives_the_weights_that_others_compute():
    # Rezaei 2016 (Omega 64, 126-130): the car; numbers of the R package BWM for it
    found = best_worst_weights([2, 1, 4, 3, 8], [4, 8, 2, 3, 1], CAR)
    others = [0.22950820, 0.44808743, 0.11475410, 0.15300546, 0.05464481]
    assert found.weights == pytest.approx(others, abs=1e-8)
    assert found.ksi == pytest.approx(0.002444958 * 4.47, abs=1e-8)
    assert (found.best, found.worst) == (1, 4)
    assert found.input_ratio == pytest.approx((3 * 3 - 8) / (8**2 - 8))


def test_comparisons_that_agree_give_back_what_they_came_from():
    found = best_worst_weights([2, 1, 4, 2, 8], [4, 8, 2, 4, 1], CAR)
    assert found.weights == pytest.approx(np.array([4, 8, 2, 4, 1]) / 19)
    assert found.low == pytest.approx(found.weights)
    assert found.high == pytest.approx(found.weights)
    assert found.ksi == pytest.approx(0, abs=1e-12)
    assert found.input_ratio == 0


@given(WEIGHTS)
def test_a_consistent_matrix_gives_back_its_weights_and_no_inconsistency(given_weights):
    weights = np.array(given_weights) / np.sum(given_weights)
    found = hierarchy_weights(weights[:, np.newaxis] / weights, names(len(weights)))
    assert found.weights == pytest.approx(weights)
    assert found.low == pytest.approx(weights)
    assert found.high == pytest.approx(weights)
    assert found.eigenvalue == pytest.approx(len(weights))
    assert 0 <= found.consistency_index < 1e-9
    assert 0 <= found.consistency_ratio < 1e-8


@given(WEIGHTS)
def test_consistent_lists_give_back_their_weights(given_weights):
    weights = np.array(given_weights) / np.sum(given_weights)
    ahead, above = weights.max() / weights, weights / weights.min()
    if ahead.max() != above.max():  # the same number, rounded in two ways
        ahead[weights.argmin()] = above.max()
    found = best_worst_weights(ahead, above, names(len(weights)))
    assert found.weights == pytest.approx(weights, rel=1e-6)
    assert found.ksi == pytest.approx(0, abs=1e-9)
    assert found.input_ratio < 1e-9


def test_the_range_is_what_single_columns_and_lists_would_give():
    found = hierarchy_weights([[1, 2, 8], [1 / 2, 1, 2], [1 / 8, 1 / 2, 1]], names(3))
    columns = np.array([[8, 4, 1], [4, 2, 1], [8, 2, 1]]) / [[13], [7], [11]]
    assert found.low == pytest.approx(columns.min(axis=0))
    assert found.high == pytest.approx(columns.max(axis=0))
    assert (found.low < found.weights).all()
    assert (found.weights < found.high).all()
    two = best_worst_weights([1, 2, 8], [8, 2, 1], names(3))
    lists = np.array([[8, 4, 1], [8, 2, 1], two.weights * 13]) / [[13], [11], [13]]
    assert two.low == pytest.approx(lists.min(axis=0))
    assert two.high == pytest.approx(lists.max(axis=0))
    assert two.input_ratio == pytest.approx((8 - 4) / (64 - 8))


def test_ksi_is_the_greatest_departure_from_what_was_asked():
    ahead, above = np.array([1, 2, 8]), np.array([8, 2, 1])
    found = best_worst_weights(ahead, above, names(3))
    best, worst = found.weights[0], found.weights[2]
    departures = np.abs(
        [*(best - ahead * found.weights), *(found.weights - above * worst)]
    )
    assert found.ksi == pytest.approx(departures.max())
    assert found.ksi > 0.01
    assert found.weights.sum() == pytest.approx(1)


def test_one_argument_has_all_the_weight_and_two_cannot_disagree():
    one = hierarchy_weights([[1]], ["faults"])
    assert (one.weights.tolist(), one.consistency_ratio) == ([1], 0)
    two = hierarchy_weights([[1, 4], [0.25, 1]], ["faults", "granite"])
    assert two.weights == pytest.approx([0.8, 0.2])
    assert (two.consistency_index, two.consistency_ratio) == (0, 0)
    alone = best_worst_weights([1], [1], ["faults"])
    assert alone.weights == pytest.approx([1])
    assert (alone.best, alone.worst, alone.input_ratio) == (0, 0, 0)
    equal = best_worst_weights([1, 1, 1], [1, 1, 1], names(3))
    assert equal.weights == pytest.approx([1 / 3] * 3)


def test_the_ratio_is_the_index_over_saatys_random_index():
    ten = (0, 0, 0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
    assert [*ten, 1.51, 1.48, 1.56, 1.57, 1.59] == list(RANDOM_INDEX)
    found = hierarchy_weights([[1, 2, 8], [1 / 2, 1, 2], [1 / 8, 1 / 2, 1]], names(3))
    assert found.consistency_index == pytest.approx((found.eigenvalue - 3) / 2)
    assert found.consistency_ratio == pytest.approx(found.consistency_index / 0.58)
    assert found.eigenvalue > 3


def test_rounded_inverses_do_not_make_a_consistent_matrix_look_better_than_it_is():
    rounded = hierarchy_weights([[1, 3, 9], [0.333, 1, 3], [0.11, 0.333, 1]], names(3))
    assert rounded.weights == pytest.approx(np.array([9, 3, 1]) / 13)
    assert rounded.consistency_index == pytest.approx(0, abs=1e-12)


def test_a_cell_and_its_mirror_must_agree_to_two_and_a_half_per_cent():
    hierarchy_weights([[1, 4], [0.256, 1]], ["faults", "granite"])
    said = "'faults' with 'granite' is 4, so 'granite' with 'faults' must be 0.25; got"
    with pytest.raises(ComparisonError, match=said):
        hierarchy_weights([[1, 4], [0.257, 1]], ["faults", "granite"])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([[1, 3, 2], [1 / 3, 1, 4], [1 / 2, 1 / 3, 1]], "'b' with 'c' is 4.*got 0.333"),
        ([[1, 3], [1 / 3, 2]], "with itself is 1; 'b' is 2"),
        ([[1, 0], [3, 1]], "above 0; 'a' with 'b' is 0"),
        ([[1, 3], [-1 / 3, 1]], "'b' with 'a' is -0.333"),
        ([[1, np.nan], [3, 1]], "'a' with 'b' is nan"),
        ([[1, np.inf], [3, 1]], "'a' with 'b' is inf"),
    ],
)
def test_a_wrong_cell_is_named(table, said):
    with pytest.raises(ComparisonError, match=said):
        hierarchy_weights(table, ["a", "b", "c"][: len(table)])


def test_fifteen_arguments_can_be_compared_and_sixteen_cannot():
    fifteen = hierarchy_weights(np.ones((15, 15)), names(15))
    assert fifteen.weights == pytest.approx([1 / 15] * 15)
    with pytest.raises(ComparisonError, match=r"At most 15 .* got 16"):
        hierarchy_weights(np.ones((16, 16)), names(16))
    assert issubclass(ComparisonError, GeodataError)


@pytest.mark.parametrize(
    "table", [[[1, 2]], [[1]], np.ones((3, 3)), np.ones((2, 2, 1))]
)
def test_a_matrix_of_another_shape_than_its_names_is_refused(table):
    with pytest.raises(ValueError, match="2 rows and columns"):
        hierarchy_weights(table, ["a", "b"])


def test_no_arguments_at_all_are_refused():
    with pytest.raises(ValueError, match="0 arguments"):
        hierarchy_weights(np.ones((0, 0)), [])
    with pytest.raises(ValueError, match="0 arguments"):
        best_worst_weights([], [], [])


@pytest.mark.parametrize(("ahead", "above"), [([1, 2, 3], [2, 1]), ([1, 2], [2, 2, 1])])
def test_lists_of_another_length_than_the_names_are_refused(ahead, above):
    with pytest.raises(ValueError, match="2 arguments need as many"):
        best_worst_weights(ahead, above, ["a", "b"])


@pytest.mark.parametrize(
    ("ahead", "above", "said"),
    [
        ([1, 0.5, 4], [4, 2, 1], "the best is a number of 1 or more; 'b' has 0.5"),
        ([1, 2, 4], [4, np.nan, 1], "the worst is a number of 1 or more; 'b' has nan"),
        ([1, np.inf, 4], [4, 2, 1], "'b' has inf"),
        ([2, 2, 4], [4, 2, 1], r"The best argument .* \[2.0, 2.0, 4.0\]"),
        ([1, 2, 4], [4, 2, 2], r"The worst argument .* \[4.0, 2.0, 2.0\]"),
        (
            [1, 2, 4],
            [5, 2, 1],
            "'a', counts 4 times as much as the worst, 'c', in .* 5",
        ),
        ([1, 7, 4], [4, 2, 1], "best with the worst, 4; 'b' has more"),
        ([1, 2, 4, 3], [4, 2, 1, 6], "best with the worst, 4; 'd' has more"),
        ([1, 3, 1], [1, 2, 1], "best with the worst, 1; 'b' has more"),
    ],
)
def test_a_wrong_comparison_with_the_best_or_worst_is_named(ahead, above, said):
    with pytest.raises(ComparisonError, match=said):
        best_worst_weights(ahead, above, ["a", "b", "c", "d"][: len(ahead)])


def test_of_several_that_equal_the_best_the_one_farthest_above_the_worst_is_taken():
    found = best_worst_weights([1, 1, 3], [2, 3, 1], names(3))
    assert (found.best, found.worst) == (1, 2)
    assert found.weights.argmax() == 1
    last = best_worst_weights([1, 2, 4], [4, 1, 1], names(3))
    assert (last.best, last.worst) == (0, 2)


def test_two_arguments_of_one_name_are_refused():
    with pytest.raises(ComparisonError, match="Two arguments are called 'a'"):
        hierarchy_weights(np.ones((3, 3)), ["b", "a", "a"])
    with pytest.raises(ComparisonError, match="Two arguments are called 'a'"):
        best_worst_weights([1, 1, 1], [1, 1, 1], ["a", "b", "a"])


def test_comparisons_that_the_solver_refuses_are_told():
    with pytest.raises(ComparisonError, match="No weights could be found"):
        best_worst_weights([1, 2, 1e20], [1e20, 2, 1], names(3))
