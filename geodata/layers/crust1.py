"""Crust and sediment of the whole world in cells of one degree.

CRUST1.0 as its authors give it, beside the layer ``crust`` of the region, which
compares two models; and the older map of sediment thickness it replaced.
"""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import around_greenwich, image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.readers.text_grids import read_crust1, read_xyz

BOUNDARIES = ("crust1", "crust1.bnds")
SEDIMENT_MAP = ("lithosphere-grids", "sedmap.gmt.gz")

_ROUNDING_KM = 0.011  # the file gives two decimals
_THICKEST_KM = 30.0


def build_crust1(files: Files) -> RasterProduct:
    """Return ``moho_km``, ``crust_km`` and ``sediment_km`` of CRUST1.0.

    Returns
    -------
    RasterProduct
        Depth of the Moho below sea level; thickness of the crust from below the
        water to the Moho, ice and sediment included; thickness of all sediments.
        Every cell of the world has a value.

    Raises
    ------
    LayerFormatError
        If a boundary lies above the one over it.
    """
    tops = read_crust1(files[BOUNDARIES])
    order = np.stack([grid.values for grid in tops.values()])
    if np.any(np.diff(order, axis=0) > _ROUNDING_KM):
        raise LayerFormatError(
            f"Boundaries of {files[BOUNDARIES].name} cross: expected the tops of "
            f"{', '.join(tops)} from the top down, km upwards. Check the file."
        )
    place = tops["mantle"]
    moho = -tops["mantle"].values
    crust = tops["ice"].values + moho
    sediment = tops["upper sediments"].values - tops["upper crust"].values
    return RasterProduct(
        image=image_of(
            {
                "moho_km": place.with_values(moho),
                "crust_km": place.with_values(crust),
                "sediment_km": place.with_values(np.maximum(sediment, 0.0)),
            },
            decimals=2,
        )
    )


def build_sediment_thickness(files: Files) -> RasterProduct:
    """Return one band ``sediment_km`` of the map of 1997.

    Raises
    ------
    LayerFormatError
        If a thickness is negative or more than 30 km.
    """
    grid = read_xyz(files[SEDIMENT_MAP])
    if np.nanmin(grid.values) < 0.0 or np.nanmax(grid.values) > _THICKEST_KM:
        raise LayerFormatError(
            f"{files[SEDIMENT_MAP].name} holds {np.nanmin(grid.values):g} to "
            f"{np.nanmax(grid.values):g}; expected kilometres of sediment, 0 to "
            f"{_THICKEST_KM:g}. Check the file."
        )
    return RasterProduct(
        image=image_of({"sediment_km": around_greenwich(grid)}, decimals=2)
    )


LAYERS = (
    Layer(
        id="crust1",
        title="Crust and sediment of the world (CRUST1.0)",
        kind="raster",
        says="how thick crust and sediment are",
        alternatives=(
            FileRecipe(
                parts=(BOUNDARIES,),
                build=build_crust1,
                resolution="cells of 1 degree",
                resolution_km=111.0,
                uncertainty=(
                    "Its authors call it a prototype; the Moho differs from LITHO1.0 "
                    "by 7 km in the mean square. Most cells have no measurement of "
                    "their own."
                ),
            ),
        ),
    ),
    Layer(
        id="sediment-thickness",
        title="Thickness of sediment (Laske and Masters 1997)",
        kind="raster",
        says="how thick the sediment is",
        alternatives=(
            FileRecipe(
                parts=(SEDIMENT_MAP,),
                build=build_sediment_thickness,
                resolution="cells of 1 degree",
                resolution_km=111.0,
                uncertainty=(
                    "Superseded by CRUST1.0; kept to compare. Some kilometres."
                ),
            ),
        ),
    ),
)
