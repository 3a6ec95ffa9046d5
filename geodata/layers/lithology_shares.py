"""Shares of rock classes around each half degree of the world (GLiM).

The layer ``lithology`` tells the dominant rock of a cell, in which small intrusions
vanish.  What the cell and its eight neighbours hold together tells more: how much of
the ground around is of a kind, on about 160 km.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from geodata.layers.grid_image import image_of
from geodata.layers.lithology import GLIM_COPY, GLIM_ZIP, read_rock_classes
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.readers.degree_grid import DoubleMap

BANDS: Mapping[str, str] = MappingProxyType(
    {
        "unconsolidated": "su",
        "siliciclastic": "ss",
        "mixed_sediment": "sm",
        "carbonate": "sc",
        "evaporite": "ev",
        "metamorphic": "mt",
        "acid_plutonic": "pa",
        "intermediate_plutonic": "pi",
        "basic_plutonic": "pb",
        "acid_volcanic": "va",
        "intermediate_volcanic": "vi",
        "basic_volcanic": "vb",
        "pyroclastic": "py",
    }
)
"""Band → short name of the class of GLiM; water, ice and "no data" are no rock."""


def build_lithology_shares(files: Files) -> RasterProduct:
    """Return the share of every rock class in windows of three by three cells.

    Returns
    -------
    RasterProduct
        World-wide, cells of 0.5 degrees; bands :data:`BANDS`, each 0 to 1 of the ground
        of the window whose rock is known, together 1.  NaN where no cell of the window
        has a rock: at sea, and within ice.

    Raises
    ------
    LayerFormatError
        As :func:`~geodata.layers.lithology.read_rock_classes`.
    """
    grid, codes = read_rock_classes(files)
    rows = np.arange(grid.shape[0]) + 0.5
    area = np.cos(np.radians(grid.bounds.north - rows * grid.step_lat_deg))
    weight = np.broadcast_to(area[:, np.newaxis], grid.shape)
    is_rock = np.isin(grid.values, [codes[short] for short in BANDS.values()])
    known = around(np.where(is_rock, weight, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = {
            band: grid.with_values(
                np.where(
                    known > 0, _of_class(grid.values, codes[short], weight), np.nan
                )
                / known
            )
            for band, short in BANDS.items()
        }
    return RasterProduct(
        image=image_of(shares, decimals=4), extra={"bands": dict(BANDS)}
    )


def _of_class(classes: DoubleMap, code: int, weight: DoubleMap) -> DoubleMap:
    return around(np.where(classes == code, weight, 0.0))


def around(values: DoubleMap) -> npt.NDArray[np.float64]:
    """Sum each cell of a globe and its eight neighbours.

    Parameters
    ----------
    values : array of float64, shape (rows, columns)
        Columns go round the Earth; beyond the first and the last row there is nothing.

    >>> around(np.array([[1.0, 0.0, 0.0, 2.0], [0.0, 4.0, 0.0, 0.0]])).tolist()
    [[7.0, 5.0, 6.0, 3.0], [7.0, 5.0, 6.0, 3.0]]
    """
    rows = np.pad(values, ((1, 1), (0, 0)))
    three = rows[:-2] + rows[1:-1] + rows[2:]
    return np.asarray(three + np.roll(three, 1, axis=1) + np.roll(three, -1, axis=1))


LAYER = Layer(
    id="lithology-shares",
    title="Shares of rock classes around (GLiM)",
    kind="raster",
    says="shares of kinds of rock in the ground around, world-wide",
    alternatives=tuple(
        FileRecipe(
            parts=(part,),
            build=build_lithology_shares,
            resolution="windows of 1.5 degrees, on cells of 0.5 degrees",
            resolution_km=167.0,
            uncertainty=(
                "Counted from the dominant rock of cells of half a degree: what covers "
                "less than half of every cell is not seen. Rock under loose cover is "
                "not seen either."
            ),
        )
        for part in (GLIM_COPY, GLIM_ZIP)
    ),
)
