"""Read ICGEM grids (``.gdf``): a header, then longitude, latitude and value.

After the files that the calculation service of ICGEM writes; they may be packed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geodata.errors import LayerFormatError
from geodata.raster import DoubleRaster
from geodata.readers.degree_grid import (
    DoubleMap,
    raster_of_nodes,
    require_cells,
    require_degrees,
)
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.number_text import read_numbers, read_packed, refuse_markup
from geodata.readers.quoting import quoted

_END = b"\nend_of_head"
_HEADER_BYTES = 65_536
_SLACK = 1e-3  # of a step: positions are written with four decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class IcgemGrid:
    """A grid and what its header says.

    Attributes
    ----------
    grid : Raster
        float64, in the unit of the header.
    header : mapping of str to str
        First word of each line, and the rest of it.
    """

    grid: DoubleRaster
    header: Mapping[str, str]

    def number(self, key: str) -> float:
        """Return the number a line of the header begins with, without its unit."""
        return _number(self.header, key)


def read_icgem(path: Path, limits: Limits = DEFAULT_LIMITS) -> IcgemGrid:
    """Read one grid.

    Parameters
    ----------
    path : Path
        Plain, gzip or bzip2.

    Returns
    -------
    IcgemGrid
        The gap value becomes NaN.

    Raises
    ------
    UnsafeFileError
        If the file unpacks to more than we read, or claims more than it holds.
    LayerFormatError
        If the header is not as expected or a position is not where it says.
    """
    content = read_packed(path, limits)
    refuse_markup(content, name=path.name, expected="an ICGEM grid")
    end = content.find(_END, 0, _HEADER_BYTES)
    if end < 0:
        raise LayerFormatError(
            f"{path.name} is not an ICGEM grid: no line 'end_of_head'. Check the "
            "catalogue."
        )
    header = _header(content[:end])
    if header.get("grid_format") != "long_lat_value":
        raise LayerFormatError(
            f"{path.name} has the grid format {quoted(header.get('grid_format', ''))}; "
            "expected 'long_lat_value'. Ask the service for that one."
        )
    step = _number(header, "gridstep")
    north, south = _number(header, "latlimit_north"), _number(header, "latlimit_south")
    west, east = _number(header, "longlimit_west"), _number(header, "longlimit_east")
    if not (step > 0.0 and -90.0 <= south <= north <= 90.0 and -180 <= west <= east):
        raise LayerFormatError(
            f"The header of {path.name} gives {west:g} to {east:g} E, {south:g} to "
            f"{north:g} N in steps of {step:g}; that is no grid. Fetch it again."
        )
    rows = round(min((north - south) / step, 1e9)) + 1
    columns = round(min((east - west) / step, 1e9)) + 1
    require_cells(rows, columns, path.name, limits)
    body = content[content.find(b"\n", end + 1) + 1 :]
    table = read_numbers(body, expected=3 * rows * columns, name=path.name)
    table = table.reshape(rows, columns, 3)
    lon: DoubleMap = west + step * np.arange(columns, dtype=np.float64)
    lat: DoubleMap = north - step * np.arange(rows, dtype=np.float64)
    _require_places(table[..., 0], lon, step, path.name)
    _require_places(table[..., 1], lat[:, np.newaxis], step, path.name)
    values = table[..., 2].copy()
    if "gapvalue" in header:
        values[values == _number(header, "gapvalue")] = np.nan
    grid = raster_of_nodes(
        values, west=west, north=north, step_lon_deg=step, step_lat_deg=step
    )
    return IcgemGrid(grid=require_degrees(grid, path.name), header=header)


def _header(text: bytes) -> dict[str, str]:
    header: dict[str, str] = {}
    for line in text.decode("ascii", "replace").splitlines():
        key, _, rest = line.strip().partition(" ")
        if key:
            header.setdefault(key, rest.strip())
    return header


def _number(header: Mapping[str, str], key: str) -> float:
    words = header.get(key, "").split()
    try:
        value = float(words[0])
    except (IndexError, ValueError):
        value = float("nan")
    if not np.isfinite(value):
        raise LayerFormatError(
            f"The header of an ICGEM grid needs a number for '{key}'; found "
            f"{quoted(header.get(key, ''))}. Fetch the file again."
        )
    return value


def _require_places(
    found: DoubleMap, expected: DoubleMap, step: float, name: str
) -> None:
    if not np.all(np.abs(found - expected) <= _SLACK * step + 1e-4):
        raise LayerFormatError(
            f"The lines of {name} are not in the order its header says: north to "
            "south, and west to east in each row. Fetch it again."
        )
