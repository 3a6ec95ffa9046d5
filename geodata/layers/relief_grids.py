"""Height and steepness of the whole world, coarse; and a fine height of the region."""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.clip import MARGIN
from geodata.layers.grid_image import around_greenwich, image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.raster import DoubleRaster
from geodata.readers.netcdf import read_netcdf

RELIEF_10M = ("lithosphere-grids", "earth_relief_10m.grd")
SLOPE = ("geoclim", "slope_PD_SRTM_30min.nc")
GEBCO_2024 = ("gebco-grid", "GEBCO_2024.nc")
GEBCO_2023 = ("gebco-grid", "GEBCO_2023.nc")

GEBCO_STEP_DEG = 1.0 / 120.0
"""Means of two by two cells of 15 seconds: fine enough for cells of 1 km."""

_LOWEST_M, _HIGHEST_M = -12_000.0, 9_000.0
_STEEPEST = 5.0


def build_relief_10m(files: Files) -> RasterProduct:
    """Return one band ``elevation_m`` at nodes of 10 minutes, sea floor included."""
    grid = around_greenwich(read_netcdf(files[RELIEF_10M], variable="z"))
    return _heights(grid, "elevation_m")


def build_relief_gebco(files: Files) -> RasterProduct:
    """Return one band ``elevation_m`` of the region and 300 km around it.

    The file may be the grid of the world or a part of it; where it ends the layer
    ends.
    """
    path = files[GEBCO_2024] if GEBCO_2024 in files else files[GEBCO_2023]
    grid = read_netcdf(
        path, variable="elevation", window=MARGIN, step_deg=GEBCO_STEP_DEG
    )
    return _heights(grid, "elevation_m")


def build_slope(files: Files) -> RasterProduct:
    """Return one band ``slope`` (m/m), the mean over half a degree; NaN at sea.

    Raises
    ------
    LayerFormatError
        If a slope is negative or more than 5.
    """
    grid = read_netcdf(files[SLOPE], variable="slope")
    _require_range(grid, 0.0, _STEEPEST, "slopes, m/m")
    return RasterProduct(image=image_of({"slope": grid}, decimals=5))


def _heights(grid: DoubleRaster, band: str) -> RasterProduct:
    _require_range(grid, _LOWEST_M, _HIGHEST_M, "heights in metres")
    return RasterProduct(image=image_of({band: grid}, decimals=0), dtype="int16")


def _require_range(grid: DoubleRaster, low: float, high: float, what: str) -> None:
    known = grid.values[~np.isnan(grid.values)]
    if not known.size or known.min() < low or known.max() > high:
        found = f"{known.min():g} to {known.max():g}" if known.size else "nothing"
        raise LayerFormatError(
            f"A grid of {what} holds {found}; expected {low:g} to {high:g}. Check the "
            "file and its unit."
        )


_GEBCO = (
    "Heights good to some 10 m on plains, worse on steep slopes; floors of some lakes "
    "in place of their surface. Never opened by us in this form."
)

LAYERS = (
    Layer(
        id="relief-10m",
        title="Relief of the world, 10 minutes",
        kind="raster",
        says="height of the land, coarse",
        alternatives=(
            FileRecipe(
                parts=(RELIEF_10M,),
                build=build_relief_10m,
                resolution="nodes of 10 minutes, smoothed over 18.5 km",
                resolution_km=18.5,
                uncertainty=(
                    "Valleys and ridges narrower than 18.5 km are gone. Its repository "
                    "says ETOPO1, the file SRTM15+V2."
                ),
            ),
        ),
    ),
    Layer(
        id="relief-gebco",
        title="Relief of the region (GEBCO)",
        kind="raster",
        says="height of the land, fine",
        alternatives=tuple(
            FileRecipe(
                title=f"Relief of the region (GEBCO {year})",
                parts=(part,),
                build=build_relief_gebco,
                resolution="cells of 30 seconds, means of 15 seconds",
                resolution_km=0.93,
                uncertainty=_GEBCO,
            )
            for year, part in ((2024, GEBCO_2024), (2023, GEBCO_2023))
        ),
    ),
    Layer(
        id="slope",
        title="Mean slope of the land",
        kind="raster",
        says="slope of the land",
        alternatives=(
            FileRecipe(
                parts=(SLOPE,),
                build=build_slope,
                resolution="cells of 0.5 degrees",
                resolution_km=55.7,
                uncertainty="A mean over half a degree: local relief is lost.",
            ),
        ),
    ),
)
