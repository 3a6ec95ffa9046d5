"""Checksums over what makes layers, so that a change of it makes them anew."""

from importlib import resources

from geodata.checksums import checksum, tree_checksum
from geodata.ingestion.all_plans import AnyPlan, parts_of
from geodata.sources.catalogue import Catalogue, PublishedSource


def code_checksum() -> str:
    """Return a checksum over the code that makes layers, and its tables."""
    package = resources.files("geodata")
    folders = (package / name for name in ("layers", "readers", "ingestion"))
    return tree_checksum(*folders, suffixes=(".py", ".toml"))


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
    return checksum(repr(maps).encode())[:16]
