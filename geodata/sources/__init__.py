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
from geodata.sources.fetch import Door, Fetched, fetch_package, obtain
from geodata.sources.ledger import forget, retrieved

__all__ = [
    "Catalogue",
    "Door",
    "Fetched",
    "PackageSource",
    "PublishedSource",
    "Source",
    "SourceFile",
    "fetch_package",
    "forget",
    "load_catalogue",
    "obtain",
    "read_member",
    "retrieved",
]
