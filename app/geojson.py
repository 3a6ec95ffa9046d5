"""Encode tables as GeoJSON features (RFC 7946), once, when a release is opened."""

import math
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely

DECIMALS = 6
"""Digits after the point of a coordinate: 0.1 m, the most RFC 7946 advises."""

JsonValue = str | int | float | bool | None


def to_member(value: object) -> JsonValue:
    """Turn a table cell into a JSON value; NaN and missing text become null.

    Parameters
    ----------
    value : object
        Text, number, truth value, or a missing value of any kind.

    Returns
    -------
    str, int, float, bool or None
        Floats carry at most six significant decimals.
    """
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        return round(number, 6) if math.isfinite(number) else None
    return None


def to_geometry(
    geometry: shapely.Geometry | None, decimals: int = DECIMALS
) -> dict[str, Any] | None:
    """Turn a shapely geometry into a GeoJSON geometry by the right-hand rule.

    Parameters
    ----------
    geometry : shapely geometry or None
        Longitude and latitude, degrees, WGS 84.
    decimals : int
        Digits kept after the point.

    Returns
    -------
    dict or None
        None when there is no geometry; exterior rings run anticlockwise.
    """
    if geometry is None or shapely.is_empty(geometry):
        return None
    oriented = shapely.orient_polygons(_rounded(geometry, decimals))
    return dict(orjson.loads(shapely.to_geojson(oriented)))


def _rounded(geometry: shapely.Geometry, decimals: int) -> shapely.Geometry:
    """Round coordinates; keep the polygon valid."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, decimals))
    if shapely.is_valid(rounded):
        return rounded
    snapped = shapely.set_precision(geometry, 10.0**-decimals)
    return shapely.transform(snapped, lambda xy: np.round(xy, decimals))


def encode_features(table: gpd.GeoDataFrame, ids: list[str]) -> list[bytes]:
    """Encode every row of a table as one GeoJSON feature.

    Parameters
    ----------
    table : GeoDataFrame
        EPSG:4326; the geometry may be missing in some rows.
    ids : list of str
        Feature ids, one a row.
    """
    return [orjson.dumps(feature) for feature in _features(table, ids)]


def _features(table: gpd.GeoDataFrame, ids: list[str]) -> Iterator[dict[str, Any]]:
    names = [name for name in table.columns if name != table.geometry.name]
    columns = [table[name].tolist() for name in names]
    for position, (feature_id, geometry) in enumerate(
        zip(ids, table.geometry, strict=True)
    ):
        yield {
            "type": "Feature",
            "id": feature_id,
            "geometry": to_geometry(geometry),
            "properties": {
                name: to_member(column[position])
                for name, column in zip(names, columns, strict=True)
            },
        }


def collection(features: list[bytes], **extra: object) -> bytes:
    """Join encoded features into a FeatureCollection with extra members."""
    head = orjson.dumps({"type": "FeatureCollection", **extra})
    return head[:-1] + b',"features":[' + b",".join(features) + b"]}"
