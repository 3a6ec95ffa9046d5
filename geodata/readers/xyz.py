"""Read grids written as lines of longitude, latitude and value, in any order."""

from pathlib import Path

import numpy as np

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.raster import DoubleRaster
from geodata.readers.degree_grid import (
    DoubleMap,
    raster_of_nodes,
    regular_axis,
    require_cells,
    require_degrees,
)
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.number_text import read_numbers, refuse_markup
from geodata.readers.packed import read_packed

_COLUMNS = 3


def read_xyz(path: Path, limits: Limits = DEFAULT_LIMITS) -> DoubleRaster:
    """Read one grid from text with three columns.

    Parameters
    ----------
    path : Path
        Plain, gzip or bzip2; degrees; lines that begin with ``#`` or ``>`` are
        passed over.

    Returns
    -------
    Raster
        float64; NaN at places of the grid that no line speaks of.

    Raises
    ------
    UnsafeFileError
        If the file is larger than we read, or spread over a grid that is.
    LayerFormatError
        If lines do not have three numbers, places are not evenly spaced, or one
        comes twice.
    """
    content = read_packed(path, limits)
    refuse_markup(content, name=path.name, expected="longitude, latitude and value")
    lines = [line for line in content.splitlines() if line.strip()]
    lines = [line for line in lines if line.lstrip()[:1] not in (b"#", b">")]
    if len(lines) > limits.cells:
        raise UnsafeFileError(
            f"{path.name} has {len(lines):,} lines; at most {limits.cells:,} are read."
        )
    table = read_numbers(
        b"\n".join(lines), expected=_COLUMNS * len(lines), name=path.name
    ).reshape(-1, _COLUMNS)
    lon, column = _axis(table[:, 0], path.name)
    lat, row = _axis(table[:, 1], path.name)
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    require_cells(rows, columns, path.name, limits)
    if rows * columns > 100 * len(lines):
        raise UnsafeFileError(
            f"{path.name} spreads {len(lines):,} lines over {rows:,} rows of "
            f"{columns:,} cells; that is no grid. Check the catalogue."
        )
    cell = (rows - 1 - row) * columns + column
    if len(np.unique(cell)) != len(cell):
        raise LayerFormatError(
            f"{path.name} speaks twice of one place; expected one line for each. "
            "Check the catalogue."
        )
    values = np.full(rows * columns, np.nan)
    values[cell] = table[:, 2]
    return require_degrees(
        raster_of_nodes(
            values.reshape(rows, columns),
            west=lon[0],
            north=lat[0] + (rows - 1) * lat[1],
            step_lon_deg=lon[1],
            step_lat_deg=lat[1],
        ),
        path.name,
    )


def _axis(
    positions: DoubleMap, name: str
) -> tuple[tuple[float, float], np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Return the first position and step, and the number of each place on the axis."""
    different, number = np.unique(positions, return_inverse=True)
    first, step = regular_axis(different, name)
    return (first, step), number.astype(np.int64)
