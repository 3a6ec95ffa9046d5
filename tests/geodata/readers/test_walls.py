"""Second walls: each holds on its own, though the first lets nothing through to it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.errors import UnsafeFileError
from geodata.readers import geopackage
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus

ROOT = Path(__file__).resolve().parents[3]

# What each leads to: other files, servers, or programs that fetch from them.
LEADING_ELSEWHERE = {
    *("VRT", "GTI", "GDALG", "OGR_VRT", "MRF"),
    *("HTTP", "WMS", "WMTS", "WCS", "WFS", "OAPIF", "OGCAPI", "CSW", "STACTA"),
    *("STACIT", "DAAS", "EEDA", "EEDAI", "PLMOSAIC", "PLSCENES", "Carto"),
    *("AmigoCloud", "NGW", "Elasticsearch", "ADBC"),
}
LIST_DRIVERS = """
import json, sys
if sys.argv[1] == "locked":
    from geodata.readers.doors import lock_doors
    lock_doors()
import pyogrio, rasterio
with rasterio.Env() as env:
    print(json.dumps([*env.drivers(), *pyogrio.list_drivers()]))
"""


def crafted(folder, view):
    """A GeoPackage of a few kilobytes with a view in it, and what it would do."""
    _, path = corpus.geopackage(folder, after=[f"CREATE VIEW trap AS {view}"])
    return path


def drivers(state):
    child = subprocess.run(
        [sys.executable, "-c", LIST_DRIVERS, state],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    assert child.stderr == ""
    return set(json.loads(child.stdout))


def test_a_view_that_calls_a_function_is_not_run(tmp_path):
    path = crafted(tmp_path, "SELECT length(zeroblob(200000000)) AS big")
    with sqlite3.connect(path) as careless:
        assert careless.execute("SELECT big FROM trap").fetchone() == (200_000_000,)
    careless.close()
    with (
        geopackage._opened(path) as connection,
        pytest.raises(sqlite3.DatabaseError, match="not authorized"),
    ):
        connection.execute("SELECT big FROM trap").fetchone()


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{other}' AS other",
        "PRAGMA trusted_schema = ON",
        "PRAGMA writable_schema = ON",
        "CREATE TEMP TABLE more (a)",
        "UPDATE rocks SET name = ''",
        "WITH RECURSIVE n(a) AS (SELECT 1 UNION ALL SELECT a FROM n) SELECT a FROM n",
    ],
)
def test_only_plain_reading_is_allowed(tmp_path, statement):
    _, path = corpus.geopackage(tmp_path)
    other = tmp_path / "other.db"
    with geopackage._opened(path) as connection:
        assert connection.execute("SELECT name FROM rocks").fetchall() == [("a",)]
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            connection.execute(statement.format(other=other))
    assert not other.exists()


def test_the_schema_of_a_file_may_not_call_what_is_not_harmless(tmp_path):
    """The authoriser is taken away, so that the other wall stands alone."""
    path = crafted(tmp_path, "SELECT run('a program') AS it")
    done = []
    with geopackage._opened(path) as connection:
        connection.set_authorizer(None)
        connection.create_function("run", 1, done.append)
        connection.execute("SELECT run('by us')")
        with pytest.raises(sqlite3.OperationalError, match="unsafe use of run"):
            connection.execute("SELECT it FROM trap").fetchone()
    assert "a program" not in done


def test_a_view_named_as_a_layer_is_refused_by_the_reader(tmp_path):
    path = crafted(tmp_path, "SELECT geom FROM rocks")
    with sqlite3.connect(path) as change:
        change.execute("UPDATE gpkg_geometry_columns SET table_name = 'trap'")
    change.close()
    with pytest.raises(UnsafeFileError, match="is a view"):
        read_vector(path, driver="geopackage")


def test_a_process_with_locked_doors_knows_no_format_that_leads_elsewhere():
    locked = drivers("locked")
    assert locked & LEADING_ELSEWHERE == set()
    assert {"GTiff", "netCDF", "OpenFileGDB"} <= locked
    assert {"VRT", "WMS", "WCS", "OGR_VRT", "WFS"} <= drivers("open")
