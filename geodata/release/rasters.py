"""Write maps as cloud-optimised GeoTIFF, and read them back."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.transform import Affine

from geodata.errors import DamagedReleaseError
from geodata.raster import EQUAL_AREA, Cells, FloatArray, FloatRaster

SCALE = 1e-4  # shares and scores are stored as whole ten-thousandths
RANK = "area_rank"  # band: share of the area that scores at least as high
LEADING = "leading_type"  # band: position of the leading deposit type
LEARNED, LEARNED_RANK, LEARNED_COVERAGE = "learned", "learned_rank", "learned_coverage"
"""Bands of a type that has a learned model."""
UNKNOWN = 65_535
NODATA = -9_999.0
_TILE = 256
_FOR_EVERYONE = {
    "driver": "COG",
    "compress": "DEFLATE",  # every reader knows it
    "level": 1,  # half the time of the default for a tenth more bytes
    "predictor": "YES",
    "blocksize": _TILE,
    "overviews": "FORCE_USE_EXISTING",
}
_FOR_US = {  # laid out alike; but band by band, in a third of the time
    "driver": "GTiff",
    "copy_src_overviews": True,
    "tiled": True,
    "blockxsize": _TILE,
    "blockysize": _TILE,
    "interleave": "band",
    "compress": "ZSTD",
    "zstd_level": 1,
    "predictor": 2,
}
_WRITING = {
    "GDAL_CACHEMAX": 64,  # megabytes; the default is a share of the machine
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",  # else overviews beside are not seen
}


def write_shares(path: Path, cells: Cells, bands: Mapping[str, FloatArray]) -> None:
    """Write values between 0 and 1 as 16-bit bands.

    Parameters
    ----------
    path : Path
        File to make; COG in the equal-area CRS of the grid.
    cells : Cells
        The land cells.
    bands : mapping of str to float array, shape (cells,)
        0 to 1, or small whole numbers for the band :data:`LEADING`; NaN =
        unknown, stored as 65 535.  Bands of shares carry a scale of 1/10 000.
    """
    scales = [1.0 if name == LEADING else SCALE for name in bands]

    def stored(values: FloatArray, scale: float) -> npt.NDArray[np.uint16]:
        filled = np.full(cells.grid.shape, UNKNOWN, dtype=np.uint16)
        whole = np.where(np.isnan(values), UNKNOWN, np.round(values / scale))
        filled.ravel()[cells.index] = whole.astype(np.uint16)
        return filled

    layers = (
        stored(values, scale)
        for values, scale in zip(bands.values(), scales, strict=True)
    )
    _write(path, cells, layers, names=bands, scales=scales, nodata=UNKNOWN)


def write_measurements(
    path: Path, cells: Cells, bands: Mapping[str, FloatArray]
) -> None:
    """Write measurements in their own units as 32-bit bands; NaN as -9999."""
    layers = (
        np.nan_to_num(cells.to_map(values), copy=False, nan=NODATA)
        for values in bands.values()
    )
    _write(path, cells, layers, names=bands, scales=[1.0] * len(bands), nodata=NODATA)


def _write(
    path: Path,
    cells: Cells,
    layers: Iterable[npt.NDArray[np.generic]],
    *,
    names: Iterable[str],
    scales: Sequence[float],
    nodata: float,
) -> None:
    # Made in memory and written in one go: a full disk is then an ordinary error.
    # A cloud-optimised file can only be made by copying one that has overviews.
    with rasterio.Env(**_WRITING), MemoryFile() as rough, MemoryFile() as made:
        _fill(rough, cells, layers, names=names, scales=scales, nodata=nodata)
        copy(
            rough.name,
            made.name,
            num_threads="ALL_CPUS",
            **(_FOR_EVERYONE if nodata == UNKNOWN else _FOR_US),
        )
        path.write_bytes(made.getbuffer())


def _fill(
    rough: MemoryFile,
    cells: Cells,
    layers: Iterable[npt.NDArray[np.generic]],
    *,
    names: Iterable[str],
    scales: Sequence[float],
    nodata: float,
) -> None:
    """Write bands, and beside them a file of each overview as GDAL names them."""
    grid, shapes = cells.grid, _halved(cells.grid.shape)
    with ExitStack() as files:
        levels = [
            files.enter_context(
                rasterio.open(
                    rough.name + level * ".ovr",
                    "w",
                    driver="GTiff",
                    height=rows,
                    width=columns,
                    count=len(scales),
                    dtype="uint16" if nodata == UNKNOWN else "float32",
                    crs=EQUAL_AREA,
                    transform=Affine(
                        *(grid.cell_m * grid.columns / columns, 0.0, grid.west_m),
                        *(0.0, -grid.cell_m * grid.rows / rows, grid.north_m),
                    ),
                    nodata=nodata,
                    compress="ZSTD",
                    zstd_level=1,
                    tiled=True,
                    blockxsize=_TILE,
                    blockysize=_TILE,
                    interleave="band",
                )
            )
            for level, (rows, columns) in enumerate(shapes)
        ]
        for position, layer in enumerate(layers, start=1):  # one at a time in memory
            for level, shape in zip(levels, shapes, strict=True):
                level.write(_thinned(layer, shape), position)
        levels[0].descriptions = tuple(names)
        levels[0].scales = tuple(scales)


def _halved(shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the shape of a map and of its overviews; the last fits into a tile.

    >>> _halved((300, 1101))
    [(300, 1101), (150, 550), (75, 275), (37, 137)]
    """
    shapes = [shape]
    while max(shapes[-1]) > _TILE:
        rows, columns = shapes[-1]
        shapes.append((max(rows // 2, 1), max(columns // 2, 1)))
    return shapes


def _thinned(
    layer: npt.NDArray[np.generic], shape: tuple[int, int]
) -> npt.NDArray[np.generic]:
    """Take the nearest cells of a map of fewer; the same that GDAL would take.

    >>> _thinned(np.arange(15).reshape(3, 5), (1, 2)).tolist()
    [[0, 3]]
    """
    rows, columns = (
        (np.arange(few) * (many / few) + 0.5).astype(np.intp)
        for few, many in zip(shape, layer.shape, strict=True)
    )
    return layer if shape == layer.shape else layer[rows[:, np.newaxis], columns]


def read_shares(path: Path) -> FloatRaster:
    """Read a raster that :func:`write_shares` wrote.

    Returns
    -------
    Raster
        0 to 1; NaN = unknown or outside.  :data:`LEADING` holds positions.

    Raises
    ------
    DamagedReleaseError
        If it cannot be read.
    """
    try:
        with rasterio.open(path, driver="GTiff") as source:
            stored = source.read()
            names, scales = source.descriptions, source.scales
            crs, transform = source.crs.to_wkt(), source.transform
    except rasterio.errors.RasterioIOError as error:
        raise DamagedReleaseError(
            f"{path.name} of release {path.parent.parent.name} cannot be read. Run "
            "scripts/rank_prospects.py, which builds the same release again."
        ) from error
    return FloatRaster(
        bands={
            str(name): np.where(
                band == UNKNOWN, np.float32(np.nan), band * np.float32(scale)
            ).astype(np.float32)
            for name, band, scale in zip(names, stored, scales, strict=True)
        },
        crs=crs,
        transform=transform,
    )
