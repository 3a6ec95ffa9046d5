"""A GeoPackage that conforms, carries our drawing, and is the same each time."""

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI

from app.excerpt import whole
from app.formats.gpkg import FORMAT
from tests.app.formats.test_round_trip import COLLECTIONS, SOURCE


@pytest.fixture(params=COLLECTIONS)
def package(
    application: FastAPI, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[sqlite3.Connection]:
    found = application.state.shelf.served.collections[request.param]
    path = tmp_path / "a.gpkg"
    path.write_bytes(FORMAT.write(whole(found, SOURCE)))
    opened = sqlite3.connect(path)
    yield opened
    opened.close()


def test_it_is_a_geopackage_of_version_1_3(package: sqlite3.Connection) -> None:
    assert package.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    assert package.execute("PRAGMA user_version").fetchone() == (10300,)
    assert package.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert package.execute("PRAGMA foreign_key_check").fetchall() == []


def test_its_required_tables_describe_its_one_layer(
    package: sqlite3.Connection,
) -> None:
    systems = package.execute("SELECT srs_id FROM gpkg_spatial_ref_sys").fetchall()
    assert {(-1,), (0,), (4326,)} <= set(systems)
    ((name, kind, changed),) = package.execute(
        "SELECT table_name, data_type, last_change FROM gpkg_contents"
    ).fetchall()
    assert changed == "2000-01-01T00:00:00.000Z"
    keys = [row for row in package.execute(f'PRAGMA table_info("{name}")') if row[5]]
    assert [(row[1], row[2]) for row in keys] == [("fid", "INTEGER")]
    if name == "sites-without-position":
        assert kind == "attributes"
        return
    ((table, column, shape, srs, z, m),) = package.execute(
        "SELECT * FROM gpkg_geometry_columns"
    ).fetchall()
    assert (table, srs, z, m) == (name, 4326, 0, 0)
    wanted = {"POINT": 1, "MULTILINESTRING": 5, "MULTIPOLYGON": 6}[shape]
    rows = package.execute(f'SELECT {column} FROM "{name}"')  # noqa: S608  # our own
    for (blob,) in rows:
        if blob is None:
            continue
        assert blob[:3] == b"GP\x00"
        head = 8 + {0: 0, 1: 32}[blob[3] >> 1 & 7]
        order = "<" if blob[head] else ">"
        assert struct.unpack_from(f"{order}I", blob, head + 1) == (wanted,)


def test_its_style_is_the_default_of_the_layer(package: sqlite3.Connection) -> None:
    ((name, kind),) = package.execute(
        "SELECT table_name, data_type FROM gpkg_contents"
    ).fetchall()
    if kind == "attributes":
        return
    ((table, column, default, text),) = package.execute(
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML"
        " FROM layer_styles"
    ).fetchall()
    assert (table, column, default) == (name, "geom", 1)
    style = ET.fromstring(text)  # noqa: S314  # our own text
    assert style.tag == "qgis"
    assert style.find("renderer-v2/symbols/symbol/layer/Option") is not None


def test_it_says_release_caution_and_what_columns_mean(
    application: FastAPI, tmp_path: Path
) -> None:
    found = application.state.shelf.served.collections["prospects"]
    path = tmp_path / "a.gpkg"
    path.write_bytes(FORMAT.write(whole(found, SOURCE)))
    package = sqlite3.connect(path)
    ((told,),) = package.execute("SELECT metadata FROM gpkg_metadata").fetchall()
    titles = dict(package.execute("SELECT column_name, name FROM gpkg_data_columns"))
    package.close()
    for text in (SOURCE.release, SOURCE.caution, SOURCE.licence, SOURCE.about):
        assert text in told
    for column in found.columns:
        assert titles[column.name].startswith(column.title[:20])
