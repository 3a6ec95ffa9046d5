"""No hostile file is opened, no other file read, no request made, memory bounded."""

import functools
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas
import pyogrio
import pytest

from geodata.errors import GeodataError, LayerFormatError, UnsafeFileError
from geodata.readers.archive import archive_members, unpacked
from geodata.readers.landlock import landlock_version
from geodata.readers.limits import Limits
from geodata.readers.sandbox import Allowance, run_confined
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus

ROOT = Path(__file__).resolve().parents[3]
MEMORY = 1536 * 1024**2  # bytes of address space; Python and GDAL alone take a third
LONGEST_S = 30.0
PRIVATE = "nobody-may-read-this"


@pytest.fixture
def canary():
    """A server on this machine that writes down every request."""
    heard = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_error(404)

        def do_HEAD(self):
            self.do_GET()

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Canary) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text(f"lon,lat,name\n70,40,{PRIVATE}\n")
    return path


def outcomes_by_formats(cases):
    """Let one child read all files, which the kernel does not confine."""
    listed = {name: (driver, str(path)) for name, (driver, path) in cases.items()}
    child = subprocess.run(
        [sys.executable, Path(__file__).with_name("read_hostile.py"), str(MEMORY)],
        input=json.dumps(listed),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONFAULTHANDLER": "1",
        },
    )
    assert child.returncode == 0, child.stderr[-2000:]
    report = json.loads(child.stdout)
    assert report["peak_mb"] < 1024
    return report["outcomes"]


def outcomes_in_the_sandbox(cases, memory=MEMORY):
    """Read each file as everybody does, in a child of its own."""
    allowance = Allowance(memory_bytes=memory, wall_s=2 * LONGEST_S)

    def outcome(case):
        driver, path = case
        start = time.perf_counter()
        try:
            table = run_confined(
                functools.partial(read_vector, path, driver=driver),
                answer=geopandas.GeoDataFrame,
                readable=[path, *path.parent.glob(f"{path.stem}.*")],
                allowance=allowance,
            )
        except GeodataError as error:
            said = f"{type(error).__name__}: {error}"
        else:
            said = f"opened with {len(table)} rows: {table.to_json()[:500]}"
        return said, time.perf_counter() - start

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(cases, pool.map(outcome, cases.values()), strict=True))


WALLS = {"the kernel": outcomes_in_the_sandbox, "few formats": outcomes_by_formats}
"""Each holds alone."""


@pytest.fixture(scope="module", params=WALLS)
def outcomes(request, tmp_path_factory):
    if request.param == "the kernel" and not landlock_version():
        pytest.skip("waits for a kernel with Landlock (Linux 5.13)")
    cases = {}
    for name, build in corpus.HOSTILE.items():
        cases[name] = build(tmp_path_factory.mktemp("hostile"))
    return WALLS[request.param](cases)


@pytest.mark.parametrize("name", corpus.HOSTILE)
def test_a_hostile_file_is_refused_with_a_typed_error(outcomes, name):
    outcome, seconds = outcomes[name]
    assert outcome.startswith(("UnsafeFileError: ", "LayerFormatError: ")), outcome
    assert seconds < LONGEST_S


def test_a_file_that_needs_more_memory_than_there_is_gets_a_typed_error(tmp_path):
    content = b'{"features":[' + b'{"a":1},' * 3_000_000 + b"{}]}"
    case = corpus.plain(tmp_path, "a.geojson", content, "geojson")
    outcomes = outcomes_in_the_sandbox({"large": case}, memory=MEMORY // 2)
    assert outcomes["large"][0].startswith("UnsafeFileError: ")


def test_the_traps_are_armed(tmp_path, canary, secret):
    address, heard = canary
    path = tmp_path / "a.geojson"
    path.write_text(corpus.VRT.format(layer="secret", source=secret))
    assert PRIVATE in str(pyogrio.raw.read(path)[3])
    path.write_text(corpus.VRT.format(layer="x", source=f"/vsicurl/{address}/x.csv"))
    with pytest.raises((pyogrio.errors.DataSourceError, pyogrio.errors.CRSError)):
        pyogrio.raw.read(path)
    assert heard


@pytest.mark.parametrize("wall", WALLS)
def test_a_disguised_file_leads_to_no_other_file_and_no_server(
    tmp_path, canary, secret, wall
):
    address, heard = canary
    cases = corpus.traps(tmp_path, secret, address)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for name, (outcome, _) in WALLS[wall](cases).items():
        typed = outcome.startswith(("UnsafeFileError: ", "LayerFormatError: "))
        assert typed, f"{name}: {outcome}"
        assert PRIVATE not in outcome, name
    assert heard == []
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_a_good_file_that_names_addresses_is_read_without_asking_them(tmp_path, canary):
    address, heard = canary
    place = address.encode()
    linked = corpus.kml(
        b"<NetworkLink><Link><href>" + place + b"/more.kml</href></Link></NetworkLink>"
        b"<Style><IconStyle><Icon><href>" + place + b"/i.png</href></Icon></IconStyle>"
        b"</Style><Placemark><name>a</name><Point><coordinates>70,40,5</coordinates>"
        b"</Point></Placemark>"
    )
    schema = corpus.gml(
        b'<g><gml:Point srsName="EPSG:4326"><gml:pos>70 40</gml:pos></gml:Point></g>',
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
        b"http://www.opengis.net/wfs " + place + b'/wfs.xsd"',
    )
    for name, content, driver in (("a.kml", linked, "kml"), ("a.gml", schema, "wfs")):
        _, path = corpus.plain(tmp_path, name, content, driver)
        (geometry,) = read_vector(path, driver=driver).geometry
        assert (geometry.x, geometry.y) == (70, 40)
    assert heard == []


def test_no_file_beside_an_archive_is_written(tmp_path):
    folder = tmp_path / "inside"
    folder.mkdir()
    driver, path = corpus.ARCHIVES["name that climbs"](folder)
    with pytest.raises(UnsafeFileError, match="unsafe name"):
        read_vector(path, driver=driver)
    assert [other.name for other in tmp_path.rglob("*.*")] == ["rocks.zip"]


def test_what_was_unpacked_is_removed_whatever_happens(tmp_path, monkeypatch):
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    _, path = corpus.archive(tmp_path, [("a/b.shp", b"x"), ("a/b.dbf", b"y")])
    with unpacked(path, ["a/b.shp", "a/b.dbf"]) as folder:
        assert sorted(part.name for part in folder.iterdir()) == ["b.dbf", "b.shp"]
        assert folder.stat().st_mode & 0o077 == 0
    with pytest.raises(LayerFormatError):
        read_vector(path, driver="shapefile-zip")
    with pytest.raises(RuntimeError, match="stop"), unpacked(path, ["a/b.shp"]):
        raise RuntimeError("stop")
    assert list(private.iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(members=1), "2 members"),
        (Limits(unpacked_bytes=2_500_000), "unpacks to 3,000,000"),
    ],
)
def test_an_archive_beyond_a_limit_is_refused_before_it_is_unpacked(
    tmp_path, limits, reason
):
    halves = [("a.geojson", b" " * 1_500_000), ("b.txt", b" " * 1_500_000)]
    _, path = corpus.archive(tmp_path, halves, method=zipfile.ZIP_STORED)
    with pytest.raises(UnsafeFileError, match=reason):
        archive_members(path, limits)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(rows=1),
        Limits(table_cells=8),
        Limits(text_bytes=100),
        Limits(ring_vertices=2),
        Limits(vertices=5),
    ],
)
def test_a_table_beyond_a_limit_is_refused(tmp_path, limits):
    line = corpus.row("LineString", [[70, 40], [71, 41], [72, 42]], name="a")
    _, path = corpus.plain(tmp_path, "a.geojson", corpus.geojson(line, line), "geojson")
    assert len(read_vector(path, driver="geojson")) == 2
    with pytest.raises(UnsafeFileError):
        read_vector(path, driver="geojson", limits=limits)


@pytest.mark.parametrize("suffix", [".shx", ".dbf", ".prj"])
def test_a_missing_side_file_is_named(tmp_path, suffix):
    driver, path = corpus.shapefile(tmp_path, [corpus.polygon_record([corpus.SQUARE])])
    assert len(read_vector(path, driver=driver)) == 1
    path.with_suffix(suffix).unlink()
    with pytest.raises(LayerFormatError, match=f"'rocks{suffix}' is not beside"):
        read_vector(path, driver=driver)


def test_a_driver_we_do_not_know_is_an_error_of_the_caller(tmp_path):
    with pytest.raises(ValueError, match="none of"):
        read_vector(tmp_path / "a.vrt", driver="OGR_VRT")


def test_a_coordinate_that_is_no_number_is_named_by_its_row(tmp_path):
    records = [corpus.point_record(70, 40), corpus.point_record(float("nan"), 40)]
    driver, path = corpus.shapefile(tmp_path, records, kind=1)
    with pytest.raises(UnsafeFileError, match=r"Row 2 .*\(nan, 40.0\)"):
        read_vector(path, driver=driver)


def test_every_error_of_the_corpus_is_one_of_ours():
    assert issubclass(UnsafeFileError, LayerFormatError)
    assert issubclass(LayerFormatError, GeodataError)


def test_an_archive_that_holds_nothing_is_refused(tmp_path):
    _, path = corpus.archive(tmp_path, [])
    assert archive_members(path) == ()
    with pytest.raises(LayerFormatError, match="holds 0 files"):
        read_vector(path, driver="geojson-zip")
