"""How much of each cell of a grid lies in a polygon, exactly, and its area on Earth."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.raster.grid import DegreeArray, Grid

_POLYGON = 3  # type id of shapely
_E2 = 0.00669437999014  # first eccentricity of WGS 84, squared
_SEMI_MINOR_KM = 6356.752314245
_GAUSS = np.polynomial.legendre.leggauss(8)
"""Nodes and weights of a mean over an edge; exact to 1e-9 over 30 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellShares:
    """A block of cells, and how much of each lies in a polygon.

    Attributes
    ----------
    row, column : int
        Of its first cell in the grid.
    share : array of float64, shape (rows, columns)
        0 to 1; both counts may be 0.
    """

    row: int
    column: int
    share: npt.NDArray[np.float64]

    @property
    def slices(self) -> tuple[slice, slice]:
        """Where the block lies in an array of the shape of the grid."""
        rows, columns = self.share.shape
        return (
            slice(self.row, self.row + rows),
            slice(self.column, self.column + columns),
        )


def cell_shares(place: shapely.Geometry, grid: Grid) -> CellShares:
    """Say which share of each cell of a grid lies in polygons.

    Parameters
    ----------
    place : shapely geometry
        Valid, in the projection of the grid (:func:`geodata.raster.to_equal_area`); its
        polygons count.
    grid : Grid
        The grid; what lies outside it is left out.

    Notes
    -----
    Edges are cut where they cross lines of the grid.  A piece that runs from y0 to y1
    through one cell, on average at x from its western side, bounds (y1 - y0) (1 - x) of
    that cell and (y1 - y0) of every cell east of it; the signed sum over all pieces is
    the share.  Outer rings run one way round, holes the other.  So shares of parts add
    up to those of the whole.
    """
    start, end = _edges(place)
    start, end = _in_cells(start, grid), _in_cells(end, grid)
    corners = np.concatenate((start, end))
    if not len(corners):
        return CellShares(row=0, column=0, share=np.zeros((0, 0)))
    west, north = np.clip(np.floor(corners.min(axis=0)), 0, grid.shape[::-1])
    east, south = np.clip(np.ceil(corners.max(axis=0)), 0, grid.shape[::-1])
    columns, rows = int(east - west), int(south - north)
    origin = np.array((west, north))
    found = _accumulate(start - origin, end - origin, rows, columns)
    return CellShares(row=int(north), column=int(west), share=found)


def _edges(place: shapely.Geometry) -> tuple[DegreeArray, DegreeArray]:
    """Return starts and ends of all edges, outer rings clockwise, shape (edges, 2)."""
    parts = shapely.get_parts(shapely.get_parts(np.array([place])))
    polygons = parts[shapely.get_type_id(parts) == _POLYGON]
    rings = shapely.get_rings(shapely.orient_polygons(polygons, exterior_cw=True))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    return corners[:-1][inner], corners[1:][inner]


def _in_cells(places: DegreeArray, grid: Grid) -> DegreeArray:
    """Turn metres into columns and rows, counted from the corner of the grid."""
    x = (places[:, 0] - grid.west_m) / grid.cell_m
    y = (grid.north_m - places[:, 1]) / grid.cell_m
    return np.column_stack((x, y))


def _accumulate(
    start: DegreeArray, end: DegreeArray, rows: int, columns: int
) -> npt.NDArray[np.float64]:
    """Sum up what every edge bounds of every cell."""
    edge, along = _cuts(start, end)
    at = start[edge] + along[:, np.newaxis] * (end - start)[edge]
    piece = edge[1:] == edge[:-1]
    first, last = at[:-1][piece], at[1:][piece]
    middle = (first + last) / 2
    row = np.floor(middle[:, 1]).astype(np.intp)
    column = np.clip(np.floor(middle[:, 0]), -1, columns).astype(np.intp)
    fall = last[:, 1] - first[:, 1]
    held = (row >= 0) & (row < rows) & (column < columns) & (fall != 0)
    row, column, fall = row[held], column[held], fall[held]
    inner = np.where(column < 0, 0.0, middle[held, 0] - column)
    column = np.maximum(column, 0)
    found = np.zeros((rows, columns + 1))
    np.add.at(found, (row, column), fall * (1 - inner))
    np.add.at(found, (row, column + 1), fall * inner)
    return np.clip(-np.cumsum(found, axis=1)[:, :columns], 0, 1)


def _cuts(
    start: DegreeArray, end: DegreeArray
) -> tuple[npt.NDArray[np.intp], DegreeArray]:
    """Return where edges begin, cross lines of the grid and end, in order, 0 to 1."""
    count = len(start)
    edges, along = [np.arange(count)] * 2, [np.zeros(count), np.ones(count)]
    for axis in (0, 1):
        low = np.minimum(start[:, axis], end[:, axis])
        high = np.maximum(start[:, axis], end[:, axis])
        first = np.floor(low) + 1
        lines = np.maximum(np.ceil(high) - first, 0).astype(np.intp)
        edge = np.repeat(np.arange(count), lines)
        begun = np.repeat(np.cumsum(lines) - lines, lines)
        line = first[edge] + np.arange(len(edge)) - begun
        length = (end - start)[edge, axis]
        edges.append(edge)
        along.append((line - start[edge, axis]) / length)
    every, cut = np.concatenate(edges), np.concatenate(along)
    order = np.lexsort((cut, every))
    return every[order], cut[order]


def area_km2(places: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the area of polygons on the ellipsoid of WGS 84.

    Parameters
    ----------
    places : array of shapely geometry, shape (places,)
        Valid; longitude and latitude, degrees; edges are straight in those.

    Returns
    -------
    array of float64, shape (places,)
        Square kilometres; 0 for what is no polygon.

    Notes
    -----
    The area south of an edge, down to the equator, is Δλ times the mean over the edge
    of S(φ) = b²/2 (sin φ / (1 - e² sin² φ) + artanh(e sin φ) / e).

    >>> round(float(area_km2(np.array([shapely.box(70, 45, 71, 46)]))[0]), 1)
    8686.5
    """
    parts, owner = shapely.get_parts(places, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    polygons = shapely.get_type_id(parts) == _POLYGON
    parts, owner = (
        shapely.orient_polygons(parts[polygons], exterior_cw=True),
        owner[polygons],
    )
    rings, polygon = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[1:] == ring[:-1]
    start, end = corners[:-1][within], corners[1:][within]
    nodes, weights = _GAUSS
    middle, half = (start[:, 1] + end[:, 1]) / 2, (end[:, 1] - start[:, 1]) / 2
    lat = middle[:, np.newaxis] + half[:, np.newaxis] * nodes
    south = _south_of(lat) @ weights / 2 * np.radians(end[:, 0] - start[:, 0])
    own = owner[polygon[ring[:-1][within]]]
    found = np.bincount(own, weights=south, minlength=len(places))
    return found.astype(np.float64)


def _south_of(lat: DegreeArray) -> DegreeArray:
    """Area between the equator and a latitude, km² a radian of longitude."""
    sine, e = np.sin(np.radians(lat)), np.sqrt(_E2)
    south = sine / (1 - _E2 * sine**2) + np.arctanh(e * sine) / e
    return np.asarray(_SEMI_MINOR_KM**2 / 2 * south)
