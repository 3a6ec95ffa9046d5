"""Read GeoJSON: collections, single rows, bare geometries, and one row per line."""

from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyproj
import shapely
from shapely.geometry import shape

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.checks import VectorRows, require_values
from geodata.readers.limits import Limits
from geodata.readers.projection import (
    Geometries,
    reference_from_code,
    reference_from_name,
)
from geodata.readers.quoting import quoted, reason

_SEPARATORS = (b"[", b"{", b",")
_OWN_COLUMN = "geometry"
_FAILURES = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    shapely.errors.ShapelyError,
)
_KINDS = {
    *("Point", "LineString", "Polygon", "GeometryCollection"),
    *("MultiPoint", "MultiLineString", "MultiPolygon"),
}


def read_geojson(content: bytes, limits: Limits, *, lines: bool = False) -> VectorRows:
    """Return the rows of a GeoJSON text.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without byte order mark.
    limits : Limits
        ``table_cells`` bounds brackets and commas, hence the memory needed.
    lines : bool
        Whether every line is a row by itself (GeoJSONSeq, RFC 8142 or plain).

    Returns
    -------
    VectorRows
        Columns in the order they first appear; a list or object inside a property
        is kept as its JSON text; a property called ``geometry`` gets an underscore.
        The reference system is the one of the old ``crs`` member, else EPSG:4326;
        positions are read longitude (or east) first, whatever its name promises,
        because that is how such files are written.

    Raises
    ------
    UnsafeFileError
        If the text is beyond the limits.
    LayerFormatError
        If the text is not GeoJSON, or a geometry is malformed.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    if sum(content.count(sign) for sign in _SEPARATORS) > limits.table_cells:
        raise UnsafeFileError(
            f"The JSON text holds more than {limits.table_cells:,} values. If the file "
            "is right, raise the limit."
        )
    texts = content.replace(b"\x1e", b"\n").splitlines() if lines else [content]
    documents = [_parsed(text) for text in texts if text.strip() or not lines]
    rows = [row for document in documents for row in _rows(document, content)]
    return VectorRows(
        columns=_columns([row.get("properties") for row in rows], limits),
        geometries=_geometries([row.get("geometry") for row in rows]),
        crs=_reference(documents[0] if documents and not lines else {}),
    )


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "memory" in error.msg:
            raise MemoryError from error
        raise LayerFormatError(
            f"The file is not JSON ({reason(error)}). It begins with {quoted(text)}."
        ) from error
    return document if isinstance(document, dict) else {}


def _rows(document: dict[str, Any], content: bytes) -> list[dict[str, Any]]:
    kind = document.get("type")
    rows = document.get("features")
    if kind == "Feature":
        rows = [document]
    elif kind in _KINDS:
        rows = [{"geometry": document}]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise LayerFormatError(
            f"Expected a GeoJSON FeatureCollection; found {quoted(content)}."
        )
    return rows


def _reference(document: dict[str, Any]) -> pyproj.CRS:
    if "crs" not in document:
        return reference_from_code(4326)
    match document["crs"]:
        case {"type": "name", "properties": {"name": str(name)}}:
            return reference_from_name(name).crs
        case {"type": "EPSG", "properties": {"code": int(code)}}:
            return reference_from_code(code)
    raise LayerFormatError(
        f"Expected a coordinate reference system by name; found "
        f"{quoted(document['crs'])}. A link is not followed, and null means "
        "that the file has none."
    )


def _columns(records: list[Any], limits: Limits) -> pd.DataFrame:
    names: dict[str, None] = {}
    for record in records:
        if isinstance(record, dict):
            names.update(dict.fromkeys(record))
            require_values(len(records), len(names), limits)
        elif record is not None:
            raise LayerFormatError(
                f"Expected the properties of a row as an object; found "
                f"{quoted(record)}."
            )
    return pd.DataFrame(
        {
            name if name != _OWN_COLUMN else f"{name}_": [
                _plain(record.get(name)) if record else None for record in records
            ]
            for name in names
        },
        index=range(len(records)),
    )


def _plain(value: object) -> object:
    if not isinstance(value, dict | list):
        return value
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError as error:
        raise LayerFormatError(
            f"A property nests its values too deep ({error}): {quoted(value)}. "
            "Expected plain values."
        ) from error


def _geometries(values: list[Any]) -> Geometries:
    """Build geometries; None for ``null`` and for one without positions."""
    found = np.full(len(values), None, dtype=object)
    for row, value in enumerate(values):
        if value is None:
            continue
        try:
            _require_shallow(value)
            geometry = shape(value)
        except _FAILURES as error:
            raise LayerFormatError(
                f"Row {row + 1} has no GeoJSON geometry ({reason(error)}); found "
                f"{quoted(value)}. Expected a type and whole positions, or null."
            ) from error
        found[row] = None if geometry.is_empty else geometry
    return np.asarray(shapely.force_2d(found), dtype=object)


def _require_shallow(value: dict[str, Any]) -> None:
    for member in value.get("geometries") or ():
        if "geometries" in member:
            raise ValueError("a collection inside a collection")
