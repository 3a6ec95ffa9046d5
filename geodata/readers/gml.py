"""Read the members of a GML 2 or 3 collection; schemas it names are not fetched."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.limits import Limits
from geodata.readers.positions import (
    Positions,
    frame_of,
    gathered,
    line,
    numbers,
    point,
    polygon,
    positions,
)
from geodata.readers.projection import NamedReference, reference_from_name
from geodata.readers.quoting import LONGEST_REASON, listed, quoted
from geodata.readers.soundness import VectorRows, require_rows
from geodata.readers.xml_tree import parse_xml, text_of

_MEMBERS = {"featureMember", "featureMembers", "member", "members"}
_REPORTS = {"ServiceExceptionReport", "ExceptionReport"}
_GEOMETRIES = {"Point", "LineString", "Curve", "Polygon", "Surface"}
_COLLECTIONS = {f"Multi{kind}" for kind in (*_GEOMETRIES, "Geometry")} | {
    "CompositeCurve",
    "CompositeSurface",
}
_HOLDERS = {
    f"{kind[0].lower()}{kind[1:]}Member{several}"
    for kind in (*_GEOMETRIES, "Geometry")
    for several in ("", "s")
}
_SEGMENTS = {"LineStringSegment"}
_PATCHES = {"PolygonPatch", "Triangle", "Rectangle"}
_OUTER = ("exterior", "outerBoundaryIs")
_INNER = ("interior", "innerBoundaryIs")


@dataclass(slots=True)
class _Place:
    """Where we are in the text: for messages, the axes and the dimension."""

    row: int
    limits: Limits
    reference: str = ""
    dimension: int = 2


def read_gml(content: bytes, limits: Limits) -> VectorRows:
    """Return the members of a GML feature collection, as a WFS sends it.

    Parameters
    ----------
    content : bytes
        GML 2 or 3 with points, lines, polygons and multi-parts of them, straight
        segments only.
    limits : Limits

    Returns
    -------
    VectorRows
        One column of text per plain property; properties with parts are left out.
        Positions are turned eastward first where the name of the reference system
        promises the order of its authority (the ``urn:`` and ``/def/crs/`` forms).

    Raises
    ------
    UnsafeFileError
        As :func:`geodata.readers.xml_tree.parse_xml`; or a coordinate is not
        finite.
    LayerFormatError
        If the text is an exception report of the service or not GML, names no
        reference system or several, or has a geometry we do not read.
    """
    root = parse_xml(content, limits)
    if root.tag in _REPORTS:
        said = " ".join(" ".join(root.itertext()).split())
        raise LayerFormatError(
            "The service answered with an exception instead of data: "
            f"{quoted(said, most=LONGEST_REASON)}. Check the request in the catalogue, "
            "or ask again later."
        )
    members = list(_members(root))
    if root.tag != "FeatureCollection" and not members:
        raise LayerFormatError(
            "Expected a GML feature collection; the root element is "
            f"{quoted(root.tag)}."
        )
    require_rows(len(members), limits)
    default = _envelope(root)
    geometries = np.empty(len(members), dtype=object)
    records, names = [], set()
    for row, member in enumerate(members):
        place = _Place(row=row, limits=limits, reference=_envelope(member) or default)
        record, geometries[row] = _row(member, place)
        records.append(record)
        if geometries[row] is not None:
            names.add(place.reference)
    reference = _one_reference(names or {default})
    if reference.north_first:
        geometries = shapely.transform(geometries, lambda xy: xy[:, ::-1])
    return VectorRows(
        columns=frame_of(records, limits), geometries=geometries, crs=reference.crs
    )


def _members(root: Element) -> Iterator[Element]:
    for holder in root:
        if holder.tag in _MEMBERS:
            for member in holder:
                if member.tag == "FeatureCollection":  # WFS 2.0 may nest them once
                    yield from (part for inner in member for part in inner)
                else:
                    yield member


def _one_reference(names: set[str]) -> NamedReference:
    if len(names) != 1 or "" in names:
        raise LayerFormatError(
            "Expected one coordinate reference system (srsName) in the GML; found "
            f"{listed(sorted(names), nothing='none')}."
        )
    return reference_from_name(names.pop())


def _envelope(element: Element) -> str:
    bounds = element.find("boundedBy")
    return next(
        (
            name
            for part in (bounds if bounds is not None else ())
            if (name := part.get("srsName"))
        ),
        "",
    )


def _row(member: Element, place: _Place) -> tuple[dict[str, str], object]:
    record: dict[str, str] = {}
    geometry = None
    for child in member:
        if child.tag == "boundedBy":
            continue
        if len(child) == 0:
            record[child.tag] = text_of(child)
        elif geometry is None and child[0].tag in _GEOMETRIES | _COLLECTIONS:
            geometry = gathered(_parts(child[0], place))
        elif child[0].tag in {"Solid", "MultiSolid", "TopoCurve", "OrientableCurve"}:
            raise _unknown(child[0], place)
    return record, geometry


def _parts(element: Element, place: _Place) -> list[shapely.Geometry]:
    """Return the simple parts of a geometry, however they are wrapped."""
    place.reference = element.get("srsName") or place.reference
    place.dimension = _dimension(element, place.dimension)
    if element.tag in _COLLECTIONS | _HOLDERS:
        return [part for child in element for part in _parts(child, place)]
    match element.tag:
        case "Point":
            return [point(_positions(element, place), place.row)]
        case "LineString":
            return [line(_positions(element, place), place.row)]
        case "Polygon":
            return [_polygon(element, place)]
        case "Curve":
            return [_curve(element, place)]
        case "Surface":
            patches = [patch for holder in element for patch in holder]
            if any(patch.tag not in _PATCHES for patch in patches):
                raise _unknown(element, place)
            return [_polygon(patch, place) for patch in patches]
    raise _unknown(element, place)


def _curve(element: Element, place: _Place) -> shapely.LineString:
    segments = [segment for holder in element for segment in holder]
    if not segments or any(segment.tag not in _SEGMENTS for segment in segments):
        raise _unknown(element, place)
    pairs = np.concatenate([_positions(segment, place) for segment in segments])
    return line(pairs, place.row)


def _polygon(element: Element, place: _Place) -> shapely.Polygon:
    outer = [child for child in element if child.tag in _OUTER]
    inner = [child for child in element if child.tag in _INNER]
    rings = [_positions(ring, place) for child in outer + inner for ring in child]
    if len(outer) != 1 or len(rings) != len(outer) + len(inner):
        raise _unknown(element, place)
    return polygon(rings[0], rings[1:], place.row)


def _positions(element: Element, place: _Place) -> Positions:
    """Return the positions written as posList, pos, pointProperty or coordinates."""
    row, limits = place.row, place.limits
    found = []
    dimension = _dimension(element, place.dimension)
    if element.tag == "Ring":
        curves = [c for holder in element for c in holder]
        return np.concatenate(
            [line_.coords for c in curves for line_ in _parts(c, place)]
        )
    for child in element:
        match child.tag:
            case "posList" | "pos":
                flat = numbers(text_of(child), row, limits)
                size = _dimension(child, dimension) if child.tag == "posList" else 0
                found.append(positions(flat, size or len(flat), row, limits))
            case "coordinates":
                found.append(_tuples(child, place))
            case "pointProperty" | "Point":
                point_ = child if child.tag == "Point" else child[0]
                found.append(_positions(point_, place))
            case "coord":
                flat = numbers(" ".join(text_of(part) for part in child), row, limits)
                found.append(positions(flat, len(child), row, limits))
    return np.concatenate(found) if found else np.zeros((0, 2))


def _tuples(element: Element, place: _Place) -> Positions:
    """Return GML 2 coordinates, whose three separators can be chosen."""
    between, apart = element.get("cs", ","), element.get("ts", " ")
    text = text_of(element).replace(element.get("decimal", "."), ".")
    first = text.split(apart if apart.strip() else None, 1)[0] if text else ""
    dimension = first.count(between) + 1 if between.strip() else 2
    for sign in (between, apart):
        text = text.replace(sign, " ") if sign else text
    flat = numbers(text, place.row, place.limits)
    return positions(flat, dimension, place.row, place.limits)


def _dimension(element: Element, default: int) -> int:
    value = element.get("srsDimension", "")
    return int(value) if value in {"2", "3"} else default


def _unknown(element: Element, place: _Place) -> LayerFormatError:
    return LayerFormatError(
        f"Row {place.row + 1} has a {quoted(element.tag)} that we do not read. "
        "Expected points, lines and polygons of straight segments; ask the service for "
        "GeoJSON."
    )
