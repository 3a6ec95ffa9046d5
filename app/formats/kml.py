"""KML: one placemark a feature, with its facts, for Google Earth and phones."""

import re
from collections.abc import Iterator

import numpy as np
import shapely
from markupsafe import escape

from app.attribute_table import attribute_table, statement
from app.columns import Column
from app.errors import BadParameterError
from app.excerpt import CRS84_URI, Excerpt
from app.formats import Format
from app.looks import look_of
from app.text import say

_NAMES = ("label", "name", "site", "title")
"""Columns that name a feature, the best first; else its id does."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LARGEST_INT = 2**31 - 1  # of KML's int; larger whole numbers are written as double
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
)

JsonValue = str | int | float | bool | None


def write(excerpt: Excerpt) -> bytes:
    """Write rows as KML 2.2.

    Returns
    -------
    bytes
        All text is escaped, signs that XML does not have are left out; values keep
        their types in ``ExtendedData``, a missing one is not written.

    Raises
    ------
    BadParameterError
        If another reference system than longitude and latitude is asked for.
    """
    if excerpt.crs_uri != CRS84_URI:
        raise BadParameterError(say("error.format-crs", format=FORMAT.title))
    table = attribute_table(excerpt)
    names = table.column_names
    values = [column.to_pylist() for column in table.columns]
    shapes = _shapes(excerpt)
    columns = {column.name: column for column in excerpt.columns}
    parts = [
        _HEAD,
        _document(excerpt),
        *_schema(excerpt.collection.id, names, values, columns),
    ]
    for row, feature_id in enumerate(excerpt.ids):
        told = {
            name: column[row]
            for name, column in zip(names, values, strict=True)
            if column[row] is not None
        }
        parts += _placemark(
            excerpt.collection.id, feature_id, told, columns, shapes[row]
        )
    parts.append("</Document></kml>\n")
    return "".join(parts).encode()


def _document(excerpt: Excerpt) -> str:
    found = excerpt.collection
    look = look_of(found)
    told = [found.description, *statement(excerpt.source).values()]
    opaque, filled = round(255 * look.opacity), round(255 * look.fill_opacity)
    colour = "".join(reversed([look.colour[at : at + 2] for at in (1, 3, 5)]))
    return (
        f"<name>{_text(found.title)}</name>"
        f"<description>{_text(chr(10).join(told))}</description>"
        f'<Style id="look"><IconStyle><color>{opaque:02x}{colour}</color></IconStyle>'
        f"<LineStyle><color>{opaque:02x}{colour}</color>"
        f"<width>{look.width:g}</width></LineStyle>"
        f"<PolyStyle><color>{filled:02x}{colour}</color></PolyStyle></Style>\n"
    )


def _schema(
    name: str,
    names: list[str],
    values: list[list[JsonValue]],
    columns: dict[str, Column],
) -> Iterator[str]:
    yield f'<Schema name="{_text(name)}" id="{_text(name)}">'
    for column, known in zip(names, values, strict=True):
        kind = _kind(columns.get(column), known)
        yield f'<SimpleField type="{kind}" name="{_text(column)}">'
        yield f"<displayName>{_text(_titled(column, columns))}</displayName>"
        yield "</SimpleField>"
    yield "</Schema>\n"


def _kind(column: Column | None, values: list[JsonValue]) -> str:
    kind = column.kind if column else "string"
    if kind == "integer":
        numbers = [value for value in values if isinstance(value, int)]
        small = all(abs(value) <= _LARGEST_INT for value in numbers)
        return "int" if small else "double"
    return {"string": "string", "number": "double", "boolean": "bool"}[kind]


def _placemark(
    name: str,
    feature_id: str,
    told: dict[str, JsonValue],
    columns: dict[str, Column],
    shape: str,
) -> Iterator[str]:
    title = next((told[key] for key in _NAMES if key in told), feature_id)
    facts = "<br/>".join(
        f"{escape(_titled(key, columns))}: {escape(_shown(value))}{_unit(key, columns)}"
        for key, value in told.items()
    )
    yield f'<Placemark id="{_text(feature_id)}"><name>{_text(title)}</name>'
    yield f"<description>{_text(facts)}</description><styleUrl>#look</styleUrl>"
    yield f'<ExtendedData><SchemaData schemaUrl="#{_text(name)}">'
    for key, value in told.items():
        yield f'<SimpleData name="{_text(key)}">{_text(_shown(value))}</SimpleData>'
    yield f"</SchemaData></ExtendedData>{shape}</Placemark>\n"


def _titled(name: str, columns: dict[str, Column]) -> str:
    return columns[name].title if name in columns else name


def _unit(name: str, columns: dict[str, Column]) -> str:
    unit = columns[name].unit if name in columns else ""
    return f" {escape(unit)}" if unit else ""


def _shown(value: JsonValue) -> str:
    """Write a value as XML does; truth values as 1 and 0, which every GDAL reads."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    escaped = str(escape(_NOT_XML.sub("", str(value))))
    return escaped.replace("\r", "&#13;")  # which XML would read as a line's end


def _shapes(excerpt: Excerpt) -> list[str]:
    if excerpt.geometry is None:
        return [""] * len(excerpt.rows)
    return ["" if item is None else _shape(item) for item in excerpt.geometry]


def _shape(geometry: shapely.Geometry) -> str:
    if geometry.geom_type.startswith("Multi"):
        parts = "".join(map(_shape, geometry.geoms))
        return f"<MultiGeometry>{parts}</MultiGeometry>"
    if geometry.geom_type == "Polygon":
        holes = "".join(
            f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>"
            for ring in geometry.interiors
        )
        outer = f"<outerBoundaryIs>{_ring(geometry.exterior)}</outerBoundaryIs>"
        return f"<Polygon>{outer}{holes}</Polygon>"
    kind = "Point" if geometry.geom_type == "Point" else "LineString"
    return f"<{kind}>{_coordinates(geometry)}</{kind}>"


def _ring(ring: shapely.LinearRing) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(geometry: shapely.Geometry) -> str:
    places = np.asarray(shapely.get_coordinates(geometry)).tolist()
    return f"<coordinates>{' '.join(f'{x!r},{y!r}' for x, y in places)}</coordinates>"


FORMAT = Format(
    name="kml",
    title="KML",
    media_type="application/vnd.google-earth.kml+xml",
    schema={"type": "string"},
    write=write,
    position=7,
)
