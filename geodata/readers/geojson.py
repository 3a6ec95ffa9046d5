"""Read GeoJSON from outside with a JSON parser alone; no GDAL takes part."""

from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyproj
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.projection import (
    reference_from_code,
    reference_from_name,
)
from geodata.readers.quoting import quoted, reason
from geodata.readers.soundness import (
    VectorRows,
    require_finite,
    require_ring,
    require_values,
)

_SEPARATORS = (b"[", b"{", b",")
_OWN_COLUMN = "geometry"

Positions = npt.NDArray[np.float64]


def read_geojson(content: bytes, limits: Limits) -> VectorRows:
    """Return the rows of a GeoJSON FeatureCollection.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without byte order mark.
    limits : Limits
        ``table_cells`` bounds brackets and commas, hence the memory needed.

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
        If the text is beyond the limits or a coordinate is not finite.
    LayerFormatError
        If the text is not a FeatureCollection, or a geometry is malformed.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    if sum(content.count(sign) for sign in _SEPARATORS) > limits.table_cells:
        raise UnsafeFileError(
            f"The JSON text holds more than {limits.table_cells:,} values. If the file "
            "is right, raise the limit."
        )
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise LayerFormatError(
            f"The file is not JSON ({error}). It begins with {quoted(content)}."
        ) from error
    rows = document.get("features") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise LayerFormatError(
            f"Expected a GeoJSON FeatureCollection; found {quoted(content)}."
        )
    geometries = np.empty(len(rows), dtype=object)
    for index, row in enumerate(rows):
        geometries[index] = _geometry(row.get("geometry"), index, limits)
    return VectorRows(
        columns=_columns([row.get("properties") for row in rows], limits),
        geometries=geometries,
        crs=_reference(document),
    )


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


def _geometry(value: object, row: int, limits: Limits) -> shapely.Geometry | None:
    """Build one geometry; None for ``null`` and for one without positions."""
    match value:
        case None:
            return None
        case {"type": "GeometryCollection", "geometries": list(members)}:
            parts = [
                _simple(member.get("type"), member.get("coordinates"), row, limits)
                for member in members
                if isinstance(member, dict)
            ]
            parts = [part for part in parts if part is not None]
            return shapely.GeometryCollection(parts) if parts else None
        case {"type": str(kind), "coordinates": list(coordinates)}:
            return _simple(kind, coordinates, row, limits)
    raise LayerFormatError(
        f"Row {row + 1} has no GeoJSON geometry; found {quoted(value)}. Expected a "
        "type and coordinates, or null."
    )


def _simple(
    kind: object, coordinates: object, row: int, limits: Limits
) -> shapely.Geometry | None:
    if not isinstance(coordinates, list):
        raise _short(row)
    if not coordinates:
        return None
    match kind:
        case "Point":
            return shapely.Point(_positions([coordinates], row, limits)[0])
        case "MultiPoint":
            return shapely.MultiPoint(_positions(coordinates, row, limits))
        case "LineString":
            return _line(coordinates, row, limits)
        case "MultiLineString":
            return shapely.MultiLineString(
                [_line(line, row, limits) for line in coordinates]
            )
        case "Polygon":
            return _polygon(coordinates, row, limits)
        case "MultiPolygon":
            return shapely.MultiPolygon(
                [_polygon(polygon, row, limits) for polygon in coordinates]
            )
    raise LayerFormatError(
        f"Row {row + 1} has a geometry of type {quoted(kind)}, which GeoJSON does not "
        "know or which lies inside another collection."
    )


def _line(coordinates: object, row: int, limits: Limits) -> shapely.LineString:
    positions = _positions(coordinates, row, limits)
    if len(positions) < 2:
        raise _short(row)
    return shapely.LineString(positions)


def _polygon(rings: object, row: int, limits: Limits) -> shapely.Polygon:
    if not isinstance(rings, list) or not rings:
        raise _short(row)
    outer, *holes = [_positions(ring, row, limits) for ring in rings]
    if len(outer) < 3 or any(len(hole) < 3 for hole in holes):
        raise _short(row)
    return shapely.Polygon(outer, holes)


def _positions(coordinates: object, row: int, limits: Limits) -> Positions:
    if not isinstance(coordinates, list):
        raise _short(row)
    require_ring(len(coordinates), limits)
    try:
        positions = np.array(coordinates, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise LayerFormatError(
            f"Row {row + 1} has coordinates that are not positions ({reason(error)})."
        ) from error
    if positions.ndim != 2 or not 2 <= positions.shape[1] <= 4:
        raise LayerFormatError(
            f"Row {row + 1} has coordinates of shape {positions.shape}; expected "
            "positions of two to four numbers."
        )
    require_finite(positions[:, :2], row)
    return np.ascontiguousarray(positions[:, :2])


def _short(row: int) -> LayerFormatError:
    return LayerFormatError(
        f"Row {row + 1} has no list of positions, or a line of less than two, or a "
        "ring of less than three. Expected whole points, lines and rings."
    )
