"""Which cells of a raster the pixels of a tile show, nearest neighbour."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.windows import Window

from app.grids.files import FULL, FloatArray, GridFile

MatrixSet = Literal["WebMercatorQuad", "WorldCRS84Quad"]
"""The tiling schemes of OGC that tiles are cut by."""

SIZE = 256
"""Side of a tile, pixels."""

MAX_ZOOM = 14

CRS_OF: dict[MatrixSet, str] = {
    "WebMercatorQuad": "EPSG:3857",
    "WorldCRS84Quad": "OGC:CRS84",
}
MERCATOR_HALF_M = 20_037_508.342789244
_NODES = 33  # of a lattice between which positions are interpolated: good to 0.1 pixel
_FIRST_SMOOTH_ZOOM = 4  # above it, the earth bends too much between nodes
_MARGIN = 2  # cells read around a tile, so that neighbours of its cells are known


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePlace:
    """A tile of a tiling scheme: zoom, column from the west, row from the north."""

    matrix_set: MatrixSet
    z: int
    x: int
    y: int

    @property
    def columns(self) -> int:
        """How many columns the scheme has at this zoom."""
        return (1 << self.z) * (2 if self.matrix_set == "WorldCRS84Quad" else 1)

    @property
    def rows(self) -> int:
        """How many rows the scheme has at this zoom."""
        return 1 << self.z

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north: metres of Web Mercator, or degrees."""
        if self.matrix_set == "WorldCRS84Quad":
            side, west, north = 180.0 / 2**self.z, -180.0, 90.0
        else:
            side = 2 * MERCATOR_HALF_M / 2**self.z
            west, north = -MERCATOR_HALF_M, MERCATOR_HALF_M
        west, north = west + self.x * side, north - self.y * side
        return west, north - side, west + side, north

    @property
    def crs(self) -> str:
        """The coordinate reference system of the scheme."""
        return CRS_OF[self.matrix_set]


@dataclass(frozen=True, slots=True, kw_only=True)
class TileCells:
    """The part of a raster that a tile shows.

    Attributes
    ----------
    window : Window
        Cells to read, of that level.
    level : int
        Overview to read from.
    rows, columns : array of float32, shape (pixels, pixels)
        Position of each pixel in the window, cells; NaN = outside the raster.
    """

    window: Window
    level: int
    rows: FloatArray
    columns: FloatArray

    def nearest(self, cells: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return what each pixel shows of a window; cell 0, 0 where it is outside."""
        return cells[self._whole(self.rows), self._whole(self.columns)]

    @property
    def outside(self) -> npt.NDArray[np.bool_]:
        """Pixels that lie outside the raster."""
        return np.isnan(self.rows)

    def blended(self, cells: FloatArray) -> FloatArray:
        """Return values between the middles of four cells; NaN where one is."""
        rows, columns = self.rows - 0.5, self.columns - 0.5
        tall, wide = cells.shape
        top = np.clip(np.nan_to_num(np.floor(rows)), 0, tall - 2).astype(np.intp)
        left = np.clip(np.nan_to_num(np.floor(columns)), 0, wide - 2).astype(np.intp)
        down = np.clip(rows - top, 0, 1)
        right = np.clip(columns - left, 0, 1)
        upper = cells[top, left] * (1 - right) + cells[top, left + 1] * right
        lower = cells[top + 1, left] * (1 - right) + cells[top + 1, left + 1] * right
        return np.asarray(upper * (1 - down) + lower * down, dtype=np.float32)

    @staticmethod
    def _whole(positions: FloatArray) -> npt.NDArray[np.intp]:
        return np.nan_to_num(positions).astype(np.intp)


def cells_of_tile(
    file: GridFile, place: TilePlace, *, buffer: int = 0
) -> TileCells | None:
    """Find the cells that a tile shows, on the overview that suits its zoom.

    Parameters
    ----------
    file : GridFile
        The raster.
    place : TilePlace
        The tile.
    buffer : int, optional
        Pixels around it that are wanted, too.

    Returns
    -------
    TileCells or None
        None where the tile lies outside the raster.
    """
    columns, rows = _positions(file, place, SIZE, buffer)
    tall, wide = file.shape
    with np.errstate(invalid="ignore"):
        inside = (columns >= 0) & (columns < wide) & (rows >= 0) & (rows < tall)
    if not inside.any():
        return None
    level, factor = _level(file, columns, rows)
    rows, columns = (rows / factor[0], columns / factor[1])
    rows[~inside] = columns[~inside] = np.nan
    shape = tuple(round(a / b) for a, b in zip(file.shape, factor, strict=True))
    first_row, last_row = _range(rows, shape[0])
    first_column, last_column = _range(columns, shape[1])
    return TileCells(
        window=Window(
            first_column,
            first_row,
            last_column - first_column,
            last_row - first_row,
        ),
        level=level,
        rows=np.minimum(rows - first_row, last_row - first_row - 1e-3),
        columns=np.minimum(columns - first_column, last_column - first_column - 1e-3),
    )


def _range(positions: FloatArray, count: int) -> tuple[int, int]:
    first = max(int(np.nanmin(positions)) - _MARGIN, 0)
    last = min(int(np.nanmax(positions)) + 1 + _MARGIN, count)
    return min(first, max(last - 2, 0)), last


def _level(
    file: GridFile, columns: FloatArray, rows: FloatArray
) -> tuple[int, tuple[float, float]]:
    """Choose the coarsest overview whose cells are no larger than a pixel."""
    some = slice(None, None, 8)
    steps = np.hypot(
        *(item[some, 1::8] - item[some, :-1:8] for item in (columns, rows))
    )
    step = float(np.median(steps[np.isfinite(steps)])) if steps.size else 0.0
    rows_of, columns_of = file.shape
    fitting = [
        n for n, (_, few) in enumerate(file.overviews) if columns_of / few <= step
    ]
    if not fitting:
        return FULL, (1.0, 1.0)
    few_rows, few_columns = file.overviews[fitting[-1]]
    return fitting[-1], (rows_of / few_rows, columns_of / few_columns)


def _positions(
    file: GridFile, place: TilePlace, size: int, buffer: int
) -> tuple[FloatArray, FloatArray]:
    """Return column and row of the middle of each pixel, counted in cells."""
    west, _, east, north = place.bounds
    pixel = (east - west) / size
    pixels = np.arange(-buffer, size + buffer) + 0.5
    smooth = place.z >= _FIRST_SMOOTH_ZOOM
    nodes = np.linspace(-buffer, size + buffer, _NODES) if smooth else pixels
    x, y = np.meshgrid(west + nodes * pixel, north - nodes * pixel)
    e, n = transformer(place.crs, file.crs).transform(x, y)
    with np.errstate(invalid="ignore"):
        found = ~file.transform @ (np.asarray(e), np.asarray(n))
    columns, rows = (item.astype(np.float32) for item in found)
    unplaced = ~(np.isfinite(columns) & np.isfinite(rows))  # behind the earth
    columns[unplaced] = rows[unplaced] = np.nan
    if smooth:
        columns, rows = (_spread(item, len(pixels)) for item in (columns, rows))
    return columns, rows


def _spread(nodes: FloatArray, pixels: int) -> FloatArray:
    """Interpolate between nodes that run from edge to edge of a square of pixels."""
    at = (np.arange(pixels, dtype=np.float32) + 0.5) / pixels * (len(nodes) - 1)
    low = at.astype(np.intp)
    part = at - low
    wide = nodes[:, low] * (1 - part) + nodes[:, low + 1] * part
    part = part[:, np.newaxis]
    return np.asarray(wide[low] * (1 - part) + wide[low + 1] * part)


@cache
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return what turns x, y of one system into those of another, kept for the next."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
