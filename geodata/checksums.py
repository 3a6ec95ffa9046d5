"""Checksums of files and folders, files written whole, and the lock around both."""

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

from geodata.errors import StorageError

UNFINISHED = ".part"
"""Ending of a file that is still being written; its name begins with a dot."""

PATIENCE_S = 300.0
_PAUSE_S = 0.02


def checksum(content: bytes) -> str:
    """Return the SHA-256 of some bytes, as 64 hexadecimal digits.

    >>> checksum(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def file_checksum(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree_checksum(*folders: Traversable, suffixes: tuple[str, ...] = ("",)) -> str:
    """Return the SHA-256 over the files of folders, their names and what they hold.

    Parameters
    ----------
    *folders : Path or Traversable
        Each with all below it, but for ``__pycache__``; the name of the folder counts.
    suffixes : tuple of str
        Only files whose names end in one of these.
    """
    digest = hashlib.sha256()
    found = [
        entry
        for folder in folders
        for entry in _files_below(folder, folder.name, suffixes)
    ]
    for name, file in sorted(found, key=lambda entry: entry[0]):
        digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old one or the new one, never a half.

    Raises
    ------
    StorageError
        If the disk is full or the folder cannot be written; the old file, if
        there was one, is untouched.
    """
    # By chance, not by process number: two containers may count processes alike.
    unfinished = f".{path.name}.{secrets.token_hex(8)}{UNFINISHED}"
    temporary = path.with_name(unfinished)
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):  # a disk that cannot be written may not delete either
            temporary.unlink(missing_ok=True)
        raise StorageError(
            f"{path} could not be written ({len(content):,} bytes needed: "
            f"{error.strerror}). Nothing was changed. Free some space or choose "
            "another folder with ATLAS_HOME, then run the command again."
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def exclusive(path: Path, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the lock that a file stands for; it ends with its holder, however.

    It holds between processes of one machine, those of containers included, and does
    not nest: a second one in the same process waits for the first.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made when absent, and it stays, empty.
    patience_s : float
        How long to wait for another holder, seconds.

    Raises
    ------
    StorageError
        If the file cannot be made or written, or another process holds the lock for
        that long.  A failure of the file system inside counts as such.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as stream:
            _acquire(stream, path.parent, patience_s)
            yield
    except OSError as error:
        raise StorageError(
            f"The folder {path.parent} cannot be written ({error.strerror or error}). "
            "Free some space or choose another folder with ATLAS_HOME, then run the "
            "command again."
        ) from error


def _acquire(stream: IO[str], folder: Path, patience_s: float) -> None:
    limit = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit:
                raise StorageError(
                    f"Another process has been writing to {folder} for "
                    f"{patience_s:.0f} s. Wait for it, or end it if it hangs, then "
                    "run the command again."
                ) from None
            time.sleep(_PAUSE_S)
        else:
            return


def _files_below(
    folder: Traversable, name: str, suffixes: tuple[str, ...]
) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        inner = f"{name}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files_below(entry, inner, suffixes)
        elif entry.name.endswith(suffixes):
            yield inner, entry
