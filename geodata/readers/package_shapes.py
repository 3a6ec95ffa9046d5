"""Read polygons and their attributes from shapefile bytes; no GDAL takes part.

After "ESRI Shapefile Technical Description", July 1998, for the one kind of
geometry we meet (polygons), and dBASE III tables as they go with it.
"""

import struct

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import LayerFormatError

_MAGIC = 9994
_NULL, _POLYGON = 0, 5
_HEADER = 100
_DBF_FIELD = 32
_DBF_END_OF_FIELDS = 0x0D

Ring = npt.NDArray[np.float64]


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
