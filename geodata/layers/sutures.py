"""Suture zones of Tibet, the Himalaya and the Pamir, from HimaTibetMap."""

import geopandas
import shapely

from geodata.display import Display, Style
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import needed_column, texts
from geodata.layers.storage.table_file import CRS
from geodata.readers.vector import read_vector

SUTURES: Part = ("himatibetmap", "sutures.geojson")


def build_sutures(files: Files) -> VectorProduct:
    """Return every suture of the source.

    Returns
    -------
    VectorProduct
        Column ``name``.  Without coverage: of the sutures of the five states only
        the Tanymas is among them, and absence of a line means nothing.
    """
    source = read_vector(files[SUTURES], driver="geojson")
    table = geopandas.GeoDataFrame(
        {"name": texts(source[needed_column(source, ("Name",), "the sutures")])},
        geometry=shapely.force_2d(source.geometry.to_numpy()),
        crs=CRS,
    )
    return VectorProduct(table=table)


LAYER = Layer(
    id="sutures",
    title="Sutures of Tibet, the Himalaya and the Pamir",
    kind="lines",
    says="lines along which continents or arcs were joined",
    alternatives=(
        FileRecipe(
            parts=(SUTURES,),
            build=build_sutures,
            resolution="not stated",
            resolution_km=5.0,
            uncertainty=(
                "Good to about 5 km. The sutures of Kazakhstan and the Tien Shan are "
                "not among them."
            ),
        ),
    ),
    display=Display(
        order=20,
        form="lines",
        label="Sutures (Tibet–Pamir)",
        title="Sutures of Tibet, the Himalaya and the Pamir",
        description=(
            "Lines along which continents or arcs were joined. Clipped to the region "
            "and simplified for the screen."
        ),
        columns=("name",),
        tooltip=(("{name}", "Suture without a name"), ("Suture",)),
        style=Style(
            colour="#24457d",
            dark_colour="#a9c4f5",
            width=3.0,
            opacity=0.75,
            dash="9 4 1 4",
            small_width=2.0,
        ),
    ),
)
