"""Geometries as the drawing commands of a vector tile, whole arrays at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from app.geojson import Geometries
from app.vector_tiles.varints import Numbers, zigzag

EXTENT = 4096
"""Units of a tile's side."""

_MOVE, _LINE, _CLOSE = 1, 2, 15
_POINTS, _LINES, _AREAS = 1, 2, 3
_KINDS = {0: _POINTS, 1: _LINES, 3: _AREAS}  # by shapely's numbers of single types

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Raster:
    """Where the units of a tile lie in the plane.

    Attributes
    ----------
    side : float
        Units across the whole world.
    left, top : int
        The tile's corner, units.
    """

    side: float
    left: int
    top: int

    def units(self, geometry: Geometries) -> Numbers:
        """Return the corners of geometries in whole units of the tile."""
        places = shapely.get_coordinates(geometry) * self.side
        return np.asarray(np.rint(places - (self.left, self.top)), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Drawing commands of some features.

    Attributes
    ----------
    kind : int
        1 points, 2 lines, 3 areas.
    features : array of int64, shape (n,)
        Those that can be drawn, ascending; what is too small is left out.
    commands : array of int64
        Commands of all of them.
    starts : array of int64, shape (n + 1,)
        Where the commands of each begin, and the end.
    """

    kind: int
    features: Numbers
    commands: Numbers
    starts: Numbers


@dataclass(frozen=True, slots=True)
class _Strokes:
    """Points, lines or rings as runs of corners in whole units.

    ``owner`` names the feature of each run, ``sizes`` how many corners it has.
    """

    corners: Numbers
    owner: Numbers
    sizes: Numbers

    def chosen(self, keep: Marks) -> "_Strokes":
        return _Strokes(
            self.corners[np.repeat(keep, self.sizes)],
            self.owner[keep],
            self.sizes[keep],
        )


def draw(geometry: Geometries, raster: Raster) -> Drawn:
    """Turn geometries into commands.

    Parameters
    ----------
    geometry : array of shapely geometries
        Of one dimension, x to the right and y down.
    raster : Raster
        The units to write them in.
    """
    parts, owner = shapely.get_parts(geometry, return_index=True)
    dimension = int(shapely.get_dimensions(geometry).max(initial=0))
    whole = shapely.get_dimensions(parts) == dimension  # clipping leaves crumbs
    parts, owner = parts[whole], owner[whole]
    if dimension == 2:
        strokes, kind = _rings(parts, owner, raster), _AREAS
    elif dimension == 1:
        strokes, kind = _without_repeats(_runs(parts, owner, raster)), _LINES
        strokes = strokes.chosen(strokes.sizes > 1)
    else:
        strokes, kind = _bunches(parts, owner, raster), _POINTS
    commands, ends = _commands(strokes, kind)
    features, firsts = np.unique(strokes.owner, return_index=True)
    starts = np.append(ends[firsts], ends[-1])
    return Drawn(kind, features.astype(np.int64), commands, starts)


def _runs(lines: Geometries, owner: Numbers, raster: Raster) -> _Strokes:
    sizes = shapely.get_num_coordinates(lines).astype(np.int64)
    return _Strokes(raster.units(lines), owner, sizes)


def _bunches(points: Geometries, owner: Numbers, raster: Raster) -> _Strokes:
    owners, sizes = np.unique(owner, return_counts=True)
    return _Strokes(raster.units(points), owners, sizes.astype(np.int64))


def _rings(areas: Geometries, owner: Numbers, raster: Raster) -> _Strokes:
    """Return outlines and holes; drop what has no area in whole units."""
    rings, part = shapely.get_rings(shapely.orient_polygons(areas), return_index=True)
    outer = np.diff(part, prepend=-1) != 0
    strokes = _without_repeats(_opened(_runs(rings, part, raster)))
    twice = _twice_areas(strokes)
    keep = (strokes.sizes > 2) & np.where(outer, twice > 0, twice < 0)
    drawn = np.zeros(len(areas), dtype=np.bool_)
    drawn[part[outer & keep]] = True
    kept = strokes.chosen(keep & drawn[part])
    return _Strokes(kept.corners, owner[kept.owner], kept.sizes)


def _opened(rings: _Strokes) -> _Strokes:
    """Leave out the last corner of each ring, which is the first again."""
    keep = np.ones(len(rings.corners), dtype=np.bool_)
    keep[np.cumsum(rings.sizes) - 1] = False
    return _Strokes(rings.corners[keep], rings.owner, rings.sizes - 1)


def _without_repeats(strokes: _Strokes) -> _Strokes:
    """Leave out corners that fall on the one before."""
    if not len(strokes.corners):
        return strokes
    keep = np.ones(len(strokes.corners), dtype=np.bool_)
    keep[1:] = (np.diff(strokes.corners, axis=0) != 0).any(axis=1)
    firsts = np.cumsum(strokes.sizes) - strokes.sizes
    keep[firsts] = True
    sizes = np.add.reduceat(keep.astype(np.int64), firsts)
    return _Strokes(strokes.corners[keep], strokes.owner, sizes)


def _twice_areas(strokes: _Strokes) -> Numbers:
    """Return twice the signed area of each run, as a ring; positive = an outline."""
    if not len(strokes.sizes):
        return np.zeros(0, dtype=np.int64)
    firsts = np.cumsum(strokes.sizes) - strokes.sizes
    following = np.roll(strokes.corners, -1, axis=0)
    following[firsts + strokes.sizes - 1] = strokes.corners[firsts]
    (x, y), (nx, ny) = strokes.corners.T, following.T
    return np.asarray(np.add.reduceat(x * ny - nx * y, firsts))


def _commands(strokes: _Strokes, kind: int) -> tuple[Numbers, Numbers]:
    """Write commands; return them and where those of each run begin, and the end."""
    sizes, corners = strokes.sizes, strokes.corners
    extra = {_POINTS: 1, _LINES: 2, _AREAS: 3}[kind]
    ends = np.concatenate([[0], np.cumsum(2 * sizes + extra)])
    out = np.zeros(ends[-1], dtype=np.int64)
    if not len(sizes):
        return out, ends
    starts = ends[:-1]
    run = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(corners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = starts[run] + 1 + 2 * within
    if kind == _POINTS:
        out[starts] = sizes << 3 | _MOVE
    else:
        at += within > 0  # behind the command that begins the line
        out[starts] = 1 << 3 | _MOVE
        out[starts + 3] = (sizes - 1) << 3 | _LINE
    if kind == _AREAS:
        out[ends[1:] - 1] = _CLOSE
    steps = np.diff(corners, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    new = np.diff(strokes.owner[run], prepend=-1) != 0
    steps[new] = corners[new]  # each feature begins at the corner of the tile
    out[at], out[at + 1] = zigzag(steps[:, 0]), zigzag(steps[:, 1])
    return out, ends
