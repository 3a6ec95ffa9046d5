"""What foreign files say reaches a message short, and without power over a terminal."""

import json
import sqlite3
import struct
import zipfile

import geopandas
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.layers.occurrences.column_map import map_columns
from geodata.layers.occurrences.minmod import read_minerals
from geodata.readers.archive import archive_members, find_member
from geodata.readers.projection import reference_from_wkt
from geodata.readers.quoting import LONGEST, listed, quoted, reason
from geodata.readers.table import read_csv
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus

ESCAPE = "\x1b]0;owned\x07\x1b[2J"
TURNED = "\u202e\u2066"
EVIL = f"{ESCAPE}{TURNED}" + "x" * 100_000
LONGEST_MESSAGE = 4000


def fit(error):
    """Whether the text of an error may be printed."""
    text = str(error.value)
    return text.isprintable() and len(text) < LONGEST_MESSAGE


@given(st.text() | st.binary() | st.lists(st.text()) | st.none() | st.floats())
def test_whatever_is_quoted_is_short_and_printable(value):
    assert quoted(value).isprintable()
    assert len(quoted(value)) <= LONGEST


@given(st.lists(st.text(), max_size=100))
def test_whatever_is_listed_is_printable_and_counted(names):
    shown = listed(names)
    assert shown.isprintable()
    assert (f" and {len(names) - 40} more" in shown) == (len(names) > 40)


def test_a_text_nested_without_end_is_quoted_all_the_same():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    assert quoted(nested) == "[[[[[[[...]]]]]]]"


def test_a_reason_keeps_its_words_and_loses_its_signs():
    assert reason(ValueError(f"no column {ESCAPE}")).startswith(r"no column \x1b]0;own")
    assert len(reason(ValueError(EVIL))) == 240
    assert reason(ValueError()) == "ValueError"


def test_a_hundred_thousand_columns_are_refused_in_few_words(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"c{number}{ESCAPE}" for number in range(100_000)) + "\n")
    with pytest.raises(UnsafeFileError, match="names 100,000 columns") as error:
        read_csv(path)
    assert fit(error)


def test_a_thousand_columns_of_control_signs_are_listed_in_few_words(tmp_path):
    names = [f"c{number}{ESCAPE}" for number in range(1000)]
    path = tmp_path / "a.csv"
    path.write_text(",".join(names) + "\n")
    with pytest.raises(LayerFormatError, match=r"c39.* and 960 more") as error:
        read_csv(path, columns=("lon",))
    assert fit(error)
    path.write_text(",".join([*names, *names]) + "\n")
    with pytest.raises(LayerFormatError, match="some twice") as error:
        read_csv(path)
    assert fit(error)


def test_a_column_map_lists_a_hundred_thousand_columns_in_few_words():
    names = [f"c{number}{EVIL[:200]}" for number in range(100_000)]
    frame = pd.DataFrame([[""] * len(names)], columns=names)
    with pytest.raises(LayerFormatError, match="and 99,960 more") as error:
        map_columns(frame, {}, required=("lon",), name="A table")
    assert fit(error)


def changed(folder, statement):
    """A GeoPackage in whose directory stands a text of ours."""
    driver, path = corpus.geopackage(folder)
    with sqlite3.connect(path) as change:
        change.execute(statement, (EVIL,))
    change.close()
    return driver, path


def evil_projection(folder):
    place = f'GEOGCS["{EVIL[:9000]}", nothing'
    return corpus.shapefile(folder, [corpus.point_record(70, 40)], kind=1, prj=place)


def texts(**contents):
    return {
        f"{name} as {driver}": corpus.text(f"a.{driver}", content, driver)
        for name, (driver, content) in contents.items()
    }


NEST = b"[" * 500 + b"]" * 500

FILES = {
    **texts(
        crs=("geojson", json.dumps({"features": [], "crs": EVIL}).encode()),
        nested_crs=("geojson", b'{"features":[],"crs":' + NEST + b"}"),
        nested_property=(
            "geojson",
            b'{"features":[{"properties":{"a":' + NEST + b"}}]}",
        ),
        properties=("geojson", corpus.geojson({"properties": EVIL})),
        kind=("geojson", corpus.geojson(corpus.row(EVIL))),
        geometry=("geojson", corpus.geojson({"geometry": EVIL})),
        place=("geojson", corpus.geojson(corpus.row(coordinates=[EVIL, EVIL]))),
        start=("geojson", EVIL.encode()),
        collection=("geojson", json.dumps({EVIL: 1}, ensure_ascii=False).encode()),
        root=("kml", f"<{'é' * 90_000}/>".encode()),
        number=(
            "kml",
            corpus.kml(
                b"<Placemark><Point><coordinates>"
                + b"x" * 100_000
                + b"</coordinates></Point></Placemark>"
            ),
        ),
        answer=("wfs", EVIL.encode()),
        report=(
            "wfs",
            f"<ExceptionReport>{TURNED}{'x' * 90_000}</ExceptionReport>".encode(),
        ),
        system=(
            "wfs",
            corpus.gml(
                f'<g><gml:Point srsName="{TURNED}{"x" * 90_000}"><gml:pos>1 2</gml:pos>'
                "</gml:Point></g>".encode()
            ),
        ),
    ),
    "tables": lambda at: changed(
        at, "INSERT INTO gpkg_geometry_columns VALUES (?, 'g', 'POINT', 1, 0, 0)"
    ),
    "table": lambda at: changed(at, "UPDATE gpkg_geometry_columns SET table_name = ?"),
    "geometry column": lambda at: changed(
        at, "UPDATE gpkg_geometry_columns SET column_name = ?"
    ),
    "system of a table": lambda at: changed(
        at, "UPDATE gpkg_geometry_columns SET srs_id = ?"
    ),
    "definition of a system": lambda at: changed(
        at, "UPDATE gpkg_spatial_ref_sys SET organization = '', definition = ?"
    ),
    "projection": evil_projection,
}


@pytest.mark.parametrize("name", FILES)
def test_the_text_of_a_file_does_not_command_the_terminal_of_its_reader(tmp_path, name):
    driver, path = FILES[name](tmp_path)
    with pytest.raises(LayerFormatError) as error:
        read_vector(path, driver=driver, columns=("absent",))
    assert fit(error)


def test_a_vector_file_with_evil_columns_lacks_one_in_few_words(tmp_path):
    rows = corpus.row(**{f"{number}{EVIL[:500]}": 1 for number in range(3000)})
    _, path = corpus.plain(tmp_path, "a.geojson", corpus.geojson(rows), "geojson")
    with pytest.raises(LayerFormatError, match="and 2,960 more") as error:
        read_vector(path, driver="geojson", columns=("absent",))
    assert fit(error)


def test_layers_of_a_geodatabase_are_listed_in_few_words(tmp_path):
    path = tmp_path / "a.gdb"
    table = geopandas.GeoDataFrame(geometry=[shapely.Point(70, 40)], crs=4326)
    for number in range(45):
        table.to_file(path, driver="OpenFileGDB", layer=f"l{number}", engine="pyogrio")
    with pytest.raises(LayerFormatError, match="and 5 more") as error:
        read_vector(path, driver="filegdb")
    assert fit(error)


@pytest.mark.parametrize("sign", ["\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\n"])
def test_a_member_whose_name_commands_a_terminal_is_refused(tmp_path, sign):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(f"a{sign}b.csv", "x")
    with pytest.raises(UnsafeFileError, match="unsafe name") as error:
        archive_members(tmp_path / "a.zip")
    assert fit(error)


def test_members_are_listed_in_few_words(tmp_path):
    names = ["x" * 250 + str(number) for number in range(200)]
    with pytest.raises(LayerFormatError, match="and 160 more") as error:
        find_member(tmp_path / "a.zip", names, ending=".csv")
    assert fit(error)


def test_a_file_of_sites_that_is_not_text_is_not_repeated_in_the_message(tmp_path):
    path = tmp_path / "ree.json"
    path.write_bytes(b'{"MineralSite": "' + b"\x1bx" * 100_000 + b"\xff" + b'"}')
    with pytest.raises(LayerFormatError, match="UnicodeDecodeError") as error:
        read_minerals(path)
    assert fit(error)


def test_a_reference_system_nobody_understands_is_shown_in_part():
    with pytest.raises(LayerFormatError) as error:
        reference_from_wkt(f'GEOGCS["{ESCAPE}{"x" * 9000}",' + "GEOGCS[" * 50)
    assert fit(error)


@pytest.mark.parametrize("start", [b"[" * 100_000, b"7", b"", b"\0\1", b"  [1]"])
def test_what_is_neither_form_of_a_services_answer_is_told_both(tmp_path, start):
    driver, path = corpus.plain(tmp_path, "a.wfs", start, "wfs")
    with pytest.raises(LayerFormatError, match="neither GeoJSON nor GML") as error:
        read_vector(path, driver=driver)
    assert "XML" not in str(error.value)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_answer_in_gml_is_known_in_every_coding(tmp_path, coding):
    point = (
        b'<g><gml:Point srsName="EPSG:4326"><gml:pos>70 40</gml:pos></gml:Point></g>'
    )
    content = corpus.gml(point).decode().encode(coding)
    driver, path = corpus.plain(tmp_path, "a.wfs", content, "wfs")
    assert read_vector(path, driver=driver).geometry[0] == shapely.Point(70, 40)


def test_the_members_a_directory_counts_may_touch_and_not_overlap(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", b"x" * 100)
        archive.writestr("b.csv", b"y" * 100)
    assert archive_members(path) == ("a.csv", "b.csv")
    honest = path.read_bytes()
    first = honest.index(b"PK\x01\x02")
    for entry in (first, honest.index(b"PK\x01\x02", first + 4)):
        lying = bytearray(honest)
        struct.pack_into("<II", lying, entry + 20, 101, 101)  # one byte of the next
        path.write_bytes(lying)
        with pytest.raises(UnsafeFileError, match="overlap"):
            archive_members(path)


def test_two_lines_of_a_directory_cannot_name_the_same_bytes(tmp_path):
    _, path = corpus.overlap(tmp_path)
    with pytest.raises(UnsafeFileError, match="members overlap"):
        archive_members(path)
