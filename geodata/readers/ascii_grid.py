"""Read ESRI ASCII grids: six lines of header, then rows from north to south."""

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
    raster_of_nodes,
    require_cells,
    require_degrees,
)
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.number_text import read_numbers, refuse_markup
from geodata.readers.packed import read_packed
from geodata.readers.quoting import quoted

_HEADER_BYTES = 1024
_KEYS = (
    "ncols",
    "nrows",
    "xllcorner",
    "xllcenter",
    "yllcorner",
    "yllcenter",
    "cellsize",
    "nodata_value",
)
_LINE = re.compile(rb"[ \t]*([A-Za-z_]+)[ \t]+(\S+)[ \t]*\r?\n")


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
    header, start = _header(content, name)
    rows, columns = _count(header, "nrows", name), _count(header, "ncols", name)
    require_cells(rows, columns, name, limits)
    step = _number(header, "cellsize", name)
    if not 0.0 < step <= 180.0:
        raise LayerFormatError(
            f"{name} has a cell size of {step:g}; expected degrees, more than 0. Check "
            "the catalogue."
        )
    values = read_numbers(content[start:], expected=rows * columns, name=name)
    gap = _number(header, "nodata_value", name) if "nodata_value" in header else -9999.0
    values[values == gap] = np.nan
    return require_degrees(
        raster_of_nodes(
            values.reshape(rows, columns),
            west=_first(header, "x", step, name),
            north=_first(header, "y", step, name) + (rows - 1) * step,
            step_lon_deg=step,
            step_lat_deg=step,
        ),
        name,
    )


def _header(content: bytes, name: str) -> tuple[dict[str, str], int]:
    header: dict[str, str] = {}
    place = 0
    while line := _LINE.match(content[: place + _HEADER_BYTES], place):
        key = line.group(1).decode("ascii").lower()
        if key not in _KEYS:
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


def _first(header: dict[str, str], axis: str, step: float, name: str) -> float:
    """Return the position of the centre of the lower left cell."""
    if f"{axis}llcenter" in header:
        return _number(header, f"{axis}llcenter", name)
    return _number(header, f"{axis}llcorner", name) + step / 2


def _number(header: dict[str, str], key: str, name: str) -> float:
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


def _count(header: dict[str, str], key: str, name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", header[key]):
        raise UnsafeFileError(
            f"The header of {name} says {key} {quoted(header[key])}; expected a whole "
            "number. Do not use this file."
        )
    return int(header[key])
