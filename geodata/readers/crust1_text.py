"""Read the text files of CRUST1.0: nine numbers for each cell of one degree."""

from pathlib import Path

import numpy as np

from geodata.errors import LayerFormatError
from geodata.raster import DoubleRaster
from geodata.readers.degree_grid import raster_of_nodes, require_degrees
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.number_text import read_numbers, refuse_markup
from geodata.readers.packed import read_packed

LAYERS = (
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

_ROWS, _COLUMNS = 180, 360


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
        By the names of :data:`LAYERS`; float64.

    Raises
    ------
    LayerFormatError, UnsafeFileError
        If there are not nine numbers for each cell.
    """
    content = read_packed(path, limits)
    refuse_markup(content, name=path.name, expected="a text file of CRUST1.0")
    count = _ROWS * _COLUMNS * len(LAYERS)
    values = read_numbers(content, expected=count, name=path.name)
    table = values.reshape(_ROWS, _COLUMNS, len(LAYERS))
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
        for number, layer in enumerate(LAYERS)
    }
