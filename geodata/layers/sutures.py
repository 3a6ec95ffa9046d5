"""Suture zones of Tibet, the Himalaya and the Pamir, from HimaTibetMap."""

import geopandas
import shapely

from geodata.layers.columns import needed_column, texts
from geodata.layers.plan import Files, Part
from geodata.layers.product import VectorProduct
from geodata.layers.storage.vector_file import CRS
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
