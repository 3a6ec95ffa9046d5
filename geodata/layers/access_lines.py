"""Railways and roads, Natural Earth 1:10 million: how a place is reached.

For people who plan a visit.  Never scored.
"""

import geopandas

from geodata.layers.columns import texts_of
from geodata.layers.margin import MARGIN, lines_inside, margin_polygon
from geodata.layers.plan import Files, Part
from geodata.layers.product import VectorProduct
from geodata.layers.storage.vector_file import CRS
from geodata.readers.vector import read_vector

RAILWAYS: Part = ("natural-earth-transport", "ne_10m_railroads.zip")
ROADS: Part = ("natural-earth-transport", "ne_10m_roads.zip")

_NAMES = ("name", "name_en")
_KINDS = ("type", "featurecla")
_SHIPS = ("ferry",)


def build_railways(files: Files) -> VectorProduct:
    """Return the railways of the region and a margin: ``name`` and ``kind``."""
    return _lines(files, RAILWAYS)


def build_roads(files: Files) -> VectorProduct:
    """Return its roads: ``name`` and ``kind``; ferries are left out."""
    return _lines(files, ROADS)


def _lines(files: Files, part: Part) -> VectorProduct:
    source = read_vector(files[part], driver="shapefile-zip", window=MARGIN)
    kinds = texts_of(source, _KINDS)
    on_land = [
        at
        for at, kind in enumerate(kinds)
        if not any(word in (kind or "").casefold() for word in _SHIPS)
    ]
    names = texts_of(source, _NAMES)
    lines, row = lines_inside(source.geometry.to_numpy()[on_land], margin_polygon())
    table = geopandas.GeoDataFrame(
        {
            "name": [names[on_land[at]] for at in row],
            "kind": [kinds[on_land[at]] for at in row],
        },
        geometry=lines,
        crs=CRS,
    )
    return VectorProduct(table=table)
