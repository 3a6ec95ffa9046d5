"""Read netCDF grids, those of GMT too, by the axes that stand in the file."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rasterio.io import DatasetReader
from rasterio.transform import Affine

from geodata.errors import LayerFormatError
from geodata.raster import DoubleRaster
from geodata.readers.before_gdal import require_no_files_inside
from geodata.readers.degree_grid import (
    DoubleMap,
    regular_axis,
    require_cells,
    require_degrees,
)
from geodata.readers.hdf5_guard import MAGIC as HDF5_MAGIC
from geodata.readers.hdf5_guard import require_self_contained
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.raster_window import (
    Lattice,
    opened,
    read_lattice,
    require_local,
    require_magic,
)
from geodata.readers.sandbox import confined
from geodata.region import Bounds

_MAGIC = (b"CDF\x01", b"CDF\x02", b"CDF\x05", HDF5_MAGIC)
_USUAL_NAMES = {
    "latitude": ("lat", "latitude", "y"),
    "longitude": ("lon", "longitude", "x"),
}
_AGREEMENT = 0.02  # of a step, between the axes and what GDAL makes of them


@confined
def read_netcdf(
    path: Path,
    *,
    variable: str = "",
    band: int = 1,
    window: Bounds | None = None,
    step_deg: float | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DoubleRaster:
    """Read one layer of a variable, or a part of it.

    Parameters
    ----------
    path : Path
        netCDF 3 or 4; axes in degrees, each evenly spaced, latitudes in either
        direction, values at cell centres or at nodes.
    variable : str
        Name of the variable; needed when the file holds several.
    band : int
        Layer of a variable with further axes, from 1.
    window, step_deg
        As for :func:`geodata.readers.geotiff.read_geotiff`.

    Returns
    -------
    Raster
        Rows north to south; longitudes as in the file; scale, offset and fill
        value applied; NaN where there is none.

    Raises
    ------
    UnsafeFileError
        If it is another kind of file under this name, takes its values from
        another file, or too much would be read.
    LayerFormatError
        If the variable or its axes are not there or not evenly spaced.
    """
    full = require_local(path)
    if require_magic(full, _MAGIC, "netCDF") == HDF5_MAGIC:
        require_self_contained(full)
    require_no_files_inside(full, path.name)
    name = f"{path.name}, {variable}" if variable else path.name
    target = _target(full, variable) if variable else str(full)
    with opened(target, driver="netCDF", name=name) as dataset:
        if dataset.count == 0:
            raise LayerFormatError(
                f"{path.name} holds several variables: {', '.join(variables(dataset))}."
                " Name one in the catalogue."
            )
        tags = dict(dataset.tags())
        shape = dataset.shape
        transform = dataset.transform
    lat = _axis(full, "latitude", shape[0], tags, limits)
    lon = _axis(full, "longitude", shape[1], tags, limits)
    first_lat, step_lat = regular_axis(lat, f"{name} (latitude)")
    first_lon, step_lon = regular_axis(lon, f"{name} (longitude)")
    lattice = Lattice(
        west=first_lon,
        north=max(first_lat, float(lat[-1])),
        step_lon_deg=step_lon,
        step_lat_deg=abs(step_lat),
        rows=shape[0],
        columns=shape[1],
    )
    # GDAL knows nothing of axes without attributes; the shape then tells which is
    # which, and the rows are turned as the axis says.
    unplaced = transform.is_identity and shape[0] != shape[1]
    if step_lon < 0.0 or not (unplaced or _agree(lattice, transform)):
        raise LayerFormatError(
            f"The axes of {name} run from {first_lon:g} by {step_lon:g} E and from "
            f"{first_lat:g} by {step_lat:g} N, but GDAL reads {tuple(transform)[:6]}. "
            "Expected a variable with latitude before longitude. Check the file."
        )
    order = step_lat > 0.0 if unplaced else None
    with opened(target, driver="netCDF", name=name, south_first=order) as dataset:
        grid = read_lattice(
            dataset,
            lattice,
            name=name,
            band=band,
            window=window,
            step_deg=step_deg,
            limits=limits,
        )
    return require_degrees(grid, name)


def read_grid(content: bytes, *, variable: str = "") -> DoubleRaster:
    """Read one grid from the bytes of a netCDF file.

    Parameters
    ----------
    content : bytes
        As the file of :func:`read_netcdf`.
    variable : str
        Name of the variable when the file holds several.

    Raises
    ------
    LayerFormatError, UnsafeFileError
        As for :func:`read_netcdf`.

    Notes
    -----
    The netCDF driver wants a file, so the bytes pass through a private folder
    that is removed again.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-grid-") as folder:
        path = Path(folder, "grid.nc")
        path.write_bytes(content)
        return read_netcdf(path, variable=variable)


def variables(dataset: DatasetReader) -> tuple[str, ...]:
    """Return the names of the variables of a file that holds several grids."""
    return tuple(str(text).rpartition(":")[2] for text in dataset.subdatasets)


def _target(path: Path, variable: str) -> str:
    if not all(letter.isalnum() or letter in "_-." for letter in variable):
        raise LayerFormatError(
            f"'{variable[:40]}' is not the name of a netCDF variable: expected "
            "letters, digits and '_'."
        )
    return f'netcdf:"{path}":{variable}'


def _axis(
    path: Path,
    kind: str,
    count: int,
    tags: Mapping[str, str],
    limits: Limits,
) -> DoubleMap:
    """Return the positions of an axis, found by its attributes or a usual name."""
    require_cells(1, count, path.name, limits)
    names = [key.partition("#")[0] for key in tags if _says(key, tags[key], kind)]
    tried = list(dict.fromkeys([*names, *_USUAL_NAMES[kind]]))
    for name in tried:
        try:
            with opened(
                _target(path, name), driver="netCDF", name=path.name
            ) as dataset:
                if dataset.shape == (1, count) and dataset.count == 1:
                    return np.asarray(dataset.read(1)[0], dtype=np.float64)
        except LayerFormatError:
            continue
    raise LayerFormatError(
        f"{path.name} has no {kind} axis of {count:,} positions; looked for "
        f"{', '.join(tried)}. Expected latitude and longitude in degrees, each "
        "with one dimension. Check the file."
    )


def _says(key: str, value: str, kind: str) -> bool:
    attribute = key.partition("#")[2]
    if attribute == "units":
        return value.lower().startswith(
            ("degrees_n", "degree_n")
            if kind == "latitude"
            else ("degrees_e", "degree_e")
        )
    return attribute == "standard_name" and value == kind


def _agree(lattice: Lattice, transform: Affine) -> bool:
    """Tell whether GDAL puts the values where the axes do, first row in the north."""
    slack_lon = _AGREEMENT * lattice.step_lon_deg
    slack_lat = _AGREEMENT * lattice.step_lat_deg
    west = transform.c + transform.a / 2
    north = transform.f + transform.e / 2
    return bool(
        transform.b == transform.d == 0.0
        and abs(west - lattice.west) < slack_lon
        and abs(north - lattice.north) < slack_lat
        and abs(transform.a - lattice.step_lon_deg) * lattice.columns < slack_lon
        and abs(transform.e + lattice.step_lat_deg) * lattice.rows < slack_lat
    )
