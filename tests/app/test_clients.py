"""Programs of others against a server that runs: what they ask must be answered."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings
from tests.app.serving import serving
from tests.thorough import THOROUGH

NAMES = (
    "by_address",
    "column_types",
    "ogr_oapif",
    "own_bbox",
    "owslib_features",
    "schema_check",
    "walk_pages",
)
COLLECTIONS = ("towns", "terranes")
OURS = Path(__file__).parent


@pytest.fixture(scope="module")
def api(release_home: Path) -> Iterator[str]:
    """Address of the API of a running server over a small release."""
    with serving(create_app(Settings(home=release_home))) as port:
        yield f"http://127.0.0.1:{port}/api"


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **more},
    )


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("client", NAMES)
def test_a_foreign_client_reads_the_features(
    api: str, shared: Path, client: str, collection: str
) -> None:
    script = shared / "clients" / f"{client}.py"
    done = run(sys.executable, str(script), api, collection)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_column_in_which_nothing_is_known_keeps_its_kind(
    api: str, shared: Path
) -> None:
    script = shared / "clients" / "column_types.py"
    done = run(sys.executable, str(script), api, "prospects")
    assert done.returncode == 0, done.stdout + done.stderr


GDAL = """
import sys
from osgeo import gdal, ogr
gdal.UseExceptions(), ogr.UseExceptions()
source = ogr.Open("OAPIF:" + sys.argv[1])
for number in range(source.GetLayerCount()):
    layer = source.GetLayer(number)
    layer.GetFeatureCount()
    columns = layer.GetLayerDefn()
    for place in range(columns.GetFieldCount()):
        column = columns.GetFieldDefn(place)
        if column.GetType() in (ogr.OFTInteger, ogr.OFTReal, ogr.OFTInteger64):
            layer.SetAttributeFilter(f'"{column.GetName()}" < 1e9')
            layer.GetFeatureCount()
    layer.SetAttributeFilter(None)
print(source.GetLayerCount())
"""


def test_the_gdal_of_debian_reads_all_and_filters_every_number(api: str) -> None:
    python = "/usr/bin/python3"
    there = shutil.which(python) is not None
    if not there or run(python, "-c", "from osgeo import ogr").returncode:
        pytest.skip("waits for Debian's GDAL (apt-get install python3-gdal)")
    done = run(python, "-c", GDAL, api)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    assert int(done.stdout) >= 5


def test_ogr2ogr_makes_a_conformant_geopackage_of_it(api: str, tmp_path: Path) -> None:
    if shutil.which("ogr2ogr") is None:
        pytest.skip("waits for ogr2ogr (apt-get install gdal-bin)")
    made = tmp_path / "areas.gpkg"
    done = run("ogr2ogr", "-f", "GPKG", str(made), f"OAPIF:{api}", "prospects")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr.replace("user_version", "")


def test_the_service_keeps_to_its_description(api: str, tmp_path: Path) -> None:
    """Every operation, all checks; what cannot be described stands in sensible."""
    examples = "120" if THOROUGH else "4"
    done = run(
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(OURS / "schemathesis.toml")),
        *("run", f"{api}/openapi.json", "--url", api.removesuffix("/api")),
        *("--checks", "all", "--max-examples", examples, "--request-timeout", "30"),
        *("--generation-deterministic", "--no-color"),
        SCHEMATHESIS_HOOKS="sensible",
        PYTHONPATH=str(OURS),
        HOME=str(tmp_path),
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
