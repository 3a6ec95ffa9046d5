"""Polygons that clients send: read from GeoJSON, checked, bounded."""

import orjson
import shapely

from app.errors import BadParameterError
from app.text import say

MOST_CORNERS = 10_000


def read_polygon(body: bytes) -> shapely.Geometry:
    """Read a polygon from GeoJSON.

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
    try:
        polygon = shapely.from_geojson(orjson.dumps(given))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        raise _no_polygon("grid.not-a-polygon") from None
    if polygon is None or shapely.is_empty(polygon):
        raise _no_polygon("grid.not-a-polygon")
    corners = shapely.get_num_coordinates(polygon)
    if corners > MOST_CORNERS:
        raise BadParameterError(
            say("grid.too-many-corners", corners=corners, most=MOST_CORNERS)
        )
    west, south, east, north = shapely.bounds(polygon)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _no_polygon("grid.not-degrees")
    if not shapely.is_valid(polygon):
        fault = shapely.is_valid_reason(polygon)
        raise BadParameterError(say("grid.invalid-polygon", fault=fault))
    return polygon


def _no_polygon(fault: str) -> BadParameterError:
    return BadParameterError(say("grid.no-polygon", fault=say(fault)))
