"""Numbers of a grid: over all of it, in a polygon, at a place."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.windows import Window

from app.errors import NotFoundError
from app.grid_schemas import GridPoint, GridStatistics
from app.grids.catalogue import Grid
from app.grids.files import FULL, Datasets, FloatArray, GridFile
from app.grids.scan_lines import inside
from app.grids.tile_cells import transformer
from app.text import say

PERCENTILES = (2, 10, 25, 50, 75, 90, 98)
_MOST_CELLS = 1_000_000  # read for statistics; above it an overview is taken
_FINE = 10  # parts that the side of a cell is divided into at the rim of a polygon
_MOST_PARTS = 4_000_000
_STEP_DEG, _MOST_STEPS = 0.1, 50_000  # edges are straight in degrees, so bent in a grid
_EDGE_PLACES = 101

WGS84 = "OGC:CRS84"
Weights = npt.NDArray[np.float64]


def statistics_of(grid: Grid, datasets: Datasets) -> GridStatistics | None:
    """Return the numbers of the known cells of a grid; None for a drawing."""
    if grid.kind in ("map", "hillshade"):
        return None
    level = _level(grid.file, _MOST_CELLS)
    values = datasets.read(grid.file, grid.bands, level=level)[0]
    known = values[~np.isnan(values)].astype(np.float64)
    return summarise(known, None, total=float(values.size), exact=level == FULL)


def statistics_in(
    grid: Grid, datasets: Datasets, polygon: shapely.Geometry
) -> GridStatistics:
    """Return the numbers of the cells of a polygon, each by the part inside it.

    Parameters
    ----------
    grid : Grid
        Any but a drawing.
    datasets : Datasets
        Reads its file.
    polygon : shapely geometry
        Polygons, degrees, WGS 84; valid.

    Raises
    ------
    NotFoundError
        If the grid is a drawing.
    """
    if grid.kind in ("map", "hillshade"):
        raise NotFoundError(say("grid.no-numbers", name=grid.id))
    shape = _projected(grid.file, polygon)
    window = _window(grid.file, shape)
    if window is None:
        return summarise(np.empty(0), None, total=0.0, exact=True)
    level = FULL
    if window.width * window.height > _MOST_CELLS:
        level = _level(grid.file, _MOST_CELLS)
        window = None
    values = datasets.read(grid.file, grid.bands, window, level=level)[0]
    weights = _parts_inside(grid.file, shape, window, values.shape)
    known = ~np.isnan(values) & (weights > 0)
    return summarise(
        values[known].astype(np.float64),
        weights[known],
        total=float(weights.sum()),
        exact=level == FULL,
    )


def summarise(
    values: npt.NDArray[np.float64],
    weights: Weights | None,
    *,
    total: float,
    exact: bool,
) -> GridStatistics:
    """Summarise known values.

    Parameters
    ----------
    values : array of float64, shape (cells,)
        No NaN among them.
    weights : array of float64, shape (cells,), or None
        How much of each cell counts, above 0 to 1; None = all of it.
    total : float
        Cells that were looked at, known or not.
    exact : bool
        Whether every cell was.

    >>> summarise(np.array([1.0, 3.0]), np.array([0.75, 0.25]), total=2.0,
    ...           exact=True).mean
    1.5
    """
    whole = np.ones(len(values)) if weights is None else weights
    count = float(whole.sum())
    if not len(values):
        nothing: dict[str, float | None] = {str(mark): None for mark in PERCENTILES}
        return GridStatistics(
            cells=0.0,
            share_known=0.0,
            minimum=None,
            maximum=None,
            mean=None,
            percentiles=nothing,
            exact=exact,
        )
    if weights is None:
        marks = np.percentile(values, PERCENTILES)
    else:
        marks = np.percentile(
            values, PERCENTILES, weights=weights, method="inverted_cdf"
        )
    return GridStatistics(
        cells=_short(count),
        share_known=_short(count / total),
        minimum=_short(values.min()),
        maximum=_short(values.max()),
        mean=_short(np.average(values, weights=weights)),
        percentiles={
            str(mark): _short(value)
            for mark, value in zip(PERCENTILES, marks, strict=True)
        },
        exact=exact,
    )


def value_at(
    grid: Grid, datasets: Datasets, lon: float, lat: float, *, release: str
) -> GridPoint:
    """Return what the cell at a place holds, for a drawing the first of its bands."""
    x, y = transformer(WGS84, grid.file.crs).transform(lon, lat)
    value = math.nan
    state: Literal["known", "unknown", "outside"] = "outside"
    if math.isfinite(x) and math.isfinite(y):
        column, row = (math.floor(item) for item in ~grid.file.transform @ (x, y))
        tall, wide = grid.file.shape
        if 0 <= column < wide and 0 <= row < tall:
            window = Window(column, row, 1, 1)
            value = float(datasets.read(grid.file, grid.bands[:1], window)[0, 0, 0])
            state = "unknown" if math.isnan(value) else "known"
    known = state == "known"
    named = known and grid.classes
    return GridPoint(
        grid=grid.id,
        coordinates=[lon, lat],
        state=state,
        value=_short(value) if known else None,
        text=grid.classes[round(value)] if named else "",
        unit=grid.unit,
        release=release,
    )


def _level(file: GridFile, most: int) -> int:
    """Return the finest level with at most so many cells, or the coarsest."""
    sizes = [file.shape, *file.overviews]
    fitting = [n for n, (rows, columns) in enumerate(sizes) if rows * columns <= most]
    return (fitting[0] if fitting else len(sizes) - 1) + FULL


def _projected(file: GridFile, polygon: shapely.Geometry) -> shapely.Geometry:
    """Return the part of a polygon near a grid in its system, edges bent with it."""
    west, south, east, north = transformer(file.crs, WGS84).transform_bounds(
        *file.bounds, densify_pts=_EDGE_PLACES
    )
    near = shapely.intersection(
        polygon, shapely.box(west - 1, south - 1, east + 1, north + 1)
    )
    step = max(_STEP_DEG, shapely.length(near) / _MOST_STEPS)
    fine = shapely.segmentize(near, step)
    to_grid = transformer(WGS84, file.crs)
    return shapely.transform(fine, to_grid.transform, interleaved=False)


def _window(file: GridFile, shape: shapely.Geometry) -> Window | None:
    """Return the cells that a shape may touch; None when it lies outside."""
    bounds = shapely.bounds(shape)
    if not np.isfinite(bounds).all():
        return None
    west, south, east, north = bounds
    corners = [~file.transform @ (x, y) for x in (west, east) for y in (south, north)]
    columns, rows = zip(*corners, strict=True)
    tall, wide = file.shape
    first_column, last_column = (
        max(math.floor(min(columns)), 0),
        math.ceil(max(columns)),
    )
    first_row, last_row = max(math.floor(min(rows)), 0), math.ceil(max(rows))
    width = min(last_column, wide) - first_column
    height = min(last_row, tall) - first_row
    if width <= 0 or height <= 0:
        return None
    return Window(first_column, first_row, width, height)


def _parts_inside(
    file: GridFile,
    polygon: shapely.Geometry,
    window: Window | None,
    shape: tuple[int, int],
) -> Weights:
    """Return which part of each cell lies in a polygon, 0 to 1."""
    rows, columns = shape
    fine = max(min(_FINE, math.isqrt(_MOST_PARTS // (rows * columns))), 1)
    transform = file.transform
    if window is None:
        transform @= transform.scale(file.shape[1] / columns, file.shape[0] / rows)
    else:
        transform @= transform.translation(window.col_off, window.row_off)
    parts = inside(
        shapely.get_parts(polygon),
        (rows * fine, columns * fine),
        transform @ transform.scale(1 / fine),
    )
    found = parts.reshape(rows, fine, columns, fine).mean(axis=(1, 3))
    if not parts.any():  # it lies between all middles: its own cell is taken
        column, row = ~transform @ tuple(shapely.get_coordinates(polygon)[0])
        if 0 <= row < rows and 0 <= column < columns:
            found[int(row), int(column)] = 1.0
    return np.asarray(found)


def _short(value: float | FloatArray) -> float:
    """Write a number as single precision knows it: seven digits."""
    return float(f"{float(value):.7g}")
