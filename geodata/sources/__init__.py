"""Public files: what they are, how they are fetched, how they are opened."""

from geodata.sources.carriers import read_member
from geodata.sources.catalogue import Catalogue, Source, load_catalogue
from geodata.sources.fetch import fetch_package

__all__ = ["Catalogue", "Source", "fetch_package", "load_catalogue", "read_member"]
