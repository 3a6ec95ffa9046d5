"""Terranes and the lines between them, from Zahirovic et al. (2022)."""

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.errors import LayerFormatError
from geodata.layers import boundaries
from geodata.layers.product import (
    Members,
    VectorProduct,
    clipped,
    window_polygon,
)
from geodata.layers.storage.vector_file import CRS
from geodata.readers.shapefile import read_attributes, read_polygons

_FOLDER = "pybacktrack/bundle_data/reconstruction/Z22/"
POLYGONS = _FOLDER + "static_polygons.shp"
ATTRIBUTES = _FOLDER + "static_polygons.dbf"

TOUCH_DEG = boundaries.TOUCH_DEG
"""In the window the source tiles the ground exactly: shared lines are all there is
(585.6 degrees of them, half the sum of the perimeters), and none needs this."""

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
    table = _dissolved(members)
    table = table.set_geometry([clipped(part, window) for part in table.geometry])
    table = table[~table.geometry.is_empty].reset_index(drop=True)
    return VectorProduct(
        table=table, coverage=shapely.union_all(table.geometry.to_numpy())
    )


def build_terrane_boundaries(members: Members) -> VectorProduct:
    """Return the lines where two terranes of different name meet.

    Returns
    -------
    VectorProduct
        Columns ``left``, ``right`` (terrane on that side when walking along the
        line), ``name`` ("Left | Right"), and ``setting``, null throughout: the
        source does not tell old blocks from younger ones.  The edge of the window
        and the outer edge of the terranes are no boundaries.  Coverage as the
        terranes'.
    """
    by_name = _dissolved(members).dissolve(by="name", sort=True)
    table, _ = boundaries.boundary_table(
        list(by_name.geometry),
        [str(name) for name in by_name.index],
        clip=window_polygon(),
    )
    table.insert(3, "setting", np.full(len(table), None, dtype=object))
    return VectorProduct(table=table, coverage=build_terranes(members).coverage)


def _dissolved(members: Members) -> geopandas.GeoDataFrame:
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
