"""Which release all processes of one server answer from: decided once, for all.

Processes that a server starts share a folder.  Each says there what it has opened; when
all have the new release open, one file names it, and every process looks at that file
before every answer: so they change over between two requests, all at once.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_DECIDED = "decided"
_SPOILT = ".spoilt"
_READY = ".ready"


@dataclass
class Agreement:
    """What the processes of one server have told each other.

    Parameters
    ----------
    folder : Path or None
        The folder they share; None when there is one process, which agrees with itself.
    process : int
        Number of this process.
    """

    folder: Path | None = None
    process: int = field(default_factory=os.getpid)
    _stamp: tuple[int, int] = (0, 0)
    _decided: str = ""
    _spoilt: set[str] = field(default_factory=set)

    def decided(self) -> str:
        """Return the id of the release to answer from; empty = nothing decided yet.

        Cheap: one look at the entry of a file.
        """
        if self.folder is None:
            return self._decided
        path = self.folder / _DECIDED
        try:
            entry = path.stat()
            stamp = (entry.st_mtime_ns, entry.st_ino)
            if stamp != self._stamp:
                self._decided, self._stamp = path.read_text(encoding="ascii"), stamp
        except OSError:
            return self._decided
        return self._decided

    def decide(self, release_id: str) -> None:
        """Make every process answer from a release, from its next request on."""
        if self.folder is None:
            self._decided = release_id
        else:
            _put(self.folder / _DECIDED, release_id)

    def announce(self, release_id: str) -> None:
        """Say that this process has a release open."""
        if self.folder is not None:
            _put(self.folder / f"{self.process}{_READY}", release_id)

    def all_have(self, release_id: str) -> bool:
        """Say whether every process that runs has a release open."""
        if self.folder is None:
            return True
        found = []
        for path in self.folder.glob(f"*{_READY}"):
            if not _runs(int(path.stem)):
                path.unlink(missing_ok=True)
                continue
            with suppress(OSError):
                found.append(path.read_text(encoding="ascii"))
        return all(item == release_id for item in found)

    def spoil(self, release_id: str) -> None:
        """Say that a release turned out to be damaged, so that none opens it again."""
        self._spoilt.add(release_id)
        if self.folder is not None:
            _put(self.folder / f"{release_id}{_SPOILT}", "")

    def mend(self, release_id: str) -> None:
        """Forget that a release was damaged: it has been built anew."""
        self._spoilt.discard(release_id)
        if self.folder is not None:
            (self.folder / f"{release_id}{_SPOILT}").unlink(missing_ok=True)

    def is_spoilt(self, release_id: str) -> bool:
        """Say whether a release turned out to be damaged."""
        if self.folder is None:
            return release_id in self._spoilt
        return (self.folder / f"{release_id}{_SPOILT}").exists()


def _put(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="ascii")
    part.replace(path)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
