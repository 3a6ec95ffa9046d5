"""A publisher that dies on command; started by test_publication_kills.py.

Libraries are loaded once.  Each line on standard input is one order, done by a
forked child; each answer is one line of JSON.  The child may be told to end, or to
fail, before its n-th operation on files of the store, or to write files no longer
than so many bytes; or it is killed after so many steps of Python.  Operations and
steps count from the first file that it opens in the store.
"""

import errno
import gc
import json
import os
import resource
import select
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.errors import GeodataError, MissingLayerError
from geodata.layers.model import RasterProduct, TableProduct, VectorProduct
from geodata.layers.storage.publication import (
    collect_garbage,
    publish,
    stage,
    stage_content,
)
from geodata.provenance import Provenance
from geodata.raster import Raster

EVENTS = {"open", "os.rename", "os.remove", "os.utime", "os.mkdir", "fcntl.flock"}
DIED = 9
ROWS = 300


def draft(layer, version):
    return Provenance(
        layer=layer,
        title=f"Stones {version}",
        kind="points",
        file="",
        sha256="",
        bytes=0,
        members=(),
        citation="A survey (2000).",
        licence="CC0-1.0",
        credit="A survey",
        open=True,
        resolution="points",
        resolution_km=1.0,
        uncertainty="1 km",
        command="python scripts/ingest.py",
    )


def product(writer, version):
    noise = np.random.default_rng(sum(version.encode())).normal(0, 30, (2, ROWS))
    if writer == "tif":
        band = noise.astype(np.float32).reshape(20, -1)
        image = Raster.of_degrees(
            bands={"a": band}, west=60, north=50, step_lon_deg=0.1, step_lat_deg=0.1
        )
        return RasterProduct(image=image)
    if writer == "table":
        return TableProduct(table=pd.DataFrame({"a": noise[0], "b": noise[1]}))
    points = shapely.points(noise[0], noise[1] / 3)
    table = geopandas.GeoDataFrame(
        {"name": [f"stone {n}" for n in range(ROWS)]}, geometry=points, crs="EPSG:4326"
    )
    return VectorProduct(table=table)


@cache
def content(writer, version):
    """Make a data file in a child: libraries may not start threads in this process."""

    def act(writing):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            record = stage(folder, product(writer, version), draft("stones", version))
            with os.fdopen(writing, "wb", closefd=False) as stream:
                stream.write((folder / record.file).read_bytes())

    child, reading = in_child(act)
    with os.fdopen(reading, "rb") as stream:
        made = stream.read()
    os.waitpid(child, 0)
    return made


def put(folder, writer, version, layer="stones"):
    suffix = ".tif" if writer == "tif" else ".parquet"
    return stage_content(
        folder, content(writer, version), draft(layer, version), suffix=suffix
    )


class Publisher:
    """Publishes one version of what a writer makes."""

    def __init__(self, folder, writer, version, *, arm=lambda: None):
        self.folder, self.writer, self.version, self.arm = folder, writer, version, arm

    def run(self):
        if self.writer == "manifest":  # two layers change in one step
            layers = ("left", "right")
            records = [put(self.folder, "table", self.version, x) for x in layers]
            self.arm()
        else:
            self.arm()
            records = [put(self.folder, self.writer, self.version)]
        publish(self.folder, records)
        collect_garbage(self.folder, older_than_s=0)


class Fuse:
    """Counts operations on files of a folder, and acts before the n-th."""

    def __init__(self, folder, *, at=0, act=lambda: None, began=lambda: None):
        self.folder, self.at, self.act, self.began = str(folder), at, act, began
        self.count, self.fsync, self.burnt = 0, os.fsync, False

    def arm(self):
        os.fsync = self._fsync
        sys.addaudithook(self._hear)

    def _fsync(self, handle):
        self._tick()
        self.fsync(handle)

    def _hear(self, event, arguments):
        if event in EVENTS and (
            event == "fcntl.flock" or str(arguments[0]).startswith(self.folder)
        ):
            self._tick()

    def _tick(self):
        if not self.count:
            self.began()
        self.count += 1
        if self.count == self.at and not self.burnt:
            self.burnt = True
            self.act()


def fail():
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def in_child(act):
    """Fork, call with the writing end of a pipe, return process and reading end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    os.close(reading)
    code = 0
    try:
        act(writing)
    except GeodataError as error:
        os.write(writing, f"{type(error).__name__}: {error}".encode())
        code = 1
    except BaseException as error:  # noqa: BLE001  # told to the test, which fails
        os.write(writing, f"UNTYPED {error!r}".encode())
        code = 2
    os._exit(code)


def result(child, reading):
    with os.fdopen(reading, "rb") as stream:
        said = stream.read().decode()
    return {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "said": said}


def order_run(folder, writer, version):
    """Publish, and say how many operations that took."""

    def act(writing):
        fuse = Fuse(folder)
        Publisher(folder, writer, version, arm=fuse.arm).run()
        os.write(writing, str(fuse.count).encode())

    return result(*in_child(act))


def order_again(folder, writer, version):
    """Publish in peace."""
    Publisher(folder, writer, version).run()
    return {"code": 0, "said": ""}


def order_exit(folder, writer, version, at):
    """End before the n-th operation."""
    fuse = Fuse(folder, at=int(at), act=lambda: os._exit(DIED))
    return result(
        *in_child(lambda _: Publisher(folder, writer, version, arm=fuse.arm).run())
    )


def order_fail(folder, writer, version, at):
    """Meet a full disk at the n-th operation."""
    fuse = Fuse(folder, at=int(at), act=fail)
    return result(
        *in_child(lambda _: Publisher(folder, writer, version, arm=fuse.arm).run())
    )


def order_limit(folder, writer, version, size):
    """Write no file longer than so many bytes."""

    def arm():
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))

    return result(
        *in_child(lambda _: Publisher(folder, writer, version, arm=arm).run())
    )


def order_kill(folder, writer, version, steps):
    """Be killed after so many steps; a step is a call or a return."""

    def act(writing):
        def tell(_frame, _event, _argument):
            os.write(writing, b".")

        fuse = Fuse(folder, began=lambda: sys.setprofile(tell))
        Publisher(folder, writer, version, arm=fuse.arm).run()
        sys.setprofile(None)

    child, reading = in_child(act)
    heard = 0
    while heard < int(steps) and (said := os.read(reading, int(steps) - heard)):
        heard += len(said)
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as stream:
        heard += len(stream.read())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": status, "said": str(heard)}


def order_loop(folder, writer, count):
    """Publish two versions in turn, so many times; clear away only what is old."""

    def act(_):
        for turn in range(int(count)):
            version = "AB"[turn % 2]
            made = product(writer, version)
            publish(folder, [stage(folder, made, draft("stones", version))])
            collect_garbage(folder)

    return result(*in_child(act))


def order_together(folder, layers, count):
    """Let one process per layer publish versions 0 to count - 1, all at once."""

    def act(layer):
        for turn in range(int(count)):
            made = product("table", str(turn))
            publish(folder, [stage(folder, made, draft(layer, str(turn)))])

    children = [
        in_child(lambda _, layer=layer: act(layer)) for layer in layers.split(",")
    ]
    return [result(*child) for child in children]


def order_sweep(folder, count):
    """Publish while another process clears away everything it may."""

    def sweep(writing):
        ready = select.poll()
        ready.register(writing, 0)  # tells only when the other end is closed
        while not ready.poll(0):
            collect_garbage(folder, older_than_s=0)

    def write(writing):
        lost = 0
        for turn in range(int(count)):
            made = product("table", str(turn))
            while True:
                record = stage(folder, made, draft("stones", str(turn)))
                try:
                    publish(folder, [record])
                except MissingLayerError:  # cleared away before it was published
                    lost += 1
                else:
                    break
        os.write(writing, str(lost).encode())

    sweeper, sweeper_end = in_child(sweep)
    written = result(*in_child(write))
    os.close(sweeper_end)
    status = os.waitstatus_to_exitcode(os.waitpid(sweeper, 0)[1])
    return [written, {"code": status, "said": ""}]


def main():
    """Take orders until the input ends."""
    for writer in ("parquet", "table", "tif"):
        for version in "AB":
            content(writer, version)
    gc.freeze()
    for line in sys.stdin:
        order, folder, *rest = line.split("\t")
        answer = globals()[f"order_{order}"](Path(folder), *map(str.strip, rest))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
