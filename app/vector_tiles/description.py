"""What vector tiles of a collection say of themselves."""

import numpy as np

from app.collection import Collection
from app.vector_tiles.layer import MAX_ZOOM, tile_columns, to_world


def vector_layer(found: Collection, deepest: int = MAX_ZOOM) -> dict[str, object]:
    """Describe the one layer of the tiles as TileJSON 3.0 does."""
    kinds = {"string": "String", "boolean": "Boolean"}
    fields = {item.name: kinds.get(item.kind, "Number") for item in tile_columns(found)}
    return {
        "id": found.id,
        "description": found.description,
        "minzoom": 0,
        "maxzoom": deepest,
        "fields": {"id": "String", **fields},
    }


def limits(found: Collection) -> list[dict[str, object]]:
    """Tell for each zoom between which rows and columns something may lie."""
    box = found.bounds
    assert box is not None  # noqa: S101  # for the checker: there are positions
    corners = to_world(np.array([(box.west, box.north), (box.east, box.south)]))
    told: list[dict[str, object]] = []
    for zoom in range(MAX_ZOOM + 1):
        tiles = np.clip(np.floor(corners * 2**zoom), 0, 2**zoom - 1).astype(int)
        (left, top), (right, bottom) = tiles.tolist()
        told.append(
            {
                "tileMatrix": str(zoom),
                "minTileRow": top,
                "maxTileRow": bottom,
                "minTileCol": left,
                "maxTileCol": right,
            }
        )
    return told
