"""See that tables and geometries are bounded, finite, on the Earth and valid."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.projection import Geometries
from geodata.readers.quoting import listed

_PAST_THE_EDGE_DEG = 1e-6  # rounding of ±180 and ±90, about 10 cm
_POLYGON, _MULTIPOLYGON = 3, 6
_LAST_STRAIGHT_KIND = 7  # beyond are circular arcs and surfaces
_PAIRS_PER_SIDE = 10  # a side's box meets its own, its neighbours' and a few more
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRows:
    """What a format reader brings: columns and geometries as they stand in the file.

    Attributes
    ----------
    columns : DataFrame
        One row per geometry, in the order of the file.
    geometries : array of shapely geometry or None
        Two-dimensional, the eastward axis first.
    crs : pyproj.CRS
    """

    columns: pd.DataFrame
    geometries: Geometries
    crs: pyproj.CRS


@contextmanager
def within_memory(name: str) -> Iterator[None]:
    """Turn the end of memory, or of the stack, into an UnsafeFileError.

    Raises
    ------
    UnsafeFileError
        Naming the file.
    """
    try:
        yield
    except (MemoryError, RecursionError) as error:
        raise UnsafeFileError(
            f"{name} needs more memory than there is to be read. It is not used."
        ) from error


def require_rows(count: int, limits: Limits) -> None:
    """Raise UnsafeFileError if a table has more rows than we read."""
    if count > limits.rows:
        raise UnsafeFileError(
            f"The table has {count:,} rows; at most {limits.rows:,} are read. If the "
            "file is right, raise the limit."
        )


def require_values(rows: int, columns: int, limits: Limits) -> None:
    """Raise UnsafeFileError if a table has more rows or cells than we read."""
    require_rows(rows, limits)
    if rows * columns > limits.table_cells:
        raise UnsafeFileError(
            f"The table has {rows:,} rows of {columns:,} columns; at most "
            f"{limits.table_cells:,} cells are read. If the file is right, raise the "
            "limit."
        )


def require_vertices(count: int, limits: Limits) -> None:
    """Raise UnsafeFileError if all geometries have more vertices than we read."""
    if count > limits.vertices:
        raise UnsafeFileError(
            f"The geometries have {count:,} vertices; at most {limits.vertices:,} are "
            "read. If the file is right, raise the limit."
        )


def require_columns(table: pd.DataFrame, columns: Iterable[str], where: str) -> None:
    """Raise LayerFormatError, with what came, unless a table has these columns."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise LayerFormatError(
            f"{where} lacks the columns {missing}; expected them spelt exactly so. It "
            f"has: {listed(map(str, table.columns))}. Look at the file and "
            "correct the column map in the catalogue."
        )


def require_finite(positions: npt.NDArray[np.float64], rows: object) -> None:
    """Raise if a coordinate is NaN or infinite.

    Parameters
    ----------
    positions : array, shape (n, 2)
    rows : int or array of int, shape (n,)
        Index of the row each position belongs to.

    Raises
    ------
    UnsafeFileError
        Naming the first such row.
    """
    good = np.isfinite(positions).all(axis=1)
    if not good.all():
        first = int(np.argmin(good))
        row = int(np.broadcast_to(np.asarray(rows), good.shape)[first])
        x, y = positions[first]
        raise UnsafeFileError(
            f"Row {row + 1} has a coordinate that is not a finite number ({x}, {y}). "
            "The file is not used; look at it before anything else."
        )


def require_sound(geometries: Geometries, limits: Limits) -> None:
    """Check geometries as they stand in the file.

    Raises
    ------
    UnsafeFileError
        If a coordinate is not finite, or rings, lines or all of them together have
        more vertices than the limits allow.
    LayerFormatError
        If a geometry is of curved segments or a surface in space.
    """
    kinds = shapely.get_type_id(geometries)
    if (kinds > _LAST_STRAIGHT_KIND).any():
        row = int(np.argmax(kinds > _LAST_STRAIGHT_KIND))
        raise LayerFormatError(
            f"Row {row + 1} is a {geometries[row].geom_type}; expected points, lines "
            "and polygons of straight segments."
        )
    require_vertices(int(shapely.get_num_coordinates(geometries).sum()), limits)
    parts, rows = _simple_parts(geometries)
    longest = np.maximum(
        shapely.get_num_points(parts), 0
    )  # lines; the rings of polygons follow
    require_ring(int(longest.max(initial=0)), limits)
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == _POLYGON])
    require_ring(int(shapely.get_num_points(rings).max(initial=0)), limits)
    positions, index = shapely.get_coordinates(parts, return_index=True)
    require_finite(positions, rows[index])


def require_ring(vertices: int, limits: Limits) -> None:
    """Raise UnsafeFileError if a ring or a line has too many vertices."""
    if vertices > limits.ring_vertices:
        raise UnsafeFileError(
            f"A ring or line has {vertices:,} vertices; at most "
            f"{limits.ring_vertices:,} are read. If the file is right, raise the "
            "limit."
        )


def on_the_earth(geometries: Geometries) -> Geometries:
    """Return geometries in degrees, none beyond ±180 and ±90.

    Raises
    ------
    LayerFormatError
        Naming the first position off the Earth: wrong reference system, or
        latitude before longitude.
    """
    positions, rows = shapely.get_coordinates(geometries, return_index=True)
    edges = np.array([180.0, 90.0])
    beyond = np.abs(positions) - edges
    lost = ~(beyond <= _PAST_THE_EDGE_DEG).all(axis=1)
    if lost.any():
        first = int(np.argmax(lost))
        x, y = positions[first]
        raise LayerFormatError(
            f"Row {int(rows[first]) + 1} lies at longitude {x:g}, latitude {y:g}: not "
            "on the Earth. Expected a file whose coordinates fit the reference system "
            "it names, longitude first."
        )
    if (beyond > 0.0).any():
        return np.asarray(
            shapely.transform(geometries, lambda xy: np.clip(xy, -edges, edges))
        )
    return geometries


def repaired(geometries: Geometries, limits: Limits) -> tuple[Geometries, int]:
    """Return geometries with every polygon valid, and how many had to be repaired.

    Parameters
    ----------
    geometries : array of shapely geometry or None
        Lines and points pass unchanged.
    limits : Limits
        ``crossings`` bounds the work.

    Returns
    -------
    array of shapely geometry or None
        A polygon that encloses nothing becomes None.
    int
        Number of polygons that were not valid.

    Raises
    ------
    UnsafeFileError
        If the invalid polygons cross themselves so often that repairing them would
        take the machine down: GEOS makes new corners of every crossing.
    """
    kinds = shapely.get_type_id(geometries)
    faulty = np.isin(kinds, (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_valid(geometries)
    if not faulty.any():
        return geometries, 0
    pairs = 0
    for row in np.flatnonzero(faulty):
        pairs += _meeting_sides(geometries[row], limits.crossings - pairs)
        if pairs > limits.crossings:
            raise UnsafeFileError(
                f"The polygon of row {int(row) + 1} crosses itself (or those before it "
                f"do) more than about {limits.crossings:,} times; such polygons are "
                "not repaired. Look at the file before anything else."
            )
    result = geometries.copy()
    result[faulty] = shapely.make_valid(
        geometries[faulty], method="structure", keep_collapsed=False
    )
    result[shapely.is_empty(result)] = None
    return result, int(faulty.sum())


def _simple_parts(
    geometries: Geometries,
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Take collections apart; one more round for multi-parts inside collections."""
    parts, rows = shapely.get_parts(geometries, return_index=True)
    parts, again = shapely.get_parts(parts, return_index=True)
    return parts, rows[again]


def _meeting_sides(geometry: shapely.Geometry, most: int) -> int:
    """Count pairs of sides whose boxes meet, beyond what any polygon has."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[1:] == ring[:-1]
    sides = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[within])
    tree = shapely.STRtree(sides)
    # GEOS ends the process when memory runs out among its pairs, so sides are asked
    # for in groups that cannot have many.
    group = np.cumsum(_most_meeting(shapely.bounds(sides))) // _PAIRS_AT_ONCE
    edges = np.flatnonzero(np.diff(group, prepend=-1, append=np.inf))
    pairs = -_PAIRS_PER_SIDE * len(sides)
    for start, end in pairwise(edges.tolist()):
        pairs += tree.query(sides[start:end]).shape[1]
        if pairs > most:
            break
    return max(0, pairs)


def _most_meeting(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return of each box how many others it meets at most: along one axis alone."""
    counts = [
        np.searchsorted(np.sort(low), high, side="right")
        - np.searchsorted(np.sort(high), low, side="left")
        for low, high in ((boxes[:, 0], boxes[:, 2]), (boxes[:, 1], boxes[:, 3]))
    ]
    most: npt.NDArray[np.int64] = np.minimum(*counts)
    return most
