"""Read polygons from TopoJSON: borders that share their arcs exactly."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.quoting import reason

Ring = npt.NDArray[np.float64]

_SHORTEST_RING = 4  # positions, the first repeated at the end


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
