"""What came when and from where, and which file was the first one seen.

``ledger.json`` lies beside the downloads.  For a file whose checksum nobody has
published it is the memory that makes the first one the only one.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from geodata.checksums import exclusive, write_atomically
from geodata.errors import SourceError
from geodata.sources.partial import Version

LEDGER = "ledger.json"
LOCKS = ".locks"
"""Folder of the lock files beside the ledger; they stay, empty."""

PUBLISHER, MIRROR = "publisher", "mirror"

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """One file that came, or was found, once.

    Attributes
    ----------
    source, file : str
        Id in the catalogue and name of the file.
    origin : str
        ``publisher`` or ``mirror``.
    sha256 : str
        Enforced from then on; empty after :func:`forget`.
    bytes : int
        Size.
    url, etag, last_modified : str
        Address and what the server said; empty when put there by hand.
    retrieved : str
        UTC, ISO 8601, to the second.
    superseded : str
        Checksum of a file that :func:`forget` gave up: it is fetched again.
    """

    source: str
    file: str
    origin: str
    sha256: str
    bytes: int
    retrieved: str
    url: str = ""
    etag: str = ""
    last_modified: str = ""
    superseded: str = ""


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


def read_ledger(downloads: Path) -> dict[Key, Retrieval]:
    """Return what is recorded, by source, file and origin.

    Parameters
    ----------
    downloads : Path
        Folder of downloads; it need not exist.

    Raises
    ------
    SourceError
        If the ledger is there and damaged: a memory is not silently lost.
    """
    path = downloads / LEDGER
    try:
        entries = [Retrieval(**entry) for entry in json.loads(path.read_bytes())]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(
            f"{path} cannot be read ({error}). It remembers the checksums of files "
            "that were seen first. Restore it, or remove it if every file beside it "
            "may be taken as it is."
        ) from error
    return {(entry.source, entry.file, entry.origin): entry for entry in entries}


def retrieved(downloads: Path) -> dict[tuple[str, str], str]:
    """Return when each file last came, by source and file: UTC, ISO 8601."""
    times: dict[tuple[str, str], str] = {}
    for (source, file, _), entry in read_ledger(downloads).items():
        times[source, file] = max(times.get((source, file), ""), entry.retrieved)
    return times


def first_seen(
    downloads: Path, source: str, file: str, origin: str
) -> Retrieval | None:
    """Return the record a file without a published checksum is held against.

    A mirror stands in for the publisher: until a file of its own was seen there,
    it is held against the publisher's.
    """
    entries = read_ledger(downloads)
    for wanted in dict.fromkeys((origin, PUBLISHER)):
        entry = entries.get((source, file, wanted))
        if entry is not None:
            return entry
    return None


def record(downloads: Path, entry: Retrieval) -> None:
    """Write down one retrieval in place of the earlier one.

    Raises
    ------
    StorageError
        If the disk is full; the ledger is unchanged.
    SourceError
        If the ledger is damaged.
    """
    with exclusive(downloads / LOCKS / LEDGER):
        entries = read_ledger(downloads)
        entries[entry.source, entry.file, entry.origin] = entry
        _write(downloads, entries)


def accept(
    downloads: Path,
    part: tuple[str, str],
    path: Path,
    sha256: str,
    origin: str,
    *,
    rebuilt: bool = False,
    came: Version | None = None,
) -> Fetched:
    """Write down a verified file that came, or that is here and not in the ledger yet.

    Parameters
    ----------
    downloads : Path
        Folder of the ledger.
    part : tuple of str
        Source id and name of the file.
    path, sha256, origin, rebuilt
        As :class:`Fetched` has them.
    came : Version, optional
        What the server said of it; None when it was here.
    """
    size = path.stat().st_size
    known = read_ledger(downloads).get((*part, origin))
    if came or known is None or known.sha256 != sha256:
        retrieval = Retrieval(
            source=part[0],
            file=part[1],
            origin=origin,
            sha256=sha256,
            bytes=size,
            retrieved=f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}",
            url=came.url if came else "",
            etag=came.etag if came else "",
            last_modified=came.last_modified if came else "",
        )
        record(downloads, retrieval)
    return Fetched(
        source=part[0],
        file=part[1],
        path=path,
        sha256=sha256,
        bytes=size,
        origin=origin,
        rebuilt=rebuilt,
        fresh=came is not None,
    )


def forget(downloads: Path, source: str, file: str) -> bool:
    """Give up the first-seen checksum of a file, so that the next one is accepted.

    Parameters
    ----------
    downloads : Path
        Folder of downloads.
    source, file : str
        Id in the catalogue and name of the file.

    Returns
    -------
    bool
        False when there was nothing to forget.

    Notes
    -----
    A file of that checksum stays where it is and is fetched again by the next run;
    another one, put there by hand, is accepted as it is.  A checksum pinned in the
    catalogue is not touched by this.
    """
    if not (downloads / LEDGER).exists():
        return False
    with exclusive(downloads / LOCKS / LEDGER):
        entries = read_ledger(downloads)
        mirrored = entries.pop((source, file, MIRROR), None)
        entry = entries.get((source, file, PUBLISHER))
        if entry is not None and entry.sha256:
            entries[source, file, PUBLISHER] = replace(
                entry, sha256="", superseded=entry.sha256
            )
        elif mirrored is None:
            return False
        _write(downloads, entries)
    return True


def _write(downloads: Path, entries: dict[Key, Retrieval]) -> None:
    for left in downloads.glob(f".{LEDGER}.*.part"):  # of a writer that was killed
        left.unlink(missing_ok=True)
    rows = [asdict(entries[key]) for key in sorted(entries)]
    text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    write_atomically(downloads / LEDGER, text.encode())
