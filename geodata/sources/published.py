"""Have a published file: kept from before, from a mirror, or from its publisher.

Whatever its way, a file is held against its checksum before anybody reads it, and
nothing bears its final name that is not whole.
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path

from geodata.errors import (
    FetchError,
    NotInMirrorError,
    RefusedAddressError,
    SourceError,
    StorageError,
)
from geodata.sources.address import host_of
from geodata.sources.catalogue import PublishedSource, SourceFile
from geodata.sources.door import Door
from geodata.sources.download import Order, download
from geodata.sources.held import (
    Fetched,
    accepted,
    from_before,
    from_mirror,
    naming,
    problem_of,
)
from geodata.sources.ledger import PUBLISHER
from geodata.sources.note import Note
from geodata.sources.partial import Partial, clear_partial, open_partial
from geodata.sources.verification import Wanted

__all__ = ["PIECED_FROM_BYTES", "Advance", "Fetched", "obtain"]

PIECED_FROM_BYTES = 64 << 20
"""A file whose checksum nobody knows is put together from pieces from this size on.

A smaller one begins anew after every setback: a server that keeps the tag of a file
that changed could make us take half of each version for a file.  A larger one is gone
on with when tag, date and size are unchanged; its checksum is then what came.
"""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+ -]{0,199}")

Advance = Callable[[int, int], None]


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
        nothing is asked of the network, and the file is used where it lies.  What it
        does not hold is taken from ``downloads``, if it is there.
    door : Door, optional
        The way to the network; the ordinary one by default.
    advance : callable (bytes here, bytes in all or 0), optional
        Is told of progress.
    stop : threading.Event, optional
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
    door = door or Door()
    wanted = Wanted(source=source, entry=entry, downloads=downloads)
    _make_folder(wanted.kept.parent if mirror is None else downloads)
    if mirror is not None:
        try:
            return from_mirror(wanted, mirror, door)
        except NotInMirrorError:
            # A mirror is added to what is here; it does not hide it.
            brought = from_before(wanted, door)
            if brought is None:
                raise
            return brought
    found = from_before(wanted, door)
    if found is not None:
        with naming(wanted.kept):
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
    whole_below = 0 if pin else PIECED_FROM_BYTES
    with open_partial(wanted.kept, url, stop, whole_below=whole_below) as partial:
        found = from_before(wanted, door)  # another run may have brought it meanwhile
        if found is not None:
            partial.discard()
            return found
        download(order, partial, door=door)
        problem = _wrong(wanted, partial)
        if problem and partial.resumed:
            # Two versions of the file may have met; one that comes whole decides.
            partial.restart(Note(url=url))
            download(order, partial, door=door)
            problem = _wrong(wanted, partial)
        with naming(wanted.kept):
            if problem:
                partial.discard()
                raise problem
            partial.finish()
            return accepted(
                wanted, wanted.kept, partial.sha256, PUBLISHER, door, came=partial.note
            )


def _wrong(wanted: Wanted, partial: Partial) -> SourceError | None:
    with naming(partial.path):
        return problem_of(wanted, partial.path, partial.sha256, PUBLISHER)
