"""A child opens what it was given, and nothing and nobody else; then it ends."""

import contextlib
import functools
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing import forkserver
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

from geodata.errors import LayerFormatError, UnreadableFileError, UnsafeFileError
from geodata.readers import formats
from geodata.readers.child_environment import ENVIRONMENT
from geodata.readers.landlock import landlock_version
from geodata.readers.sandbox import Allowance, is_confined, run_confined
from geodata.readers.vector import read_vector
from tests.geodata.readers import corpus

SHORT = Allowance(wall_s=3.0)


@pytest.fixture
def landlock():
    """Skip where the kernel has none, and say so."""
    if not landlock_version():
        pytest.skip("waits for a kernel with Landlock (Linux 5.13)")


@pytest.fixture
def files(tmp_path):
    """A file that is given, and one that is not."""
    for name in ("given", "private"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


# Run in the child.


def content(path):
    return path.read_text(encoding="utf-8")


def denied(action, *arguments):
    try:
        action(*arguments)
    except PermissionError:
        return True
    return False


def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return True


def known_drivers():
    with rasterio.Env() as env:
        return sorted({*env.drivers()} | {*pyogrio.list_drivers()})


def wrong():
    raise UnreadableFileError(("source", "file"), "wrong")


def private_folder():
    path = Path(tempfile.mkdtemp())
    (path / "a").write_text("a", encoding="utf-8")
    return str(path)


def environment():
    said = Path("/proc/self/environ").read_text(encoding="utf-8")
    return said.split("\0") + [f"{name}={os.environ[name]}" for name in os.environ]


def with_its_state(result):
    return result, is_confined()


# In the parent.


def test_a_child_reads_its_file_and_answers_with_arrays(files):
    given = files / "given"
    call = functools.partial(content, given)
    assert run_confined(call, answer=str, readable=[given]) == "given"
    bands = {"a": np.arange(6.0).reshape(2, 3), "none": np.zeros((0, 3))}
    found, inside = run_confined(
        functools.partial(with_its_state, bands),
        answer=tuple[dict[str, np.ndarray], bool],
        readable=[],
    )
    assert inside
    assert not is_confined()
    np.testing.assert_equal(found, bands)
    found["a"][0] = 1.0  # it can be written, as any other


@pytest.mark.usefixtures("landlock")
def test_a_child_opens_no_other_file_and_writes_none(files):
    given, private = files / "given", files / "private"
    for action, *arguments in (
        (content, private),
        (given.write_text, "changed"),
        ((files / "new").write_text, "new"),
        (os.listdir, files),
        (os.unlink, given),
    ):
        call = functools.partial(denied, action, *arguments)
        assert run_confined(call, answer=bool, readable=[given]), (action, arguments)
    assert given.read_text(encoding="utf-8") == "given"


def test_a_child_writes_where_it_was_told_and_in_a_folder_that_is_removed(files):
    call = functools.partial((files / "given").write_text, "changed")
    run_confined(call, answer=int, readable=[], writable=[files])
    assert (files / "given").read_text(encoding="utf-8") == "changed"
    made = run_confined(private_folder, answer=str, readable=[])
    assert not Path(made).parent.exists()


def test_a_child_makes_no_connection():
    if landlock_version() < 4:
        pytest.skip("waits for a kernel whose Landlock knows connections (Linux 6.7)")
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert connected(server.server_port)
            call = functools.partial(denied, connected, server.server_port)
            assert run_confined(call, answer=bool, readable=[])
        finally:
            server.shutdown()
            thread.join()


def test_gdal_in_a_child_knows_the_wanted_formats_and_no_other():
    known = run_confined(known_drivers, answer=tuple[str, ...], readable=[])
    assert {*known} == {*formats.WANTED}
    assert {"VRT", "WMS", "OGR_VRT", "WFS"} <= {*known_drivers()}


def test_a_pipe_nobody_writes_to_does_not_hold_us_for_ever(files):
    pipe = files / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UnsafeFileError, match="longer than 3 s"):
        run_confined(
            functools.partial(content, pipe),
            answer=str,
            readable=[pipe],
            allowance=SHORT,
        )


@pytest.mark.parametrize(
    "named",
    [
        ',EXTENSION["PROJ4_GRIDS","{0}"]',
        ',EXTENSION["PROJ4","+proj=longlat +ellps=krass +nadgrids=@null,{0}"]',
    ],
)
@pytest.mark.parametrize("folder", ["shapefile", "geopackage"])
def test_a_pipe_named_by_a_reference_system_is_not_opened(files, folder, named):
    pipe = files / "pipe"
    os.mkfifo(pipe)
    datum = 'DATUM["d",SPHEROID["K",6378245,298.3]' + named.format(pipe) + "]"
    wkt = f'GEOGCS["x",{datum},PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    if folder == "shapefile":
        point = corpus.point_record(70, 40)
        driver, path = corpus.shapefile(files, [point], kind=1, prj=wkt)
    else:
        driver, path = "geopackage", files / "rocks.gpkg"
        table = geopandas.GeoDataFrame(geometry=[shapely.Point(70, 40)], crs=4284)
        table.to_file(path, driver="GPKG")
        with contextlib.closing(sqlite3.connect(path)) as change, change:
            change.execute(
                "UPDATE gpkg_spatial_ref_sys SET definition = ?, organization = 'x', "
                "organization_coordsys_id = 7 WHERE srs_id = 4284",
                (wkt,),
            )
    with pytest.raises(LayerFormatError) as caught:
        read_vector(path, driver=driver)
    assert "longer than" not in str(caught.value)


def test_a_child_that_dies_is_a_typed_error():
    with pytest.raises(UnsafeFileError, match=r"without a word \(exit code 3\)"):
        run_confined(functools.partial(os._exit, 3), answer=None, readable=[])


def test_memory_and_processor_time_are_bounded():
    little = Allowance(memory_bytes=1024**3, processor_s=1, wall_s=60.0)
    with pytest.raises(UnsafeFileError, match=r"more than 1\.0 GB of memory"):
        run_confined(
            functools.partial(bytes, 1024**3),
            answer=bytes,
            readable=[],
            allowance=little,
        )
    with pytest.raises(UnsafeFileError, match="without a word"):
        run_confined(
            functools.partial(sum, range(10**12)),
            answer=int,
            readable=[],
            allowance=little,
        )


def test_an_error_comes_back_with_what_it_says_and_the_file_it_is_about():
    with pytest.raises(UnreadableFileError, match="wrong") as caught:
        run_confined(wrong, answer=None, readable=[])
    assert caught.value.part == ("source", "file")


def test_a_child_has_the_environment_it_needs_and_no_other(monkeypatch):
    private = "nobody-may-read-this"
    for name in ("HTTPS_PROXY", "no_proxy", "ATLAS_HOME", "TOKEN", "GDAL_DRIVER_PATH"):
        monkeypatch.setenv(name, private)
    forkserver._forkserver._stop()  # the next child is of a new one
    told = run_confined(environment, answer=tuple[str, ...], readable=[])
    assert private not in " ".join(told)
    assert {f"{name}={value}" for name, value in ENVIRONMENT.items()} <= {*told}
    assert f"PATH={os.environ['PATH']}" in told
    ours = [sys.executable, "-c", "import os; print(os.environ['TOKEN'])"]
    said = subprocess.run(ours, capture_output=True, text=True, check=True).stdout
    assert said.strip() == private  # programs that are not of ours get what they got
