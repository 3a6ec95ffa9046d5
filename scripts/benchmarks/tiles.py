"""Time raster tiles over HTTP beside titiler alone: same raster, same load, one run."""

import hashlib
import json
import math
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.transform import from_bounds
from scipy import ndimage

from geodata.folders import PROJECT
from geodata.release import open_release
from scripts.benchmarks.figure import Figure

SIDE = 4_000  # cells of the raster
WORKERS = 2  # server processes of each
CONNECTIONS = 4
SECONDS = 6
REPEATED = 40  # tiles that are asked for again and again
_MEASUREMENTS = Path("evidence") / "measurements.tif"
_SLOWEST_START_S = 60
_LOAD = """
local lines, at = {}, 0
function init()
  for line in io.lines(os.getenv("TILES")) do lines[#lines + 1] = line end
end
function request() at = at % #lines + 1 return wrk.format("GET", lines[at]) end
function done(summary, latency)
  local wrong = summary.errors.status + summary.errors.timeout
  io.write(string.format("%d %d %d", summary.requests, summary.duration, wrong))
end
"""


def tiles(home: Path) -> Iterator[Figure]:
    """Time tiles never asked for and tiles asked for again, and the start of each.

    Parameters
    ----------
    home : Path
        Folder with a release; it is copied.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        grid, raster = make_home(home, scratch)
        query = "rescale=0,1"
        ours = f"/api/tiles/{grid}/WebMercatorQuad/{{}}.png?{query}&colormap=viridis"
        theirs = (
            f"/tiles/WebMercatorQuad/{{}}.png?url={raster}&{query}"
            "&colormap_name=viridis"
        )
        with (
            serving("app", scratch) as (base, ours_s),
            serving_titiler() as (
                peer,
                theirs_s,
            ),
        ):
            yield Figure(
                what=f"start of a server with {WORKERS} processes",
                against="titiler alone, which opens nothing",
                ours=ours_s,
                theirs=theirs_s,
                unit="s",
            )
            for what, places in (
                ("raster tile never asked for", places_of(1, 20_000, (8, 9, 10))),
                ("raster tile asked for again", places_of(2, REPEATED, (5, 6, 7))),
            ):
                yield Figure(
                    what=f"{what}, {WORKERS} processes, {CONNECTIONS} clients",
                    against="titiler alone",
                    ours=milliseconds(base, ours, places, scratch),
                    theirs=milliseconds(peer, theirs, places, scratch),
                    unit="ms",
                )


def make_home(home: Path, scratch: Path) -> tuple[str, Path]:
    """Copy a release and put a large raster in the place of its measurements.

    Returns
    -------
    str, Path
        Id of the grid, and the file.
    """
    release = open_release(home / "releases")
    folder = scratch / "releases" / release.id
    shutil.copytree(release.folder, folder)
    (scratch / "releases" / "current").write_text(f"{release.id}\n", encoding="ascii")
    shutil.copytree(home / "layers", scratch / "layers", symlinks=True)
    key = next(
        item.key
        for item in release.manifest.measurements
        if item.measure == "value" and item.background.layer_title
    )
    raster = folder / _MEASUREMENTS
    write_raster(raster, key)
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    content = raster.read_bytes()
    told["files"][_MEASUREMENTS.as_posix()] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    manifest.write_text(json.dumps(told), encoding="utf-8")
    name = "".join(c if c.isalnum() else "-" for c in key)
    return f"measurements.{name}", raster


def write_raster(path: Path, band: str) -> None:
    """Write smooth noise, 0 to 1, with gaps, as a cloud-optimised GeoTIFF."""
    chance = np.random.default_rng(3)
    coarse = chance.random((SIDE // 50, SIDE // 50), dtype=np.float32)
    values = np.clip(ndimage.zoom(coarse, 50, order=3), 0, 1)
    values += chance.normal(0, 0.003, values.shape).astype(np.float32)
    values[:60] = values[-60:] = -9_999.0
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=SIDE,
            height=SIDE,
            count=1,
            dtype="float32",
            crs="EPSG:4326",
            transform=from_bounds(46, 35, 88, 56, SIDE, SIDE),
            nodata=-9_999.0,
        ) as made:
            made.write(values, 1)
            made.set_band_description(1, band)
        with memory.open() as made:
            path.unlink()
            rasterio.shutil.copy(
                made,
                path,
                driver="COG",
                compress="DEFLATE",
                predictor=3,
                blocksize=512,
                overview_resampling="AVERAGE",
            )


def places_of(seed: int, count: int, zooms: tuple[int, ...]) -> list[str]:
    """Return tiles of the raster as zoom/column/row, no two the same."""
    chance, found = random.Random(seed), dict[str, None]()  # noqa: S311  # no secret
    for _ in range(20 * count):
        z = chance.choice(zooms)
        lon, lat = chance.uniform(46, 88), chance.uniform(35, 56)
        x = int((lon + 180) / 360 * 2**z)
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
        found[f"{z}/{x}/{int(y)}"] = None
        if len(found) == count:
            break
    return list(found)


def milliseconds(
    base: str, template: str, places: list[str], scratch: Path, *, ours: bool = True
) -> float:
    """Return the time of a tile under load; NaN where wrk is not installed.

    Answers of a peer that are refusals are not counted.

    Raises
    ------
    SystemExit
        If one of our own answers is wrong.
    """
    program = shutil.which("wrk")
    if program is None:
        return float("nan")
    lines, script = scratch / "tiles.txt", scratch / "load.lua"
    lines.write_text("\n".join(template.format(place) for place in places))
    script.write_text(_LOAD)
    told = subprocess.run(  # noqa: S603  # our own script, our own arguments
        [
            *(program, "-t", "1", "-c", str(CONNECTIONS), "-d", f"{SECONDS}s"),
            *("--timeout", "60s"),
            *("-s", str(script), base),
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TILES": str(lines)},
    ).stdout
    requests, microseconds, wrong = map(int, told.splitlines()[-1].split())
    if wrong and ours:
        raise SystemExit(f"{wrong} of {requests} answers of {base} were refusals.")
    return microseconds / max(requests - wrong, 1) / 1e3


@contextmanager
def serving(module: str, home: Path) -> Iterator[tuple[str, float]]:
    """Serve a release; give the address, and how long the start took, seconds."""
    port = _free_port()
    settings = {
        "ATLAS_HOME": str(home),
        "ATLAS_PORT": str(port),
        "ATLAS_WORKERS": str(WORKERS),
        "ATLAS_LOG_LEVEL": "warning",
    }
    with _running([sys.executable, "-m", module], settings, port, "/healthz") as found:
        yield found


@contextmanager
def serving_titiler() -> Iterator[tuple[str, float]]:
    """Serve titiler alone, in as many processes, on the same loop."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "scripts.benchmarks.titiler_peer:app"),
        *("--port", str(port), "--workers", str(WORKERS), "--loop", "uvloop"),
        *("--http", "httptools", "--log-level", "warning"),
    ]
    with _running(command, {}, port, "/openapi.json") as found:
        yield found


@contextmanager
def _running(
    command: list[str], settings: dict[str, str], port: int, path: str
) -> Iterator[tuple[str, float]]:
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  # our own command
        command,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **settings},
        stdout=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        while time.monotonic() - started < _SLOWEST_START_S:
            try:
                urllib.request.urlopen(base + path, timeout=5).close()  # noqa: S310
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.02)
        yield base, time.monotonic() - started
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
