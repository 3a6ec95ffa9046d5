"""Tests of publishing: builders never meet; one that dies leaves nothing."""

import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from geodata.errors import ReleaseError, StorageError
from geodata.release.model import CURRENT, MANIFEST, Manifest
from geodata.release.open import open_release
from geodata.release.publish import make_current, new_folder, publish, remove_orphans

BUILDER = """
import os, sys
from pathlib import Path
os.getpid = lambda: 7  # the same in every container
from geodata.release.publish import new_folder
with new_folder(Path(sys.argv[1]), needed=0) as folder:
    (folder / "half").write_text("half")
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def manifest(release_home):
    """The manifest of a real release, without its files."""
    whole = open_release(release_home / "releases").manifest
    return whole.model_copy(update={"files": {}})


def build(releases, manifest, text="one"):
    with new_folder(releases, needed=0) as folder:
        (folder / "content").write_text(text)
        return publish(folder, releases, manifest)


def hidden(releases):
    return sorted(path.name for path in releases.iterdir() if ".building" in path.name)


def start_builder(releases):
    """Start another process that builds; return it and its folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(releases)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    return process, releases / process.stdout.readline().strip()


def test_what_is_published_is_whole_and_current(tmp_path, manifest):
    final = build(tmp_path, manifest)
    assert final.name == manifest.id == (tmp_path / CURRENT).read_text().strip()
    assert open_release(tmp_path).folder == final
    assert hidden(tmp_path) == []
    read = Manifest.model_validate_json((final / MANIFEST).read_bytes())
    assert read.files.keys() == {"content"}
    assert read.model_copy(update={"files": {}}) == manifest


def test_builders_with_the_same_process_number_do_not_meet(tmp_path):
    """As in two containers on one volume: neither removes the folder of the other."""
    first, one = start_builder(tmp_path)
    second, other = start_builder(tmp_path)
    assert one != other
    assert (one / "half").exists()
    remove_orphans(tmp_path)
    assert (one / "half").exists()
    assert (other / "half").exists()
    for process in (first, second):
        process.communicate("done\n", timeout=60)
        assert process.returncode == 0
    assert hidden(tmp_path) == []


def test_the_folder_of_a_killed_builder_is_removed_by_the_next(tmp_path, manifest):
    process, folder = start_builder(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (folder / "half").exists()
    build(tmp_path, manifest)
    assert not folder.exists()
    assert hidden(tmp_path) == []


def test_a_builder_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path, needed=0):
        raise ZeroDivisionError
    full = OSError(errno.ENOSPC, "No space left on device")
    said = pytest.raises(StorageError, match=r"No space left.*last good release is")
    with said, new_folder(tmp_path, needed=0):
        raise full
    assert hidden(tmp_path) == []


def test_of_two_builders_of_one_release_the_first_stays(tmp_path, manifest):
    first = build(tmp_path, manifest)
    made = (first / "content").stat().st_ino
    again = build(tmp_path, manifest)
    assert again == first
    assert (again / "content").stat().st_ino == made
    assert hidden(tmp_path) == []


def test_builders_at_once_publish_one_intact_release(tmp_path, manifest):
    together = threading.Barrier(4)

    def run():
        with new_folder(tmp_path, needed=0) as folder:
            (folder / "content").write_text("one")
            together.wait()
            publish(folder, tmp_path, manifest)

    builders = [threading.Thread(target=run) for _ in range(4)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert open_release(tmp_path).id == manifest.id
    assert hidden(tmp_path) == []


def test_a_damaged_release_of_the_same_inputs_is_replaced(tmp_path, manifest):
    final = build(tmp_path, manifest)
    (final / "content").write_text("two")
    assert (build(tmp_path, manifest) / "content").read_text() == "one"
    assert open_release(tmp_path).folder == final
    remove_orphans(tmp_path)
    assert hidden(tmp_path) == []


def test_an_unfinished_release_cannot_be_made_current(tmp_path):
    (tmp_path / "half").mkdir()
    with pytest.raises(ReleaseError, match="not finished"):
        make_current(tmp_path, "half")
