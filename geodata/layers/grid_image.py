"""From a grid that a reader returned to a raster as the store keeps it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from geodata.errors import LayerFormatError
from geodata.raster import FloatRaster
from geodata.readers.degree_grid import DegreeGrid

_EDGE_DIGITS = 9  # of a degree: a tenth of a millimetre


def image_of(bands: Mapping[str, DegreeGrid], *, decimals: int) -> FloatRaster:
    """Return grids as bands of one raster: each value fills the cell around it.

    Parameters
    ----------
    bands : mapping of str to DegreeGrid
        All at the same places; nothing is resampled.
    decimals : int
        Digits kept; fewer than the source is good for saves space, not truth.

    Raises
    ------
    LayerFormatError
        If they do not lie at the same places.

    Notes
    -----
    A value at a node stands for the cell around the node, so the raster of a grid
    with nodes on the poles reaches half a cell beyond them.
    """
    first = next(iter(bands.values()))
    for name, grid in bands.items():
        if grid.values.shape != first.values.shape or grid.edges != first.edges:
            raise LayerFormatError(
                f"Band '{name}' covers {grid.edges} in {grid.values.shape} cells; the "
                f"first band covers {first.edges} in {first.values.shape}. Expected "
                "the same places. Check the files."
            )
    return FloatRaster.of_degrees(
        {
            name: np.round(grid.values, decimals).astype(np.float32)
            for name, grid in bands.items()
        },
        west=round(first.edges.west, _EDGE_DIGITS),
        north=round(first.edges.north, _EDGE_DIGITS),
        step_lon_deg=first.step_lon_deg,
        step_lat_deg=first.step_lat_deg,
    )


def bounded(grid: DegreeGrid, largest: float) -> DegreeGrid:
    """Return a grid in which values no survey can find are unknown."""
    return replace(
        grid, values=np.where(np.abs(grid.values) <= largest, grid.values, np.nan)
    )
