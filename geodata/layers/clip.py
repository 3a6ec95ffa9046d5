"""Cut layers to the region: the window of the bundle, or the region and a margin."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.region import WINDOW, Bounds

MARGIN = Bounds(west=41.0, south=32.0, east=93.0, north=59.0)
"""The five states (46.5–87.3 E, 35.1–55.4 N) and at least 300 km on every side: what
lies there counts inside too."""


def window_polygon() -> shapely.Polygon:
    """Return the window of the bundle as a polygon, longitude and latitude."""
    return shapely.box(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)


def margin_polygon() -> shapely.Polygon:
    """Return the region and its margin as a polygon, longitude and latitude."""
    return shapely.box(MARGIN.west, MARGIN.south, MARGIN.east, MARGIN.north)


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


def lines_inside(
    shapes: npt.NDArray[np.object_], clip: shapely.Geometry
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Cut lines to an area and take multi-part lines apart.

    Parameters
    ----------
    shapes : array of lines
        Missing and empty ones, and other kinds, vanish; heights are dropped.
    clip : shapely geometry
        Longitude and latitude, as the lines.

    Returns
    -------
    lines : array of LineString
        In the order and sense of the source; none is empty or a mere point.
    row : array of int64
        Position in ``shapes`` that each comes from.
    """
    cut = np.array(shapely.force_2d(shapes), dtype=object)
    out = ~shapely.covers(clip, cut)
    cut[out] = shapely.intersection(cut[out], clip)
    parts, row = shapely.get_parts(cut, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    keep = (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & (
        shapely.length(parts) > 0.0
    )
    return parts[keep], np.asarray(row[inner][keep], dtype=np.int64)
