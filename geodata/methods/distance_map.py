"""Distance of every cell of a projected grid to the nearest cell that is marked.

For lines and points in longitude and latitude, where no grid is needed, see
:mod:`geodata.evidence.proximity`.
"""

import edt
import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray

EVERY_CORE = 0


def distance_map(mask: npt.NDArray[np.bool_], *, cell_m: float) -> FloatArray:
    """Measure the exact distance from each cell to the nearest marked one.

    Parameters
    ----------
    mask : array of bool, shape (rows, columns)
        True where the thing is that distances are wanted to.
    cell_m : float
        Side of a cell, metres, positive.

    Returns
    -------
    array of float32, shape (rows, columns)
        Distance between cell centres, metres; 0 in marked cells; NaN everywhere when
        no cell is marked, because then nothing is known of the nearest.

    Raises
    ------
    ValueError
        If the mask is not a map of bool, or the cell size not positive and finite.

    Notes
    -----
    The Euclidean distance is exact to the rounding of float32, unlike that of GDAL's
    proximity, which propagates a nearest cell and errs by up to a quarter of a cell.
    It is as true as the projection: on a grid that spans a continent straight lines
    on the map are not the shortest on the ground.

    References
    ----------
    Felzenszwalb, P. F., and Huttenlocher, D. P. (2012). Distance transforms of sampled
    functions. Theory of Computing 8, 415–428.

    Examples
    --------
    >>> mask = np.array([[True, False, False], [False, False, False]])
    >>> distance_map(mask, cell_m=100.0).round().tolist()
    [[0.0, 100.0, 200.0], [100.0, 141.0, 224.0]]
    """
    if mask.ndim != 2 or mask.dtype != np.bool_:
        raise ValueError(
            f"A distance map needs a mask of bool with rows and columns; got "
            f"{mask.dtype} of shape {mask.shape}."
        )
    if not (np.isfinite(cell_m) and cell_m > 0.0):
        raise ValueError(f"The cell size must be positive, in metres; got {cell_m}.")
    if not mask.any():
        return np.full(mask.shape, np.nan, dtype=np.float32)
    distance = np.asarray(edt.edt(~mask, black_border=False, parallel=EVERY_CORE))
    distance *= np.float32(cell_m)  # in place: maps are large
    return distance
