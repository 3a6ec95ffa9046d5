"""A plane on which angles are true and lengths nearly so, for work with lines.

A Lambert conformal cone over the region: strikes of lines can be compared, and a
length is off by no more than 2 % between 32 and 59 N, or by 0.3 % when divided by
:func:`scale_at` its place.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geodata.raster import DegreeArray

_PLANE = (
    "+proj=lcc +lat_1=37 +lat_2=54 +lat_0=46 +lon_0=67 +datum=WGS84 +units=m +no_defs"
)


def to_plane(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Project geometries (longitude, latitude, degrees) to metres on the plane."""
    return np.asarray(shapely.transform(shapes, _forward), dtype=object)


def from_plane(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Project geometries on the plane back to longitude and latitude."""
    return np.asarray(shapely.transform(shapes, _inverse), dtype=object)


def scale_at(lon: DegreeArray, lat: DegreeArray) -> DegreeArray:
    """Return length on the plane per length on the ground, the same in any direction.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.

    >>> scale_at(np.array([67.0, 90.0]), np.array([37.0, 54.0])).round(6).tolist()
    [1.0, 1.0]
    """
    return np.asarray(pyproj.Proj(_PLANE).get_factors(lon, lat).meridional_scale)


def _forward(points: DegreeArray) -> DegreeArray:
    return np.column_stack(_transformer().transform(points[:, 0], points[:, 1]))


def _inverse(points: DegreeArray) -> DegreeArray:
    moved = _transformer().transform(points[:, 0], points[:, 1], direction="INVERSE")
    return np.column_stack(moved)


@cache
def _transformer() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("OGC:CRS84", _PLANE, always_xy=True)
