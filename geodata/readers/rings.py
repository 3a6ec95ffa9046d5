"""Put parts together: points to lines, rings to polygons, holes into their shells."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.projection import Geometries

_SHORTEST_LINE = 2
_SHORTEST_RING = 4  # positions, the first repeated at the end
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Lines or rings of many rows, one after another.

    Attributes
    ----------
    positions : array, shape (n, 2)
        All vertices, finite.
    sizes : array of int, shape (m,)
        Vertices of each part; they add up to n.
    rows : array of int, shape (m,)
        The row of each part, ascending.
    """

    positions: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def at_least(self, size: int) -> "Parts":
        """Return the parts that have so many vertices."""
        long = self.sizes >= size
        if long.all():
            return self
        return Parts(
            positions=self.positions[np.repeat(long, self.sizes)],
            sizes=self.sizes[long],
            rows=self.rows[long],
        )

    @property
    def indices(self) -> npt.NDArray[np.intp]:
        """Number of the part of each vertex."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def multipoints(geometries: Geometries, parts: Parts, limits: Limits) -> None:  # noqa: ARG001 (one signature for three functions)
    """Fill rows with multipoints; a row without points stays as it is."""
    parts = parts.at_least(1)
    points = shapely.points(parts.positions)
    shapely.multipoints(
        points, indices=np.repeat(parts.rows, parts.sizes), out=geometries
    )


def lines(geometries: Geometries, parts: Parts, limits: Limits) -> None:  # noqa: ARG001 (one signature for three functions)
    """Fill rows with lines or multilines; a part of one point is left out."""
    parts = parts.at_least(_SHORTEST_LINE)
    pieces = shapely.linestrings(parts.positions, indices=parts.indices)
    for row, first, last in _runs(parts.rows):
        several = last - first > 1
        geometries[row] = (
            shapely.multilinestrings(pieces[first:last]) if several else pieces[first]
        )


def polygons(geometries: Geometries, parts: Parts, limits: Limits) -> None:
    """Fill rows with polygons or multipolygons.

    Clockwise rings are shells, the others holes of the smallest shell around them;
    a hole that lies in no shell is one itself.  Rings of less than three corners
    are left out.
    """
    parts = parts.at_least(_SHORTEST_RING)
    rings = shapely.linearrings(parts.positions, indices=parts.indices)
    holes = shapely.is_ccw(rings)
    plates = shapely.polygons(rings)
    geometries[parts.rows] = plates  # right where a row has one ring; else replaced
    budget = limits.crossings
    for row, first, last in _runs(parts.rows):
        if last - first == 1:
            continue
        inner = holes[first:last]
        shells = rings[first:last][~inner]
        if not inner.any() or inner.all():
            geometries[row] = _joined(plates[first:last])
        else:
            geometries[row], used = _nested(shells, rings[first:last][inner], budget)
            budget -= used


def _runs(rows: npt.NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return (row, first, last + 1) of each run of equal rows."""
    if not len(rows):
        return []
    edges = np.flatnonzero(np.diff(rows, prepend=-1, append=-1)).tolist()
    return [(int(rows[first]), first, last) for first, last in pairwise(edges)]


def _nested(
    shells: Geometries, holes: Geometries, budget: int
) -> tuple[shapely.Geometry, int]:
    """Give every hole to the smallest shell around its first corner."""
    plates = shapely.polygons(shells)
    areas = shapely.area(plates)
    tree = shapely.STRtree(plates)
    corners = shapely.get_point(holes, 0)
    owner = np.full(len(holes), -1)
    used = 0
    batch = max(1, _PAIRS_AT_ONCE // len(shells))
    for start in range(0, len(holes), batch):
        hole, shell = tree.query(corners[start : start + batch], predicate="intersects")
        used += len(hole)
        if used > budget + len(holes):
            raise UnsafeFileError(
                "A polygon nests its rings more deeply than we follow. The file is not "
                "used; look at it before anything else."
            )
        order = np.argsort(-areas[shell], kind="stable")  # the smallest is last
        owner[start + hole[order]] = shell[order]
    by_shell: list[list[shapely.Geometry]] = [[] for _ in shells]
    for number, plate in enumerate(owner):
        if plate >= 0:
            by_shell[plate].append(holes[number])
    whole = [
        shapely.Polygon(shell, inside)
        for shell, inside in zip(shells, by_shell, strict=True)
    ]
    alone = shapely.polygons(holes[owner < 0])
    return _joined(np.array([*whole, *alone], dtype=object)), used


def _joined(whole: Geometries) -> shapely.Geometry:
    return whole[0] if len(whole) == 1 else shapely.MultiPolygon(list(whole))
