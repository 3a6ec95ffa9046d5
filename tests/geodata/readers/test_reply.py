"""What a child says is made into what was asked for, or refused; never run."""

import functools
import json
import os
import pickle
import struct
import time
from dataclasses import dataclass
from multiprocessing import Pipe

import geopandas
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from rasterio.transform import Affine

from geodata.errors import GeodataError, LayerFormatError, UnsafeFileError
from geodata.raster import DoubleRaster
from geodata.readers import reply_pipe, sandbox
from geodata.readers.reply import packed, packed_error, unpacked, unpacked_error
from geodata.readers.sandbox import Allowance, run_confined

RASTER = DoubleRaster.of_degrees(
    np.array([[1.0, np.nan], [3.0, 4.0]]),
    west=60.0,
    north=50.0,
    step_lon_deg=1.0,
    step_lat_deg=1.0,
)
SHAPES = [
    shapely.Point(70, 40),
    None,
    shapely.LineString([(70, 40), (71, 41), (72, 40)]),
    shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2)),
    shapely.MultiPoint([(1, 2)]),
    shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    shapely.GeometryCollection(
        [shapely.Point(1, 2), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])]
    ),
    shapely.GeometryCollection([shapely.LineString([(0, 0), (1, 1)])]),
]
TABLE = geopandas.GeoDataFrame(
    {
        "name": ["Кутессай", None, "", "a", "b", "c", "d", "e", "f"],
        "mixed": pd.Series([1, 2.5, None, True, "x", np.nan, -1, 10**20, "\ud800"]),
        "number": np.arange(9) / 3,
        "whole": np.arange(9),
        "true": np.arange(9) % 2 == 0,
    },
    geometry=SHAPES,
    crs=4326,
)
TABLE.attrs["repaired"] = 2


@dataclass(frozen=True, kw_only=True)
class Told:
    content: bytes
    words: tuple[str, ...]
    more: "Told | None"
    masked: np.ndarray
    place: Affine
    system: pyproj.CRS


def there_and_back(value, kind):
    parts = []
    said = json.loads(json.dumps(packed(value, parts)))
    return unpacked(said, kind, [np.array(part) for part in parts])


def test_tables_come_back_as_they_were():
    found = there_and_back(TABLE, geopandas.GeoDataFrame)
    assert_frame_equal(pd.DataFrame(found), pd.DataFrame(TABLE))
    assert found.geometry.geom_equals_exact(TABLE.geometry, 0.0)[
        [0, *range(2, 9)]
    ].all()
    assert (found.crs, found.attrs) == (TABLE.crs, TABLE.attrs)
    assert type(found) is geopandas.GeoDataFrame
    plain = pd.DataFrame(TABLE.drop(columns="geometry"))
    for table in (plain, plain[:0], plain[[]]):
        back = there_and_back(table, pd.DataFrame)
        assert_frame_equal(back, table, check_column_type=len(table.columns) > 0)


@settings(deadline=None)
@given(st.lists(st.none() | st.text(), max_size=9))
def test_any_column_of_text_comes_back(cells):
    table = pd.DataFrame({"a": pd.Series(cells, dtype=object)})
    assert_frame_equal(there_and_back(table, pd.DataFrame), table)


def test_values_inside_one_another_come_back():
    masked = np.ma.MaskedArray(np.float32([[1, 2]]), mask=[[True, False]])
    values = {
        "words": ("a", "b"),
        "masked": masked,
        "place": Affine(1, 0, 60, 0, -1, 50),
        "system": pyproj.CRS.from_proj4("+proj=tmerc +lon_0=70 +ellps=krass"),
    }
    inner = Told(content=b"", more=None, **values)
    outer = Told(content=b"\0\xff", more=inner, **values)
    found = there_and_back(outer, Told)
    assert (found.content, found.words, found.place) == (
        b"\0\xff",
        ("a", "b"),
        values["place"],
    )
    assert found.system == values["system"]
    assert found.more.more is None
    assert found.masked.dtype == np.float32
    np.testing.assert_array_equal(found.masked.mask, masked.mask)
    raster = there_and_back(RASTER, DoubleRaster)
    np.testing.assert_array_equal(raster.values, RASTER.values)
    assert (raster.transform, raster.crs) == (RASTER.transform, RASTER.crs)


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def array(**changed):
    return {"type": "<f8", "shape": [2], "part": 0, "mask": None, **changed}


DOUBLES = [np.arange(2.0).view(np.uint8)]
FLOATS = np.ndarray[tuple[int], np.dtype[np.float64]]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (1, str),
        (True, int),
        ("1", float),
        ([1, 2], tuple[int, int, int]),
        ({"a": 1}, tuple[int, ...]),
        (-1, bytes),
        (7, bytes),
        (array(type="|O"), FLOATS),
        (array(type="|V8"), FLOATS),
        (array(type="<i8"), FLOATS),
        (array(shape=[-2, -1]), FLOATS),
        (array(shape=[2**62, 4]), FLOATS),
        (array(part=[0]), FLOATS),
        (array(mask=array()), FLOATS),
        ({"bands": {"": array(shape=[1, 2])}}, DoubleRaster),
        ({"__class__": "os.system", "args": ["true"]}, DoubleRaster),
        ("+proj=longlat +nadgrids=/etc/passwd", pyproj.CRS),
        ('GEOGCS["x",EXTENSION["PROJ4_GRIDS","/etc/passwd"]]', pyproj.CRS),
        ({}, pd.DataFrame),
        ([], geopandas.GeoDataFrame),
        (None, os.system),
    ],
)
def test_what_was_not_asked_for_is_refused(said, kind):
    with pytest.raises(GeodataError):
        unpacked(said, kind, DOUBLES)


def changed(said, path, value):
    *way, last = path
    for step in way:
        said = said[step]
    said[last] = value


GEOMETRY = ("columns", 5, "shapes")
NAME = ("columns", 0, "text")


@pytest.mark.parametrize(
    "path",
    [
        ("rows",),
        ("names",),
        ("crs",),
        (*NAME, "offsets"),
        (*NAME, "content"),
        ("columns", 1, "cells"),
        ("columns", 2, "numbers"),
        (*GEOMETRY, "kinds"),
        (*GEOMETRY, "counts"),
        (*GEOMETRY, "members"),
        (*GEOMETRY, "coordinates", 3),
        (*GEOMETRY, "offsets", 2, 0),
    ],
)
@pytest.mark.parametrize("value", [None, 8, [], {}, "x", 10**30])
def test_a_table_that_does_not_fit_itself_is_refused(path, value):
    parts = []
    said = json.loads(json.dumps(packed(TABLE, parts)))
    changed(said, path, value)
    with pytest.raises(GeodataError):
        unpacked(said, geopandas.GeoDataFrame, parts)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_change_of_bytes_or_offsets_is_more_than_an_error(data):
    parts = []
    said = packed(TABLE, parts)
    hit = data.draw(st.sampled_from([n for n, part in enumerate(parts) if part.size]))
    parts[hit] = parts[hit].copy()
    place = data.draw(st.integers(0, parts[hit].size - 1))
    parts[hit][place] = data.draw(st.integers(0, 255))
    try:
        table = unpacked(said, geopandas.GeoDataFrame, parts)
    except GeodataError:
        return
    assert len(table) == len(TABLE)


def test_a_table_of_endless_rows_or_values_is_refused():
    parts = []
    said = packed(pd.DataFrame({"a": np.arange(2)}), parts)
    said["rows"] = 10**9
    with pytest.raises(UnsafeFileError, match="rows"):
        unpacked(said, pd.DataFrame, parts)
    cells = [np.frombuffer(b"[" * 100_000, dtype=np.uint8)]
    said = packed(pd.DataFrame({"a": pd.Series([1, "x"], dtype=object)}), [])
    with pytest.raises(UnsafeFileError):
        unpacked(said, pd.DataFrame, cells)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LayerFormatError("wrong"), LayerFormatError),
        (ValueError("no such driver"), ValueError),
        (KeyError("name"), KeyError),
        (FileNotFoundError(2, "No such file", "a.shp"), FileNotFoundError),
        (OSError("of a library"), OSError),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "wrong"), ValueError),
        (StopIteration("3"), RuntimeError),
    ],
)
def test_errors_come_back_with_what_they_say(error, kind):
    found = unpacked_error(json.loads(json.dumps(packed_error(error))))
    assert type(found) is kind
    assert str(error) in str(found)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {"name": "SystemExit", "said": "1"},
        {"name": "KeyboardInterrupt", "said": ""},
        {"name": "printable", "said": "x"},
        {"name": "exec", "said": "import os"},
        {"name": "__import__", "said": "os"},
        {"name": "ValueError", "said": ["x"]},
        {"name": "UnreadableFileError", "said": "x"},
    ],
)
def test_an_error_we_do_not_know_is_one_about_the_file(said):
    assert type(unpacked_error(said)) is UnsafeFileError


# Said by a child that somebody else commands.


def says(content, then=None):
    def say(pipe, *_):
        os.write(pipe.fileno(), content)
        if then:
            then()

    sandbox.send = say
    return ""


def framed(head, *parts):
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def falls_silent():
    time.sleep(60)


def test_a_pickle_is_not_unpickled(tmp_path):
    bomb = pickle.dumps((Bomb(tmp_path / "made"), None))
    for content in (
        bomb,
        struct.pack("<Q", len(bomb)) + bomb,
        struct.pack("<2Q", 0, 0) + bomb,
        framed({"answer": 0, "parts": [len(bomb)]}, bomb),
    ):
        with pytest.raises(UnsafeFileError):
            run_confined(functools.partial(says, content), answer=str, readable=[])
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 4) + b"null",
        struct.pack("<Q", 9) + b"[" * 9,
        framed({"answer": "x", "parts": [-1]}),
        framed({"answer": "x", "parts": [1.5]}),
        framed({"answer": "x", "parts": [2**62]}),
        framed({"answer": "x", "parts": [2**31] * 3}),
        framed({"answer": "x", "parts": [0] * 100_001}),
        framed({"answer": "x", "parts": [100]}, b"short"),
        framed({"answer": 1, "parts": []}),
        framed({"answer": {"a": []}, "parts": []}),
    ],
)
def test_a_hostile_answer_is_a_typed_error(content):
    with pytest.raises(UnsafeFileError):
        run_confined(functools.partial(says, content), answer=str, readable=[])


def test_an_answer_that_never_ends_takes_no_longer_than_it_may():
    begun = framed({"answer": "x", "parts": [100]}, b"short")
    start = time.monotonic()
    with pytest.raises(UnsafeFileError, match="longer than 2 s"):
        run_confined(
            functools.partial(says, begun, falls_silent),
            answer=str,
            readable=[],
            allowance=Allowance(wall_s=2.0),
        )
    assert time.monotonic() - start < 20.0


def test_memory_is_used_as_bytes_come_and_not_as_they_are_announced():
    ours, theirs = Pipe(duplex=False)
    with ours, theirs:
        os.write(theirs.fileno(), framed({"answer": "x", "parts": [2**33]}))
        with pytest.raises(TimeoutError):
            reply_pipe.receive(ours, str, until=time.monotonic() + 0.1, most=2**34)
