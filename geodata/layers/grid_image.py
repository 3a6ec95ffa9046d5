"""From what a reader of grids returned to a raster as the store keeps it."""

from collections.abc import Mapping

import numpy as np
from rasterio.transform import Affine

from geodata.errors import LayerFormatError
from geodata.raster import DoubleRaster, FloatRaster

_EDGE_DIGITS = 9  # of a degree: a tenth of a millimetre
_TINY = 1e-4  # of a step: files write their axes with few digits


def image_of(bands: Mapping[str, DoubleRaster], *, decimals: int) -> FloatRaster:
    """Return grids as bands of one raster: each value fills the cell around it.

    Parameters
    ----------
    bands : mapping of str to Raster
        Of one band each, all at the same places; nothing is resampled.
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
        if grid.shape != first.shape or grid.bounds != first.bounds:
            raise LayerFormatError(
                f"Band '{name}' covers {grid.bounds} in {grid.shape} cells; the first "
                f"band covers {first.bounds} in {first.shape}. Expected the same "
                "places. Check the files."
            )
    return FloatRaster.of_degrees(
        {
            name: np.round(grid.values, decimals).astype(np.float32)
            for name, grid in bands.items()
        },
        west=round(first.bounds.west, _EDGE_DIGITS),
        north=round(first.bounds.north, _EDGE_DIGITS),
        step_lon_deg=first.step_lon_deg,
        step_lat_deg=first.step_lat_deg,
    )


def around_greenwich(globe: DoubleRaster) -> DoubleRaster:
    """Turn a raster of the whole globe so that its cells cover 180 W to 180 E.

    A meridian that stands at both ends is kept once; columns are turned so that the
    centre of the first lies at 180 W or next to it; and where cells would end short
    of 180 E, because values stand on that meridian, it is repeated there.

    Raises
    ------
    LayerFormatError
        If the raster does not go all the way round.
    """
    step, columns = globe.step_lon_deg, globe.shape[1]
    whole = 360.0 / step
    count = round(whole)
    if abs(whole - count) > _TINY * count or columns not in (count, count + 1):
        raise LayerFormatError(
            f"Expected a grid around the globe; found {columns} columns of {step:g} "
            f"degrees from {globe.bounds.west + step / 2:g} E. Check the file."
        )
    centre = globe.bounds.west + step / 2
    place = (centre + 180.0) / step  # columns east of 180 W
    skipped = int(np.ceil(-place - _TINY))  # the first of ours at or after 180 W
    first = centre + skipped * step
    short = first + (count - 0.5) * step < 180.0 - _TINY * step
    order = (np.arange(count + short) + skipped) % count
    turn = globe.transform
    return DoubleRaster(
        bands={name: values[:, order] for name, values in globe.bands.items()},
        transform=Affine(turn.a, 0.0, first - step / 2, 0.0, turn.e, turn.f),
        crs=globe.crs,
    )


def bounded(grid: DoubleRaster, largest: float) -> DoubleRaster:
    """Return a grid in which values no survey can find are unknown."""
    known = np.abs(grid.values) <= largest
    return grid.with_values(np.where(known, grid.values, np.nan))
