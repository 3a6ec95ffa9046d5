"""What the layer store is after a publisher was killed, or found the disk full.

``publisher.py`` beside this file is the publisher; it publishes version A or B of a
layer into a store that holds the other one.  Whatever stops it: the store opens,
every layer it names is whole, it is wholly the old one or wholly the new one, and
publishing again ends with the very files of an undisturbed publication.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.layers.storage.manifest import MANIFEST
from geodata.layers.store import LayerStore
from tests.thorough import budget, sample

WRITERS = ("parquet", "tif", "table", "manifest")
KILLS = budget(20, 100)  # per writer
DIED = 9


class Orders:
    """Sends orders to the publisher and returns its answers."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("publisher.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )

    def send(self, *words):
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answered(self):
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def answer(self):
        line = self.process.stdout.readline()
        assert line, "the publisher ended"
        return json.loads(line)

    def __call__(self, *words):
        self.send(*words)
        return self.answer()

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def orders():
    publisher = Orders()
    yield publisher
    publisher.end()


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Site:
    """A store, and what versions A and B of it are when nothing goes wrong."""

    def __init__(self, orders, folder, writer):
        self.orders, self.folder, self.writer = orders, folder, writer
        self.version, self.clean = "B", {}
        for version in "AB":
            done = orders("run", folder, writer, version)
            assert done["code"] == 0, done
            self.clean[version] = files(folder)
        self.operations = int(done["said"])
        assert set(self.clean["A"]) & set(self.clean["B"]) == {MANIFEST, ".lock"}

    @property
    def other(self):
        return "A" if self.version == "B" else "B"

    @property
    def smallest(self):
        """Bytes of the first file that is written, the smaller of A's and B's."""
        if self.writer == "manifest":
            return min(len(clean[MANIFEST]) for clean in self.clean.values())
        return min(max(map(len, clean.values())) for clean in self.clean.values())

    def disturbed(self, how, *options):
        """Publish the other version while something happens; check what is there."""
        done = self.orders(how, self.folder, self.writer, self.other, *options)
        manifest = (self.folder / MANIFEST).read_bytes()
        states = [
            version for version in "AB" if self.clean[version][MANIFEST] == manifest
        ]
        assert states, f"{how} {options}: a manifest nobody wrote"
        store = LayerStore((self.folder,))
        assert len(store.ids()) == (2 if self.writer == "manifest" else 1)
        for layer in store.ids():
            store.content(layer)  # verified against record and manifest
        return done, states[0]

    def mended(self):
        """Publish the other version in peace; check that it is a clean one."""
        self.version = self.other
        done = self.orders("again", self.folder, self.writer, self.version)
        assert done["code"] == 0, done
        assert files(self.folder) == self.clean[self.version]


@pytest.fixture
def site(orders, tmp_path, request):
    return Site(orders, tmp_path / "layers", request.param)


@pytest.mark.parametrize("site", WRITERS, indirect=True)
def test_a_publisher_killed_at_any_moment_leaves_the_old_version_or_the_new(site):
    steps = int(site.disturbed("kill", 10**6)[0]["said"])
    site.mended()
    assert steps > 200
    dice = random.Random(site.writer)  # noqa: S311  # the same ones in each run
    late = iter(range(steps - 1, steps - 1 - KILLS // 4, -1))  # after the switch
    killed, seen = 0, set()
    while killed < KILLS:
        old = site.version
        done, state = site.disturbed("kill", next(late, dice.randrange(1, steps)))
        killed += done["code"] == -signal.SIGKILL
        seen.add(state == old)
        site.mended()
    assert seen == {True, False}  # some died before the switch, some after


@pytest.mark.parametrize("site", ["table", "manifest"], indirect=True)
def test_a_publisher_that_ends_before_any_operation_leaves_old_or_new(site):
    seen = []
    for number in sample(range(1, site.operations + 1), 12):
        old = site.version
        done, state = site.disturbed("exit", number)
        assert done["code"] == DIED
        seen.append(state != old)
        site.mended()
    assert seen == sorted(seen)  # old up to the switch, new from there on
    assert set(seen) == {False, True}


@pytest.mark.parametrize("site", ["table", "manifest"], indirect=True)
def test_a_disk_that_fails_at_any_operation_is_told_and_leaves_old_or_new(site):
    for number in sample(range(1, site.operations + 1), 12):
        old = site.version
        done, state = site.disturbed("fail", number)
        told = done["code"] == 1 and "UNTYPED" not in done["said"]
        assert told or (done["code"] == 0 and state != old), done
        site.mended()


@pytest.mark.parametrize("site", WRITERS, indirect=True)
def test_a_full_disk_keeps_the_old_version_and_names_the_bytes_needed(site):
    for limit in (0, 1, site.smallest // 2, site.smallest - 1):
        old = site.version
        done, state = site.disturbed("limit", limit)
        assert state == old
        assert done["said"].startswith("StorageError: ")
        assert "bytes needed" in done["said"]
        assert "ATLAS_HOME" in done["said"]
        assert not list(site.folder.glob(".*.part"))
        site.mended()


@pytest.mark.parametrize("writer", ["parquet", "tif"])
def test_a_reader_never_sees_anything_but_one_version_while_others_are_published(
    orders, tmp_path, writer
):
    folder = tmp_path / "layers"
    orders("loop", folder, writer, 1)
    orders.send("loop", folder, writer, 60)
    titles, reads = set(), 0
    while not orders.answered():
        store = LayerStore((folder,))
        titles.add(store.provenance("stones").title)
        layer = store.raster("stones") if writer == "tif" else store.vector("stones")
        assert layer.provenance == store.provenance("stones")
        reads += 1
    assert orders.answer()["code"] == 0
    assert titles == {"Stones A", "Stones B"}
    assert reads >= 10


def test_publishers_at_the_same_time_do_not_lose_each_others_layers(orders, tmp_path):
    folder = tmp_path / "layers"
    done = orders("together", folder, "left,right,middle", 15)
    assert [item["code"] for item in done] == [0, 0, 0], done
    store = LayerStore((folder,))
    assert store.ids() == ("left", "middle", "right")
    for layer in store.ids():
        assert store.provenance(layer).title == "Stones 14"
        assert len(store.table(layer)) == 300


def test_clearing_away_beside_a_publisher_never_takes_what_is_named(orders, tmp_path):
    folder = tmp_path / "layers"
    done = orders("sweep", folder, 40)
    assert [item["code"] for item in done] == [0, 0], done
    store = LayerStore((folder,))
    assert store.provenance("stones").title == "Stones 39"
    assert len(store.table("stones")) == 300
