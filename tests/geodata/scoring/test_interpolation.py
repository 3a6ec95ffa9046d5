"""Curves worked out at nodes and looked up between them."""

import numpy as np
import pytest

from geodata.scoring.interpolation import TOLERANCE, Stack, Table, tabulate


def looked_up(table, places):
    stack = Stack.of([table])
    pair = stack.between(0, np.asarray(places, dtype=np.float32))
    return stack.added([[pair]])[0]


def test_a_straight_line_needs_no_more_nodes_than_it_begins_with():
    table = tabulate(lambda x: 2 * x, 0.0, 8.0)
    assert len(table.nodes) == 513
    assert table.nodes[0] == 0
    assert table.nodes[-1] == 8
    assert table.values.dtype == np.float32
    np.testing.assert_array_equal(table.values[:, 0], 2 * table.nodes)


def test_between_nodes_no_curve_is_farther_off_than_the_tolerance():
    width = np.array([1.0, 3.0])
    table = tabulate(lambda x: 1 / (1 + (x / width) ** 2), -20.0, 20.0)
    places = np.linspace(-20, 20, 10_001)[:, np.newaxis]
    true = 1 / (1 + (places / width) ** 2)
    apart = np.abs(
        [np.interp(places[:, 0], table.nodes, values) for values in table.values.T]
        - true.T
    )
    assert apart.max() < 2 * TOLERANCE
    assert len(table.nodes) < 20_000


def test_a_bend_is_found_wherever_it_lies():
    bend = np.array([0.123456, 2.0])
    table = tabulate(lambda x: np.maximum(x, bend), 0.0, 3.0)
    places = np.array([0.1234, 0.1235, 1.99, 2.01])
    np.testing.assert_allclose(
        looked_up(table, places),
        np.maximum(places[:, np.newaxis], bend),
        atol=3e-7,
    )


def test_nodes_ascend_and_a_coarser_tolerance_needs_fewer():
    fine = tabulate(np.sin, 0.0, 40.0)
    coarse = tabulate(np.sin, 0.0, 40.0, tolerance=1e-3)
    assert (np.diff(fine.nodes) > 0).all()
    assert len(coarse.nodes) < len(fine.nodes)


def test_a_range_of_one_value_gives_that_value():
    table = tabulate(lambda x: x * 3, 5.0, 5.0)
    assert looked_up(table, [5.0]).tolist() == [[15.0]]


SMALL = Table(nodes=np.array([0.0, 2.0]), values=np.float32([[0, 10], [4, 30]]))
OTHER = Table(
    nodes=np.array([0.0, 1.0, 3.0]), values=np.float32([[1, 1], [2, 2], [6, 4]])
)


def test_a_place_takes_its_share_of_the_two_nodes_around_it():
    assert looked_up(SMALL, [0.0, 0.5, 2.0]).tolist() == [[0, 10], [1, 15], [4, 30]]


def test_where_a_table_begins_in_the_stack_and_how_far_on_a_place_lies():
    stack = Stack.of([SMALL, OTHER])
    assert stack.first == (0, 2)
    below, share = stack.between(1, np.float32([0, 1, 2, 3]))
    assert below.tolist() == [2, 3, 3, 3]
    assert share.tolist() == [0, 0, 0.5, 1]
    assert below.dtype == np.int32


def test_several_sums_of_tables_are_taken_at_once():
    stack = Stack.of([SMALL, OTHER])
    places = np.float32([1.0, 2.0])
    one, other = stack.between(0, places), stack.between(1, places)
    both, alone = stack.added([[one, other], [other]])
    assert both.tolist() == [[2 + 2, 20 + 2], [4 + 4, 30 + 3]]
    assert alone.tolist() == [[2, 2], [4, 3]]
    assert both.dtype == np.float32


@pytest.mark.parametrize(("place", "value"), [(-2.0, -4.0), (4.0, 8.0)])
def test_beyond_the_nodes_the_last_line_goes_on(place, value):
    assert looked_up(SMALL, [place])[0, 0] == value
