"""Railways and roads, Natural Earth 1:10 million: how a place is reached.

For people who plan a visit.  Never scored.
"""

import geopandas

from geodata.display import Display, Style
from geodata.layers.clip import MARGIN, lines_inside, margin_polygon
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import texts_of
from geodata.layers.storage.table_file import CRS
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


LAYERS = (
    Layer(
        id="railways",
        title="Railways",
        kind="lines",
        says="railways",
        alternatives=(
            FileRecipe(
                parts=(RAILWAYS,),
                build=build_railways,
                resolution="1:10 million",
                resolution_km=2.0,
                uncertainty=(
                    "Good to about 2 km; new lines may be missing. Never scored."
                ),
            ),
        ),
        display=Display(
            order=70,
            form="lines",
            label="Railways",
            title="Railways",
            description=(
                "Railways, for access; no part of any score. Clipped to the region "
                "and simplified for the screen."
            ),
            columns=("name", "kind"),
            tooltip=(("{name}", "Railway"),),
            style=Style(
                colour="#4a4f55",
                dark_colour="#c3c8cd",
                width=1.6,
                dash="7 2",
                butt=True,
            ),
        ),
    ),
    Layer(
        id="roads",
        title="Roads",
        kind="lines",
        says="roads",
        alternatives=(
            FileRecipe(
                parts=(ROADS,),
                build=build_roads,
                resolution="1:10 million",
                resolution_km=2.0,
                uncertainty="Good to about 2 km; main roads only. Never scored.",
            ),
        ),
        display=Display(
            order=80,
            form="lines",
            label="Roads",
            title="Roads",
            description=(
                "Roads, for access; no part of any score. Clipped to the region and "
                "simplified for the screen."
            ),
            columns=("name", "kind"),
            tooltip=(("{name}", "Road"),),
            style=Style(colour="#6d6a62", dark_colour="#a49f92", width=1.0),
        ),
    ),
)
