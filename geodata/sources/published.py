"""Have a published file: kept from before, from a mirror, or from its publisher.

Whatever its way, a file is held against its checksum before anybody reads it, and
nothing bears its final name that is not whole.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import (
    FetchError,
    NotInMirrorError,
    RefusedAddressError,
    SourceError,
    StorageError,
    UnexpectedContentError,
)
from geodata.provenance import file_checksum
from geodata.sources.address import host_of
from geodata.sources.catalogue import PublishedSource, SourceFile
from geodata.sources.door import Door
from geodata.sources.download import Order, download
from geodata.sources.ledger import (
    MIRROR,
    PUBLISHER,
    Retrieval,
    read_ledger,
    record,
    utc_text,
)
from geodata.sources.partial import Note, clear_partial, open_partial
from geodata.sources.verification import Wanted

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+ -]{0,199}")

Advance = Callable[[int, int], None]


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


def obtain(
    source: PublishedSource,
    entry: SourceFile,
    *,
    downloads: Path,
    mirror: Path | None = None,
    door: Door | None = None,
    advance: Advance | None = None,
    stop: threading.Event | None = None,
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
        nothing is asked of the network, and the file is used where it lies.
    door : Door, optional
        The way to the network; the ordinary one by default.
    advance : callable (bytes here, bytes in all or 0), optional
        Is told of progress.
    stop : threading.Event, optional
        When set, the transfer ends at its next block and keeps what it has.

    Returns
    -------
    Fetched
        Several threads and processes may ask for the same file; one brings it.

    Raises
    ------
    NotInMirrorError
        If there is a mirror and it does not hold the file.
    FetchError
        If the server does not bring it, the transfer was stopped, or no address
        is known and nobody has put the file there.
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
                "'_.+ -'. Correct geodata/sources/catalogue.toml."
            )
    door = door or Door()
    wanted = Wanted(source=source, entry=entry, downloads=downloads)
    _make_folder(wanted.kept.parent if mirror is None else downloads)
    if mirror is not None:
        return _from_mirror(wanted, mirror, door)
    found = _from_before(wanted, door)
    if found is not None:
        clear_partial(wanted.kept)
        return found
    if not entry.url:
        raise FetchError(
            f"No address is known for {wanted.title} ({source.title}, "
            f"{source.publisher}{f', doi:{source.doi}' if source.doi else ''}). Bring "
            f"it by hand and put it at {wanted.kept}, then run the command again."
        )
    try:
        return _from_publisher(
            wanted, door, advance or _tell_nobody, stop or threading.Event()
        )
    except RefusedAddressError as error:
        raise RefusedAddressError(f"{wanted.title} was not fetched. {error}") from error


def _tell_nobody(done: int, total: int) -> None:
    """Take note of progress nobody asked for."""


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} could not be made ({error.strerror}). Choose another "
            "one with ATLAS_HOME, then run the command again."
        ) from error


def _from_before(wanted: Wanted, door: Door) -> Fetched | None:
    """Return the file that is here already; None when it is to be fetched."""
    path = wanted.kept
    if not path.is_file():
        return None
    sha256 = file_checksum(path)
    problem = _problem(wanted, path, sha256, PUBLISHER)
    if problem and not wanted.entry.url:
        raise problem
    if problem or wanted.is_given_up(sha256):
        return None
    return _accepted(wanted, path, sha256, PUBLISHER, door)


def _from_mirror(wanted: Wanted, mirror: Path, door: Door) -> Fetched:
    path = mirror / wanted.source.id / wanted.entry.name
    if not _is_inside(path, mirror):
        raise NotInMirrorError(
            f"The mirror {mirror} holds no file {wanted.title} of its own (a link out "
            "of it does not count), and with a mirror nothing is fetched. Put the "
            "file there, or run without --mirror."
        )
    wanted.require_size(path)
    sha256 = file_checksum(path)
    if sha256 == wanted.entry.rebuilt_sha256:
        return _accepted(wanted, path, sha256, MIRROR, door, rebuilt=True)
    problem = _problem(wanted, path, sha256, MIRROR)
    if problem:
        raise problem
    return _accepted(wanted, path, sha256, MIRROR, door)


def _from_publisher(
    wanted: Wanted, door: Door, advance: Advance, stop: threading.Event
) -> Fetched:
    url, pin = wanted.entry.url, wanted.pin(PUBLISHER)
    order = Order(
        url=url,
        hosts=(host_of(url), *wanted.entry.hosts),
        limit_bytes=wanted.entry.limit_bytes,
        has_pin=pin != "",
        look=wanted.look,
        advance=advance,
        stop=stop,
    )
    with open_partial(wanted.kept, url, stop) as partial:
        found = _from_before(wanted, door)  # another run may have brought it meanwhile
        if found is not None:
            partial.discard()
            return found
        download(order, partial, door=door)
        problem = _problem(wanted, partial.path, partial.sha256, PUBLISHER)
        if problem and partial.resumed:
            # Two versions of the file may have met; one that comes whole decides.
            partial.restart(Note(url=url))
            download(order, partial, door=door)
            problem = _problem(wanted, partial.path, partial.sha256, PUBLISHER)
        if problem:
            partial.discard()
            raise problem
        partial.finish()
        return _accepted(
            wanted, wanted.kept, partial.sha256, PUBLISHER, door, came=partial.note
        )


def _problem(
    wanted: Wanted, path: Path, sha256: str, origin: str
) -> SourceError | None:
    """Return what is wrong with a file, if anything."""
    pin = wanted.pin(origin)
    if pin:
        is_right = sha256 == pin
        return None if is_right else wanted.mismatch(path, expected=pin, found=sha256)
    try:
        wanted.require_plausible(path)
    except UnexpectedContentError as error:
        return error
    return None


def _is_inside(path: Path, folder: Path) -> bool:
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a chain of links without an end
        return False


def _accepted(
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
