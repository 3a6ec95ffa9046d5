"""The catalogue: every public file we use, whose it is and what may be done with it."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from geodata.errors import SourceError
from geodata.sources.entries import (
    FIRST_SEEN,
    LARGEST_FILE,
    ROLES,
    PackageSource,
    PublishedSource,
    Source,
    SourceFile,
)

__all__ = [
    "CATALOGUE_PATH",
    "FIRST_SEEN",
    "LARGEST_FILE",
    "ROLES",
    "Catalogue",
    "PackageSource",
    "PublishedSource",
    "Source",
    "SourceFile",
    "load_catalogue",
]

CATALOGUE_PATH = Path(__file__).with_name("catalogue.toml")


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
        self._sources = entries  # a plain dict: catalogues travel between processes

    def __getitem__(self, source_id: str) -> Source:
        try:
            return self._sources[source_id]
        except KeyError:
            raise SourceError(
                f"The catalogue has no source '{source_id}'. It has "
                f"{', '.join(sorted(self._sources))}."
            ) from None

    def package(self, source_id: str) -> PackageSource:
        """Return a source that a registry package carries.

        Raises
        ------
        SourceError
            If there is none of this id, or a publisher offers it as files.
        """
        source = self[source_id]
        if not isinstance(source, PackageSource):
            raise SourceError(
                f"Source '{source_id}' is published as files, not as a package. Fetch "
                "it with scripts/ingest.py."
            )
        return source

    def published(self, source_id: str) -> PublishedSource:
        """Return a source that its publisher offers as files.

        Raises
        ------
        SourceError
            If there is none of this id, or a registry package carries it.
        """
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


def load_catalogue(path: Path = CATALOGUE_PATH) -> Catalogue:
    """Read the catalogue.

    Parameters
    ----------
    path : Path
        TOML file with one ``[[source]]`` table per package or publication, and one
        ``[[source.file]]`` table per published file.

    Raises
    ------
    MissingLicenceError
        If an entry has no licence.
    SourceError
        If the file is not TOML or an entry lacks a field or has one too many.

    Examples
    --------
    >>> load_catalogue().package("strec").package
    'usgs-strec'
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SourceError(
            f"{path.name} is not a catalogue of sources ({error}). Expected TOML with "
            "one [[source]] table per source."
        ) from error
    return Catalogue(_source(table) for table in tables)


def _source(table: dict[str, Any]) -> Source:
    fields = {"licence": "", **table}
    fields["faults"] = tuple(fields.get("faults", ()))
    try:
        if "ecosystem" in fields:
            fields["members"] = dict(fields.get("members", {}))
            return PackageSource(**fields)
        fields["files"] = tuple(_file(entry) for entry in fields.pop("file", ()))
        fields["columns"] = {
            name: tuple(found) for name, found in fields.get("columns", {}).items()
        }
        return PublishedSource(**fields)
    except TypeError as error:
        raise SourceError(
            f"The catalogue entry '{table.get('id', '?')}' does not have the expected "
            f"fields ({error}). Compare it with the other entries."
        ) from error


def _file(table: dict[str, Any]) -> SourceFile:
    return SourceFile(**{**table, "hosts": tuple(table.get("hosts", ()))})
