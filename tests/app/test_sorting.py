"""The order of features, and the choice of their properties."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadParameterError
from app.sorting import parse_properties, parse_sort, sorted_rows

COLUMNS = [
    SimpleNamespace(name="rank", kind="integer", unit=""),
    SimpleNamespace(name="area", kind="number", unit="km²"),
    SimpleNamespace(name="name", kind="string", unit=""),
    SimpleNamespace(name="known", kind="boolean", unit=""),
]
TABLE = pd.DataFrame(
    {
        "rank": [3, 1, 2, 2],
        "area": [np.nan, 5.0, 7.0, 5.0],
        "name": pd.Series(["b", None, "Я", "a"], dtype="str"),
        "known": pd.Series([True, None, False, True], dtype=object),
    }
)


def order(text, rows=(0, 1, 2, 3)):
    keys = parse_sort(text, COLUMNS)
    return sorted_rows(np.array(rows, dtype=np.int64), keys, TABLE).tolist()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("rank", [1, 2, 3, 0]),
        ("+rank", [1, 2, 3, 0]),
        (" rank", [1, 2, 3, 0]),
        ("-rank", [0, 2, 3, 1]),
        ("area", [1, 3, 2, 0]),
        ("-area", [2, 1, 3, 0]),
        ("name", [3, 0, 2, 1]),
        ("-name", [2, 0, 3, 1]),
        ("known", [2, 0, 3, 1]),
        ("-known,name", [3, 0, 2, 1]),
        ("area,-rank", [3, 1, 2, 0]),
    ],
)
def test_rows_are_ordered_ties_keep_theirs_and_what_is_missing_is_last(text, rows):
    assert order(text) == rows


def test_only_the_rows_given_are_ordered():
    assert order("-rank", (1, 3)) == [3, 1]
    assert order("name", ()) == []
    nothing = pd.DataFrame({"name": pd.Series([None, None, None], dtype=object)})
    rows = np.array([2, 0, 1])
    assert sorted_rows(rows, parse_sort("-name", COLUMNS), nothing).tolist() == [
        2,
        0,
        1,
    ]
    assert sorted_rows(np.array([2, 0]), (), TABLE).tolist() == [2, 0]


@pytest.mark.parametrize(
    "text", ["", "geometry", "nosuch", "rank,", "--rank", "rank;x"]
)
def test_an_unknown_name_is_refused_with_those_that_are_known(text):
    for read in (parse_sort, parse_properties):
        with pytest.raises(
            BadParameterError, match="Known are rank, area, name, known"
        ):
            read(text, COLUMNS)


def test_a_name_said_twice_is_refused():
    with pytest.raises(BadParameterError, match="twice"):
        parse_sort("rank,-rank", COLUMNS)


def test_properties_come_in_the_order_of_the_collection():
    chosen = parse_properties("known,rank", COLUMNS)
    assert [column.name for column in chosen] == ["rank", "known"]


@given(
    st.lists(st.none() | st.floats(-5, 5) | st.just(0.0), max_size=20), st.booleans()
)
def test_numbers_are_ordered_as_python_orders_them(values, descending):
    table = pd.DataFrame({"area": pd.Series(values, dtype="float64")})
    keys = parse_sort("-area" if descending else "area", COLUMNS)
    rows = np.arange(len(values), dtype=np.int64)
    known = [row for row in rows if values[row] is not None]
    sign = -1 if descending else 1
    expected = sorted(known, key=lambda row: sign * values[row])
    expected += [row for row in rows if values[row] is None]
    assert sorted_rows(rows, keys, table).tolist() == expected
