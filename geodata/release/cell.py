"""Read one cell of a release's rasters: what was measured there, what was found."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from geodata.errors import OutsideRegionError
from geodata.raster import FloatArray, Grid
from geodata.release.rasters import SCALE, UNKNOWN


def measured_at(
    path: Path, grid: Grid, keys: Iterable[str], *, lon: float, lat: float
) -> dict[str, FloatArray]:
    """Read every measurement of the cell that holds a place.

    Parameters
    ----------
    path : Path
        The release's raster of measurements.
    grid : Grid
        Its grid.
    keys : iterable of str
        Measurement keys wanted.
    lon, lat : float
        Degrees, WGS 84.

    Returns
    -------
    dict of str to array of float32, shape (1,)
        NaN = unknown, also for measurements that have no band.

    Raises
    ------
    OutsideRegionError
        If the place is not on land in the five states.
    """
    cell = grid.cell_of(lon, lat)
    outside = OutsideRegionError(
        f"{lat:.4f} N, {lon:.4f} E is not on land in the five states, so there is "
        "nothing to explain. Choose a place inside their borders."
    )
    if cell is None:
        raise outside
    row, column = cell
    with rasterio.open(path, driver="GTiff") as source:
        found = source.read(window=Window(column, row, 1, 1))[:, 0, 0]
        inside = source.dataset_mask(window=Window(column, row, 1, 1))[0, 0]
        nodata, names = source.nodata, source.descriptions
    if not inside:
        raise outside
    found = np.where(found == nodata, np.nan, found).astype(np.float32)
    present = dict(zip(names, found[:, np.newaxis], strict=True))
    unknown = np.full(1, np.nan, dtype=np.float32)
    return {key: present.get(key, unknown) for key in keys}


def share_at(path: Path, grid: Grid, band: str, *, lon: float, lat: float) -> float:
    """Read one band of shares at the cell that holds a place; NaN = unknown.

    Raises
    ------
    ValueError
        If the raster has no such band.
    """
    cell = grid.cell_of(lon, lat)
    if cell is None:
        return np.nan
    row, column = cell
    with rasterio.open(path, driver="GTiff") as source:
        position = source.descriptions.index(band) + 1
        stored = source.read(position, window=Window(column, row, 1, 1))[0, 0]
    return np.nan if stored == UNKNOWN else float(stored * SCALE)
