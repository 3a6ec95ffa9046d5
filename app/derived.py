"""Files made from a release once, kept on the disk, and shared by all processes."""

import hashlib
import logging
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Unfinished
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
from filelock import FileLock

from app.errors import BusyError
from app.text import say

_log = logging.getLogger("atlas")

CAPACITY = 4_000_000_000
"""Bytes of files to keep; the oldest go first."""

PATIENCE_S = 8.0
"""How long a request waits for a file that is being made, seconds."""

_BUILDERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that is finished.

    Attributes
    ----------
    path : Path
        Where it is; it may be removed to make room, but never changes.
    size : int
        Bytes.
    sha256 : str
        Of the bytes, hexadecimal.
    """

    path: Path
    size: int
    sha256: str


class DerivedFiles:
    """Files that can be made again at any time.

    Parameters
    ----------
    folder : Path
        Where they are kept; made when the first file is.  Where it cannot be written,
        a private folder of this process serves instead.
    capacity : int
        Bytes to keep at most.

    Notes
    -----
    A file is made by one thread of one process: the others wait for it.  It is written
    aside and moved when it is whole.
    """

    def __init__(self, folder: Path, capacity: int = CAPACITY) -> None:
        self._folder = folder
        self._capacity = capacity
        self._private: Path | None = None
        self._lock = threading.RLock()  # a future that is done calls back at once
        self._begun: dict[str, Future[KeptFile]] = {}
        self._builders = ThreadPoolExecutor(_BUILDERS, thread_name_prefix="files")

    def get(
        self,
        group: str,
        name: str,
        make: Callable[[], bytes],
        *,
        patience_s: float = PATIENCE_S,
    ) -> KeptFile:
        """Return a file; make it if it is not kept.

        Parameters
        ----------
        group : str
            Folder name that changes whenever the bytes would.
        name : str
            File name.
        make : function
            Returns the bytes.
        patience_s : float
            How long to wait for it, seconds.

        Raises
        ------
        BusyError
            If it is not finished by then; it goes on being made.
        """
        for folder in self._folders():
            if kept := _kept(folder / group / name):
                return kept
        key = f"{group}/{name}"
        with self._lock:
            future = self._begun.get(key)
            if future is None:
                future = self._builders.submit(self._make, group, name, make)
                self._begun[key] = future
                future.add_done_callback(partial(self._done, key))
        try:
            return future.result(timeout=patience_s)
        except Unfinished:
            raise BusyError(say("error.being-made", name=name)) from None

    def _done(self, key: str, _future: Future[KeptFile]) -> None:
        with self._lock:
            self._begun.pop(key, None)

    def _folders(self) -> list[Path]:
        return [self._folder, *([self._private] if self._private else [])]

    def _make(self, group: str, name: str, make: Callable[[], bytes]) -> KeptFile:
        try:
            return self._make_in(self._folder, group, name, make)
        except OSError as error:
            _log.warning("files are kept in a private folder: %s", error)
            return self._make_in(self._own_folder(), group, name, make)

    def _own_folder(self) -> Path:
        with self._lock:
            if self._private is None:
                self._private = Path(tempfile.mkdtemp(prefix="atlas-"))
                weakref.finalize(self, shutil.rmtree, self._private, ignore_errors=True)
            return self._private

    def _make_in(
        self, folder: Path, group: str, name: str, make: Callable[[], bytes]
    ) -> KeptFile:
        path = folder / group / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{name}.lock")):
            kept = _kept(path)
            if kept is None:
                content = make()
                kept = KeptFile(
                    path=path,
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                )
                _write(path, content)
                told = {"size": kept.size, "sha256": kept.sha256}
                _write(_note(path), orjson.dumps(told))
                self._make_room(folder, path)
            return kept

    def _make_room(self, folder: Path, newest: Path) -> None:
        """Remove the oldest files while there are too many bytes."""
        entries = []
        for path in folder.glob("*/*"):
            with suppress(OSError):
                entry = path.stat()
                entries.append((entry.st_mtime_ns, entry.st_size, path))
        size = sum(entry[1] for entry in entries)
        for _, freed, path in sorted(entries):
            if size <= self._capacity:
                return
            if path in {newest, _note(newest)} or path.suffix == ".lock":
                continue
            path.unlink(missing_ok=True)
            size -= freed


def _note(path: Path) -> Path:
    return path.with_name(f".{path.name}.json")


def _kept(path: Path) -> KeptFile | None:
    """Return a file that is here and whole."""
    try:
        told = orjson.loads(_note(path).read_bytes())
        if path.stat().st_size != told["size"]:
            return None
        return KeptFile(path=path, size=told["size"], sha256=told["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, content: bytes) -> None:
    begun = path.with_name(f".{path.name}.{os.getpid()}.part")
    begun.write_bytes(content)
    begun.replace(path)
