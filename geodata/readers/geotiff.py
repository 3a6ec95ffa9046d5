"""Read GeoTIFF and cloud-optimised GeoTIFF in degrees, a window at a time."""

import math
from pathlib import Path

import numpy as np
import pyproj
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.io import DatasetReader
from rasterio.transform import Affine
from rasterio.warp import transform_bounds

from geodata.errors import LayerFormatError
from geodata.raster import LONLAT, DoubleRaster
from geodata.readers.before_gdal import require_no_files_inside
from geodata.readers.degree_grid import require_cells, require_degrees
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.projection import WGS84, reference_from_wkt
from geodata.readers.quoting import quoted
from geodata.readers.raster_window import (
    Lattice,
    opened,
    read_lattice,
    require_local,
    require_magic,
)
from geodata.readers.sandbox import confined
from geodata.region import Bounds

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@confined
def read_geotiff(
    path: Path,
    *,
    band: int = 1,
    window: Bounds | None = None,
    step_deg: float | None = None,
    assume_degrees: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> DoubleRaster:
    """Read one band, or a part of it.

    Parameters
    ----------
    path : Path
        A file on disk; files beside it are not looked at.
    band : int
        From 1.
    window : Bounds or None
        Cells that meet it are read, in the longitudes of the file; None = all.
    step_deg : float or None
        Read means of whole blocks with this step instead of the cells themselves.
    assume_degrees : bool
        Take a file without a reference system for longitude and latitude.

    Returns
    -------
    Raster
        NaN where the file has no data; longitudes as in the file.

    Raises
    ------
    UnsafeFileError
        If it is another kind of file under this name, or too much would be read.
    LayerFormatError
        If it is not in EPSG:4326 or not north up; nothing is reprojected.
    """
    full = require_local(path)
    require_magic(full, _MAGIC, "a GeoTIFF")
    require_no_files_inside(full, path.name)
    with opened(str(full), driver="GTiff", name=path.name) as dataset:
        _require_lonlat(dataset.crs, path.name, assume_degrees=assume_degrees)
        lattice = _lattice(dataset, path.name)
        grid = read_lattice(
            dataset,
            lattice,
            name=path.name,
            band=band,
            window=window,
            step_deg=step_deg,
            limits=limits,
        )
    return require_degrees(grid, path.name)


@confined
def read_projected_geotiff(
    path: Path,
    *,
    step_deg: float,
    classes: bool,
    band: int = 1,
    window: Bounds | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DoubleRaster:
    """Bring one band from Gauss–Krüger, UTM or another system to degrees, on purpose.

    Parameters
    ----------
    path : Path
        A file on disk; its rows may run south to north.
    step_deg : float
        Size of the cells that are made, which begin at whole multiples of it.
    classes : bool
        Whether the values are classes, of which the nearest is taken; of quantities
        the four around are weighed.
    band, window, limits
        As for :func:`read_geotiff`; the window in longitude and latitude.

    Returns
    -------
    Raster
        NaN where the file has no data, and outside it.

    Raises
    ------
    UnsafeFileError
        If it is another kind of file under this name, names files in its reference
        system, or too many cells would be made.
    LayerFormatError
        If it does not say where it lies, or does not reach the window.
    """
    full = require_local(path)
    require_magic(full, _MAGIC, "a GeoTIFF")
    require_no_files_inside(full, path.name)
    with opened(str(full), driver="GTiff", name=path.name) as dataset:
        if dataset.crs is None or dataset.transform.is_identity:
            raise LayerFormatError(
                f"{path.name} does not say where it lies: its reference system is "
                f"{dataset.crs}. It is not guessed."
            )
        crs = reference_from_wkt(dataset.crs.to_wkt())
        require_cells(dataset.height, dataset.width, path.name, limits)
        source = _in_its_system(dataset, band, path.name)
        rows, columns, place = _place_in_degrees(dataset, step_deg, window, path.name)
        require_cells(rows, columns, path.name, limits)
    lon, lat = place @ np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    there = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
    x, y = there.transform(lon, lat)
    raster = DoubleRaster.of_degrees(
        source.nearest(x, y) if classes else source.bilinear(x, y),
        west=place.c,
        north=place.f,
        step_lon_deg=step_deg,
        step_lat_deg=step_deg,
    )
    return require_degrees(raster, path.name)


def _in_its_system(dataset: DatasetReader, band: int, name: str) -> DoubleRaster:
    """Read a band where it lies, north up."""
    to: Affine = dataset.transform
    if to.b or to.d or to.a <= 0.0:
        raise LayerFormatError(
            f"{name} is turned: its transform is {tuple(to)[:6]}. Expected rows along "
            "the axes of its system."
        )
    values = dataset.read(band, masked=True, out_dtype="float64").filled(np.nan)
    values = values * dataset.scales[band - 1] + dataset.offsets[band - 1]
    if to.e > 0.0:
        values, to = values[::-1], to @ Affine(1, 0, 0, 0, -1, len(values))
    return DoubleRaster(bands={"": values}, transform=to, crs=dataset.crs.to_wkt())


def _place_in_degrees(
    dataset: DatasetReader, step_deg: float, window: Bounds | None, name: str
) -> tuple[int, int, Affine]:
    """Return rows, columns and place of the cells around a file, or its window."""
    west, south, east, north = transform_bounds(
        dataset.crs, LONLAT, *dataset.bounds, densify_pts=101
    )
    if window is not None:
        west, south = max(west, window.west), max(south, window.south)
        east, north = min(east, window.east), min(north, window.north)
    left, right = math.floor(west / step_deg), math.ceil(east / step_deg)
    bottom, top = math.floor(south / step_deg), math.ceil(north / step_deg)
    if not west < east or not south < north:
        raise LayerFormatError(
            f"{name} does not reach the window {window}. Fetch a part that covers the "
            "region."
        )
    place = Affine(step_deg, 0.0, left * step_deg, 0.0, -step_deg, top * step_deg)
    return top - bottom, right - left, place


def _require_lonlat(crs: CRS | None, name: str, *, assume_degrees: bool) -> None:
    if crs is None:
        if assume_degrees:
            return
        raise LayerFormatError(
            f"{name} states no reference system; expected EPSG:4326. It is not guessed."
        )
    try:
        fits = crs == CRS.from_epsg(4326) or crs.to_epsg(confidence_threshold=70) == (
            4326
        )
    except CRSError:
        fits = False
    if not fits:
        raise LayerFormatError(
            f"{name} is in {quoted(crs.to_string())}; expected EPSG:4326. Rasters are "
            "not reprojected unless asked for: it blurs them. Fetch it in degrees."
        )


def _lattice(dataset: DatasetReader, name: str) -> Lattice:
    transform: Affine = dataset.transform
    if (
        transform.is_identity
        or transform.b != 0.0
        or transform.d != 0.0
        or not transform.e < 0.0 < transform.a
    ):
        raise LayerFormatError(
            f"{name} is not north up, or says nothing of its place: its transform is "
            f"{tuple(transform)[:6]}. Fetch it in degrees, north up."
        )
    return Lattice(
        west=transform.c + transform.a / 2,
        north=transform.f + transform.e / 2,
        step_lon_deg=transform.a,
        step_lat_deg=-transform.e,
        rows=dataset.height,
        columns=dataset.width,
    )
