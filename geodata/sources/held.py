"""Files that are here: kept from before, put there by hand, or in a mirror.

Only ordinary files are opened: no pipe, which would never end, no device, and in a
mirror no link that leads out of it.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import (
    FetchError,
    NotInMirrorError,
    SourceError,
    UnexpectedContentError,
)
from geodata.provenance import file_checksum
from geodata.sources.door import Door
from geodata.sources.ledger import (
    MIRROR,
    PUBLISHER,
    Retrieval,
    read_ledger,
    record,
    utc_text,
)
from geodata.sources.note import Note
from geodata.sources.verification import Wanted

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A verified file of a publisher.

    Attributes
    ----------
    source, file : str
        Id in the catalogue and name of the file.
    path : Path
        Where it lies: among the downloads, or in the mirror itself.
    sha256 : str
        Its checksum.
    bytes : int
        Its size.
    origin : str
        ``publisher`` or ``mirror``.
    rebuilt : bool
        True when it is a reconstruction in the publisher's layout.
    fresh : bool
        True when it was brought now.
    """

    source: str
    file: str
    path: Path
    sha256: str
    bytes: int
    origin: str
    rebuilt: bool
    fresh: bool


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Make an error of the disk one about this file.

    Raises
    ------
    FetchError
        That names the file and says what to do.
    """
    try:
        yield
    except OSError as error:
        raise FetchError(
            f"{error.filename or path} cannot be read or kept ({error.strerror}). "
            "Look at the disk and at who may read the file and write its folder; "
            "make it readable, or put another copy in its place, then run the command "
            "again."
        ) from error


def from_before(wanted: Wanted, door: Door) -> Fetched | None:
    """Return the file that is here already; None when it is to be fetched.

    Raises
    ------
    ChecksumError, UnexpectedContentError
        If it is a wrong one, and no address is known to fetch it from.
    FetchError
        If it cannot be read.
    """
    path = wanted.kept
    with naming(path):
        if not path.is_file():
            return None
        sha256 = file_checksum(path)
        problem = problem_of(wanted, path, sha256, PUBLISHER)
        if problem and not wanted.entry.url:
            raise problem
        if problem or wanted.is_given_up(sha256):
            return None
        return accepted(wanted, path, sha256, PUBLISHER, door)


def from_mirror(wanted: Wanted, mirror: Path, door: Door) -> Fetched:
    """Return the file of a mirror, verified where it lies.

    Raises
    ------
    NotInMirrorError
        If it is not there, or there is something else in its place.
    ChecksumError, UnexpectedContentError
        If it is a wrong one.
    FetchError
        If it cannot be read.
    """
    path = mirror / wanted.source.id / wanted.entry.name
    with naming(path):
        refusal = _refusal(path, mirror)
        if refusal:
            raise NotInMirrorError(
                f"The mirror {mirror} holds no file {wanted.title} of its own"
                f"{refusal}, and with a mirror nothing is fetched. Put the file there, "
                "or run without --mirror."
            )
        wanted.require_size(path)
        sha256 = file_checksum(path)
        if sha256 == wanted.entry.rebuilt_sha256:
            return accepted(wanted, path, sha256, MIRROR, door, rebuilt=True)
        problem = problem_of(wanted, path, sha256, MIRROR)
        if problem:
            raise problem
        return accepted(wanted, path, sha256, MIRROR, door)


def problem_of(
    wanted: Wanted, path: Path, sha256: str, origin: str
) -> SourceError | None:
    """Return what is wrong with a file whose checksum was taken, if anything."""
    pin = wanted.pin(origin)
    if pin:
        is_right = sha256 == pin
        return None if is_right else wanted.mismatch(path, expected=pin, found=sha256)
    try:
        wanted.require_plausible(path)
    except UnexpectedContentError as error:
        return error
    return None


def accepted(
    wanted: Wanted,
    path: Path,
    sha256: str,
    origin: str,
    door: Door,
    *,
    rebuilt: bool = False,
    came: Note | None = None,
) -> Fetched:
    """Write into the ledger what came, or what is here and not in it yet."""
    size = path.stat().st_size
    known = read_ledger(wanted.downloads).get((*wanted.part, origin))
    if came or known is None or known.sha256 != sha256:
        retrieval = Retrieval(
            source=wanted.source.id,
            file=wanted.entry.name,
            origin=origin,
            sha256=sha256,
            bytes=size,
            retrieved=utc_text(door.now()),
            url=came.url if came else "",
            etag=came.etag if came else "",
            last_modified=came.last_modified if came else "",
        )
        record(wanted.downloads, retrieval)
    return Fetched(
        source=wanted.source.id,
        file=wanted.entry.name,
        path=path,
        sha256=sha256,
        bytes=size,
        origin=origin,
        rebuilt=rebuilt,
        fresh=came is not None,
    )


def _refusal(path: Path, mirror: Path) -> str:
    """Return why what bears a name in a mirror is not opened; empty when it may be."""
    try:
        named = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return " (nothing is there)"
    try:
        real = path.resolve(strict=True)
        kind = stat.S_IFMT(real.stat().st_mode)
    except FileNotFoundError:
        return f": {path} is a link to nothing and was refused"
    except (RuntimeError, OSError) as error:
        if not stat.S_ISLNK(named.st_mode):
            raise
        return f": {path} is a link that cannot be followed and was refused ({error})"
    if not real.is_relative_to(mirror.resolve()):
        return f": {path} is a link out of the mirror; it was refused, not opened"
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "no ordinary file")
        return f": {path} is {what}, not a file; it was refused, not opened"
    return ""
