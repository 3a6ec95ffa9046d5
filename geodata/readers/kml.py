"""Read the placemarks of KML; links, overlays and styles are passed over."""

from collections.abc import Iterator
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
from geodata.readers.projection import reference_from_code
from geodata.readers.quoting import listed, quoted
from geodata.readers.soundness import VectorRows, require_rows
from geodata.readers.xml_tree import parse_xml, text_of

_CONTAINERS = {"Document", "Folder"}
_PLAIN = ("name", "description", "address", "snippet")


def read_kml(
    content: bytes, limits: Limits, *, folder: str | None = None
) -> VectorRows:
    """Return the placemarks of a KML text, in EPSG:4326 as the format defines.

    Parameters
    ----------
    content : bytes
        KML 2.x.
    limits : Limits
    folder : str, optional
        Name of the folder or document whose placemarks are wanted, at any depth
        below it; without it, all.

    Returns
    -------
    VectorRows
        Columns of text: ``folder`` (the nearest one), ``name``, ``description`` and
        what ``ExtendedData`` holds.  A placemark without geometry has None; a
        mixed one is a collection.  Network links are not followed.

    Raises
    ------
    UnsafeFileError
        As :func:`geodata.readers.xml_tree.parse_xml`; or a coordinate is not
        finite.
    LayerFormatError
        If the text is not KML, has no such folder, or a geometry is malformed.
    """
    root = parse_xml(content, limits)
    if root.tag != "kml" and root.tag not in _CONTAINERS:
        raise LayerFormatError(f"Expected KML; the root element is {quoted(root.tag)}.")
    found = list(_placemarks(root, "", folder is None, folder))
    if folder is not None and not found:
        names = {text_of(element.find("name")) for element in root.iter()} - {""}
        raise LayerFormatError(
            f"The KML has no placemarks in a folder '{folder}'. Names in it: "
            f"{listed(sorted(names))}."
        )
    require_rows(len(found), limits)
    geometries = np.empty(len(found), dtype=object)
    records = []
    for row, (placemark, name) in enumerate(found):
        geometries[row] = gathered(
            [part for child in placemark for part in _geometries(child, row, limits)]
        )
        records.append({"folder": name} | _record(placemark))
    return VectorRows(
        columns=frame_of(records, limits),
        geometries=geometries,
        crs=reference_from_code(4326),
    )


def _placemarks(
    element: Element,
    name: str,
    wanted: bool,
    folder: str | None,
) -> Iterator[tuple[Element, str]]:
    for child in element:
        if child.tag == "Placemark" and wanted:
            yield child, name
        elif child.tag in _CONTAINERS:
            title = text_of(child.find("name"))
            yield from _placemarks(child, title, wanted or title == folder, folder)


def _record(placemark: Element) -> dict[str, str]:
    record = {
        child.tag: text
        for child in placemark
        if child.tag in _PLAIN and (text := text_of(child))
    }
    for data in placemark.iter("Data"):
        record[data.get("name", "")] = text_of(data.find("value"))
    for data in placemark.iter("SimpleData"):
        record[data.get("name", "")] = text_of(data)
    return record


def _geometries(element: Element, row: int, limits: Limits) -> list[shapely.Geometry]:
    match element.tag:
        case "Point":
            return [point(_pairs(element, row, limits), row)]
        case "LineString" | "LinearRing":
            return [line(_pairs(element, row, limits), row)]
        case "Polygon":
            outer = element.find("outerBoundaryIs/LinearRing")
            inner = element.findall("innerBoundaryIs/LinearRing")
            if outer is None:
                raise LayerFormatError(f"The polygon of row {row + 1} has no outside.")
            holes = [_pairs(ring, row, limits) for ring in inner]
            return [polygon(_pairs(outer, row, limits), holes, row)]
        case "MultiGeometry":
            return [
                part for child in element for part in _geometries(child, row, limits)
            ]
    return []


def _pairs(element: Element, row: int, limits: Limits) -> Positions:
    """Return the positions of tuples like ``71.4,51.1,300``, blanks between them."""
    text = text_of(element.find("coordinates"))
    first = text.split(maxsplit=1)[0] if text else ""
    flat = numbers(text.replace(",", " "), row, limits)
    return positions(flat, first.count(",") + 1, row, limits)
