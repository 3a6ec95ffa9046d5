"""Which rows a filter keeps, by hand on five rows."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from app.crs import known_crs, parse_crs
from app.errors import BadParameterError
from app.filters import parse_filter, rows_matching

LINE = "LINESTRING(60 40, 60.5 40)"

COLUMNS = [
    SimpleNamespace(name="rank", kind="integer", unit=""),
    SimpleNamespace(name="area", kind="number", unit="km²"),
    SimpleNamespace(name="half", kind="number", unit=""),
    SimpleNamespace(name="name", kind="string", unit=""),
    SimpleNamespace(name="state", kind="string", unit=""),
    SimpleNamespace(name="known", kind="boolean", unit=""),
]


@pytest.fixture(scope="module")
def table() -> gpd.GeoDataFrame:
    """Five rows; the last has nothing but a rank."""
    return gpd.GeoDataFrame(
        {
            "rank": [1, 2, 3, 4, 5],
            "area": [10.0, 20.0, 30.0, -7.0, np.nan],
            "half": [5.0, 10.0, 30.0, -7.0, np.nan],
            "name": pd.Series(
                ["Köktör", "Кундыбай", "50% a_b", "o'Brien\\", None], dtype="str"
            ),
            "state": pd.Series(["KGZ", "kaz", "50% a_b", "UZB", None], dtype="str"),
            "known": [True, False, True, False, None],
        },
        geometry=[
            shapely.box(60, 40, 62, 42),
            shapely.box(61, 41, 63, 43),
            shapely.box(62, 40, 64, 42),
            shapely.box(70, 50, 71, 51),
            None,
        ],
        crs=4326,
    )


def kept(table, text, lang="cql2-text", crs=None):
    """Return the ranks of the rows that a filter keeps."""
    mask = rows_matching(
        parse_filter(text, lang=lang),
        table,
        COLUMNS,
        shapely.STRtree(table.geometry.to_numpy()),
        crs=crs or known_crs()[0],
    )
    return table["rank"][mask].tolist()


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("rank = 3", [3]),
        ("rank <> 3", [1, 2, 4, 5]),
        ("rank < 3", [1, 2]),
        ("rank <= 3", [1, 2, 3]),
        ("rank > 3", [4, 5]),
        ("3 >= rank", [1, 2, 3]),
        ("rank = 3.5", []),
        ("area = 10", [1]),
        ("NOT area = 10", [2, 3, 4]),
        ("not not area = 10", [1]),
        ("area <> 10", [2, 3, 4]),
        ("area = 10 OR rank = 5", [1, 5]),
        ("area = 10 OR area <> 10", [1, 2, 3, 4]),
        ("NOT (area = 10 AND rank = 5)", [1, 2, 3, 4]),
        ("area = 99 AND rank > 0 OR rank = 2", [2]),
        ("rank = 2 OR rank = 3 AND area = 99", [2]),
        ("NOT rank = 1 AND rank < 3", [2]),
        ("area IS NULL", [5]),
        ("area is not null", [1, 2, 3, 4]),
        ("name IS NULL", [5]),
        ("known IS NULL", [5]),
        ("geometry IS NULL", [5]),
        ("geometry IS NOT NULL", [1, 2, 3, 4]),
        ("area + 1 IS NULL", [5]),
        ("'a' IS NULL", []),
        ("area BETWEEN 10 AND 20", [1, 2]),
        ("area NOT BETWEEN 10 AND 20", [3, 4]),
        ("area BETWEEN 20 AND 10", []),
        ("area BETWEEN half AND half + half", [1, 2, 3]),
        ("rank IN (1, 5, 9)", [1, 5]),
        ("rank NOT IN (1, 5)", [2, 3, 4]),
        ("area IN (10)", [1]),
        ("area NOT IN (10)", [2, 3, 4]),
        ("area IN (10, 1/0)", [1]),
        ("area NOT IN (10, 1/0)", []),
        ("area IN (half, 20)", [2, 3, 4]),
        ("name IN ('Köktör', 'nowhere')", [1]),
        ("name NOT IN ('Köktör')", [2, 3, 4]),
        ("known", [1, 3]),
        ("NOT known", [2, 4]),
        ("known = TRUE", [1, 3]),
        ("known <> true", [2, 4]),
        ("known = (rank = 1)", [1, 2, 4]),
        ("TRUE", [1, 2, 3, 4, 5]),
        ("FALSE OR rank = 1", [1]),
        ("1 = 1", [1, 2, 3, 4, 5]),
        ("'a' < 'b' AND rank = 2", [2]),
    ],
)
def test_comparisons_and_logic(table, text, ranks):
    assert kept(table, text) == ranks


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("name = 'Кундыбай'", [2]),
        ("name = 'кундыбай'", []),
        ("CASEI(name) = casei('КУНДЫБАЙ')", [2]),
        ("CASEI(name) IN (casei('КУНДЫБАЙ'), 'köktör')", [1, 2]),
        ("ACCENTI(name) = 'Koktor'", [1]),
        ("accenti(casei(name)) = accenti(casei('KÖKTOR'))", [1]),
        ("name = 'o''Brien'", []),
        ("name LIKE 'o''%'", [4]),
        (r"name LIKE 'o\'B%'", [4]),
        (r"name LIKE '%\\'", [4]),
        ("name LIKE 'K%r'", [1]),
        ("name LIKE 'K_kt_r'", [1]),
        ("name LIKE 'k%'", []),
        ("casei(name) LIKE casei('KÖK%')", [1]),
        ("name LIKE '%'", [1, 2, 3, 4]),
        ("name NOT LIKE 'K%'", [2, 3, 4]),
        (r"name LIKE '50\% a\_b'", [3]),
        (r"name LIKE '%\%%'", [3]),
        ("name LIKE '.*'", []),
        ("name LIKE ''", []),
        ("'abc' LIKE 'a%'", [1, 2, 3, 4, 5]),
        ("name = state", [3]),
        ("name <> state", [1, 2, 4]),
        ("state > 'UZB'", [2]),
        ('"name" = state AND "rank" = 3', [3]),
    ],
)
def test_texts(table, text, ranks):
    assert kept(table, text) == ranks


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("area + half = 15", [1]),
        ("area - half - 5 = 0", [1]),
        ("half * 2 = area", [1, 2]),
        ("area / half = 2", [1, 2]),
        ("area / 0 = 1 OR NOT area / 0 = 1", []),
        ("area % 4 = 2", [1, 3]),
        ("area % 4 = -3", [4]),
        ("area DIV 2 = -3", [4]),
        ("rank ^ 2 = 9", [3]),
        ("-rank ^ 2 = 9", [3]),
        ("2 + 3 * 2 ^ 2 = 14 AND rank = 1", [1]),
        ("(2 + 3) * 2 = 10 AND rank = 1", [1]),
        ("10 - 3 - 2 = 5 AND 16 / 4 / 2 = 2 AND rank = 1", [1]),
        ("-area > -15", [1, 4]),
        ("rank - -1 = 3", [2]),
        ("rank = +2", [2]),
        ("area > 1e1", [2, 3]),
        ("area < .5", [4]),
        ("half < area", [1, 2]),
        ("(0 - 4) ^ 0.5 IS NULL AND rank = 1", [1]),
    ],
)
def test_arithmetic(table, text, ranks):
    assert kept(table, text) == ranks


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("S_INTERSECTS(geometry, POINT(60.5 40.5))", [1]),
        ("s_intersects(POINT(60.5 40.5), geometry)", [1]),
        ("s_intersects(geometry, POINT Z (60.5 40.5 9))", [1]),
        ("s_intersects(geometry, BBOX(60, 40, 61, 41))", [1, 2]),
        ("s_intersects(geometry, BBOX(60, 40, 0, 61, 41, 9))", [1, 2]),
        ("s_intersects(geometry, BBOX(170, -90, -170, 90))", []),
        ("s_intersects(geometry, MULTIPOINT((60.5 40.5), (70.5 50.5)))", [1, 4]),
        ("s_intersects(geometry, LINESTRING(60 40, 63 43))", [1, 2, 3]),
        (
            f"s_intersects(geometry, GEOMETRYCOLLECTION(POINT(70.5 50.5), {LINE}))",
            [1, 4],
        ),
        ("s_disjoint(geometry, BBOX(60, 40, 61, 41))", [3, 4]),
        ("NOT s_intersects(geometry, BBOX(60, 40, 61, 41))", [3, 4]),
        ("NOT s_disjoint(geometry, BBOX(60, 40, 61, 41))", [1, 2]),
        ("s_equals(geometry, POLYGON((60 40, 62 40, 62 42, 60 42, 60 40)))", [1]),
        ("s_touches(geometry, POLYGON((60 40, 62 40, 62 42, 60 42, 60 40)))", [3]),
        ("s_overlaps(geometry, POLYGON((60 40, 62 40, 62 42, 60 42, 60 40)))", [2]),
        ("s_within(geometry, BBOX(60, 40, 63, 43))", [1, 2]),
        ("s_contains(BBOX(60, 40, 63, 43), geometry)", [1, 2]),
        ("s_contains(geometry, POINT(63.5 40.5))", [3]),
        ("s_within(POINT(63.5 40.5), geometry)", [3]),
        ("s_crosses(LINESTRING(69 50.5, 72 50.5), geometry)", [4]),
        ("s_crosses(geometry, LINESTRING(69 50.5, 72 50.5))", [4]),
        ("s_equals(geometry, geometry)", [1, 2, 3, 4]),
        ("s_touches(geometry, geometry)", []),
        ("s_intersects(POINT(1 1), BBOX(0, 0, 2, 2)) AND rank = 1", [1]),
    ],
)
def test_places(table, text, ranks):
    assert kept(table, text) == ranks


def test_geometries_are_read_in_the_reference_system_of_the_filter(table):
    swapped = parse_crs("EPSG:4326")
    assert kept(table, "s_contains(geometry, POINT(40.5 60.5))", crs=swapped) == [1]
    metres = parse_crs("EPSG:32641")  # central meridian 63 E: easting 500 km
    point = "s_contains(geometry, POINT(500000 4650000))"
    assert kept(table, point, crs=metres) == []
    point = "s_contains(geometry, POINT(400000 4500000))"  # 61.82 E 40.64 N
    assert kept(table, point, crs=metres) == [1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rank = 'abc'", "rank (integer) and 'abc'"),
        ("area < name", "area (number, km²) and name (string)"),
        ("name > 5", "name (string) and 5"),
        ("rank IN (1, 'a')", "rank (integer) and 'a'"),
        ("known > TRUE", "known (boolean)"),
        ("name + 1 = 2", "name (string) and 1"),
        ("s_intersects(geometry, 5)", "geometry and 5"),
        ("geometry = 5", "geometry and 5"),
        ("casei(rank) = 'a'", "needs a text, not rank (integer)"),
        ("rank LIKE '1%'", "rank (integer)"),
        ("name LIKE name", "not name (string)"),
        ("rank AND known", "not rank (integer)"),
        ("rank", "this one is rank (integer)"),
        ("nosuch = 1", "Known are rank, area, half, name, state, known, geometry."),
        ("geom IS NULL", "'geom', which is no property"),
        ("name LIKE '" + "_" * 201 + "'", "200 characters"),
        ("s_intersects(geometry, POINT(200 40))", "off the globe"),
        ("s_intersects(geometry, BBOX(0, 91, 1, 92))", "latitudes"),
        ("DATE('2020-01-01') = TIMESTAMP('2020-01-01T00:00:00Z')", "DATE and TIME"),
    ],
)
def test_what_does_not_go_together_is_refused_with_kinds_and_units(table, text, told):
    with pytest.raises(BadParameterError) as caught:
        kept(table, text)
    assert told in str(caught.value)


def test_days_and_moments_are_compared(table):
    assert kept(table, "DATE('2020-01-31') < DATE('2020-02-01') AND rank = 1") == [1]
    here, there = "2020-01-01T05:00:00+05:00", "2020-01-01T00:00:00Z"
    same = f"TIMESTAMP('{here}') = TIMESTAMP('{there}')"
    assert kept(table, f"{same} AND rank = 1") == [1]


def test_a_table_without_rows_keeps_none(table):
    assert kept(table.iloc[:0], "rank = 1 AND name LIKE 'K%'") == []


def test_a_table_without_geometry_has_none_to_ask_of(table):
    bare = table.set_geometry(gpd.GeoSeries([None] * 5, crs=4326))
    assert kept(bare, "rank = 5") == [5]
    with pytest.raises(BadParameterError, match="state, known\\."):
        kept(bare, "s_disjoint(geometry, POINT(60 40)) OR rank = 5")
