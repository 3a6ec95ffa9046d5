"""Geological provinces of the world and the lines between them, Hasterok et al. 2022.

Every province border is a boundary between terranes, or between a terrane and the
basin on it.  Spelling is the source's.
"""

from pathlib import Path

import geopandas
import pandas as pd
import shapely

from geodata.display import Display, Style
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import texts
from geodata.layers.storage.table_file import CRS
from geodata.readers.vector import read_vector

SOURCE = "hasterok-provinces"
PROVINCES: Part = (SOURCE, "global_gprv.shp")
CRATONS: Part = (SOURCE, "cratons.shp")
PROVINCE_PARTS: tuple[Part, ...] = tuple(
    (SOURCE, f"global_gprv.{ending}") for ending in ("shp", "dbf", "shx", "prj", "cpg")
)
CRATON_PARTS: tuple[Part, ...] = tuple(
    (SOURCE, f"cratons.{ending}") for ending in ("shp", "dbf", "shx", "prj")
)


SCALE = "about 1:5–10 million"

_COLUMNS = {
    "name": "prov_name",
    "type": "prov_type",
    "group": "prov_group",
    "orogen": "lastorogen",
    "crust": "crust_type",
}


def build_provinces(files: Files) -> VectorProduct:
    """Return the geological provinces of the world.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``type`` (craton, volcanic arc …), ``group``, ``orogen``
        (the last one), ``crust`` (continental, oceanic, transitional), null where
        the source is silent, and ``province_id``, the source's number.  Coverage
        is the union of all provinces: the world but for small gaps.
    """
    table = read_provinces(files[PROVINCES])
    return VectorProduct(table=table, coverage=union(table))


def build_cratons(files: Files) -> VectorProduct:
    """Return the cratons of the world.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``type`` and ``orogen`` as for the provinces.
    """
    source = read_vector(
        files[CRATONS],
        driver="shapefile",
        columns=("prov_name", "prov_type", "lastorogen"),
    )
    return VectorProduct(table=_uniform(source, ("name", "type", "orogen")))


def read_provinces(path: Path) -> geopandas.GeoDataFrame:
    """Read the provinces of the world, columns as :func:`build_provinces` states."""
    source = read_vector(path, driver="shapefile", columns=("id", *_COLUMNS.values()))
    table = _uniform(source, tuple(_COLUMNS))
    table.insert(5, "province_id", source["id"].astype(int).to_numpy())
    return table


def _uniform(
    source: geopandas.GeoDataFrame, names: tuple[str, ...]
) -> geopandas.GeoDataFrame:
    frame = pd.DataFrame({name: texts(source[_COLUMNS[name]]) for name in names})
    shapes = shapely.force_2d(source.geometry.to_numpy())
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def union(table: geopandas.GeoDataFrame) -> shapely.Geometry:
    """Return the area all provinces cover together."""
    return shapely.union_all(table.geometry.to_numpy())


LAYERS = (
    Layer(
        id="provinces",
        title="Geological provinces of the world",
        kind="polygons",
        says="geological provinces by type and last orogeny",
        alternatives=(
            FileRecipe(
                parts=PROVINCE_PARTS,
                build=build_provinces,
                resolution=SCALE,
                resolution_km=10.0,
                uncertainty=(
                    "Edges good to about 10 km; names, some odd, and spelling are the "
                    "source's."
                ),
            ),
        ),
        display=Display(
            order=40,
            form="outlines",
            label="Geological provinces",
            title="Geological provinces",
            description=(
                "Provinces by type, last orogeny and crust. Clipped to the region and "
                "simplified for the screen."
            ),
            columns=("name", "type", "group", "orogen", "crust"),
            tolerance_deg=0.01,
            shared_edges=True,
            tooltip=(
                ("{name}", "Province without a name"),
                ("{type}", "Province"),
                ("last orogeny: {orogen}",),
            ),
            style=Style(
                colour="#5b4b8a",
                dark_colour="#b7a9e6",
                width=1.1,
                opacity=0.8,
                small_width=0.8,
            ),
        ),
    ),
    Layer(
        id="cratons",
        title="Cratons of the world",
        kind="polygons",
        says="old, stable cores of continents",
        alternatives=(
            FileRecipe(
                parts=CRATON_PARTS,
                build=build_cratons,
                resolution=SCALE,
                resolution_km=10.0,
                uncertainty=(
                    "Edges good to about 10 km; in the five states almost none."
                ),
            ),
        ),
    ),
)
