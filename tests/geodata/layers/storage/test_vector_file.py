import json

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.layers.storage.table_file import decode_table, encode_table
from geodata.layers.storage.vector_file import (
    decode_geoparquet,
    decode_vector,
    encode_coverage,
    encode_geoparquet,
    encode_vector,
)

LONGITUDES = st.floats(min_value=44.0, max_value=90.0)
LATITUDES = st.floats(min_value=33.0, max_value=58.0)
PLACES = st.builds(shapely.Point, LONGITUDES, LATITUDES)
CIRCLES = st.builds(shapely.buffer, PLACES, st.floats(0.01, 2.0))
LINES = (
    st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=2, max_size=6, unique=True)
    .map(shapely.LineString)
    .filter(lambda line: line.length > 1e-4)
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
HALF_STEP = 0.51e-5


def table_of(geometries, names=None, numbers=None):
    count = len(geometries)
    return geopandas.GeoDataFrame(
        {
            "name": names or [f"place {index}" for index in range(count)],
            "number": numbers or list(range(count)),
        },
        geometry=geometries,
        crs="EPSG:4326",
    )


@given(st.lists(st.tuples(PLACES | CIRCLES | LINES, TEXTS), min_size=1, max_size=5))
def test_what_is_written_is_read_back(rows):
    table = table_of([shape for shape, _ in rows], [text for _, text in rows])
    content = encode_vector(table)
    back = decode_vector(content, "stones")
    assert list(back["name"]) == list(table["name"])
    assert list(back["number"]) == list(table["number"])
    for was, now in zip(table.geometry, back.geometry, strict=True):
        assert now.is_valid
        assert shapely.hausdorff_distance(was, now) <= 2 * HALF_STEP
    assert encode_vector(back) == content


@given(PLACES)
def test_a_point_moves_by_less_than_a_metre(place):
    (back,) = decode_vector(encode_vector(table_of([place])), "stones").geometry
    assert abs(back.x - place.x) <= HALF_STEP
    assert abs(back.y - place.y) <= HALF_STEP


def test_the_bytes_are_these_and_no_others():
    table = table_of([shapely.Point(71.430001, 51.17)])
    assert encode_vector(table) == (
        b'{"type":"FeatureCollection","features":[\n'
        b'{"geometry":{"coordinates":[71.43,51.17],"type":"Point"},'
        b'"properties":{"name":"place 0","number":0},"type":"Feature"}\n]}\n'
    )


def test_columns_in_another_order_give_the_same_bytes():
    table = table_of([shapely.Point(71.43, 51.17)])
    assert encode_vector(table[["number", "geometry", "name"]]) == encode_vector(table)


def test_longitude_comes_first_and_outer_rings_run_counter_clockwise():
    clockwise = shapely.Polygon([(70, 40), (70, 45), (75, 45), (75, 40)])
    (feature,) = json.loads(encode_vector(table_of([clockwise])))["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert all(lon >= 70 and lat <= 45 for lon, lat in ring)
    assert shapely.is_ccw(shapely.LinearRing(ring))


@given(LINES)
def test_a_line_keeps_its_direction(line):
    (back,) = decode_vector(encode_vector(table_of([line])), "stones").geometry
    for end in (0, -1):
        assert shapely.distance(
            shapely.Point(line.coords[end]), shapely.Point(back.coords[end])
        ) <= (2 * HALF_STEP)


@pytest.mark.parametrize("value", [None, np.nan, np.inf])
def test_what_is_unknown_is_null_and_comes_back_unknown(value):
    table = table_of([shapely.Point(1, 2), shapely.Point(3, 4)], numbers=[1.0, value])
    content = encode_vector(table)
    assert b'"number":null' in content
    assert decode_vector(content, "stones")["number"].isna().tolist() == [False, True]


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
def test_a_table_in_no_or_another_crs_is_refused(crs):
    table = geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=crs)
    with pytest.raises(LayerFormatError, match="EPSG:4326"):
        encode_vector(table)


@pytest.mark.parametrize("shape", [None, shapely.Point()])
def test_a_row_without_place_is_refused(shape):
    with pytest.raises(LayerFormatError, match="Row 1"):
        encode_vector(table_of([shapely.Point(1, 2), shape]))


def test_a_polygon_that_rounding_swallows_is_refused():
    with pytest.raises(LayerFormatError, match="vanishes"):
        encode_vector(table_of([shapely.box(70, 40, 70.000001, 40.000001)]))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"features": [{}]}', b"\xff", b'{"features": 1}']
)
def test_bytes_that_are_no_geojson_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="stones"):
        decode_vector(content, "stones")


def test_a_table_without_rows_survives():
    empty = table_of([shapely.Point(1, 2)]).iloc[:0]
    assert len(decode_vector(encode_vector(empty), "stones")) == 0


def test_a_coverage_keeps_its_shape_within_a_hundred_metres():
    box = shapely.box(70.12345, 40, 75, 45)
    back = shapely.geometry.shape(encode_coverage(box))
    assert shapely.hausdorff_distance(box, back) < 0.001


@settings(max_examples=25)
@given(st.lists(st.tuples(PLACES | CIRCLES | LINES, TEXTS), min_size=0, max_size=5))
def test_geoparquet_keeps_every_corner_as_it_is(rows):
    table = table_of([shape for shape, _ in rows], [text for _, text in rows])
    content = encode_geoparquet(table)
    back = decode_geoparquet(content, "stones")
    assert list(back.columns) == ["name", "number", "geometry"]
    assert back.crs == "EPSG:4326"
    assert back["name"].tolist() == table["name"].tolist()
    assert all(
        shapely.equals_exact(was, now, tolerance=0)
        for was, now in zip(table.geometry, back.geometry, strict=True)
    )
    assert encode_geoparquet(back) == content
    assert encode_geoparquet(table[["number", "geometry", "name"]]) == content


def test_rows_without_place_stay_in_geoparquet_and_are_none_not_the_origin():
    shapes = [shapely.Point(71, 51), None, shapely.Point(), shapely.Polygon()]
    back = decode_geoparquet(encode_geoparquet(table_of(shapes)), "stones")
    assert [shape is None for shape in back.geometry] == [False, True, True, True]
    assert back["number"].tolist() == [0, 1, 2, 3]


def test_geoparquet_of_rows_none_of_which_has_a_place_survives():
    back = decode_geoparquet(encode_geoparquet(table_of([None, None])), "stones")
    assert back.geometry.isna().all()


def test_heights_of_corners_are_dropped():
    table = table_of([shapely.Point(71, 51, 300)])
    (back,) = decode_geoparquet(encode_geoparquet(table), "stones").geometry
    assert not back.has_z


def test_the_active_geometry_is_called_geometry_and_comes_last():
    table = table_of([shapely.Point(71, 51)]).rename_geometry("a_shape")
    back = decode_geoparquet(encode_geoparquet(table), "stones")
    assert list(back.columns) == ["name", "number", "geometry"]


@pytest.mark.parametrize(
    "corner", [(51.17, 171.43), (181.0, 0.0), (0.0, np.inf), (500_000.0, 4_000_000.0)]
)
def test_a_corner_that_is_no_place_on_earth_is_refused(corner):
    table = table_of([shapely.LineString([(0, 0), corner])])
    with pytest.raises(LayerFormatError, match="longitude -180 to 180"):
        encode_geoparquet(table)


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
def test_geoparquet_in_no_or_another_crs_is_refused(crs):
    table = geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=crs)
    with pytest.raises(LayerFormatError, match="EPSG:4326"):
        encode_geoparquet(table)


@pytest.mark.parametrize("content", [b"", b"PAR1" * 9, b"{}"])
def test_bytes_that_are_no_geoparquet_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="stones"):
        decode_geoparquet(content, "stones")


def test_a_table_without_places_is_not_read_as_geoparquet():
    with pytest.raises(LayerFormatError, match="not GeoParquet"):
        decode_geoparquet(encode_table(pd.DataFrame({"a": [1]})), "stones")


def test_geoparquet_is_not_read_as_a_table_without_places():
    with pytest.raises(LayerFormatError, match="Read it as a vector layer"):
        decode_table(encode_geoparquet(table_of([shapely.Point(1, 2)])), "stones")
