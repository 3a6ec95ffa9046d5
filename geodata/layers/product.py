"""What a layer builder returns, and what it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.raster import FloatRaster
from geodata.region import WINDOW

Members = Mapping[str, bytes]
"""Files by their path inside the package; paths of different packages differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorProduct:
    """A finished table.

    Attributes
    ----------
    table : GeoDataFrame
        CRS EPSG:4326.
    coverage : shapely geometry or None
        Where the layer says something; None = everywhere.
    extra : dict
        Facts for the record.
    """

    table: geopandas.GeoDataFrame
    coverage: BaseGeometry | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterProduct:
    """A finished raster.

    Attributes
    ----------
    image : Raster
        Bands; NaN = unknown.
    dtype : str
        ``float32`` or ``int16``: the type in the file.
    coverage : shapely geometry or None
        Where the layer says something; None = wherever a band is not NaN.
    extra : dict
        Facts for the record.
    """

    image: FloatRaster
    dtype: str = "float32"
    coverage: BaseGeometry | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProduct:
    """A finished table without places.

    Attributes
    ----------
    table : DataFrame
        Columns of text, numbers and booleans; NaN or None = unknown.
    extra : dict
        Facts for the record.
    """

    table: pd.DataFrame
    extra: dict[str, Any] = field(default_factory=dict)


Product = VectorProduct | RasterProduct | TableProduct
"""What a layer can be."""


def window_polygon() -> shapely.Polygon:
    """Return the window of the bundle as a polygon, longitude and latitude."""
    return shapely.box(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)


def clipped(geometry: BaseGeometry, clip: BaseGeometry) -> BaseGeometry:
    """Return the polygonal part of a geometry inside another, repaired if needed.

    Heights of corners, which some sources carry as zeros, are dropped.
    """
    flat = shapely.force_2d(geometry)
    valid = flat if flat.is_valid else shapely.make_valid(flat)
    cut = shapely.intersection(valid, clip)
    parts = [
        part
        for part in shapely.get_parts(cut, return_index=False)
        if part.geom_type in ("Polygon", "MultiPolygon") and part.area > 0.0
    ]
    return shapely.union_all(parts) if parts else shapely.Polygon()
