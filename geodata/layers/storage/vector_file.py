"""GeoJSON and GeoParquet as we write them: one table always gives the same bytes."""

import io
import json
import math
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geodata.errors import LayerFormatError
from geodata.layers.storage.table_file import COMPRESSION, uniform_columns

CRS = "EPSG:4326"
DECIMALS = 5  # about one metre
_STEP_DEG = 10.0**-DECIMALS
_AREA = 2  # dimensions of a polygon
_SLACK_DEG = 1e-6  # by which a corner on the edge of the world may lie outside


def encode_vector(table: geopandas.GeoDataFrame) -> bytes:
    """Return a table as GeoJSON (RFC 7946), one place per line.

    Parameters
    ----------
    table : GeoDataFrame
        CRS EPSG:4326; any columns of text, numbers and booleans; a missing
        value or NaN becomes ``null``.  No geometry may be missing or empty.

    Returns
    -------
    bytes
        UTF-8 with sorted keys, longitude before latitude, 5 decimals, outer
        rings counter-clockwise, newline at the end.  Rounding keeps polygons
        valid; a part narrower than the rounding step disappears.

    Raises
    ------
    LayerFormatError
        If the table has no CRS or another one, or a geometry is missing, empty
        or vanishes when rounded.
    """
    _require_crs(table)
    columns = [name for name in table.columns if name != table.geometry.name]
    lines = []
    for index in range(len(table)):
        row = table.iloc[index]
        feature = {
            "type": "Feature",
            "geometry": mapping(_rounded(table.geometry.iloc[index], index)),
            "properties": {name: _plain(row[name]) for name in columns},
        }
        lines.append(_json(feature))
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode()


def decode_vector(content: bytes, layer: str) -> geopandas.GeoDataFrame:
    """Read a table from GeoJSON bytes; no GDAL takes part.

    Parameters
    ----------
    content : bytes
        What :func:`encode_vector` writes; any GeoJSON FeatureCollection is read.
    layer : str
        Id of the layer, for messages.

    Returns
    -------
    GeoDataFrame
        CRS EPSG:4326; columns sorted by name, geometry last.  A ``null`` reads
        as NaN: ask with ``isna``.

    Raises
    ------
    LayerFormatError
        If the bytes are not a GeoJSON FeatureCollection.
    """
    try:
        features = json.loads(content)["features"]
        geometries = [shape(feature["geometry"]) for feature in features]
        properties = [feature["properties"] for feature in features]
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not GeoJSON ({error}). Expected a "
            "FeatureCollection; rebuild the layer with scripts/build_bundle.py."
        ) from error
    names = sorted({name for record in properties for name in record})
    frame = pd.DataFrame(
        {name: [record.get(name) for record in properties] for name in names}
    )
    return geopandas.GeoDataFrame(frame, geometry=geometries, crs=CRS)


def encode_geoparquet(table: geopandas.GeoDataFrame) -> bytes:
    """Return a table as GeoParquet, geometry as WKB, nothing rounded.

    Parameters
    ----------
    table : GeoDataFrame
        CRS EPSG:4326, longitude -180 to 180; columns as ``uniform_columns`` of
        :mod:`geodata.layers.storage.table_file` takes them; the index is not kept.
        Unlike in GeoJSON a row may lack a geometry (None, or empty): it stays in
        the table, and reads as None.

    Returns
    -------
    bytes
        Columns sorted by name, geometry last; heights of corners are dropped.

    Raises
    ------
    LayerFormatError
        If the table has no CRS or another one, a corner is no place on Earth, or
        a column is of a type we do not write.
    """
    _require_crs(table)
    shapes = shapely.force_2d(np.asarray(table.geometry, dtype=object))
    corners = shapely.get_coordinates(shapes)
    beyond = ~(np.abs(corners) <= np.array([180.0, 90.0]) + _SLACK_DEG).all(axis=1)
    if beyond.any():
        raise LayerFormatError(
            f"A corner of the table lies at {corners[beyond][0].tolist()}; expected "
            "longitude -180 to 180, then latitude -90 to 90. Turn the axes, shift the "
            "longitudes or drop the row."
        )
    shapes = np.where(shapely.is_empty(shapes), None, shapes)
    uniform = geopandas.GeoDataFrame(
        uniform_columns(pd.DataFrame(table.drop(columns=table.geometry.name))),
        geometry=geopandas.GeoSeries(shapes, crs=CRS),
    )
    stream = io.BytesIO()
    uniform.to_parquet(
        stream,
        index=False,
        compression=COMPRESSION,
        geometry_encoding="WKB",
        write_covering_bbox=False,
    )
    return stream.getvalue()


def decode_geoparquet(content: bytes, layer: str) -> geopandas.GeoDataFrame:
    """Read a table from GeoParquet bytes; no GDAL takes part.

    Parameters
    ----------
    content : bytes
        What :func:`encode_geoparquet` writes.
    layer : str
        Id of the layer, for messages.

    Returns
    -------
    GeoDataFrame
        CRS EPSG:4326; columns sorted by name, geometry last.  What is missing is
        NaN or None: ask with ``isna``; a row without geometry has None.

    Raises
    ------
    LayerFormatError
        If the bytes are not such a GeoParquet file.
    """
    try:
        table = geopandas.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, ValueError, OSError, KeyError, TypeError) as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not GeoParquet ({error}). Expected a "
            "table of places; build the layer again."
        ) from error
    _require_crs(table)
    return table


def encode_coverage(coverage: BaseGeometry) -> dict[str, Any]:
    """Return a polygon as a GeoJSON geometry with 3 decimals (about 100 m)."""
    small = shapely.normalize(shapely.set_precision(shapely.force_2d(coverage), 1e-3))
    rounded = _with_decimals(mapping(shapely.orient_polygons(small)), 3)
    return dict(rounded) if isinstance(rounded, dict) else {}


def _require_crs(table: geopandas.GeoDataFrame) -> None:
    if table.crs is None or table.crs != CRS:
        raise LayerFormatError(
            f"A vector layer must have the CRS {CRS}; this table has {table.crs}. "
            "Set or transform it first."
        )


def _rounded(geometry: BaseGeometry | None, index: int) -> BaseGeometry:
    if geometry is None or geometry.is_empty:
        raise LayerFormatError(
            f"Row {index} of the table has no geometry. Every row of a vector layer "
            "needs one; drop the row or write a table."
        )
    geometry = shapely.force_2d(geometry)
    if shapely.get_dimensions(geometry) == _AREA:
        # One first corner and one sense of turn, whatever the history of a ring.
        small = shapely.normalize(shapely.set_precision(geometry, _STEP_DEG))
        vanished = small.is_empty
    else:
        # Corner by corner, because the direction of a line carries meaning.
        small = shapely.remove_repeated_points(
            shapely.set_precision(geometry, _STEP_DEG, mode="pointwise")
        )
        vanished = shapely.get_dimensions(geometry) > 0 and small.length == 0.0
    if vanished:
        raise LayerFormatError(
            f"The geometry of row {index} is smaller than {_STEP_DEG} degrees and "
            "vanishes when rounded; drop the row."
        )
    return shapely.orient_polygons(small)


def _json(feature: dict[str, Any]) -> str:
    rounded = {
        **feature,
        "geometry": _with_decimals(feature["geometry"], DECIMALS),
    }
    return json.dumps(
        rounded,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def _with_decimals(value: object, decimals: int) -> object:
    if isinstance(value, dict):
        return {key: _with_decimals(part, decimals) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_with_decimals(part, decimals) for part in value]
    if isinstance(value, float):
        return round(value, decimals) + 0.0  # no negative zero
    return value


def _plain(value: object) -> str | int | float | bool | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return str(value)
