"""Where lines cross: faults that cut one another, and corners where blocks meet.

Two lines make a crossing where they cut, touch or nearly touch, if they are two
structures: their strikes differ, and they do not bear one name.  So one fault that
its source drew in pieces, or that two sources drew side by side, does not cross
itself.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.raster import DegreeArray

LEAST_ANGLE_DEG = 30.0
"""Least difference in strike; the layer of faults takes lines of less for one."""

GAP_DEG = 0.05
"""Lines that come this near, some 5 km, meet: the error of lines of faults."""

ARM_DEG = 0.1
"""Length of line, some 10 km, over which strike is taken to either side."""


def crossings(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find the places where lines of different strike and name meet.

    Parameters
    ----------
    lines : GeoDataFrame, EPSG:4326
        Lines; a column ``name``, if there is one, tells which belong together.
        Lines without a name are told apart by strike alone.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        A point for each two lines and place; a corner of three blocks is in it up
        to three times.  Empty where nothing crosses.

    Notes
    -----
    Lines that do not cut each other meet once, half-way between where they are
    nearest, because sources end a fault where they last see it.  A stretch that two
    lines share is no crossing.

    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 2 2)", "LINESTRING (0 2, 2 0)"])
    >>> cross = gpd.GeoDataFrame(geometry=lines, crs="EPSG:4326")
    >>> crossings(cross).geometry.to_wkt().tolist()
    ['POINT (1 1)']
    """
    shapes = lines.geometry.to_numpy()
    first, second = _pairs(shapes, _names(lines))
    points, pair = _meeting_points(shapes[first], shapes[second])
    one, other = (_strike_deg(shapes[side[pair]], points) for side in (first, second))
    apart = np.abs(one - other)
    differ = np.minimum(apart, 180.0 - apart) >= LEAST_ANGLE_DEG
    return gpd.GeoDataFrame(geometry=points[differ], crs=lines.crs)


def _names(lines: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    if "name" not in lines.columns:
        return np.full(len(lines), "", dtype=object)
    names = lines["name"].astype(object)
    return np.asarray(names.where(lines["name"].notna(), ""), dtype=object)


def _pairs(
    shapes: npt.NDArray[np.object_], names: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Lines that come near each other and do not bear one name, each pair once."""
    first, second = shapely.STRtree(shapes).query(
        shapes, predicate="dwithin", distance=GAP_DEG
    )
    alike = (names[first] == names[second]) & (names[first] != "")
    pair = (first < second) & ~alike
    return first[pair], second[pair]


def _meeting_points(
    one: npt.NDArray[np.object_], other: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Points where pairs of lines meet, and the pair each belongs to."""
    found = shapely.intersection(one, other)
    gap = shapely.is_empty(found)
    found[gap] = shapely.line_interpolate_point(
        shapely.shortest_line(one[gap], other[gap]), 0.5, normalized=True
    )
    found, pair = shapely.get_parts(found, return_index=True)
    points = shapely.get_type_id(found) == shapely.GeometryType.POINT
    return found[points], pair[points]


def _strike_deg(
    lines: npt.NDArray[np.object_], points: npt.NDArray[np.object_]
) -> DegreeArray:
    """Strike of each line at a point on it, degrees clockwise from north, 0 to 180."""
    along = shapely.line_locate_point(lines, points)
    last = shapely.length(lines)
    one, other = (
        shapely.get_coordinates(
            shapely.line_interpolate_point(lines, np.clip(along + arm, 0.0, last))
        )
        for arm in (-ARM_DEG, ARM_DEG)
    )
    east, north = (other - one).T
    east = east * np.cos(np.radians(shapely.get_y(points)))
    return np.asarray(np.degrees(np.arctan2(east, north)) % 180.0)
