"""Time features over HTTP beside other feature services: same polygons, same boxes."""

import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from app.collection import Terms, make_collection
from scripts.benchmarks.bench_home import NAME, make_home
from scripts.benchmarks.figure import Figure
from scripts.benchmarks.tiles import CONNECTIONS, WORKERS, milliseconds, serving

NEW_BOXES = 20_000  # more than any server answers in one measurement
REPEATED = 40

PEERS: Mapping[str, Mapping[str, str]] = {
    "tipg": {
        "items": "/collections/public.prospects/items?f=geojson&limit={}&bbox=",
        "item": "/collections/public.prospects/items/{}?f=geojson",
        "tile": "/collections/public.prospects/tiles/WebMercatorQuad/{}?limit=10000",
    },
    "pygeoapi": {
        "items": "/collections/prospects_gpkg/items?f=json&limit={}&bbox=",
        "item": "/collections/prospects_gpkg/items/{}?f=json",
    },
}
"""Addresses of the peers as `../shared/bench/peers` sets them up."""

_OURS = f"/api/collections/{NAME}/items"


def features(home: Path, polygons: Path, peers: str) -> Iterator[Figure]:
    """Time the opening of large collections, and their features under load.

    Parameters
    ----------
    home : Path
        Folder with a release; it is copied.
    polygons : Path
        The peers' polygons as GeoParquet.
    peers : str
        Peers that run, as ``tipg=http://127.0.0.1:5403,pygeoapi=…``.
    """
    yield from openings(polygons)
    running = dict(item.split("=", 1) for item in peers.split(",") if item)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        make_home(home, scratch / "home", polygons)
        with serving("app", scratch / "home") as (base, started_s):
            yield Figure(
                what="start with 10,000 features more",
                against="limit",
                ours=started_s,
                theirs=4.0,
                unit="s",
            )
            for name, address in running.items():
                yield from beside(base, name, address, scratch)


def openings(polygons: Path) -> Iterator[Figure]:
    """Time the making of collections of 10,000 and 100,000 features."""
    table = gpd.read_parquet(polygons).drop(columns="bbox", errors="ignore")
    terms = Terms(credit="", licence="")
    for copies, limit in ((1, 0.5), (10, 3.0)):
        many = pd.concat([table] * copies, ignore_index=True)
        ids = [str(number) for number in range(len(many))]
        started = time.perf_counter()
        make_collection(many, ids, name="x", title="x", description="x", terms=terms)
        yield Figure(
            what=f"opening a collection of {len(many):,} polygons",
            against="limit",
            ours=time.perf_counter() - started,
            theirs=limit,
            unit="s",
        )


def beside(base: str, name: str, address: str, scratch: Path) -> Iterator[Figure]:
    """Time boxes never asked for, boxes asked for again, and single features."""
    theirs = PEERS[name]
    again = boxes(2, REPEATED)
    for limit in (1000, 10):
        ours = f"{_OURS}?limit={limit}&bbox={{}}"
        peer = theirs["items"].format(limit) + "{}"
        yield _figure(
            f"{limit} features of a box never asked for",
            name,
            milliseconds(base, ours, boxes(1, NEW_BOXES), scratch),
            milliseconds(address, peer, boxes(1, NEW_BOXES), scratch, ours=False),
        )
        yield _figure(
            f"{limit} features of a box asked for again",
            name,
            milliseconds(base, ours, again, scratch),
            milliseconds(address, peer, again, scratch, ours=False),
        )
    some = [str(number) for number in range(1, 10_000, 7)]
    yield _figure(
        "one feature",
        name,
        milliseconds(base, f"{_OURS}/{{}}", some, scratch),
        milliseconds(address, theirs["item"], some, scratch, ours=False),
    )


def boxes(seed: int, count: int) -> list[str]:
    """Return boxes of 12 by 7 degrees in the region, no two the same."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    found = []
    for _ in range(count):
        west, south = chance.uniform(46, 76), chance.uniform(35, 49)
        found.append(f"{west:.5f},{south:.5f},{west + 12:.5f},{south + 7:.5f}")
    return found


def _figure(what: str, peer: str, ours: float, theirs: float) -> Figure:
    return Figure(
        what=f"{what}, {WORKERS} processes, {CONNECTIONS} clients",
        against=peer,
        ours=ours,
        theirs=theirs,
        unit="ms",
    )
