"""The reference system of every layer; being moved."""

from geodata.layers.storage.table_file import CRS

__all__ = ["CRS"]
