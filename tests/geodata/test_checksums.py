"""Checksums, whole files and the lock."""

import os
import subprocess
import sys

import pytest

from geodata.checksums import (
    checksum,
    exclusive,
    file_checksum,
    tree_checksum,
    write_atomically,
)
from geodata.errors import StorageError


def test_a_file_has_the_checksum_of_its_bytes(tmp_path):
    path = tmp_path / "stones"
    path.write_bytes(b"stones" * 100_000)
    assert file_checksum(path) == checksum(b"stones" * 100_000)


def test_a_tree_changes_with_a_name_a_content_and_nothing_else(tmp_path):
    folder = tmp_path / "layers"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.py").write_text("1")
    (folder / "inner" / "b.py").write_text("2")
    before = tree_checksum(folder, suffixes=(".py",))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "a.py").write_text("3")
    (folder / "note.txt").write_text("4")
    os.utime(folder / "a.py", (0, 0))
    assert tree_checksum(folder, suffixes=(".py",)) == before
    assert tree_checksum(folder) != before
    (folder / "inner" / "b.py").rename(folder / "inner" / "c.py")
    renamed = tree_checksum(folder, suffixes=(".py",))
    (folder / "inner" / "c.py").write_text("5")
    changed = tree_checksum(folder, suffixes=(".py",))
    assert len({before, renamed, changed}) == 3


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "stones"
    path.write_bytes(b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_of_the_same_number_left_is_in_nobodys_way(tmp_path):
    (tmp_path / f".stones.{os.getpid()}.part").mkdir()
    write_atomically(tmp_path / "stones", b"new")
    assert (tmp_path / "stones").read_bytes() == b"new"


def test_a_file_that_cannot_be_written_keeps_the_old_one(tmp_path):
    with pytest.raises(StorageError, match="3 bytes needed"):
        write_atomically(tmp_path / "missing" / "stones", b"new")


HOLDER = """
import sys
from pathlib import Path
from geodata.checksums import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_held_by_one_process_and_ends_with_it(tmp_path):
    path = tmp_path / "layers" / ".lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"held\n"
    with (
        pytest.raises(StorageError, match="Another process"),
        exclusive(path, patience_s=0),
    ):
        pytest.fail("the lock was given twice")
    holder.kill()
    holder.communicate()
    with exclusive(path, patience_s=0):
        pass
    assert path.read_bytes() == b""
