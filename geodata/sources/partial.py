"""What came of a file so far: its bytes, and what the server said they are of.

``<name>.part`` holds the bytes and ``<name>.part.json`` the words.  A kill between any
two steps leaves nothing that is taken for more than it is.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from geodata.errors import StorageError

PIECED_FROM_BYTES = 64 << 20
"""A file whose checksum nobody knows is gone on with from this size on: a server that
keeps the tag of a file that changed would make us take half of each version."""

_SPARE_BYTES = 1 << 20  # left free beside the file
_STRONG_TAG = re.compile(r'"[!#-~]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the server said of a file.

    Attributes
    ----------
    url : str
        Address of the catalogue, whatever it was redirected to.
    etag, last_modified : str
        As sent; empty when it sent none.
    total : int
        Size of the whole file, bytes; 0 = unknown.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    total: int = 0

    def validator(self, *, is_pinned: bool) -> str:
        """Return what a request for the rest is made conditional on; empty = nothing.

        Parameters
        ----------
        is_pinned : bool
            True when a known checksum will tell whether the pieces fit.
        """
        if _STRONG_TAG.fullmatch(self.etag):
            is_sure = is_pinned or self.total >= PIECED_FROM_BYTES
            return self.etag if is_sure else ""
        return self.last_modified if is_pinned and not self.etag else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """The place of a file that is coming.

    Attributes
    ----------
    path : Path
        Where its bytes go.
    url : str
        Bytes of another address are of no use.
    is_pinned : bool
        As for :meth:`Version.validator`.
    """

    path: Path
    url: str
    is_pinned: bool

    @property
    def is_begun(self) -> bool:
        """True when anything of it is here."""
        return self.path.exists() or self._words.exists()

    def kept(self) -> tuple[Version, int]:
        """Return what is here of an earlier attempt, and how many bytes are of use."""
        if self.path.is_symlink() or not self._words.is_file():
            return Version(url=self.url), 0
        try:
            words = self._words.read_text(encoding="utf-8")
            version, size = Version(**json.loads(words)), self.path.stat().st_size
            is_fit = version.url == self.url and size <= (version.total or size)
            if is_fit and size and version.validator(is_pinned=self.is_pinned):
                return version, size
        except (OSError, ValueError, TypeError):
            pass  # torn, or of another program: of no use
        return Version(url=self.url), 0

    def begin(self, version: Version) -> BinaryIO:
        """Open an empty file in place of what is here."""
        self.discard()
        stream = self.path.open("xb")
        if version.validator(is_pinned=self.is_pinned):
            # Written in place: words that are torn are no JSON, hence no words.
            self._words.write_text(json.dumps(asdict(version)), encoding="utf-8")
        return stream

    def go_on(self) -> BinaryIO:
        """Open what is here, to add to it."""
        return self.path.open("ab")

    def discard(self) -> None:
        """Leave nothing behind."""
        # In this order a kill leaves no words that speak of other bytes.
        self._words.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    @contextmanager
    def storing(self, needed: int) -> Iterator[None]:
        """Say what it means when the disk refuses so many more bytes.

        Raises
        ------
        StorageError
            Before anything is written when they cannot find room, and when the disk
            fails inside; what was written until then stays.
        """
        try:
            free = shutil.disk_usage(self.path.parent).free
            if needed > 0 and needed + _SPARE_BYTES > free:
                raise StorageError(
                    f"{self.path} needs {needed + _SPARE_BYTES:,} bytes and {free:,} "
                    "are free. Nothing was changed. Free some space, or choose another "
                    "folder with ATLAS_HOME, then run the command again."
                )
            yield
        except OSError as error:
            size = f"{needed:,} bytes" if needed > 0 else "more bytes"
            raise StorageError(
                f"{self.path} could not be written ({size} needed: {error.strerror}). "
                "What came so far is kept where that is of use; free some space, or "
                "choose another folder with ATLAS_HOME, then run the command again."
            ) from error

    @property
    def _words(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")
