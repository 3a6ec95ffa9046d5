"""Checksums over what makes layers, so that a change of it makes them anew."""

import hashlib
from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable

from geodata.ingestion.all_plans import AnyPlan, parts_of
from geodata.sources.catalogue import Catalogue, PublishedSource


def code_checksum() -> str:
    """Return a checksum over the code that makes layers, and its tables."""
    digest = hashlib.sha256()
    texts = [
        text
        for folder in ("layers", "readers", "ingestion")
        for text in _texts(resources.files("geodata") / folder, folder)
    ]
    for name, content in sorted(texts):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def column_maps_checksum(entry: AnyPlan, catalogue: Catalogue) -> str:
    """Return a checksum over the column maps of a plan's sources.

    They are edited when a table arrives whose columns nobody had seen.
    """
    sources = dict.fromkeys(source for source, _ in parts_of(entry))
    maps = [
        (name, sorted(catalogue.published(name).columns.items()))
        for name in sources
        if isinstance(catalogue[name], PublishedSource)
    ]
    return hashlib.sha256(repr(maps).encode()).hexdigest()[:16]


def _texts(folder: Traversable, name: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _texts(entry, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".toml")):
            yield f"{name}/{entry.name}", entry.read_bytes()
