"""A file that is here in part: locked, noted, and whole before it gets its name.

``<name>.part`` holds the bytes, ``<name>.part.json`` what the server said of them.
A file whose checksum nobody knows is not put together from pieces unless it is
large: a server may keep the tag of a file that changed, and nobody would notice.
The lock lies on the partial file itself, so none is left behind; whoever waited for
it looks again whether the file still bears the name.
"""

import fcntl
import hashlib
import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from geodata.errors import FetchError, StorageError
from geodata.provenance import sync_folder
from geodata.sources.note import Note

_BLOCK = 1 << 20
_POLL_S = 0.1


class Partial:
    """The part of a file that is here, open and locked.

    Attributes
    ----------
    final : Path
        Name the file gets when it is whole.
    note : Note
        What is known of it.
    size : int
        Bytes that are here.
    resumed : bool
        True when its bytes came in more than one piece.
    """

    def __init__(
        self, final: Path, handle: int, url: str, *, whole_below: int = 0
    ) -> None:
        self.final = final
        self._whole_below = whole_below
        self.note = Note(url=url)
        self.size = 0
        self.resumed = False
        self._handle = handle
        self._is_ours = True  # from the lock until the file has its name or is gone
        self._digest = hashlib.sha256()
        self._take_up()

    @property
    def path(self) -> Path:
        """Where the bytes lie until they get their name."""
        return _part_of(self.final)

    @property
    def sha256(self) -> str:
        """Checksum of the bytes that are here."""
        return self._digest.hexdigest()

    @property
    def is_whole(self) -> bool:
        """True when every byte the server promised is here."""
        return 0 < self.size == self.note.total

    @property
    def useful(self) -> int:
        """Bytes that are here and that a rest may be added to."""
        return self.size if self._may_go_on(self.note, self.size) else 0

    def _may_go_on(self, note: Note, size: int) -> bool:
        is_large = max(note.total, size) >= self._whole_below
        return is_large and note.validator != ""

    def restart(self, note: Note) -> None:
        """Throw away what is here and begin with what the server now says."""
        with self._storing(note.total):
            # In this order a kill leaves no note that speaks of other bytes.
            _note_of(self.final).unlink(missing_ok=True)
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            self.size, self.resumed = 0, False
            self._digest = hashlib.sha256()
            self.note = note
            if note.validator:
                # Written in place: one that is torn is no JSON, hence no note.
                _note_of(self.final).write_text(
                    json.dumps(asdict(note)), encoding="utf-8"
                )

    def go_on(self, note: Note) -> None:
        """Add to what is here."""
        self.note, self.resumed = note, True

    def write(self, block: bytes) -> None:
        """Add bytes at the end.

        Raises
        ------
        StorageError
            If the disk is full; what was written before stays.
        """
        rest = memoryview(block)
        with self._storing(self.note.total):
            while rest:
                written = os.write(self._handle, rest)
                self._digest.update(rest[:written])
                self.size += written
                rest = rest[written:]

    def finish(self) -> None:
        """Make the bytes durable and give the file its name."""
        with self._storing(self.size):
            os.fsync(self._handle)
            _note_of(self.final).unlink(missing_ok=True)
            self.path.replace(self.final)
            self._is_ours = False
            sync_folder(self.final.parent)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._is_ours:
            _note_of(self.final).unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
            self._is_ours = False

    def settle(self) -> None:
        """Keep what another run can go on with, and nothing else."""
        if not self.useful:
            self.discard()

    def _take_up(self) -> None:
        """Go on with the bytes of an earlier run, if its note says what they are."""
        digest, size = hashlib.sha256(), 0
        if not _note_of(self.final).is_file():
            return
        try:
            note = Note(**json.loads(_note_of(self.final).read_text(encoding="utf-8")))
            while block := os.read(self._handle, _BLOCK):
                digest.update(block)
                size += len(block)
            is_known = note.url == self.note.url and self._may_go_on(note, size)
            is_fitting = 0 < size <= (note.total or size)
        except (OSError, ValueError, TypeError, AttributeError):
            return
        if is_known and is_fitting:
            self.note, self.size, self._digest = note, size, digest
            self.resumed = True

    @contextmanager
    def _storing(self, needed: int) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            lacking = max(needed - self.size, 0)
            size = f"{lacking:,} more bytes" if lacking else "more bytes"
            raise StorageError(
                f"{self.final} could not be written ({size} needed: "
                f"{error.strerror}). What came so far is kept where that is of use; "
                "free some space, or choose another folder with ATLAS_HOME, then run "
                "the command again."
            ) from error


@contextmanager
def open_partial(
    final: Path, url: str, stop: threading.Event, *, whole_below: int = 0
) -> Iterator[Partial]:
    """Open the partial file of a name, alone among threads and processes.

    Parameters
    ----------
    final : Path
        Name of the whole file; its folder exists.
    url : str
        Address it is fetched from; bytes of another address are not used.
    stop : threading.Event
        Ends the waiting for another process.
    whole_below : int
        Bytes; a smaller file is never gone on with, but begun anew.

    Raises
    ------
    FetchError
        If ``stop`` was set while waiting.
    StorageError
        If the folder cannot be written.
    """
    handle = _lock(final, stop)
    try:
        partial = Partial(final, handle, url, whole_below=whole_below)
        try:
            yield partial
        except BaseException:
            with suppress(OSError):
                partial.settle()
            raise
    finally:
        os.close(handle)


def clear_partial(final: Path) -> None:
    """Remove what an interrupted run left beside a file that is whole now."""
    if _part_of(final).exists() or _note_of(final).exists():
        with open_partial(final, "", threading.Event()) as partial:
            partial.discard()


def _lock(final: Path, stop: threading.Event) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    while True:
        try:
            handle = os.open(_part_of(final), flags, 0o644)
        except OSError as error:
            raise StorageError(
                f"{_part_of(final)} could not be opened ({error.strerror}). Make the "
                "folder writable, or choose another one with ATLAS_HOME."
            ) from error
        try:
            _require_ordinary(handle, _part_of(final))
            _wait_for_lock(handle, final, stop)
            if _bears_name(handle, _part_of(final)):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _require_ordinary(handle: int, path: Path) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise StorageError(
            f"{path} is no ordinary file (a pipe or a device); nothing was read from "
            "it. Remove it and run the command again."
        )


def _wait_for_lock(handle: int, final: Path, stop: threading.Event) -> None:
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if stop.wait(_POLL_S):
            raise FetchError(
                f"Stopped while another run was fetching {final.name}. Nothing of it "
                "was touched; run the command again."
            )


def _bears_name(handle: int, path: Path) -> bool:
    """Tell whether an open file still has its name: it may be finished or gone."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _part_of(final: Path) -> Path:
    return final.with_name(f"{final.name}.part")


def _note_of(final: Path) -> Path:
    return final.with_name(f"{final.name}.part.json")
