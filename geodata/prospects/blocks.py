"""Licence blocks: the one-minute lattice that exploration licences are issued on.

Kazakhstan issues exploration licences on blocks of 1′ × 1′ (Subsoil Code,
Article 19).  We count the blocks an area lies on and print corner coordinates;
we give blocks no codes, because the official numbering is not known to us.
"""

import math
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.region import Bounds, LonLat

BLOCKS_PER_DEGREE = 60  # Subsoil Code of Kazakhstan, Article 19
_SLIVER_DEG = 1e-8  # about 1 mm: a shared edge is no overlap
_SNAP_MINUTES = 1e-6  # about 2 mm: a corner meant to lie on the lattice does
_TILE_BLOCKS = 64  # side of the squares that are tested in one go


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """The licence blocks an area lies on.

    Attributes
    ----------
    count : int
        Number of 1′ × 1′ blocks that overlap the area.
    west, south, east, north : float
        Box of those blocks, on whole arc-minutes; degrees, WGS 84.
    """

    count: int
    west: float
    south: float
    east: float
    north: float

    @property
    def corners(self) -> tuple[LonLat, LonLat, LonLat, LonLat]:
        """Corners of the box: north-west, north-east, south-east, south-west."""
        return (
            LonLat(lon=self.west, lat=self.north),
            LonLat(lon=self.east, lat=self.north),
            LonLat(lon=self.east, lat=self.south),
            LonLat(lon=self.west, lat=self.south),
        )

    @property
    def bounds(self) -> Bounds:
        """The box as bounds, degrees, WGS 84."""
        return Bounds(
            west=self.west, south=self.south, east=self.east, north=self.north
        )


def blocks(area: BaseGeometry) -> Blocks:
    """Count the licence blocks an area lies on and find their corners.

    Parameters
    ----------
    area : shapely Polygon or MultiPolygon
        Degrees (lon, lat), WGS 84; not empty.  A block that the area only
        touches along an edge does not count.

    Returns
    -------
    Blocks
        Number of blocks, and the box around them on whole arc-minutes.

    Raises
    ------
    ValueError
        If the geometry is empty or no polygon.

    Examples
    --------
    >>> found = blocks(shapely.box(75.0, 43.0, 75.025, 43.0 + 1 / 60))
    >>> found.count, round(found.east * 60 - 75 * 60)
    (2, 2)
    """
    if area.is_empty or area.geom_type not in {"Polygon", "MultiPolygon"}:
        raise ValueError(
            f"Licence blocks need a polygon that is not empty; got "
            f"{'an empty ' if area.is_empty else 'a '}{area.geom_type}."
        )
    west, south, east, north = area.bounds
    first_column, end_column = _lattice(west, east)
    first_row, end_row = _lattice(south, north)
    shapely.prepare(area)
    return Blocks(
        count=sum(
            _count_tile(area, column, row, end_column=end_column, end_row=end_row)
            for row in range(first_row, end_row, _TILE_BLOCKS)
            for column in range(first_column, end_column, _TILE_BLOCKS)
        ),
        west=first_column / BLOCKS_PER_DEGREE,
        south=first_row / BLOCKS_PER_DEGREE,
        east=end_column / BLOCKS_PER_DEGREE,
        north=end_row / BLOCKS_PER_DEGREE,
    )


def block_area_km2(lat: float) -> float:
    """Return the area of one licence block on the WGS 84 ellipsoid.

    Parameters
    ----------
    lat : float
        Latitude of the middle of the block, degrees, -90 to 90.

    Returns
    -------
    float
        Area, km²; the same at every longitude.

    Raises
    ------
    ValueError
        If the latitude is outside -90 to 90 or NaN.

    Notes
    -----
    A block between parallels φ₁ and φ₂ of width Δλ has the area
    ``b² Δλ / 2 · [sin φ / (1 − e² sin² φ) + artanh(e sin φ) / e]`` taken from φ₁
    to φ₂ [Snyder1987]_.

    References
    ----------
    .. [Snyder1987] Snyder, J. P. (1987), Map projections: a working manual, USGS
       Professional Paper 1395, p. 16 (authalic latitude, eq. 3-12).

    Examples
    --------
    >>> round(block_area_km2(41.0), 2), round(block_area_km2(55.0), 2)
    (2.6, 1.98)
    """
    if not -90 <= lat <= 90:
        raise ValueError(f"Latitude must lie between -90 and 90 degrees; got {lat}.")
    ellipsoid = pyproj.Geod(ellps="WGS84")
    eccentricity = math.sqrt(ellipsoid.es)
    half_deg = 0.5 / BLOCKS_PER_DEGREE
    sines = (
        math.sin(math.radians(max(lat - half_deg, -90.0))),
        math.sin(math.radians(min(lat + half_deg, 90.0))),
    )
    lower, upper = (
        sine / (1 - ellipsoid.es * sine**2)
        + math.atanh(eccentricity * sine) / eccentricity
        for sine in sines
    )
    width = math.radians(1 / BLOCKS_PER_DEGREE)
    return float(ellipsoid.b**2 * width / 2 * (upper - lower) / 1e6)


def _lattice(low_deg: float, high_deg: float) -> tuple[int, int]:
    """Return the lattice lines at or outside an interval, in arc-minutes."""
    first = math.floor(low_deg * BLOCKS_PER_DEGREE + _SNAP_MINUTES)
    end = math.ceil(high_deg * BLOCKS_PER_DEGREE - _SNAP_MINUTES)
    return first, max(end, first + 1)


def _count_tile(
    area: BaseGeometry, column: int, row: int, *, end_column: int, end_row: int
) -> int:
    """Count the blocks of one square of the lattice that overlap the area."""
    columns = np.arange(column, min(column + _TILE_BLOCKS, end_column))
    rows = np.arange(row, min(row + _TILE_BLOCKS, end_row))
    tile = shapely.box(
        columns[0] / BLOCKS_PER_DEGREE,
        rows[0] / BLOCKS_PER_DEGREE,
        (columns[-1] + 1) / BLOCKS_PER_DEGREE,
        (rows[-1] + 1) / BLOCKS_PER_DEGREE,
    )
    if not area.intersects(tile):
        return 0
    if area.contains(tile):
        return columns.size * rows.size
    lon, lat = np.meshgrid(columns, rows)
    cells = shapely.box(
        lon / BLOCKS_PER_DEGREE + _SLIVER_DEG,
        lat / BLOCKS_PER_DEGREE + _SLIVER_DEG,
        (lon + 1) / BLOCKS_PER_DEGREE - _SLIVER_DEG,
        (lat + 1) / BLOCKS_PER_DEGREE - _SLIVER_DEG,
    )
    return int(np.count_nonzero(shapely.intersects(area, cells)))
