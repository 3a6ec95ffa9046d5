"""Values at regular longitudes and latitudes, and the checks every reader makes."""

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.raster import DoubleRaster
from geodata.readers.limits import Limits

DoubleMap = npt.NDArray[np.float64]


def raster_of_nodes(
    values: DoubleMap,
    *,
    west: float,
    north: float,
    step_lon_deg: float,
    step_lat_deg: float,
) -> DoubleRaster:
    """Return a raster of values at regular longitudes and latitudes.

    Parameters
    ----------
    values : array of float64, shape (rows, columns)
        Row 0 is the northernmost, column 0 the westernmost; NaN = unknown.
    west, north : float
        Position of the first value, degrees: the centre of its cell.
    step_lon_deg, step_lat_deg : float
        Spacing, degrees, positive.
    """
    return DoubleRaster.of_degrees(
        values,
        west=west - step_lon_deg / 2,
        north=north + step_lat_deg / 2,
        step_lon_deg=step_lon_deg,
        step_lat_deg=step_lat_deg,
    )


def require_cells(rows: int, columns: int, name: str, limits: Limits) -> None:
    """Refuse a grid that claims more cells than we read, before it takes memory.

    Raises
    ------
    LayerFormatError
        If a side is shorter than one cell.
    UnsafeFileError
        If there are more cells than the limit.
    """
    if rows < 1 or columns < 1:
        raise LayerFormatError(
            f"{name} claims {rows:,} rows and {columns:,} columns; expected at least "
            "one of each. Fetch it again."
        )
    if rows * columns > limits.cells:
        raise UnsafeFileError(
            f"{name} asks for {rows:,} rows of {columns:,} cells; at most "
            f"{limits.cells:,} cells are read. If the file is right, cut the region "
            "out of it first."
        )


def regular_axis(positions: DoubleMap, name: str) -> tuple[float, float]:
    """Return the first position and the step of an axis that runs either way.

    Parameters
    ----------
    positions : array of float64
        Degrees, two or more.
    name : str
        What it is the axis of, for messages.

    Returns
    -------
    first, step : float
        The step is negative where positions decrease.

    Raises
    ------
    LayerFormatError
        If the positions are not finite or not evenly spaced.
    """
    count = len(positions)
    if count >= 2 and np.all(np.isfinite(positions)):
        step = float(positions[-1] - positions[0]) / (count - 1)
        even = positions[0] + step * np.arange(count)
        # Single precision, as some files write, is good to a few metres.
        slack = max(0.01 * abs(step), 4e-7 * float(np.max(np.abs(positions))))
        if step != 0.0 and np.max(np.abs(positions - even)) <= min(
            slack, 0.1 * abs(step)
        ):
            return float(positions[0]), step
    raise LayerFormatError(
        f"The positions along an axis of {name} are not evenly spaced: expected two or "
        f"more, in one direction; found {count}, {positions[:3]} to {positions[-1:]}. "
        "This reader does not resample."
    )


def require_degrees(grid: DoubleRaster, name: str) -> DoubleRaster:
    """Return a grid whose position can be degrees on the Earth.

    Raises
    ------
    LayerFormatError
        If it reaches beyond a pole or more than once round, or holds an infinity.
    """
    edges = grid.bounds
    # A value on the pole has half a cell beyond it.
    if (
        edges.north > 90.0 + 0.51 * grid.step_lat_deg
        or edges.south < -90.0 - 0.51 * grid.step_lat_deg
        or edges.west < -180.0 - 0.51 * grid.step_lon_deg
        or edges.east > 360.0 + 0.51 * grid.step_lon_deg
        or edges.east - edges.west > 360.0 + 1.02 * grid.step_lon_deg
    ):
        raise LayerFormatError(
            f"{name} covers {edges.west:g} to {edges.east:g} E and {edges.south:g} to "
            f"{edges.north:g} N; expected degrees on the Earth. Check its reference "
            "system."
        )
    if np.isinf(grid.values).any():
        raise LayerFormatError(
            f"{name} holds infinite values; expected numbers, or a gap code. Fetch it "
            "again."
        )
    return grid
