"""A server under many clients at once: answers, health beside them, memory."""

import asyncio
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path

import numpy as np

from geodata.folders import PROJECT
from geodata.region import WINDOW

PROBE_EVERY_S = 0.05
START_S = 120.0
FAULT, NOT_NOW = 500, 503

PathMaker = Callable[[np.random.Generator], str]


@dataclass(kw_only=True)
class Load:
    """What clients were answered, and how the server did meanwhile.

    Attributes
    ----------
    statuses : Counter
        Status → answers; 0 = a connection that was lost.
    unannounced : int
        Faults (5xx) that were not 503 with ``Retry-After``.
    answer_s, health_s : list of float
        Time of each answer and of each look at ``/healthz``, seconds.
    received_bytes : int
        Of all bodies.
    seconds : float
        How long it took.
    before_bytes, after_bytes : int
        Memory of all processes, what they share counted for each.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    unannounced: int = 0
    answer_s: list[float] = field(default_factory=list)
    health_s: list[float] = field(default_factory=list)
    received_bytes: int = 0
    seconds: float = 0.0
    before_bytes: int = 0
    after_bytes: int = 0


@contextmanager
def served(home: Path, workers: int) -> Iterator[int]:
    """Serve the release of a folder in processes of their own; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {"HOME": home, "PORT": port, "WORKERS": workers, "LOG_LEVEL": "warning"}
    named = {f"ATLAS_{name}": str(value) for name, value in settings.items()}
    server = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=PROJECT,
        env={**os.environ, **named},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_S
    try:
        while _health_s(port) is None or _told(port, "atlas_processes") < workers:
            if time.monotonic() > deadline or server.poll() is not None:
                raise RuntimeError("The server did not start.")
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def load(port: int, paths: PathMaker, *, clients: int, seconds: float) -> Load:
    """Ask a server for new addresses without a pause, and look at its health beside.

    Parameters
    ----------
    port : int
        Where it listens on this machine.
    paths : function
        Makes an address that was not asked for before.
    clients : int
        Connections, each with one request at a time.
    seconds : float
        How long.
    """
    done = Load(before_bytes=_memory_bytes(port))
    looks: Queue[list[float]] = multiprocessing.Queue()
    probe = multiprocessing.Process(target=_look, args=(port, seconds, looks))
    probe.start()
    begun = time.monotonic()
    asyncio.run(_all(port, paths, done, clients, begun + seconds))
    done.seconds = time.monotonic() - begun
    done.health_s = looks.get(timeout=60)
    probe.join()
    done.after_bytes = _memory_bytes(port)
    return done


async def _all(
    port: int, paths: PathMaker, done: Load, clients: int, until: float
) -> None:
    asked = (
        _client(port, paths, done, np.random.default_rng(seed), until)
        for seed in range(clients)
    )
    await asyncio.gather(*asked)


async def _client(
    port: int, paths: PathMaker, done: Load, chance: np.random.Generator, until: float
) -> None:
    while time.monotonic() < until:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while time.monotonic() < until:
                    begun = time.monotonic()
                    writer.write(_request(paths(chance)))
                    status, waits, size = await _answer(reader)
                    done.answer_s.append(time.monotonic() - begun)
                    done.statuses[status] += 1
                    done.received_bytes += size
                    if status >= FAULT and not (status == NOT_NOW and waits):
                        done.unannounced += 1
            finally:
                writer.close()
            continue
        done.statuses[0] += 1


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool, int]:
    """Read an answer: its status, whether it says when to come again, its size."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    found = re.search(rb"content-length: (\d+)", head)
    size = int(found[1]) if found else 0
    await reader.readexactly(size)
    return int(head.split()[1]), b"retry-after" in head, size


def _look(port: int, seconds: float, looks: "Queue[list[float]]") -> None:
    taken = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        took = _health_s(port)
        taken.append(60.0 if took is None else took)
        time.sleep(PROBE_EVERY_S)
    looks.put(taken)


def _health_s(port: int) -> float | None:
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60):
            return time.monotonic() - begun
    except OSError:
        return None


def _memory_bytes(port: int) -> int:
    return int(_told(port, "process_resident_memory_bytes"))


def _told(port: int, metric: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as told:
        text = told.read().decode()
    found = re.search(rf"(?m)^{metric} (\S+)$", text)
    return float(found[1]) if found else 0.0


def boxes(collection: str, limit: int) -> PathMaker:
    """Return a maker of boxes of 12° × 7° that nobody asked for before."""

    def make(chance: np.random.Generator) -> str:
        west = chance.uniform(WINDOW.west, WINDOW.east - 12)
        south = chance.uniform(WINDOW.south, WINDOW.north - 7)
        box = f"{west:.6f},{south:.6f},{west + 12:.6f},{south + 7:.6f}"
        return f"/api/collections/{collection}/items?limit={limit}&bbox={box}"

    return make


def everything(collection: str) -> PathMaker:
    """Return a maker of all kinds of addresses: pages, places, boxes, tiles, files."""
    some_boxes = boxes(collection, 100)

    def make(chance: np.random.Generator) -> str:
        lon = chance.uniform(WINDOW.west, WINDOW.east)
        lat = chance.uniform(WINDOW.south, WINDOW.north)
        x, y = chance.integers(19, 24), chance.integers(10, 13)
        return str(
            chance.choice(
                [
                    "/",
                    "/table",
                    "/prospects.csv",
                    "/api/collections",
                    some_boxes(chance),
                    f"/api/explain?lon={lon:.4f}&lat={lat:.4f}",
                    f"/api/tiles/overall/WebMercatorQuad/5/{x}/{y}.png",
                    f"/nosuch/{x}",
                ]
            )
        )

    return make
