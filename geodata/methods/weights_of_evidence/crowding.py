"""Points that lie together: a unit cell may hold one."""

from dataclasses import dataclass

import numpy as np
import pyproj

from geodata.methods.weights_of_evidence.class_areas import Doubles
from geodata.raster import KM_PER_DEGREE


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many points share their unit cells.

    Attributes
    ----------
    points : int
        Points in unit cells with more than one.
    cells : int
        Such cells.
    most : int
        Points in the fullest of them.
    """

    points: int
    cells: int
    most: int


def crowd(x: Doubles, y: Doubles, crs: pyproj.CRS, unit_area_km2: float) -> Crowd:
    """Count the points that share a unit cell.

    Parameters
    ----------
    x, y : array of float64, shape (points,)
        In ``crs``, eastward first; finite.
    crs : pyproj.CRS
        Geographic or projected.
    unit_area_km2 : float
        Area of the unit cell, square kilometres, positive.

    Notes
    -----
    Unit cells are squares side by side from the origin of the system; in degrees, of
    that height, and as wide as the parallel through their middle allows.

    >>> metres = pyproj.CRS("EPSG:32642")
    >>> crowd(np.array([100.0, 900.0, 1100.0]), np.zeros(3), metres, 1.0)
    Crowd(points=2, cells=1, most=2)
    """
    side_km = np.sqrt(unit_area_km2)
    unit = crs.axis_info[0].unit_conversion_factor  # to metres, or to radians
    if crs.is_geographic:
        high = side_km / KM_PER_DEGREE
        row = np.floor(np.degrees(y * unit) / high)
        parallel = np.cos(np.radians((row + 0.5) * high))
        column = np.floor(np.degrees(x * unit) * np.maximum(parallel, 1e-9) / high)
    else:
        side = side_km * 1e3 / unit
        row, column = np.floor(y / side), np.floor(x / side)
    _, counts = np.unique(np.stack([row, column]), axis=1, return_counts=True)
    shared = counts[counts > 1]
    return Crowd(
        points=int(shared.sum()),
        cells=len(shared),
        most=int(shared.max()) if len(shared) else 0,
    )
