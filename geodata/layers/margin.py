"""The region and some 300 km around it: what lies there counts inside it too."""

import numpy as np
import numpy.typing as npt
import shapely

from geodata.region import Bounds

MARGIN = Bounds(west=41.0, south=32.0, east=93.0, north=59.0)
"""The five states (46.5–87.3 E, 35.1–55.4 N) and at least 300 km on every side."""


def margin_polygon() -> shapely.Polygon:
    """Return that window as a polygon, longitude and latitude."""
    return shapely.box(MARGIN.west, MARGIN.south, MARGIN.east, MARGIN.north)


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
