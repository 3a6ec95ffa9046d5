"""Lines where two areas of a partition of the ground meet, and what lies beside.

Neighbours of a public map seldom share their border vertex by vertex: one has a
long straight edge where the other has a corner in the middle of it.  Both edges
are therefore noded on a fine grid before they are compared; an exact comparison
loses such stretches (in Kazakhstan 3 % of the borders of the provinces).
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.layers.storage.table_file import CRS

TOUCH_DEG = 0.005
"""Neighbours that share no line but are nearer than this (about 0.5 km) meet all the
same: the source left a sliver between them, or laid one over the other.  The terranes
tile the ground exactly, and none of them needs it."""

_GRID_DEG = 1e-6  # about 0.1 m: far below any map, far above rounding
_BAND_DEG = 1e-5
_SHORTEST_DEG = 0.03  # nearness over less, about 3 km, is a corner, not a border
_SIDE_STEP_DEG = 1e-4

Border = tuple[int, int, shapely.LineString]
"""Position of the area on the left, of that on the right, and the line."""


def borders_between(
    shapes: Sequence[BaseGeometry], *, clip: BaseGeometry | None = None
) -> Iterator[Border]:
    """Yield every line where two areas meet.

    Parameters
    ----------
    shapes : sequence of polygons
        Longitude and latitude, degrees; valid.  The outer edge of all together is
        no border.
    clip : shapely geometry or None
        Only the part inside it; its own edge is no border.

    Yields
    ------
    (left, right, line)
        Positions of the areas on either side when walking along the line.
    """
    areas = np.asarray(shapes, dtype=object)
    pairs = _neighbours(areas)
    edges = shapely.boundary(areas)
    shared = [
        _lines_only(line)
        for line in shapely.intersection(
            edges[pairs[:, 0]], edges[pairs[:, 1]], grid_size=_GRID_DEG
        )
    ]
    open_edges = _open_edges(edges, pairs, shared)
    for (one, other), line in zip(pairs, shared, strict=True):
        for border in chain(
            shapely.get_parts(line), _sliver(open_edges[one], areas[other])
        ):
            yield from _sided(int(one), int(other), border, areas, clip)


def boundary_table(
    shapes: Sequence[BaseGeometry],
    names: Sequence[str],
    *,
    clip: BaseGeometry | None = None,
) -> tuple[geopandas.GeoDataFrame, list[tuple[int, int]]]:
    """Return the lines where areas of different name meet, as a sorted table.

    Returns
    -------
    table : GeoDataFrame
        EPSG:4326; ``left``, ``right`` (names) and ``name`` ("Left | Right").
    sides : list of (left, right)
        Positions of the two areas of each row.
    """
    rows = sorted(
        (
            (names[left], names[right], line, (left, right))
            for left, right, line in borders_between(shapes, clip=clip)
            if names[left] != names[right]
        ),
        key=lambda row: (row[0], row[1], row[2].bounds),
    )
    table = geopandas.GeoDataFrame(
        {
            "left": [left for left, _, _, _ in rows],
            "right": [right for _, right, _, _ in rows],
            "name": [f"{left} | {right}" for left, right, _, _ in rows],
        },
        geometry=[line for _, _, line, _ in rows],
        crs=CRS,
    )
    return table, [sides for _, _, _, sides in rows]


def _neighbours(areas: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    tree = shapely.STRtree(areas)
    found = tree.query(areas, predicate="dwithin", distance=TOUCH_DEG).T
    pairs = found[found[:, 0] < found[:, 1]]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def _open_edges(
    edges: npt.NDArray[np.object_],
    pairs: npt.NDArray[np.int64],
    shared: list[shapely.MultiLineString],
) -> list[BaseGeometry]:
    """Return the part of each area's edge that no neighbour shares."""
    met: list[list[BaseGeometry]] = [[] for _ in edges]
    for (one, other), line in zip(pairs, shared, strict=True):
        met[one].append(line)
        met[other].append(line)
    return [
        # A line minus itself leaves shreds where noding moved it; a thin band does not.
        shapely.difference(
            edge, shapely.buffer(shapely.union_all(lines), _BAND_DEG, quad_segs=1)
        )
        for edge, lines in zip(edges, met, strict=True)
    ]


def _sliver(edge: BaseGeometry, area: BaseGeometry) -> list[shapely.LineString]:
    """Return the stretches of an unshared edge that run beside an area."""
    if edge.is_empty or shapely.distance(edge, area) > TOUCH_DEG:
        return []
    beside = _lines_only(shapely.intersection(edge, shapely.buffer(area, TOUCH_DEG)))
    parts = shapely.get_parts(shapely.line_merge(beside))
    return [part for part in parts if part.length >= _SHORTEST_DEG]


def _sided(
    one: int,
    other: int,
    border: shapely.LineString,
    areas: npt.NDArray[np.object_],
    clip: BaseGeometry | None,
) -> Iterator[Border]:
    inside = border if clip is None else shapely.intersection(border, clip)
    for line in shapely.get_parts(_lines_only(inside)):
        if shapely.contains(areas[one], _left_of_middle(line)):
            yield one, other, line
        else:
            yield other, one, line


def _lines_only(geometry: BaseGeometry) -> BaseGeometry:
    """Return the lines of a geometry, end joined to end."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    lines = [part for part in parts if part.geom_type == "LineString" and part.length]
    return shapely.line_merge(shapely.MultiLineString(lines))


def _left_of_middle(line: shapely.LineString) -> shapely.Point:
    """Return a point a little to the left of the middle of a line."""
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    behind = shapely.line_interpolate_point(
        line, line.length / 2 - min(_SIDE_STEP_DEG, line.length / 4)
    )
    east, north = middle.x - behind.x, middle.y - behind.y
    length = (east**2 + north**2) ** 0.5
    return shapely.Point(
        middle.x - _SIDE_STEP_DEG * north / length,
        middle.y + _SIDE_STEP_DEG * east / length,
    )
