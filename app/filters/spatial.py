"""How the geometries of all rows lie to one geometry, asked of their index."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from app.boxes import box_in_crs84
from app.crs import Crs, to_crs84
from app.errors import BadParameterError
from app.filters.tree import Box, Shape
from app.filters.values import Mask, Place, Truth, known
from app.text import say

_OF_ITSELF = frozenset({"intersects", "equals", "within", "contains"})
"""What every geometry is to itself."""
_OPPOSITE = {"within": "contains", "contains": "within"}
"""Predicates that turn around when their geometries change places."""


def place_of(node: Shape | Box, crs: Crs) -> Place:
    """Bring a geometry of a filter to longitudes and latitudes.

    Parameters
    ----------
    node : Shape or Box
        In the order of axes of ``crs``.
    crs : Crs
        The reference system of the filter.

    Raises
    ------
    BadParameterError
        If it lies off the globe, or where the reference system has no place.
    """
    if isinstance(node, Box):
        return Place(box_in_crs84(node.values, crs), "BBOX")
    told = node.geometry.geom_type.upper()
    geometry = to_crs84(node.geometry, crs)
    lon, lat = shapely.get_coordinates(geometry).T
    if not ((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)).all():
        raise BadParameterError(say("error.filter-off-globe", crs=crs.title))
    return Place(geometry, told)


def related(
    op: str, left: Place, right: Place, table: gpd.GeoDataFrame, tree: shapely.STRtree
) -> Truth:
    """Tell how two geometries lie to each other.

    Parameters
    ----------
    op : str
        One of :data:`app.filters.tree.SPATIAL`.
    left, right : Place
        What it is asked of, in its order.
    table : GeoDataFrame
        The rows, EPSG:4326.
    tree : shapely.STRtree
        Index over their geometries; its positions are rows.

    Returns
    -------
    Truth
        Unknown where a row has no geometry.

    Raises
    ------
    BadParameterError
        If GEOS cannot ask it of such geometries.
    """
    name = op.removeprefix("s_")
    try:
        if left.geometry is not None and right.geometry is not None:
            return known(getattr(shapely, name)(left.geometry, right.geometry))
        rows = table.geometry.to_numpy()
        there = present(rows)
        if left.geometry is None and right.geometry is None:
            return known(np.full(len(rows), name in _OF_ITSELF), there)
        if left.geometry is None:
            name, other = _OPPOSITE.get(name, name), right.geometry
        else:
            other = left.geometry
        return known(_found(name, other, rows, tree), there)
    except shapely.errors.GEOSException as error:
        reason = str(error).strip()[:200]
        raise BadParameterError(say("error.filter-geometry", reason=reason)) from error


def present(rows: npt.NDArray[np.object_]) -> Mask:
    """Tell which rows have a geometry."""
    return np.asarray(~(shapely.is_missing(rows) | shapely.is_empty(rows)), np.bool_)


def _found(
    name: str,
    other: shapely.Geometry,
    rows: npt.NDArray[np.object_],
    tree: shapely.STRtree,
) -> Mask:
    """Tell for which rows ``other`` stands in a relation to them."""
    mask = np.zeros(len(rows), dtype=np.bool_)
    if name == "equals":
        near = tree.query(other)
        mask[near] = shapely.equals(rows[near], other)
    elif name in ("intersects", "disjoint"):
        # Part by part: the box around all of them may be the whole world.
        _, met = tree.query(shapely.get_parts(other), predicate="intersects")
        mask[met] = True
        mask = ~mask if name == "disjoint" else mask
    else:
        mask[tree.query(other, predicate=name)] = True
    return mask
