"""Numbers on a lattice: rasters of any layer, and the grid all maps share."""

from geodata.raster.grid import (
    DEFAULT_CELL_M,
    EQUAL_AREA,
    Cells,
    DegreeArray,
    FloatArray,
    Grid,
    check_cell_size,
    corners_to_equal_area,
    to_equal_area,
    to_lonlat,
)
from geodata.raster.raster import (
    KM_PER_DEGREE,
    LONLAT,
    DoubleRaster,
    FloatRaster,
    Raster,
)
from geodata.raster.shares import CellShares, area_km2, cell_shares

__all__ = [
    "DEFAULT_CELL_M",
    "EQUAL_AREA",
    "KM_PER_DEGREE",
    "LONLAT",
    "CellShares",
    "Cells",
    "DegreeArray",
    "DoubleRaster",
    "FloatArray",
    "FloatRaster",
    "Grid",
    "Raster",
    "area_km2",
    "cell_shares",
    "check_cell_size",
    "corners_to_equal_area",
    "to_equal_area",
    "to_lonlat",
]
