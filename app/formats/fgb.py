"""FlatGeobuf: read by address in pieces, by a box, through its index."""

import io

import shapely

from app.excerpt import Excerpt
from app.formats import Format
from app.gdal_file import has_geometry, write_file


def write(excerpt: Excerpt) -> bytes:
    """Write rows as FlatGeobuf.

    Returns
    -------
    bytes
        In the order of the index where every row has a position, so not in that of the
        excerpt; without an index where a row has none, as the format asks.
    """
    indexed = has_geometry(excerpt) and len(excerpt.rows) > 0
    indexed = indexed and not shapely.is_missing(excerpt.geometry).any()
    made = io.BytesIO()
    layer = {
        "SPATIAL_INDEX": "YES" if indexed else "NO",
        "TITLE": excerpt.collection.title,
        "DESCRIPTION": excerpt.collection.description,
    }
    write_file(excerpt, made, driver="FlatGeobuf", layer=layer)
    return made.getvalue()


FORMAT = Format(
    name="fgb",
    title="FlatGeobuf",
    media_type="application/flatgeobuf",
    schema={"type": "string", "format": "binary"},
    write=write,
    position=4,
    readers=None,
)
