"""Releases at several cell sizes, ingestion, and the kernels behind them, timed."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from geodata.evidence.measurement import SHARE
from geodata.evidence.proximity import Proximity
from geodata.folders import PROJECT
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.draws import draw
from geodata.scoring.favourability import score_places
from geodata.scoring.land import RELIEF
from geodata.scoring.like_land import fit_to_land
from scripts.benchmarks.figure import Figure, clock

PLACES = 1_000_000
GEODESIC_PLACES = 300  # the peer takes every vertex for every place
_LOOK_EVERY_S = 0.05
_SESSION, _RESIDENT_PAGES = 3, 21  # of /proc/*/stat, counted after the name


def kernels() -> Iterator[Figure]:
    """Time the distance kernel and the Monte-Carlo scoring."""
    chance = np.random.default_rng(1)
    lon, lat = chance.uniform(47, 87, PLACES), chance.uniform(36, 55, PLACES)
    steps = np.cumsum(chance.normal(0, 0.3, (60, 80, 2)), axis=1)
    starts = np.column_stack((chance.uniform(50, 84, 60), chance.uniform(38, 53, 60)))
    lines = gpd.GeoDataFrame(
        geometry=[
            shapely.LineString(start + walk)
            for start, walk in zip(starts, steps, strict=True)
        ],
        crs="EPSG:4326",
    )
    proximity = Proximity(lines, None)
    proximity.distance_km(lon[:1], lat[:1])
    ours = clock(lambda: proximity.distance_km(lon, lat)) / PLACES * 1e6
    vertices = shapely.get_coordinates(
        shapely.segmentize(lines.geometry.to_numpy(), 0.01)
    )
    geod = pyproj.Geod(ellps="WGS84")

    def search() -> None:
        for x, y in zip(lon[:GEODESIC_PLACES], lat[:GEODESIC_PLACES], strict=True):
            here = np.broadcast_to((x, y), vertices.shape)
            geod.inv(here[:, 0], here[:, 1], vertices[:, 0], vertices[:, 1])[2].min()

    theirs = clock(search) / GEODESIC_PLACES * 1e6
    yield Figure(
        what="distance to the nearest line, one thread",
        against="geodesic of pyproj to every vertex",
        ours=ours,
        theirs=theirs,
        unit="µs per place",
    )
    yield Figure(
        what="distance to the nearest line, one thread",
        against="stated: 4 million in 2 s",
        ours=ours,
        theirs=0.5,
        unit="µs per place",
    )
    model = parse("carbonatite", deposit_type_texts()["carbonatite"])
    draws, count = draw(model), 200_000
    measured = {
        item.key: chance.random(count, dtype=np.float32)
        * (1 if item.measure == SHARE else 100)
        for item in (*model.measurements(), RELIEF)
    }
    regional = fit_to_land(model, measured, {})
    seconds = clock(lambda: score_places(regional, draws, measured))
    yield Figure(
        what="score and spread, carbonatite, nothing unknown",
        against="limit of a release: 75 s for 4 million cells of 6 types",
        ours=seconds / count * 1e6,
        theirs=75 / 4 / 6,
        unit="µs per cell",
    )


def releases(cells: str, home: Path) -> Iterator[Figure]:
    """Time whole releases, each in a process and folder of its own."""
    limits = {5_000.0: (15.0, 3.0), 1_000.0: (75.0, 3.0)}
    for text in cells.split(","):
        cell_m = float(text)
        seconds, busy, gigabytes = build(cell_m, home)
        limit_s, limit_gb = limits.get(cell_m, limits[1_000.0])
        name = f"release, cells of {cell_m / 1000:g} km"
        stated = "limit" if cell_m in limits else "limit at 1 km"
        yield Figure(what=name, against=stated, ours=seconds, theirs=limit_s, unit="s")
        yield Figure(
            what=f"{name}, processor time by core",  # what others run counts less in it
            against=stated,
            ours=busy / (os.cpu_count() or 1),
            theirs=limit_s,
            unit="s",
        )
        yield Figure(
            what=f"{name}, peak memory",
            against=stated,
            ours=gigabytes,
            theirs=limit_gb,
            unit="GB",
        )


def ingestion(mirror: Path, home: Path) -> Iterator[Figure]:
    """Time the ingestion of a whole mirror into an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "packages").symlink_to((home / "packages").resolve())
        process = subprocess.Popen(  # noqa: S603  # our own script, our own arguments
            [
                *(sys.executable, str(PROJECT / "scripts" / "ingest.py"), "--json"),
                *("--all", "--mirror", str(mirror)),
            ],
            env={**os.environ, "ATLAS_HOME": folder},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        started, most = time.monotonic(), 0
        while process.poll() is None:
            most = max(most, memory_of_session(process.pid))
            time.sleep(_LOOK_EVERY_S)
        seconds = time.monotonic() - started
    if process.returncode:
        raise SystemExit("The mirror could not be ingested.")
    name = "ingestion of the whole mirror"
    yield Figure(what=name, against="limit", ours=seconds, theirs=120.0, unit="s")
    yield Figure(
        what=f"{name}, memory of all processes",
        against="limit",
        ours=most / 1e9,
        theirs=2.0,
        unit="GB",
    )


def memory_of_session(session: int) -> int:
    """Return the resident memory of all processes of a session, bytes (Linux)."""
    pages = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[_SESSION]) == session:
                pages += int(fields[_RESIDENT_PAGES])
        except OSError:
            continue  # it ended between the list and the look
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_memory(process: int) -> int:
    """Return the most memory a process has had so far, bytes (Linux); 0 if it ended.

    What the system says of an ended process counts the memory of its parent, too.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines())
    return next((int(line[1]) * 1024 for line in lines if line[0] == "VmHWM:"), 0)


def build(cell_m: float, home: Path) -> tuple[float, float, float]:
    """Build one release; return seconds, those of all cores, and peak memory, GB."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "layers").symlink_to((home / "layers").resolve())
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603  # our own script, our own arguments
            [
                sys.executable,
                str(PROJECT / "scripts" / "rank_prospects.py"),
                "--quiet",
                "--cell-m",
                str(cell_m),
            ],
            env={**os.environ, "ATLAS_HOME": folder},
            stdout=subprocess.DEVNULL,
        )
        peak, ended = 0, 0
        while not ended:
            peak = max(peak, peak_memory(process.pid))
            time.sleep(_LOOK_EVERY_S)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if status != 0:
            raise SystemExit(f"The release at {cell_m:g} m could not be built.")
        busy = usage.ru_utime + usage.ru_stime
        return time.monotonic() - started, busy, peak / 1e9
