"""Blocks on the map, dealt whole to folds, so that neighbours stay together."""

import numpy as np
import numpy.typing as npt

from geodata.raster import KM_PER_DEGREE, DegreeArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


def ground_blocks(
    lon: DegreeArray,
    lat: DegreeArray,
    *,
    block_km: float,
    shift: tuple[float, float] = (0.0, 0.0),
) -> IntArray:
    """Give places a block of about one size on the ground.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84; longitudes may pass 180.
    block_km : float
        Side of a block, kilometres; positive.
    shift : two floats
        East and north, in blocks, 0 to below 1.

    Returns
    -------
    array of int64, shape (places,)
        One number per block, the same in every call with the same block and shift.

    Notes
    -----
    Bands of latitude ``block_km`` high, each cut into the whole number of blocks whose
    width in the middle of the band comes nearest to ``block_km``, so no block is cut
    by the date line.

    >>> lon, lat = np.array([-10.0, 350.0, 10.0]), np.array([60.0, 60.0, 60.0])
    >>> blocks = ground_blocks(lon, lat, block_km=300)
    >>> (blocks == blocks[0]).tolist()
    [True, True, False]
    """
    _check(lon, lat, block_km, shift)
    height = block_km / KM_PER_DEGREE
    row = np.floor((lat + 90) / height - shift[1])
    middle = np.clip((row + shift[1] + 0.5) * height - 90, -90, 90)
    around = np.maximum(np.rint(360 * np.cos(np.radians(middle)) / height), 1)
    column = np.floor(np.mod(lon, 360) / 360 * around - shift[0]) % around
    return _number(row, column, 360 / height)


def degree_blocks(
    lon: DegreeArray,
    lat: DegreeArray,
    *,
    block_deg: float,
    shift: tuple[float, float] = (0.0, 0.0),
) -> IntArray:
    """Give places a block of equal degrees, to compare with trials that used them.

    Their width shrinks towards the poles; prefer :func:`ground_blocks`.

    Parameters
    ----------
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84; longitudes may pass 180.
    block_deg : float
        Side of a block, degrees; positive.  Where it does not divide 360, the last
        block of a band is narrower.
    shift : two floats
        East and north, in blocks, 0 to below 1.

    Returns
    -------
    array of int64, shape (places,)
        One number per block, the same in every call with the same block and shift.

    >>> lat = np.array([50.0, 50.0, 50.0])
    >>> blocks = degree_blocks(np.array([61.0, 74.0, 76.0]), lat, block_deg=15)
    >>> (blocks == blocks[0]).tolist()
    [True, True, False]
    """
    _check(lon, lat, block_deg, shift)
    row = np.floor((lat + 90) / block_deg - shift[1])
    around = 360 / block_deg
    column = np.floor(np.mod(np.mod(lon, 360) / block_deg - shift[0], around))
    return _number(row, column % np.ceil(around), around)


def block_folds(
    blocks: npt.NDArray[np.int64],
    *,
    folds: int,
    seed: int,
    positives: BoolArray | None = None,
) -> IntArray:
    """Deal whole blocks to folds so that each gets its share of positives.

    Parameters
    ----------
    blocks : array of int64, shape (places,)
        From :func:`ground_blocks` or :func:`degree_blocks`.
    folds : int
        At least 2.
    seed : int
        Order of blocks that hold equally many; the same seed gives the same folds.
    positives : array of bool, shape (places,), optional
        What is balanced; without it, all places.

    Returns
    -------
    array of int64, shape (places,)
        Fold of each place, 0 to ``folds - 1``; give it to
        :func:`geodata.scoring.validation.folds.groups_out`.

    Raises
    ------
    ValueError
        If fewer blocks hold positives than there are folds: some fold would test
        nothing, or some model would learn from no positive.

    Notes
    -----
    The block with the most positives goes first, each to the fold that has fewest
    positives so far, then fewest places; blocks without any go where fewest places
    are.

    >>> block_folds(np.array([5, 5, 8, 9]), folds=2, seed=1).tolist() in (
    ...     [0, 0, 1, 1], [1, 1, 0, 0])
    True
    """
    counted = np.ones(len(blocks), np.bool_) if positives is None else positives
    _, row = np.unique(blocks, return_inverse=True)
    places, held = np.bincount(row), np.bincount(row, weights=counted)
    if folds < 2 or np.count_nonzero(held) < folds:
        raise ValueError(
            f"{folds} folds need at least 2 and as many blocks with positives; there "
            f"are {np.count_nonzero(held)}.  Use fewer folds or smaller blocks."
        )
    chance = np.random.default_rng(seed).permutation(len(held))
    fold_of, load = np.empty(len(held), np.int64), np.zeros((folds, 2))
    for block in np.lexsort((chance, -places, -held)):
        wanted = (1.0, 0.0) if held[block] else (0.0, 1.0)
        fold = min(range(folds), key=lambda n: (load[n] @ wanted, load[n][1]))
        fold_of[block] = fold
        load[fold] += held[block], places[block]
    return fold_of[row]


def _number(row: DegreeArray, column: DegreeArray, columns: float) -> IntArray:
    """Make one number of band and block in it."""
    number = (row + 1) * (np.ceil(columns) + 1) + column
    return np.asarray(number, dtype=np.int64)


def _check(
    lon: DegreeArray, lat: DegreeArray, block: float, shift: tuple[float, float]
) -> None:
    require_places(lon, lat)
    if not (block > 0 and all(0 <= part < 1 for part in shift)):
        raise ValueError(
            "A block has a size above 0 and is shifted by 0 to less than 1 block; got "
            f"{block} and {shift}."
        )


def require_places(lon: DegreeArray, lat: DegreeArray) -> None:
    """Refuse places that are not on the Earth.

    Raises
    ------
    ValueError
        If longitude and latitude are not rows of one length, not finite, or a latitude
        is beyond the poles.
    """
    if lon.ndim != 1 or lon.shape != lat.shape or not np.isfinite([lon, lat]).all():
        raise ValueError("Need a finite longitude and latitude for every place.")
    if np.any(np.abs(lat) > 90):
        raise ValueError("A latitude is beyond 90 degrees; are lon and lat swapped?")
