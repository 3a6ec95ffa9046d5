"""Read grids of text: ESRI ASCII, CRUST1.0, and lines of longitude, latitude, value."""

import re
from pathlib import Path

import numpy as np

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.raster import DoubleRaster
from geodata.readers.archive import (
    archive_members,
    find_member,
    read_archive_member,
)
from geodata.readers.degree_grid import (
    DoubleMap,
    raster_of_nodes,
    regular_axis,
    require_cells,
    require_degrees,
)
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.number_text import read_numbers, read_packed, refuse_markup
from geodata.readers.quoting import quoted

_ASCII_HEADER_BYTES = 1024
_ASCII_KEYS = (
    "ncols",
    "nrows",
    "xllcorner",
    "xllcenter",
    "yllcorner",
    "yllcenter",
    "cellsize",
    "nodata_value",
)
_ASCII_LINE = re.compile(rb"[ \t]*([A-Za-z_]+)[ \t]+(\S+)[ \t]*\r?\n")

CRUST1_LAYERS = (
    "water",
    "ice",
    "upper sediments",
    "middle sediments",
    "lower sediments",
    "upper crust",
    "middle crust",
    "lower crust",
    "mantle",
)
"""The columns, from the top down; ``.bnds`` holds the top of each."""

_CRUST1_ROWS, _CRUST1_COLUMNS = 180, 360

_XYZ_NUMBERS = 3


def read_ascii_grid(
    path: Path, *, member: str = "", limits: Limits = DEFAULT_LIMITS
) -> DoubleRaster:
    """Read one grid in degrees.

    Parameters
    ----------
    path : Path
        The text, plain or gzip; or a zip archive.
    member : str
        For an archive: the one file in it whose name ends so.

    Returns
    -------
    Raster
        float64; the value for "no data" and ``nan`` become NaN.

    Raises
    ------
    UnsafeFileError
        If the header claims more cells than there are bytes, or than we read, or
        the file is XML.
    LayerFormatError
        If the header or a value is not as the format has it.
    """
    if member:
        name = find_member(path, archive_members(path, limits), ending=member)
        content = read_archive_member(path, name, limits)
    else:
        name, content = path.name, read_packed(path, limits)
    refuse_markup(content, name=name, expected="an ESRI ASCII grid")
    header, start = _ascii_header(content, name)
    rows, columns = (
        _ascii_count(header, "nrows", name),
        _ascii_count(header, "ncols", name),
    )
    require_cells(rows, columns, name, limits)
    step = _ascii_number(header, "cellsize", name)
    if not 0.0 < step <= 180.0:
        raise LayerFormatError(
            f"{name} has a cell size of {step:g}; expected degrees, more than 0. Check "
            "the catalogue."
        )
    values = read_numbers(content[start:], expected=rows * columns, name=name)
    gap = (
        _ascii_number(header, "nodata_value", name)
        if "nodata_value" in header
        else -9999.0
    )
    values[values == gap] = np.nan
    return require_degrees(
        raster_of_nodes(
            values.reshape(rows, columns),
            west=_ascii_first(header, "x", step, name),
            north=_ascii_first(header, "y", step, name) + (rows - 1) * step,
            step_lon_deg=step,
            step_lat_deg=step,
        ),
        name,
    )


def _ascii_header(content: bytes, name: str) -> tuple[dict[str, str], int]:
    header: dict[str, str] = {}
    place = 0
    while line := _ASCII_LINE.match(content[: place + _ASCII_HEADER_BYTES], place):
        key = line.group(1).decode("ascii").lower()
        if key not in _ASCII_KEYS:
            break
        if key in header:
            raise LayerFormatError(
                f"The header of {name} has two lines '{key}'. Fetch it again."
            )
        header[key] = line.group(2).decode("ascii", "replace")
        place = line.end()
    missing = [key for key in ("ncols", "nrows", "cellsize") if key not in header]
    missing += [
        f"{axis}llcorner or {axis}llcenter"
        for axis in "xy"
        if (f"{axis}llcorner" in header) == (f"{axis}llcenter" in header)
    ]
    if missing:
        raise LayerFormatError(
            f"{name} is not an ESRI ASCII grid: its header needs {', '.join(missing)}; "
            f"found {', '.join(header) or 'none of its lines'}. Check the catalogue."
        )
    return header, place


def _ascii_first(header: dict[str, str], axis: str, step: float, name: str) -> float:
    """Return the position of the centre of the lower left cell."""
    if f"{axis}llcenter" in header:
        return _ascii_number(header, f"{axis}llcenter", name)
    return _ascii_number(header, f"{axis}llcorner", name) + step / 2


def _ascii_number(header: dict[str, str], key: str, name: str) -> float:
    try:
        # Some programs write a decimal comma.
        value = float(header[key].replace(",", "."))
    except ValueError:
        value = float("inf")
    if not np.isfinite(value):
        raise LayerFormatError(
            f"The header of {name} says {key} {quoted(header[key])}; expected a "
            "number. Fetch it again."
        )
    return value


def _ascii_count(header: dict[str, str], key: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", header[key]):
        raise UnsafeFileError(
            f"The header of {name} says {key} {quoted(header[key])}; expected a whole "
            "number. Do not use this file."
        )
    return int(header[key])


def read_crust1(path: Path, limits: Limits = DEFAULT_LIMITS) -> dict[str, DoubleRaster]:
    """Return one grid per layer.

    Parameters
    ----------
    path : Path
        ``.bnds`` (km, upwards positive), ``.rho``, ``.vp`` or ``.vs``: 64,800
        lines, the first at 89.5 N 179.5 W, longitude fastest.

    Returns
    -------
    dict of str to Raster
        By the names of :data:`CRUST1_LAYERS`; float64.

    Raises
    ------
    LayerFormatError, UnsafeFileError
        If there are not nine numbers for each cell.
    """
    content = read_packed(path, limits)
    refuse_markup(content, name=path.name, expected="a text file of CRUST1.0")
    count = _CRUST1_ROWS * _CRUST1_COLUMNS * len(CRUST1_LAYERS)
    values = read_numbers(content, expected=count, name=path.name)
    table = values.reshape(_CRUST1_ROWS, _CRUST1_COLUMNS, len(CRUST1_LAYERS))
    if not np.isfinite(table).all():
        raise LayerFormatError(
            f"{path.name} has gaps; CRUST1.0 has a value for every cell. Fetch it "
            "again."
        )
    return {
        layer: require_degrees(
            raster_of_nodes(
                table[..., number],
                west=-179.5,
                north=89.5,
                step_lon_deg=1.0,
                step_lat_deg=1.0,
            ),
            path.name,
        )
        for number, layer in enumerate(CRUST1_LAYERS)
    }


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
        b"\n".join(lines), expected=_XYZ_NUMBERS * len(lines), name=path.name
    ).reshape(-1, _XYZ_NUMBERS)
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
