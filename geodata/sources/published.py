"""Have a published file: kept from before, from a mirror, or from its publisher.

Whatever its way, it is held against its checksum before anybody reads it, and nothing
bears its final name that is not whole.  Only ordinary files are opened: no pipe, which
would never end, no device, and in a mirror no link that leads out of it.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from geodata.checksums import file_checksum, sync_folder
from geodata.errors import (
    FetchError,
    NotInMirrorError,
    RefusedAddressError,
    SourceError,
    StorageError,
)
from geodata.sources.address import host_of
from geodata.sources.catalogue import PublishedSource, SourceFile
from geodata.sources.connection import Connection, Stop
from geodata.sources.download import Advance, Order, download
from geodata.sources.ledger import LOCKS, MIRROR, PUBLISHER, Fetched, accept
from geodata.sources.partial import Partial
from geodata.sources.verify import Wanted

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+ -]{0,199}")


def obtain(
    source: PublishedSource,
    entry: SourceFile,
    *,
    downloads: Path,
    mirror: Path | None = None,
    connection: Connection | None = None,
    advance: Advance | None = None,
    stop: Stop | None = None,
) -> Fetched:
    """Return one published file, verified, bringing it if it is not here.

    Parameters
    ----------
    source, entry : PublishedSource, SourceFile
        Catalogue entries.
    downloads : Path
        Folder with ``<source id>/<file>`` and the ledger, made when absent.  A file
        put there by hand is used when it is the right one.
    mirror : Path, optional
        Folder with ``<source id>/<file>`` that stands in for the publisher: with it
        nothing is asked of the network, and the file is used where it lies.  What it
        does not hold is taken from ``downloads``, if it is there.
    connection : Connection, optional
        How a server is reached.
    advance : callable (bytes here, bytes in all or 0), optional
        Is told of progress.
    stop : Stop, optional
        When set, the transfer ends at once and keeps what it has.

    Returns
    -------
    Fetched
        Several threads and processes may ask for the same file; one brings it.

    Raises
    ------
    NotInMirrorError
        If there is a mirror, and neither it nor ``downloads`` holds the file.
    FetchError
        If the server does not bring it, the transfer was stopped, the file that is
        here cannot be read, or no address is known and nobody has put it there.
    RefusedAddressError
        If an address is not one we may ask.
    ChecksumError
        If what came is not the pinned file, or not the one seen first.
    UnexpectedContentError
        If it is a web page, empty, too large, or not of its format.
    StorageError
        If it cannot be stored.
    """
    for name in (source.id, entry.name):
        if not _PLAIN_NAME.fullmatch(name):
            raise SourceError(
                f"{name!r} is no plain name of a file; expected letters, digits and "
                "'_.+ -'. Correct geodata/sources/catalogue."
            )
    wanted = Wanted(source=source, entry=entry, downloads=downloads)
    stop = stop or Stop()
    _make_folder(downloads if mirror else wanted.path.parent)
    if mirror is not None:
        try:
            return _from_mirror(wanted, mirror)
        except NotInMirrorError:
            # A mirror is added to what is here; it does not hide it.
            brought = _from_before(wanted)
            if brought is None:
                raise
            return brought
    found = _from_before(wanted)
    if found is not None:
        if _partial(wanted).is_begun:  # by a run that did not come to its end
            with _alone(wanted, stop):
                _partial(wanted).discard()
        return found
    if not entry.url:
        raise FetchError(
            f"No address is known for {wanted.title} ({source.title}, "
            f"{source.publisher}{f', doi:{source.doi}' if source.doi else ''}). Bring "
            f"it by hand and put it at {wanted.path}, then run the command again."
        )
    try:
        return _from_publisher(wanted, connection or Connection(), advance, stop)
    except RefusedAddressError as error:
        raise RefusedAddressError(f"{wanted.title} was not fetched. {error}") from error


def _from_before(wanted: Wanted) -> Fetched | None:
    """Return the file that is here already; None when it is to be fetched."""
    path = wanted.path
    with _naming(path):
        if not path.is_file():
            return None
        sha256 = file_checksum(path)
        problem = wanted.problem(path, sha256, PUBLISHER)
        if problem and not wanted.entry.url:
            raise problem
        if problem or wanted.is_given_up(sha256):
            return None
        return accept(wanted.downloads, wanted.part, path, sha256, PUBLISHER)


def _from_mirror(wanted: Wanted, mirror: Path) -> Fetched:
    """Return the file of a mirror, verified where it lies."""
    path = mirror / wanted.source.id / wanted.entry.name
    with _naming(path):
        refusal = _refusal(path, mirror)
        if refusal:
            raise NotInMirrorError(
                f"The mirror {mirror} holds no file {wanted.title} of its own "
                f"({refusal}), and with a mirror nothing is fetched. Put the file "
                "there, or run without --mirror."
            )
        wanted.require_size(path)
        sha256 = file_checksum(path)
        rebuilt = sha256 == wanted.entry.rebuilt_sha256
        problem = None if rebuilt else wanted.problem(path, sha256, MIRROR)
        if problem:
            raise problem
        return accept(
            wanted.downloads, wanted.part, path, sha256, MIRROR, rebuilt=rebuilt
        )


def _refusal(path: Path, mirror: Path) -> str:
    """Return why what bears a name in a mirror is not opened; empty when it may be."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "a link to nothing" if path.is_symlink() else "nothing is there"
    except (RuntimeError, OSError):
        if not path.is_symlink():
            raise
        return "a link that cannot be followed was refused"
    if not real.is_relative_to(mirror.resolve()):
        return "a link out of the mirror was refused, not opened"
    if not stat.S_ISREG(mode):
        return "what is there is no file (a folder, pipe, socket or device)"
    return ""


def _from_publisher(
    wanted: Wanted, connection: Connection, advance: Advance | None, stop: Stop
) -> Fetched:
    with _alone(wanted, stop):
        partial = _partial(wanted)
        found = _from_before(wanted)  # another run may have brought it meanwhile
        if found is not None:
            partial.discard()
            return found
        order = Order(
            partial=partial,
            hosts=(host_of(wanted.entry.url), *wanted.entry.hosts),
            limit_bytes=wanted.entry.limit_bytes,
            advance=advance or _tell_nobody,
            stop=stop,
        )
        brought = download(order, connection)
        sha256 = file_checksum(partial.path)
        problem = wanted.problem(partial.path, sha256, PUBLISHER)
        if problem and brought.in_pieces:
            # Two versions of the file may have met; one that comes whole decides.
            partial.discard()
            brought = download(order, connection)
            sha256 = file_checksum(partial.path)
            problem = wanted.problem(partial.path, sha256, PUBLISHER)
        if problem:
            partial.discard()
            raise problem
        _name(partial.path, wanted.path)
        partial.discard()
        return accept(
            wanted.downloads,
            wanted.part,
            wanted.path,
            sha256,
            PUBLISHER,
            came=brought.version,
        )


def _partial(wanted: Wanted) -> Partial:
    return Partial(
        path=wanted.path.with_name(f"{wanted.entry.name}.part"),
        url=wanted.entry.url,
        is_pinned=wanted.pin(PUBLISHER) != "",
    )


def _tell_nobody(here: int, total: int) -> None:
    """Take note of progress nobody asked for."""


def _name(partial: Path, path: Path) -> None:
    """Make the bytes of a whole file durable, then give it its name."""
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(path)
    sync_folder(path.parent)


@contextmanager
def _alone(wanted: Wanted, stop: Stop) -> Iterator[None]:
    """Keep other threads and processes from fetching the same file."""
    folder = wanted.downloads / LOCKS
    _make_folder(folder)
    lock = filelock.FileLock(folder / f"{wanted.source.id}--{wanted.entry.name}.lock")
    try:
        lock.acquire(cancel_check=stop.is_set)
    except filelock.Timeout:
        raise FetchError(
            f"Stopped while another run was fetching {wanted.title}. Nothing of it was "
            "touched; run the command again."
        ) from None
    try:
        with _naming(wanted.path):
            yield
    finally:
        lock.release()


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Make an error of the disk one about this file."""
    try:
        yield
    except OSError as error:
        raise FetchError(
            f"{error.filename or path} cannot be read or kept ({error.strerror}). "
            "Look at the disk and at who may read the file and write its folder; "
            "make it readable, or put another copy in its place, then run the command "
            "again."
        ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} could not be made ({error.strerror}). Choose another "
            "one with ATLAS_HOME, then run the command again."
        ) from error
