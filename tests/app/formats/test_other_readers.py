"""Programs that people have read our files: the GDAL of Debian, and by address."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.excerpt import whole
from app.formats import formats
from tests.app.formats.test_round_trip import SOURCE

PAGES = [form.name for form in formats() if form.name != "parquet"]


@pytest.fixture(scope="module")
def base(application: FastAPI) -> Iterator[str]:
    """Address of a server over the small release."""
    config = uvicorn.Config(application, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("name", PAGES)
def test_the_gdal_of_debian_reads_every_format(
    application: FastAPI, name: str, tmp_path: Path
) -> None:
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("waits for ogrinfo, of the package gdal-bin")
    form = next(form for form in formats() if form.name == name)
    for collection in ("prospects", "occurrences", "towns"):
        found = application.state.shelf.served.collections[collection]
        path = tmp_path / f"{collection}.{name}"
        path.write_bytes(form.write(whole(found, SOURCE)))
        told = subprocess.run(
            [ogrinfo, "-ro", "-so", "-al", path],
            check=True,
            capture_output=True,
            text=True,
        )
        assert f"Feature Count: {len(found.ids)}" in told.stdout
        assert "ERROR" not in told.stderr
        if name in ("fgb", "gpkg"):
            assert "area_km2: Real" in told.stdout or collection != "prospects"
            assert "Multi Polygon" in told.stdout or collection != "prospects"


def run(code: str, *arguments: str) -> str:
    """Run a script of a reader in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


READS = {
    "geopandas, FlatGeobuf": ("import geopandas as g", "g.read_file(a)", "fgb"),
    "geopandas, GeoJSON": ("import geopandas as g", "g.read_file(a)", "geojson"),
    "pandas, CSV": ("import pandas as p", "p.read_csv(a, index_col='id')", "csv"),
    "pandas, GeoParquet": ("import pandas as p", "p.read_parquet(a)", "parquet"),
    "pyogrio, GeoPackage in pieces": (
        "import pyogrio as p",
        "p.read_dataframe('/vsicurl/' + a, layer=0)",
        "gpkg",
    ),
    "pyogrio, FlatGeobuf in pieces": (
        "import pyogrio as p",
        "p.read_dataframe('/vsicurl/' + a)",
        "fgb",
    ),
    "pyogrio, text sequence in pieces": (
        "import pyogrio as p",
        "p.read_dataframe('/vsicurl/' + a)",
        "geojsonseq",
    ),
}
"""Reader → what it imports, how it reads the address ``a``, and the format."""


@pytest.mark.parametrize("reader", READS)
def test_a_whole_file_is_read_by_its_address(
    base: str, client: TestClient, reader: str
) -> None:
    imports, read, ending = READS[reader]
    show = f"print(len({read}), flush=True)"
    leave = "os._exit(0)"  # threads of pyarrow now and then abort a usual end
    code = f"import os, sys\n{imports}\na = sys.argv[1]\n{show}\n{leave}"
    listed = client.get("/api/collections/prospects/items").json()["numberMatched"]
    address = f"{base}/api/collections/prospects/files/prospects.{ending}"
    assert run(code, address) == str(listed)


@pytest.mark.parametrize("collection", ["prospects", "towns"])
def test_the_foreign_client_reads_pages_and_files_by_address(
    base: str, shared: Path, collection: str
) -> None:
    script = shared / "clients" / "by_address.py"
    if not script.is_file():
        pytest.skip("waits for ../shared/clients/by_address.py")
    assert "read in pieces" in run(script.read_text(), f"{base}/api", collection)
