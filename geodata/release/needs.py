"""The memory and the disk that a build needs."""

import os

from geodata.errors import CellSizeError
from geodata.raster import Grid

DISK_PER_CELL = 150
"""Bytes of all files of a release for a cell of land, measured at 1 km."""

DISK_BASE = 60_000_000
"""Bytes of a release whatever its cells."""

_MEMORY_PER_CELL = 850  # bytes, all arrays of a build together, measured at 1 km


def check_memory(grid: Grid) -> None:
    """Refuse a grid that would not fit into this machine's memory.

    Raises
    ------
    CellSizeError
        Naming the cells, the memory they need and the memory there is.
    """
    needed = grid.rows * grid.columns * _MEMORY_PER_CELL // 2  # half of it is land
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise CellSizeError(
            f"Cells of {grid.cell_m:g} m make a grid of {grid.rows:,} × "
            f"{grid.columns:,}, which needs about {needed / 1e9:,.0f} GB of memory; "
            f"this machine has {there / 1e9:,.0f} GB. Choose larger cells."
        )
