"""The raster files of a release: their facts, and a few of them kept open."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import DatasetReader
from rasterio.windows import Window

from app.text import say
from geodata.errors import DamagedReleaseError
from geodata.release import Release

FloatArray = npt.NDArray[np.float32]

_OPENING = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # looks at no other file
    "GDAL_PAM_ENABLED": "NO",
}
_CACHE_BYTES = 16_000_000  # of unpacked blocks; the default is a share of the machine
_MOST_IDLE = 24  # open files nobody reads from just now
FULL = -1
"""The level of the file itself; its overviews are 0, 1, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFile:
    """One GeoTIFF of a release.

    Attributes
    ----------
    id : str
        Its name without the ending, as addresses say it.
    path : Path
        Where it is.
    bytes, sha256 : int, str
        Its size and checksum, as the manifest states them.
    bands : tuple of str
        Name of each band.
    scales, offsets : tuple of float
        A value is what is stored, times scale, plus offset; by band.
    dtype : str
        What is stored.
    nodata : float
        What is stored where nothing is known.
    crs : str
        WKT of its coordinate reference system.
    transform : rasterio.Affine
        From (column, row) to coordinates.
    shape : tuple of int
        Rows and columns.
    overviews : tuple of (int, int)
        Rows and columns of each overview, the finest first.
    """

    id: str
    path: Path
    bytes: int
    sha256: str
    bands: tuple[str, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]
    dtype: str
    nodata: float
    crs: str
    transform: rasterio.Affine
    shape: tuple[int, int]
    overviews: tuple[tuple[int, int], ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in its own system."""
        rows, columns = self.shape
        west, north = self.transform @ (0, 0)
        east, south = self.transform @ (columns, rows)
        return west, south, east, north


def describe_file(release: Release, name: str) -> GridFile:
    """Read the facts of a raster of a release.

    Parameters
    ----------
    release : Release
        The open release.
    name : str
        Path inside the release, as its manifest has it.

    Raises
    ------
    DamagedReleaseError
        If it cannot be read.
    """
    path, entry = release.folder / name, release.manifest.files[name]
    with _open(path, FULL) as source:
        levels = range(len(source.overviews(1)))
        return GridFile(
            id=path.stem,
            path=path,
            bytes=entry.bytes,
            sha256=entry.sha256,
            bands=tuple(str(band) for band in source.descriptions),
            scales=tuple(source.scales),
            offsets=tuple(source.offsets),
            dtype=source.dtypes[0],
            nodata=float(source.nodata),
            crs=source.crs.to_wkt(),
            transform=source.transform,
            shape=source.shape,
            overviews=tuple(_shape(path, level) for level in levels),
        )


class Datasets:
    """Open files, each lent to one reader at a time and kept for the next."""

    def __init__(self) -> None:
        self._idle: OrderedDict[int, tuple[tuple[Path, int], DatasetReader]] = (
            OrderedDict()
        )
        self._lock = threading.Lock()

    def read(
        self,
        file: GridFile,
        bands: tuple[int, ...],
        window: Window | None = None,
        *,
        level: int = FULL,
    ) -> FloatArray:
        """Read bands as numbers in their unit.

        Parameters
        ----------
        file : GridFile
            The file.
        bands : tuple of int
            Positions, the first is 0.
        window : Window, optional
            Cells of that level; must lie inside.  By default all.
        level : int, optional
            Which overview; by default the file itself.

        Returns
        -------
        array of float32, shape (bands, rows, columns)
            NaN = unknown.

        Raises
        ------
        DamagedReleaseError
            If it cannot be read.
        """
        with self._lent(file.path, level) as source:
            stored = source.read([band + 1 for band in bands], window=window)
        values = np.empty(stored.shape, dtype=np.float32)
        for position, band in enumerate(bands):
            scale, offset = (
                np.float32(file.scales[band]),
                np.float32(file.offsets[band]),
            )
            np.multiply(stored[position], scale, out=values[position])
            values[position] += offset
        if not np.isnan(file.nodata):
            values[stored == file.nodata] = np.nan
        return values

    @contextmanager
    def _lent(self, path: Path, level: int) -> Iterator[DatasetReader]:
        wanted = (path, level)
        with self._lock:
            found = next((n for n, (at, _) in self._idle.items() if at == wanted), None)
            source = self._idle.pop(found)[1] if found is not None else None
        if source is None:
            source = _open(path, level)
        try:
            with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES):
                yield source
        except rasterio.errors.RasterioIOError as error:
            source.close()
            raise unreadable(path) from error
        except BaseException:
            source.close()
            raise
        with self._lock:
            self._idle[id(source)] = (wanted, source)
            dropped = [
                self._idle.popitem(last=False)[1][1]
                for _ in range(len(self._idle) - _MOST_IDLE)
            ]
        for each in dropped:
            each.close()


def _shape(path: Path, level: int) -> tuple[int, int]:
    with _open(path, level) as source:
        rows, columns = source.shape
    return rows, columns


def _open(path: Path, level: int) -> DatasetReader:
    options = {} if level == FULL else {"overview_level": level}
    try:
        with rasterio.Env(**_OPENING):
            return rasterio.open(path, driver="GTiff", sharing=False, **options)
    except rasterio.errors.RasterioIOError as error:
        raise unreadable(path) from error


def unreadable(path: Path) -> DamagedReleaseError:
    """Return the error that says which file cannot be read."""
    return DamagedReleaseError(
        say("grid.unreadable", file=path.name, release=path.parent.parent.name)
    )
