"""Read a part of a large raster through GDAL, never the whole, perhaps as means.

The driver is always named, sidecar files are not looked for, and no other place
than the file itself is allowed.
"""

import contextlib
import math
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.raster import DoubleRaster
from geodata.readers.degree_grid import DoubleMap, raster_of_nodes, require_cells
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.quoting import quoted, reason
from geodata.region import Bounds

_CLOSED = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
}
_STRIP_CELLS = 8_000_000  # held at once while means are made
_BLOCK_CELLS = 150_000_000  # GDAL unpacks whole blocks
_NEAR_WHOLE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """Where the values of a raster lie.

    Attributes
    ----------
    west, north : float
        Position of the first value (its centre), degrees.
    step_lon_deg, step_lat_deg : float
        Spacing, degrees, positive; rows run from north to south.
    rows, columns : int
        Its size.
    """

    west: float
    north: float
    step_lon_deg: float
    step_lat_deg: float
    rows: int
    columns: int


def require_local(path: Path, *, name: str = "") -> Path:
    """Return the full path of a file on this machine's disk.

    Raises
    ------
    UnsafeFileError
        If it is no file, or GDAL could take its path for an instruction.
    """
    shown = name or str(path)[:80]
    if str(path).startswith(("/vsi", "<")) or any(mark in str(path) for mark in '"\n'):
        raise UnsafeFileError(
            f"'{shown}' is not the path of a file. Give a plain path."
        )
    full = path.resolve()
    if not full.is_file() or not os.access(full, os.R_OK):
        raise UnsafeFileError(f"'{shown}' is not a file that can be read.")
    return full


def require_magic(path: Path, kinds: tuple[bytes, ...], expected: str) -> bytes:
    """Return the kind a file begins with.

    Raises
    ------
    UnsafeFileError
        If it begins with none of them: it is not what its name says.
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    for kind in kinds:
        if head.startswith(kind):
            return kind
    raise UnsafeFileError(
        f"{path.name} is not {expected}: it begins with {quoted(head[:8])}. Nothing "
        "of it was used; do not use this file."
    )


@contextlib.contextmanager
def opened(
    target: str, *, driver: str, name: str, south_first: bool | None = None
) -> Iterator[DatasetReader]:
    """Open a raster with one named driver and nothing else.

    Parameters
    ----------
    target : str
        What GDAL is given: a full path, or a netCDF variable of one.
    south_first : bool or None
        For netCDF whose row order GDAL cannot tell: how its rows run; they are
        turned so that the first is the northernmost.  None = GDAL tells.

    Raises
    ------
    LayerFormatError
        If GDAL cannot open it, or read from it later.
    """
    order = {} if south_first is None else {"GDAL_NETCDF_BOTTOMUP": south_first}
    with rasterio.Env(**_CLOSED, **order), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with rasterio.open(target, driver=driver) as dataset:
                yield dataset
        except (RasterioError, IndexError, ValueError, OverflowError) as error:
            raise LayerFormatError(
                f"{name} cannot be read as {driver} ({reason(error)}). Check the file "
                "and its entry in the catalogue."
            ) from error


def read_lattice(
    dataset: DatasetReader,
    lattice: Lattice,
    *,
    name: str,
    band: int = 1,
    window: Bounds | None = None,
    step_deg: float | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DoubleRaster:
    """Read the values whose cells meet a window, or means of them.

    Parameters
    ----------
    dataset : rasterio dataset
        Open; read in strips.
    lattice : Lattice
        Where its values lie.
    window : Bounds or None
        In the longitudes of the file; None = everything.
    step_deg : float or None
        Target step, a whole multiple of the file's; each value is then the mean of
        the known values of its block.  Blocks begin at whole multiples of the
        target step where the file allows it.

    Returns
    -------
    Raster
        Scale and offset are applied; NaN where the file has no value.

    Raises
    ------
    LayerFormatError
        If the window misses the file, or the step is no multiple.
    UnsafeFileError
        If too much would have to be read.
    """
    factor = _factor(lattice, step_deg, name)
    top, bottom = _span(
        (lattice.north + lattice.step_lat_deg / 2, -lattice.step_lat_deg),
        lattice.rows,
        (window.north, window.south) if window else None,
        factor,
    )
    left, right = _span(
        (lattice.west - lattice.step_lon_deg / 2, lattice.step_lon_deg),
        lattice.columns,
        (window.west, window.east) if window else None,
        factor,
    )
    if bottom <= top or right <= left:
        raise LayerFormatError(
            f"{name} begins at {lattice.west:g} E {lattice.north:g} N and does not "
            f"reach the window {window}. Fetch a part that covers the region."
        )
    require_cells(bottom - top, right - left, name, limits)
    _require_blocks(dataset, band, name)
    return raster_of_nodes(
        _means(dataset, band, (top, bottom), (left, right), factor),
        west=lattice.west + (left + (factor - 1) / 2) * lattice.step_lon_deg,
        north=lattice.north - (top + (factor - 1) / 2) * lattice.step_lat_deg,
        step_lon_deg=factor * lattice.step_lon_deg,
        step_lat_deg=factor * lattice.step_lat_deg,
    )


def _factor(lattice: Lattice, step_deg: float | None, name: str) -> int:
    if step_deg is None:
        return 1
    ratios = (step_deg / lattice.step_lon_deg, step_deg / lattice.step_lat_deg)
    factor = round(ratios[0])
    if factor < 1 or any(abs(ratio - factor) > _NEAR_WHOLE for ratio in ratios):
        raise LayerFormatError(
            f"{name} has steps of {lattice.step_lon_deg:g} and "
            f"{lattice.step_lat_deg:g} degrees; means of {step_deg:g} degrees need "
            "whole blocks of them. Fetch the grid in its own resolution."
        )
    return factor


def _span(
    axis: tuple[float, float], count: int, wanted: tuple[float, float] | None, size: int
) -> tuple[int, int]:
    """Return the first and the last-but-one index, whole blocks of ``size``."""
    edge, step = axis
    first, end = 0, count
    if wanted is not None:
        low, high = ((place - edge) / step for place in wanted)
        # A cell that only touches the window by a rounding error does not meet it.
        first = max(0, math.floor(low + _NEAR_WHOLE))
        end = min(count, math.ceil(high - _NEAR_WHOLE))
    if size > 1:
        # Count blocks from a whole multiple of their size, if cells lie so.
        shift = edge / step
        offset = round(shift) % size if abs(shift - round(shift)) < 0.01 else 0
        first = math.ceil((first + offset) / size) * size - offset
        end = math.floor((end + offset) / size) * size - offset
    return first, end


def _require_blocks(dataset: DatasetReader, band: int, name: str) -> None:
    if not 1 <= band <= dataset.count:
        raise LayerFormatError(
            f"{name} has {dataset.count} bands; band {band} was asked for. Check the "
            "catalogue."
        )
    height, width = dataset.block_shapes[band - 1]
    if height * width > _BLOCK_CELLS:
        raise UnsafeFileError(
            f"{name} is stored in blocks of {height:,} by {width:,} cells, more than "
            "we unpack at once. Do not use this file."
        )


def _means(
    dataset: DatasetReader,
    band: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    factor: int,
) -> DoubleMap:
    (top, bottom), (left, right) = rows, columns
    width = right - left
    result = np.empty(((bottom - top) // factor, width // factor), dtype=np.float64)
    strip = max(1, _STRIP_CELLS // (width * factor))
    scale, offset = dataset.scales[band - 1], dataset.offsets[band - 1]
    for first in range(0, result.shape[0], strip):
        count = min(strip, result.shape[0] - first)
        part = dataset.read(
            band,
            window=Window(left, top + first * factor, width, count * factor),
            out_dtype="float64",
            masked=True,
        )
        known = np.ma.filled(part, np.nan)
        if (scale, offset) != (1.0, 0.0):
            known = known * scale + offset
        result[first : first + count] = block_means(known, factor)
    return result


def block_means(fine: DoubleMap, size: int) -> DoubleMap:
    """Return means of the known values of square blocks; NaN where none is known.

    Parameters
    ----------
    fine : array of float64, shape (rows, columns)
        Both sides whole multiples of ``size``; NaN = unknown.

    >>> block_means(np.array([[1.0, 3.0], [np.nan, 5.0]]), 2)
    array([[3.]])
    """
    if size == 1:
        return fine
    rows, columns = fine.shape
    blocks = fine.reshape(rows // size, size, columns // size, size)
    known = ~np.isnan(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    means: DoubleMap = np.divide(
        total, count, out=np.full(total.shape, np.nan), where=count > 0
    )
    return means
