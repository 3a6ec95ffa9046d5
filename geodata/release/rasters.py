"""Write maps as cloud-optimised GeoTIFF, and read them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile

from geodata.errors import DamagedReleaseError
from geodata.grid import EQUAL_AREA, Cells, FloatArray

SCALE = 1e-4  # shares and scores are stored as whole ten-thousandths
RANK = "area_rank"  # band: share of the area that scores at least as high
LEADING = "leading_type"  # band: position of the leading deposit type
UNKNOWN = 65_535
NODATA = -9_999.0


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
    with MemoryFile() as memory:
        _fill(memory, cells, layers, names=names, scales=scales, nodata=nodata)
        path.write_bytes(memory.getbuffer())


def _fill(
    memory: MemoryFile,
    cells: Cells,
    layers: Iterable[npt.NDArray[np.generic]],
    *,
    names: Iterable[str],
    scales: Sequence[float],
    nodata: float,
) -> None:
    with memory.open(
        driver="COG",
        height=cells.grid.rows,
        width=cells.grid.columns,
        count=len(scales),
        dtype="uint16" if nodata == UNKNOWN else "float32",
        crs=EQUAL_AREA,
        transform=cells.grid.transform,
        nodata=nodata,
        compress="DEFLATE",
        level=1,  # half the time of the default for a tenth more bytes
        predictor="YES",
        blocksize=256,
        overview_resampling="NEAREST",
        num_threads="ALL_CPUS",
        interleave="BAND",
    ) as target:
        for position, layer in enumerate(layers, start=1):  # one at a time in memory
            target.write(layer, position)
        target.descriptions = tuple(names)
        target.scales = tuple(scales)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareMap:
    """Bands of shares read back from a release.

    Attributes
    ----------
    bands : dict of str to array of float32, shape (rows, columns)
        0 to 1; NaN = unknown or outside.  :data:`LEADING` holds positions.
    crs : str
        Projection, as text.
    transform : tuple of float
        Affine transform, six numbers, metres.
    """

    bands: dict[str, FloatArray]
    crs: str
    transform: tuple[float, ...]


def read_shares(path: Path) -> ShareMap:
    """Read a raster that :func:`write_shares` wrote.

    Raises
    ------
    DamagedReleaseError
        If it cannot be read.
    """
    try:
        with rasterio.open(path, driver="GTiff") as source:
            stored = source.read()
            names, scales = source.descriptions, source.scales
            crs, transform = source.crs.to_wkt(), tuple(source.transform)[:6]
    except rasterio.errors.RasterioIOError as error:
        raise DamagedReleaseError(
            f"{path.name} of release {path.parent.parent.name} cannot be read. Run "
            "scripts/rank_prospects.py, which builds the same release again."
        ) from error
    return ShareMap(
        bands={
            str(name): np.where(
                band == UNKNOWN, np.float32(np.nan), band * np.float32(scale)
            ).astype(np.float32)
            for name, band, scale in zip(names, stored, scales, strict=True)
        },
        crs=str(crs),
        transform=transform,
    )
