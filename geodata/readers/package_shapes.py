"""Read polygons from pinned packages: shapefiles, and TopoJSON, as bytes."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.quoting import reason

_MAGIC = 9994
_NULL, _POLYGON = 0, 5
_HEADER = 100
_DBF_FIELD = 32
_DBF_END_OF_FIELDS = 0x0D

Ring = npt.NDArray[np.float64]

_SHORTEST_RING = 4  # positions, the first repeated at the end


def read_polygons(content: bytes) -> list[shapely.Geometry]:
    """Return the polygons of a ``.shp`` file, in its order.

    Parameters
    ----------
    content : bytes
        The ``.shp`` file; longitude and latitude are taken as they stand.

    Returns
    -------
    list of shapely geometry
        Valid polygons and multipolygons; an empty polygon for a null shape.

    Raises
    ------
    LayerFormatError
        If the bytes are not a shapefile of polygons.
    """
    try:
        (magic,) = struct.unpack_from(">i", content, 0)
        (kind,) = struct.unpack_from("<i", content, 32)
        (words,) = struct.unpack_from(">i", content, 24)
        if len(content) < 2 * words:
            raise ValueError(f"{len(content):,} of {2 * words:,} bytes")
        if magic != _MAGIC or kind != _POLYGON:
            raise LayerFormatError(
                f"Expected a shapefile of polygons (code {_MAGIC}, shape type "
                f"{_POLYGON}); found code {magic}, shape type {kind}. Check the "
                "catalogue."
            )
        geometries = []
        offset = _HEADER
        while offset < len(content):
            _, words = struct.unpack_from(">ii", content, offset)
            geometries.append(_shape(content, offset + 8))
            offset += 8 + 2 * words
    except (struct.error, ValueError) as error:
        raise LayerFormatError(
            f"The shapefile ends early or is damaged ({error}). Fetch the package "
            "again."
        ) from error
    return geometries


def read_attributes(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a ``.dbf`` file as text, in its order.

    Raises
    ------
    LayerFormatError
        If the bytes are not a dBASE table.
    """
    try:
        rows, header, width = struct.unpack_from("<IHH", content, 4)
        fields: list[tuple[str, int]] = []
        offset = _DBF_FIELD
        while content[offset] != _DBF_END_OF_FIELDS:
            name = content[offset : offset + 11].split(b"\0")[0].decode("ascii")
            fields.append((name, content[offset + 16]))
            offset += _DBF_FIELD
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise LayerFormatError(
            f"The attribute table is not dBASE ({error}). Fetch the package again."
        ) from error
    table = []
    for row in range(rows):
        start = header + row * width + 1  # the first byte marks deleted rows
        record = {}
        for name, length in fields:
            text = content[start : start + length].decode("utf-8", "replace")
            record[name] = text.strip().strip("\0")
            start += length
        table.append(record)
    return table


def _shape(content: bytes, offset: int) -> shapely.Geometry:
    (kind,) = struct.unpack_from("<i", content, offset)
    if kind == _NULL:
        return shapely.Polygon()
    part_count, point_count = struct.unpack_from("<ii", content, offset + 36)
    starts = struct.unpack_from(f"<{part_count}i", content, offset + 44)
    points = np.frombuffer(
        content, dtype="<f8", count=2 * point_count, offset=offset + 44 + 4 * part_count
    ).reshape(-1, 2)
    ends = [*starts[1:], point_count]
    return _assembled(
        [points[start:end] for start, end in zip(starts, ends, strict=True)]
    )


def _assembled(rings: list[Ring]) -> shapely.Geometry:
    """Join rings to polygons: clockwise ones are outer, the others holes."""
    outers = [ring for ring in rings if not shapely.is_ccw(shapely.LinearRing(ring))]
    holes = [ring for ring in rings if shapely.is_ccw(shapely.LinearRing(ring))]
    filled = shapely.union_all([_valid(ring) for ring in outers])
    if holes:
        filled = shapely.difference(
            filled, shapely.union_all([_valid(ring) for ring in holes])
        )
    return filled


def _valid(ring: Ring) -> shapely.Geometry:
    polygon = shapely.Polygon(ring)
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One row of a TopoJSON collection.

    Attributes
    ----------
    code : str
        The ``id`` member, here the ISO 3166-1 numeric code; empty when absent.
    name : str
        The ``name`` property.
    geometry : shapely geometry
        Multipolygon, longitude and latitude; may be invalid, as in the source.
    """

    code: str
    name: str
    geometry: shapely.Geometry


def read_countries(content: bytes) -> Iterator[Country]:
    """Yield the rows of the collection ``countries`` of a TopoJSON file.

    Raises
    ------
    LayerFormatError
        If the file is not TopoJSON with a quantised collection ``countries``.
    """
    try:
        topology = json.loads(content)
        scale = np.array(topology["transform"]["scale"], dtype=np.float64)
        shift = np.array(topology["transform"]["translate"], dtype=np.float64)
        arcs = [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]
        rows = topology["objects"]["countries"]["geometries"]
    except (ValueError, KeyError, TypeError) as error:
        raise LayerFormatError(
            f"The borders are not TopoJSON as expected ({type(error).__name__}: "
            f"{reason(error)}): transform, arcs and the collection 'countries'. "
            "Check the catalogue."
        ) from error
    for row in rows:
        if row["type"] == "Polygon":
            polygons = [row["arcs"]]
        elif row["type"] == "MultiPolygon":
            polygons = row["arcs"]
        else:
            continue
        parts = [_polygon(polygon, arcs) for polygon in polygons]
        parts = [part for part in parts if not part.is_empty]
        yield Country(
            code=str(row.get("id", "")),
            name=str(row["properties"].get("name", "")),
            geometry=shapely.MultiPolygon(parts),
        )


def _polygon(rings: list[list[int]], arcs: list[Ring]) -> shapely.Polygon:
    """Join a polygon; rings that quantisation has flattened to a line are left out."""
    outer, *holes = [_ring(indices, arcs) for indices in rings]
    if len(outer) < _SHORTEST_RING:
        return shapely.Polygon()
    return shapely.Polygon(
        outer, [hole for hole in holes if len(hole) >= _SHORTEST_RING]
    )


def _ring(indices: list[int], arcs: list[Ring]) -> Ring:
    # A negative index is the bitwise complement of an arc walked backwards.
    pieces = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    joined = [pieces[0], *(piece[1:] for piece in pieces[1:])]
    return np.concatenate(joined)
