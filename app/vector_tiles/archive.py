"""All tiles of a collection in one file that is read in pieces (PMTiles)."""

import gzip
import io
from collections.abc import Iterator

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from app.attribute_table import statement
from app.collection import Collection
from app.excerpt import Source
from app.vector_tiles.description import vector_layer
from app.vector_tiles.layer import TileLayer

DEEPEST = 9
"""Zoom of the deepest tiles in a file; a unit is 19 m there."""

_GZIP_LEVEL = 6
_SCALE = 1e7  # of the degrees in the head


def archive(found: Collection, source: Source) -> bytes:
    """Write every tile of a collection that holds something.

    Parameters
    ----------
    found : Collection
        One with positions.
    source : Source
        Release, caution, licence: they stand in the metadata.
    """
    layer, made = TileLayer(found), io.BytesIO()
    writer = Writer(made)
    numbered = sorted((zxy_to_tileid(*place), place) for place in _places(layer))
    for number, (zoom, column, row) in numbered:
        if tile := layer.tile(zoom, column, row):
            writer.write_tile(number, gzip.compress(tile, _GZIP_LEVEL, mtime=0))
    box = found.bounds
    assert box is not None  # noqa: S101  # for the checker: there are positions
    west, south, east, north = (
        round(value * _SCALE) for value in (box.west, box.south, box.east, box.north)
    )
    writer.finalize(
        {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            "center_zoom": 4,
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        },
        {
            "name": found.title,
            "description": found.description,
            "vector_layers": [vector_layer(found, DEEPEST)],
            **statement(source),
        },
    )
    return made.getvalue()


def _places(layer: TileLayer) -> Iterator[tuple[int, int, int]]:
    """Return the tiles in which something lies, from the top down."""
    places = [(0, 0, 0)]
    while places:
        zoom, column, row = places.pop()
        if not layer.touches(zoom, column, row):
            continue
        yield zoom, column, row
        if zoom < DEEPEST:
            places += [
                (zoom + 1, 2 * column + right, 2 * row + down)
                for right in (0, 1)
                for down in (0, 1)
            ]
