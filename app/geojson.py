"""Encode tables as GeoJSON features (RFC 7946), whole columns at a time."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import shapely

from app.columns import Column, values_of

DECIMALS = 6
"""Digits after the point of a coordinate: 0.1 m, the most RFC 7946 advises."""

Geometries = npt.NDArray[np.object_]

_FAMILIES = {
    frozenset({"POINT"}): "Point",
    frozenset({"POINT", "MULTIPOINT"}): "MultiPoint",
    frozenset({"LINESTRING", "MULTILINESTRING"}): "MultiLineString",
    frozenset({"POLYGON", "MULTIPOLYGON"}): "MultiPolygon",
}

_PROMOTE = {
    "MultiPoint": shapely.multipoints,
    "MultiLineString": shapely.multilinestrings,
    "MultiPolygon": shapely.multipolygons,
}


def published(geometry: Geometries, decimals: int = DECIMALS) -> Geometries:
    """Round geometries, once, to what every index, answer and file then holds.

    Parameters
    ----------
    geometry : array of shapely geometries, shape (n,)
        Longitude and latitude, degrees, WGS 84; None = no position.
    decimals : int
        Digits kept after the point.

    Returns
    -------
    array of shapely geometries, shape (n,)
        Valid, of one type (points, or the multiple form of lines and areas), exterior
        rings anticlockwise; None where there is none.
    """
    rounded = geometry.copy()
    positions, owners = shapely.get_coordinates(geometry, return_index=True)
    shorter = np.round(positions, decimals)
    moved = np.unique(owners[(shorter != positions).any(axis=1)])
    if len(moved):
        rounded[moved] = _rounded(geometry[moved], decimals)
    rounded[shapely.is_empty(rounded)] = None
    return np.asarray(shapely.orient_polygons(_of_one_type(rounded)), dtype=np.object_)


def _rounded(geometry: Geometries, decimals: int) -> Geometries:
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, decimals))
    spoilt = ~shapely.is_valid(rounded)
    if spoilt.any():  # rounding made an area touch itself
        snapped = shapely.set_precision(geometry[spoilt], 10.0**-decimals)
        rounded[spoilt] = shapely.transform(snapped, lambda xy: np.round(xy, decimals))
    return np.asarray(rounded, dtype=np.object_)


def type_of(geometry: Geometries) -> str:
    """Name the one type of published geometries; empty when none has a position.

    >>> type_of(published(np.array([shapely.box(0, 0, 1, 1), None])))
    'MultiPolygon'
    """
    kinds = np.unique(shapely.get_type_id(geometry))
    names = {shapely.GeometryType(kind).name for kind in kinds if kind >= 0}
    if not names:
        return ""
    return next((name for kinds, name in _FAMILIES.items() if names <= kinds), "")


def encode_features(
    ids: Sequence[str],
    geometry: Geometries | None,
    table: gpd.GeoDataFrame,
    columns: Sequence[Column],
    rows: Sequence[int] | slice = slice(None),
) -> list[bytes]:
    """Encode rows as GeoJSON features.

    Parameters
    ----------
    ids : sequence of str
        Feature ids of the rows.
    geometry : array of shapely geometries or None
        Of the rows, as they shall be written; None = without geometry.
    table : GeoDataFrame
        Tidied; its columns give the properties.
    columns : sequence of Column
        Those to write, in order.
    rows : sequence of int or slice
        Which rows; by default all.
    """
    if not len(ids):
        return []
    names = [column.name for column in columns]
    values = [values_of(table[name], rows) for name in names]
    rows_told = zip(*values, strict=True) if values else [()] * len(ids)
    nowhere = [None] * len(ids)
    outlines = nowhere if geometry is None else shapely.to_geojson(geometry).tolist()
    return [
        b'{"type":"Feature","id":'
        + orjson.dumps(feature_id)
        + b',"geometry":'
        + (b"null" if outline is None else outline.encode())
        + b',"properties":'
        + orjson.dumps(dict(zip(names, told, strict=True)))
        + b"}"
        for feature_id, outline, told in zip(ids, outlines, rows_told, strict=True)
    ]


def to_geometry(
    geometry: shapely.Geometry | None, decimals: int = DECIMALS
) -> dict[str, Any] | None:
    """Turn one geometry into a GeoJSON geometry; None when there is none."""
    if geometry is None or shapely.is_empty(geometry):
        return None
    made = published(np.array([geometry], dtype=object), decimals)[0]
    return dict(orjson.loads(shapely.to_geojson(made)))


def collection(features: list[bytes], **extra: object) -> bytes:
    """Join encoded features into a FeatureCollection with extra members."""
    head = orjson.dumps({"type": "FeatureCollection", **extra})
    return head[:-1] + b',"features":[' + b",".join(features) + b"]}"


def _of_one_type(geometry: Geometries) -> Geometries:
    """Promote single lines, areas and, where some are many, points."""
    wanted = type_of(geometry)
    promote = _PROMOTE.get(wanted)
    if promote is None:
        return geometry
    kinds = shapely.get_type_id(geometry)
    single = (kinds >= 0) & (kinds < 4)  # shapely's numbers of Multi types begin at 4
    if single.any():
        geometry = geometry.copy()
        geometry[single] = promote(geometry[single], indices=np.arange(single.sum()))
    return geometry
