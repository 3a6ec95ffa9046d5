"""Licence blocks: the one-minute lattice that exploration licences are issued on.

Kazakhstan issues exploration licences on blocks of 1′ × 1′ (Subsoil Code,
Article 19).  We count the blocks an area lies on and print corner coordinates;
we give blocks no codes, because the official numbering is not known to us.
"""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.scoring.explanation import BlockBox

BLOCKS_PER_DEGREE = 60  # Subsoil Code of Kazakhstan, Article 19
_SLIVER_DEG = 1e-8  # about 1 mm: a shared edge is no overlap
_SNAP_MINUTES = 1e-6  # about 2 mm: a corner meant to lie on the lattice does
_TILE_BLOCKS = 64  # side of the squares that are tested in one go


def licence_blocks(area: BaseGeometry) -> BlockBox:
    """Count the licence blocks an area lies on and find their corners.

    Parameters
    ----------
    area : shapely Polygon or MultiPolygon
        Degrees (lon, lat), WGS 84; not empty.  A block that the area only
        touches along an edge does not count.

    Returns
    -------
    BlockBox
        Number of blocks, and the box around them on whole arc-minutes.

    Raises
    ------
    ValueError
        If the geometry is empty or no polygon.

    Examples
    --------
    >>> found = licence_blocks(shapely.box(75.0, 43.0, 75.025, 43.0 + 1 / 60))
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
    return BlockBox(
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
