"""Which pixels lie in polygons, by the lines that cross each row.

Without GDAL, whose way through rasterio changes the warnings of the whole process
and so is not for threads.
"""

import numpy as np
import numpy.typing as npt
import rasterio
import shapely

Polygons = npt.NDArray[np.object_]


def inside(
    polygons: Polygons, shape: tuple[int, int], transform: rasterio.Affine
) -> npt.NDArray[np.bool_]:
    """Return the pixels whose middle lies in an odd number of polygons.

    Parameters
    ----------
    polygons : array of shapely geometry
        Polygons, in the system of the transform; they may have holes.
    shape : tuple of int
        Rows and columns.
    transform : rasterio.Affine
        From (column, row) to coordinates, without rotation.

    Returns
    -------
    array of bool
        Polygons that do not overlap are told exactly.

    >>> square = np.array([shapely.box(0, 0, 2, 1)])
    >>> inside(square, (2, 3), rasterio.Affine(1, 0, 0, 0, -1, 2)).tolist()
    [[False, False, False], [True, True, False]]
    """
    rows, columns = shape
    rings = shapely.get_rings(polygons)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    # Counted in pixels, so that middles are whole numbers.
    x = (corners[:, 0] - transform.c) / transform.a - 0.5
    y = (corners[:, 1] - transform.f) / transform.e - 0.5
    joined = ring[:-1] == ring[1:]
    x0, x1, y0, y1 = (p[joined] for p in (x[:-1], x[1:], y[:-1], y[1:]))
    first = np.clip(np.ceil(np.minimum(y0, y1)), 0, rows).astype(np.intp)
    last = np.clip(np.ceil(np.maximum(y0, y1)), 0, rows).astype(np.intp)
    crossed = last - first
    edge = np.repeat(np.arange(len(crossed)), crossed)
    before = np.cumsum(crossed) - crossed
    row = first[edge] + np.arange(len(edge)) - before[edge]
    at = x0[edge] + (row - y0[edge]) * (x1 - x0)[edge] / (y1 - y0)[edge]
    column = np.clip(np.ceil(at), 0, columns).astype(np.intp)
    turns = np.bincount(row * (columns + 1) + column, minlength=rows * (columns + 1))
    odd = np.cumsum(turns.reshape(rows, columns + 1)[:, :columns], axis=1) & 1
    return np.asarray(odd, dtype=np.bool_)
