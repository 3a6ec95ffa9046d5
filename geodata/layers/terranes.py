"""Terranes and the lines between them, from Zahirovic et al. (2022)."""

import geopandas
import pandas as pd
import shapely

from geodata.display import Display, Style
from geodata.errors import LayerFormatError
from geodata.layers.clip import clipped, window_polygon
from geodata.layers.model import Layer, Members, PackageRecipe, VectorProduct
from geodata.layers.storage.table_file import CRS
from geodata.readers.package_shapes import read_attributes, read_polygons

_FOLDER = "pybacktrack/bundle_data/reconstruction/Z22/"
POLYGONS = _FOLDER + "static_polygons.shp"
ATTRIBUTES = _FOLDER + "static_polygons.dbf"
TERRANE_PARTS = (("zahirovic-2022", POLYGONS), ("zahirovic-2022", ATTRIBUTES))


_EACH_SIDE_DEG = 2.0  # read beyond the window, so that its edge is no border
_COLUMNS = ("NAME", "PLATEID1", "FROMAGE", "TOAGE")
_NAME_CODE = "_"


def build_terranes(members: Members) -> VectorProduct:
    """Return the terranes of the window.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``plate_id``, ``from_ma`` and ``to_ma`` (millions of
        years before present; 0 = today).  Polygons of one name, plate and time
        are one row.  Coverage is their union.
    """
    window = window_polygon()
    table = dissolved(members)
    table = table.set_geometry([clipped(part, window) for part in table.geometry])
    table = table[~table.geometry.is_empty].reset_index(drop=True)
    return VectorProduct(
        table=table, coverage=shapely.union_all(table.geometry.to_numpy())
    )


def dissolved(members: Members) -> geopandas.GeoDataFrame:
    """Read the terranes; those of one name, plate and time are one row."""
    shapes = read_polygons(members[POLYGONS])
    records = read_attributes(members[ATTRIBUTES])
    if len(shapes) != len(records) or not set(_COLUMNS) <= set(records[0]):
        raise LayerFormatError(
            f"Expected one attribute row per polygon with {', '.join(_COLUMNS)}; found "
            f"{len(shapes)} polygons and {len(records)} rows with "
            f"{', '.join(records[0])}. Check the version of the package."
        )
    frame = pd.DataFrame(
        {
            # The source writes some names with and without underscores.
            "name": [record["NAME"].replace(_NAME_CODE, " ") for record in records],
            "plate_id": [int(float(record["PLATEID1"])) for record in records],
            "from_ma": [float(record["FROMAGE"]) for record in records],
            "to_ma": [max(float(record["TOAGE"]), 0.0) for record in records],
        }
    )
    table = geopandas.GeoDataFrame(frame, geometry=shapes, crs=CRS)
    wide = shapely.buffer(window_polygon(), _EACH_SIDE_DEG)
    table = table[table.intersects(wide)]
    keys = ["name", "plate_id", "from_ma", "to_ma"]
    return table.dissolve(by=keys, sort=True).reset_index()


LAYER = Layer(
    id="terranes",
    title="Terranes",
    kind="polygons",
    says="crustal blocks",
    alternatives=(
        PackageRecipe(
            parts=TERRANE_PARTS,
            build=build_terranes,
            resolution="about 1:10–20 million",
            resolution_km=20.0,
            uncertainty=("Edges good to about 20 km; drawn for plate reconstructions."),
        ),
    ),
    display=Display(
        order=30,
        form="outlines",
        label="Terranes",
        title="Terranes",
        description="Crustal blocks of a plate model; ages in million years.",
        columns=("name", "plate_id", "from_ma", "to_ma"),
        tolerance_deg=0.0,
        id_column="plate_id",
        tooltip=(("{name}", "Terrane without a name"), ("Terrane",)),
        style=Style(colour="#5b4b8a", dark_colour="#b7a9e6", width=1.3, dash="2 4"),
    ),
)
