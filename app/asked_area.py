"""The area of interest that a client sends: GeoJSON, read strictly."""

from typing import Any

import orjson
import shapely

from app.bodies import Document, geojson_schema, read_object
from app.errors import BadParameterError
from app.text import say

_AREAS = ("Polygon", "MultiPolygon")

_POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
        {"type": "number"},
    ],
    "minItems": 2,
    "maxItems": 3,
}
_RINGS = {
    "type": "array",
    "items": {"type": "array", "items": _POSITION, "minItems": 3},
    "minItems": 1,
}
_POLYGONS = {"type": "array", "items": _RINGS, "minItems": 1}


_SHAPES = (
    geojson_schema("Polygon", coordinates=_RINGS),
    geojson_schema("MultiPolygon", coordinates=_POLYGONS),
)
AREA_SCHEMA: Document = {
    "anyOf": [*_SHAPES, geojson_schema("Feature", geometry={"anyOf": [*_SHAPES]})]
}
"""What a body of an area looks like, for the description of the API."""


def read_area(body: bytes) -> shapely.Geometry:
    """Read an area of interest.

    Parameters
    ----------
    body : bytes
        GeoJSON: Polygon, MultiPolygon, a Feature of one, or a FeatureCollection of one
        feature; longitude and latitude, degrees, WGS 84 (CRS84).

    Raises
    ------
    BadParameterError
        If it is something else.
    """
    given = read_object(body)
    if given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            count = len(features) if isinstance(features, list) else 0
            raise BadParameterError(say("area.one-feature", count=count))
        given = features[0] if isinstance(features[0], dict) else {}
    if given.get("type") == "Feature":
        geometry = given.get("geometry")
        given = geometry if isinstance(geometry, dict) else {}
    return _shape(given)


def _shape(given: Document) -> shapely.Geometry:
    kind = given.get("type")
    if kind not in _AREAS:
        raise BadParameterError(say("area.no-polygon", given=str(kind)[:40]))
    rings = given.get("coordinates")
    _close(rings if kind == "Polygon" else _members(rings))
    geometry = {"type": kind, "coordinates": rings}
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        fault = str(error)[:200]
        raise BadParameterError(say("area.no-coordinates", fault=fault)) from None
    return shapely.force_2d(shape)


def _close(rings: Any) -> None:  # noqa: ANN401  # anything came
    """End each ring where it begins, as GeoJSON asks and many forget."""
    for ring in rings if isinstance(rings, list) else ():
        if isinstance(ring, list) and ring and ring[0] != ring[-1]:
            ring.append(ring[0])


def _members(polygons: Any) -> list[Any]:  # noqa: ANN401  # anything came
    """Return the rings of all polygons, for as much as it is lists."""
    if not isinstance(polygons, list):
        return []
    return [ring for rings in polygons if isinstance(rings, list) for ring in rings]
