import io

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.layers.storage.table_file import (
    coverage_record,
    decode_places,
    decode_table,
    encode_places,
    encode_table,
    rounded,
    uniform_columns,
)

TEXTS = st.none() | st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.none() | st.floats(allow_infinity=False)
WHOLE = st.integers(-(2**63), 2**63 - 1)
FLAGS = st.none() | st.booleans()


@st.composite
def tables(draw):
    count = draw(st.integers(0, 5))

    def column(elements):
        return draw(st.lists(elements, min_size=count, max_size=count))

    columns = {
        "text": pd.Series(column(TEXTS), dtype=object),
        "flag": pd.Series(column(FLAGS), dtype=object),
        "number": pd.Series(column(NUMBERS), dtype=float),
        "count": pd.Series(column(WHOLE), dtype="int64"),
    }
    return pd.DataFrame(
        {name: columns[name] for name in draw(st.permutations(sorted(columns)))}
    )


@settings(deadline=None, max_examples=50)
@given(tables())
def test_what_is_written_is_read_back_and_gives_the_same_bytes(table):
    content = encode_table(table)
    back = decode_table(content, "stones")
    assert list(back.columns) == ["count", "flag", "number", "text"]
    for name in back.columns:
        for was, now in zip(table[name], back[name], strict=True):
            assert (pd.isna(was) and pd.isna(now)) or was == now
    assert encode_table(back) == content
    assert (
        encode_table(table.iloc[:, ::-1].set_axis(range(9, 9 + len(table)))) == content
    )


def test_the_file_keeps_no_index_and_is_compressed_with_zstd():
    content = encode_table(pd.DataFrame({"a": ["x", "y"]}, index=[7, 8]))
    file = pq.ParquetFile(io.BytesIO(content))
    assert file.schema_arrow.names == ["a"]
    assert b"pandas" not in (file.schema_arrow.metadata or {})
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_infinite_numbers_are_unknown_and_whole_numbers_with_a_gap_are_numbers():
    table = uniform_columns(
        pd.DataFrame(
            {
                "a": [1.0, np.inf, -np.inf],
                "b": pd.Series([1, None, 3], dtype="Int64"),
                "c": [1, 2, 3],
            }
        )
    )
    assert table["a"].isna().tolist() == [False, True, True]
    assert table["b"].dtype == np.float64
    assert table["b"].isna().tolist() == [False, True, False]
    assert table["c"].dtype == np.int64


def test_a_column_without_any_value_counts_as_text():
    content = encode_table(pd.DataFrame({"a": [None, None]}))
    assert pq.read_schema(io.BytesIO(content)).field("a").type == pa.string()


def test_categories_are_written_as_what_they_stand_for():
    table = pd.DataFrame({"a": pd.Categorical(["x", None, "x"])})
    assert decode_table(encode_table(table), "stones")["a"].tolist()[::2] == ["x", "x"]


@pytest.mark.parametrize(
    "values",
    [["a", 1], [["a"], ["b"]], [{"a": 1}, None], [b"a", b"b"], [object(), object()]],
    ids=["mixed", "lists", "records", "bytes", "objects"],
)
def test_a_column_of_another_type_is_refused_by_name(values):
    with pytest.raises(LayerFormatError, match="'odd'"):
        encode_table(pd.DataFrame({"odd": pd.Series(values, dtype=object)}))


def test_dates_are_refused():
    with pytest.raises(LayerFormatError, match="timestamp"):
        encode_table(pd.DataFrame({"odd": pd.to_datetime(["2020-01-01"])}))


@pytest.mark.parametrize("names", [["a", "a"], ["a", 1]])
def test_columns_need_names_that_differ(names):
    table = pd.DataFrame([[1, 2]], columns=names)
    with pytest.raises(LayerFormatError, match="names of text that differ"):
        encode_table(table)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 9, b"name\nx\n"])
def test_bytes_that_are_no_parquet_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="stones"):
        decode_table(content, "stones")


LONGITUDES = st.floats(min_value=44.0, max_value=90.0)
LATITUDES = st.floats(min_value=33.0, max_value=58.0)
PLACES = st.builds(shapely.Point, LONGITUDES, LATITUDES)
CIRCLES = st.builds(shapely.buffer, PLACES, st.floats(0.01, 2.0))
LINES = (
    st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=2, max_size=6, unique=True)
    .map(shapely.LineString)
    .filter(lambda line: line.length > 1e-4)
)
NAMES = st.text(st.characters(codec="utf-8"), max_size=20)
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


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(PLACES | CIRCLES | LINES, NAMES), min_size=1, max_size=5))
def test_rounding_moves_no_corner_by_a_metre_and_is_done_once(rows):
    table = table_of([shape for shape, _ in rows], [text for _, text in rows])
    back = rounded(table)
    assert list(back["name"]) == list(table["name"])
    for was, now in zip(table.geometry, back.geometry, strict=True):
        assert now.is_valid
        assert shapely.hausdorff_distance(was, now) <= 2 * HALF_STEP
        corners = shapely.get_coordinates(now)
        assert all(round(angle, 5) == angle for angle in corners.ravel())
    assert encode_places(rounded(back)) == encode_places(back)


def test_outer_rings_run_counter_clockwise_when_rounded():
    clockwise = shapely.Polygon([(70, 40), (70, 45), (75, 45), (75, 40)])
    assert rounded(table_of([clockwise])).geometry.iloc[0].exterior.is_ccw


@settings(deadline=None, max_examples=50)
@given(LINES)
def test_a_line_keeps_its_direction_when_rounded(line):
    (back,) = rounded(table_of([line])).geometry
    for end in (0, -1):
        assert shapely.distance(
            shapely.Point(line.coords[end]), shapely.Point(back.coords[end])
        ) <= (2 * HALF_STEP)


@pytest.mark.parametrize("shape", [None, shapely.Point()])
def test_a_row_without_place_cannot_be_rounded(shape):
    with pytest.raises(LayerFormatError, match="Row 1"):
        rounded(table_of([shapely.Point(1, 2), shape]))


def test_a_polygon_that_rounding_swallows_is_refused():
    with pytest.raises(LayerFormatError, match="vanishes"):
        rounded(table_of([shapely.box(70, 40, 70.000001, 40.000001)]))


def test_a_coverage_keeps_its_shape_within_a_hundred_metres():
    box = shapely.box(70.12345, 40, 75, 45)
    back = shapely.geometry.shape(coverage_record(box))
    assert shapely.hausdorff_distance(box, back) < 0.001
    assert coverage_record(None) is None


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(PLACES | CIRCLES | LINES, NAMES), min_size=0, max_size=5))
def test_geoparquet_keeps_every_corner_as_it_is(rows):
    table = table_of([shape for shape, _ in rows], [text for _, text in rows])
    content = encode_places(table)
    back = decode_places(content, "stones")
    assert list(back.columns) == ["name", "number", "geometry"]
    assert back.crs == "EPSG:4326"
    assert back["name"].tolist() == table["name"].tolist()
    assert all(
        shapely.equals_exact(was, now, tolerance=0)
        for was, now in zip(table.geometry, back.geometry, strict=True)
    )
    assert encode_places(back) == content
    assert encode_places(table[["number", "geometry", "name"]]) == content


def test_rows_without_place_stay_in_geoparquet_and_are_none_not_the_origin():
    shapes = [shapely.Point(71, 51), None, shapely.Point(), shapely.Polygon()]
    back = decode_places(encode_places(table_of(shapes)), "stones")
    assert [shape is None for shape in back.geometry] == [False, True, True, True]
    assert back["number"].tolist() == [0, 1, 2, 3]


def test_geoparquet_of_rows_none_of_which_has_a_place_survives():
    back = decode_places(encode_places(table_of([None, None])), "stones")
    assert back.geometry.isna().all()


def test_heights_of_corners_are_dropped():
    table = table_of([shapely.Point(71, 51, 300)])
    (back,) = decode_places(encode_places(table), "stones").geometry
    assert not back.has_z


def test_the_active_geometry_is_called_geometry_and_comes_last():
    table = table_of([shapely.Point(71, 51)]).rename_geometry("a_shape")
    back = decode_places(encode_places(table), "stones")
    assert list(back.columns) == ["name", "number", "geometry"]


@pytest.mark.parametrize(
    "corner", [(51.17, 171.43), (181.0, 0.0), (0.0, np.inf), (500_000.0, 4_000_000.0)]
)
def test_a_corner_that_is_no_place_on_earth_is_refused(corner):
    table = table_of([shapely.LineString([(0, 0), corner])])
    with pytest.raises(LayerFormatError, match="longitude -180 to 180"):
        encode_places(table)


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
@pytest.mark.parametrize("write", [encode_places, rounded])
def test_places_in_no_or_another_crs_are_refused(crs, write):
    table = geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2)], crs=crs)
    with pytest.raises(LayerFormatError, match="EPSG:4326"):
        write(table)


@pytest.mark.parametrize("content", [b"", b"PAR1" * 9, b"{}"])
def test_bytes_that_are_no_geoparquet_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="stones"):
        decode_places(content, "stones")


def test_a_table_without_places_is_not_read_as_geoparquet():
    with pytest.raises(LayerFormatError, match="not GeoParquet"):
        decode_places(encode_table(pd.DataFrame({"a": [1]})), "stones")


def test_geoparquet_is_not_read_as_a_table_without_places():
    with pytest.raises(LayerFormatError, match="Read it as a vector layer"):
        decode_table(encode_places(table_of([shapely.Point(1, 2)])), "stones")
