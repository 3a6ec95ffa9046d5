"""Read GeoTIFF and cloud-optimised GeoTIFF in degrees, a window at a time."""

from pathlib import Path

from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.io import DatasetReader
from rasterio.transform import Affine

from geodata.errors import LayerFormatError
from geodata.raster import DoubleRaster
from geodata.readers.degree_grid import require_degrees
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.quoting import quoted
from geodata.readers.raster_window import (
    Lattice,
    opened,
    read_lattice,
    require_local,
    require_magic,
)
from geodata.region import Bounds

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


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
            "not reprojected here: it would blur them. Fetch it in degrees."
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
