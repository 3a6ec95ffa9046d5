"""What holds for every filter, and what other judges say of it."""

import contextlib
import json
from types import SimpleNamespace

import cql2
import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from app.crs import known_crs
from app.errors import BadParameterError
from app.filters import parse_filter, rows_matching
from tests.app.filters.trees import (
    anything,
    as_text,
    call,
    features,
    filters,
    judge,
    scraps,
)

KINDS = {
    "rank": "integer",
    "area": "number",
    "name": "string",
    "state": "string",
    "known": "boolean",
}
COLUMNS = [
    SimpleNamespace(name=name, kind=kind, unit="") for name, kind in KINDS.items()
]
DTYPES = {"integer": "int64", "number": "float64", "string": "str", "boolean": object}
WHOLE = {"rank": 1, "area": 0.5, "name": "Köktör", "state": "a", "known": True}
"""What stands in for what is missing."""
NOTHING = dict.fromkeys(KINDS) | {"rank": 1}
PLACES = [
    shapely.box(60, 40, 62, 42),
    shapely.Point(61, 41),
    shapely.LineString([(60, 40), (63, 43)]),
    None,
]
RELATIONS = ("intersects", "disjoint", "touches", "within", "overlaps", "crosses")

several = st.lists(features, min_size=1, max_size=8)
corners = st.tuples(st.integers(59, 64), st.integers(39, 44))
geometries = st.one_of(
    corners.map(shapely.Point),
    st.lists(corners, min_size=2, max_size=4, unique=True).map(shapely.LineString),
    st.tuples(corners, corners).map(lambda ends: shapely.box(*ends[0], *ends[1])),
    st.lists(corners, min_size=1, max_size=3).map(shapely.MultiPoint),
)


def table_of(rows):
    return gpd.GeoDataFrame(
        {
            name: pd.Series([row[name] for row in rows], dtype=DTYPES[kind])
            for name, kind in KINDS.items()
        },
        geometry=[PLACES[n % 4] for n in range(len(rows))],
        crs=4326,
    )


def kept(text, table, lang="cql2-text"):
    mask = rows_matching(
        parse_filter(text, lang=lang),
        table,
        COLUMNS,
        shapely.STRtree(table.geometry.to_numpy()),
        crs=known_crs()[0],
    )
    assert mask.dtype == bool
    assert mask.shape == (len(table),)
    return mask.tolist()


def kept_by(tree, table):
    return kept(json.dumps(tree), table, "cql2-json")


@given(filters, several)
def test_rows_are_those_that_a_judge_of_one_row_at_a_time_calls_true(tree, rows):
    expected = [judge(tree, row) is True for row in rows]
    assert kept_by(tree, table_of(rows)) == expected


@given(filters, several)
def test_text_and_json_keep_the_same_rows(tree, rows):
    table = table_of(rows)
    assert kept(as_text(tree), table) == kept_by(tree, table)


@given(filters, several)
def test_the_cql2_package_reads_our_text_as_we_do(tree, rows):
    table, text = table_of(rows), as_text(tree)
    assert kept_by(cql2.parse_text(text).to_json(), table) == kept(text, table)


@given(filters, features)
def test_the_cql2_package_keeps_the_same_features(tree, row):
    text = json.dumps(tree)
    # It has no unknown, divides by nothing, and has other backslashes and line breaks.
    assume(not any(sign in text for sign in ('"/"', '"%"', "\\\\", "\\n")))
    whole = {name: WHOLE[name] if row[name] is None else row[name] for name in row}
    feature = {"type": "Feature", "geometry": None, "properties": whole}
    try:
        theirs = cql2.parse_json(text).matches(feature)
    except Exception:  # noqa: BLE001 - what it cannot decide; it has no error of its own
        reject()
    assert kept_by(tree, table_of([whole])) == [theirs]


@given(filters, filters, several)
def test_the_laws_of_logic_hold(one, other, rows):
    table = table_of(rows)

    def of(op, *args):
        return kept_by(call(op, *args) if args else op, table)

    a, b, not_a = of(one), of(other), of("not", one)
    assert not any(x and y for x, y in zip(a, not_a, strict=True))
    assert of("not", call("not", one)) == a
    assert of("and", one, other) == [x and y for x, y in zip(a, b, strict=True)]
    assert of("or", one, other) == [x or y for x, y in zip(a, b, strict=True)]
    neither = call("and", call("not", one), call("not", other))
    assert of("not", call("or", one, other)) == of(neither)


@given(anything)
def test_any_tree_keeps_rows_or_is_refused(tree):
    with contextlib.suppress(BadParameterError):
        kept_by(tree, table_of([NOTHING] * 4))


@given(st.lists(scraps, max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(BadParameterError):
        kept(text, table_of([NOTHING] * 4))


@given(st.text(max_size=60) | st.text('{}[]":,0aé\\u9e+-', max_size=60))
def test_what_is_no_json_is_refused(text):
    with pytest.raises(BadParameterError):
        kept("{" + text, table_of([]), "cql2-json")


@given(st.lists(st.none() | geometries, min_size=1, max_size=6), geometries)
def test_geometries_lie_to_each_other_as_geopandas_says(places, other):
    given_places = [item for item in places if item is not None]
    assume(given_places and all(item.is_valid for item in (other, *given_places)))
    table = table_of([NOTHING] * len(places))
    table = table.set_geometry(gpd.GeoSeries(places, crs=4326))
    theirs, there = table.geometry, table.geometry.notna()
    for name in RELATIONS:
        expected = (getattr(theirs, name)(other) & there).tolist()
        assert kept(f"s_{name}(geometry, {other.wkt})", table) == expected, name
    contained = theirs.contains(other).tolist()
    assert kept(f"s_contains(geometry, {other.wkt})", table) == contained
    assert kept(f"s_within({other.wkt}, geometry)", table) == contained
    same = theirs.geom_equals(other).tolist()
    assert kept(f"s_equals(geometry, {other.wkt})", table) == same
