"""Polygons that clients send: read from GeoJSON, checked, bounded."""

from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from app.errors import BadParameterError
from app.text import say

MOST_CORNERS = 10_000
_FEWEST = 4  # corners of a ring, the first repeated at the end
_DECIMALS = 9  # finer steps are none on the ground
_MOST_TANGLED = 500  # corners of a polygon whose rings cross

_PLACE = {
    "type": "array",
    "minItems": 2,
    "maxItems": 3,
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
        {"type": "number"},
    ],
}
_RINGS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "array",
        "minItems": 4,
        "maxItems": MOST_CORNERS,
        "items": _PLACE,
    },
}


def _geometry(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"const": kind}, "coordinates": coordinates},
    }


_POLYGON = _geometry("Polygon", _RINGS)
_MULTI_POLYGON = _geometry(
    "MultiPolygon", {"type": "array", "minItems": 1, "items": _RINGS}
)
SCHEMA: dict[str, Any] = {
    "anyOf": [
        _POLYGON,
        _MULTI_POLYGON,
        {
            "type": "object",
            "required": ["type", "geometry"],
            "properties": {
                "type": {"const": "Feature"},
                "geometry": {"anyOf": [_POLYGON, _MULTI_POLYGON]},
            },
        },
    ],
    "example": {
        "type": "Polygon",
        "coordinates": [[[65, 45], [70, 45], [70, 48], [65, 48], [65, 45]]],
    },
}
"""What is taken, for the description of the API."""


def read_polygon(body: bytes) -> shapely.Geometry:
    """Read a polygon from GeoJSON; of a ring that crosses itself, odd parts count.

    Returns
    -------
    shapely MultiPolygon
        Degrees, WGS 84; valid; empty when what came has no area.

    Raises
    ------
    BadParameterError
        If there is none, or one that cannot be used.
    """
    try:
        given = orjson.loads(body)
    except ValueError:
        raise _no_polygon("grid.not-json") from None
    if isinstance(given, dict) and given.get("type") == "Feature":
        given = given.get("geometry")
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _no_polygon("grid.not-a-polygon")
    parts = given.get("coordinates")
    try:
        polygons = [
            _polygon(part) for part in ([parts] if kind == "Polygon" else parts)
        ]
    except (ValueError, TypeError, IndexError, shapely.errors.GEOSException):
        raise _no_polygon("grid.not-a-polygon") from None
    if not polygons:
        raise _no_polygon("grid.not-a-polygon")
    found = shapely.multipolygons(polygons)
    corners = int(shapely.get_num_coordinates(found))
    if corners > MOST_CORNERS:
        raise BadParameterError(
            say("grid.too-many-corners", corners=corners, most=MOST_CORNERS)
        )
    west, south, east, north = shapely.bounds(found)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _no_polygon("grid.not-degrees")
    if shapely.is_valid(found):
        return found
    steps = np.diff(shapely.get_coordinates(found), axis=0)
    if (
        np.count_nonzero(steps.any(axis=1)) > _MOST_TANGLED
    ):  # all crossings would have to be found
        fault = shapely.is_valid_reason(found)
        raise BadParameterError(say("grid.invalid-polygon", fault=fault))
    return shapely.make_valid(found, method="structure", keep_collapsed=False)


def _polygon(rings: list[list[list[float]]]) -> shapely.Polygon:
    """Make a polygon of its rings, the first around the others.

    Raises
    ------
    ValueError, TypeError, IndexError
        If they are not lists of places.
    """
    outer, *holes = (_ring(ring) for ring in rings)
    return shapely.Polygon(outer, holes)


def _ring(places: list[list[float]]) -> npt.NDArray[np.float64]:
    plain = [type(number) in (int, float) for place in places for number in place]
    sizes = {len(place) for place in places}
    if not all(plain) or len(places) < _FEWEST or not sizes <= {2, 3}:
        raise ValueError("a ring is a list of four places or more")
    with np.errstate(over="ignore"):  # what is beyond the Earth is refused later
        return np.round([place[:2] for place in places], _DECIMALS)


def _no_polygon(fault: str) -> BadParameterError:
    return BadParameterError(say("grid.no-polygon", fault=say(fault)))
