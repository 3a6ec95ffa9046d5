"""What a description of parameters cannot say, told to schemathesis as a hook.

OpenAPI has no way to say that the south of a box comes before its north, nor what a
sentence of CQL2 is, nor that the second number of a position is a latitude; and OGC
API – Features asks to state the greatest limit, and yet not to refuse a greater one.
"""

import math

import schemathesis
from schemathesis import Case, HookContext

LARGEST = 10_000
DEGREES_ALONE = ("kml", "geojsonseq")
"""Formats that have no other reference system."""


AREA = {
    "type": "Polygon",
    "coordinates": [[[65, 45], [70, 45], [70, 48], [65, 48], [65, 45]]],
}
"""An area without loops; those that random corners make are refused when too long."""


def in_degrees(node: object, *, inside: bool = False) -> object:
    """Bring the numbers of coordinates into the region, 40 to 80 degrees."""
    if isinstance(node, dict):
        places = ("coordinates", "lat", "lon")
        return {
            name: in_degrees(value, inside=inside or name in places)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [in_degrees(item, inside=inside) for item in node]
    if inside and isinstance(node, int | float) and not isinstance(node, bool):
        return 40 + math.fmod(abs(node), 40.0)
    return node


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: object) -> None:
    """Put boxes and places in order, leave out conditions, and great limits."""
    if case.meta is None:
        return
    query = case.query if isinstance(case.query, dict) else {}
    if case.meta.generation.mode.is_positive:
        query.pop("filter", None)
        if "bbox" in query:
            query["bbox"] = "60,40,80,50"
            query.pop("bbox-crs", None)
        if query.get("f") in DEGREES_ALONE:
            query.pop("crs", None)
        if case.path.endswith(("/report", "/statistics")):
            case.body = AREA
        elif isinstance(case.body, dict):
            case.body = in_degrees(case.body)
    elif str(query.get("limit")).isdecimal() and int(query["limit"]) > LARGEST:
        query["limit"] = -1
