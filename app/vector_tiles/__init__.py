"""Collections as vector tiles, made when they are asked for."""

from app.kept import BoundedCache
from app.vector_tiles.layer import MAX_ZOOM, TileLayer, tile_columns

__all__ = ["MAX_ZOOM", "TileLayer", "TileLayers", "new_tile_layers", "tile_columns"]

MOST_LAYERS = 32

TileLayers = BoundedCache[str, TileLayer]
"""Release and collection → the collection, ready to be cut."""


def new_tile_layers() -> TileLayers:
    """Return room for the layers that were asked for last."""
    return BoundedCache(MOST_LAYERS, lambda _: 1)
