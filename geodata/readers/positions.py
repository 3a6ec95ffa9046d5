"""Numbers in XML text to geometries: what KML and GML have in common."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.limits import Limits
from geodata.readers.quoting import reason
from geodata.readers.soundness import (
    require_finite,
    require_ring,
    require_values,
)

_GEOMETRY = "geometry"
_BLANKS = " \n\r\t,"
_MANY = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}

Positions = npt.NDArray[np.float64]


def numbers(text: str, row: int, limits: Limits) -> Positions:
    """Return the numbers of a text, apart by blanks.

    Raises
    ------
    UnsafeFileError
        If there are more than a ring of the limits has.
    LayerFormatError
        If one is not a number.
    """
    require_ring(sum(text.count(sign) for sign in _BLANKS) // 4, limits)
    try:
        return np.array(text.split(), dtype=np.float64)
    except ValueError as error:
        raise LayerFormatError(
            f"Row {row + 1} has coordinates that are not numbers ({reason(error)})."
        ) from error


def positions(flat: Positions, dimension: int, row: int, limits: Limits) -> Positions:
    """Return the first two of every ``dimension`` numbers, checked to be finite.

    Raises
    ------
    UnsafeFileError
        If there are too many, or one is not finite.
    LayerFormatError
        If they do not come out even.
    """
    if not 2 <= dimension <= 4 or len(flat) % dimension:
        raise LayerFormatError(
            f"Row {row + 1} has {len(flat)} coordinates; expected groups of "
            f"{dimension}."
        )
    pairs = np.ascontiguousarray(flat.reshape(-1, dimension)[:, :2])
    require_ring(len(pairs), limits)
    require_finite(pairs, row)
    return pairs


def point(pairs: Positions, row: int) -> shapely.Point:
    """Return a point of exactly one position."""
    _require(len(pairs) == 1, row)
    return shapely.Point(pairs[0])


def line(pairs: Positions, row: int) -> shapely.LineString:
    """Return a line of two positions or more."""
    _require(len(pairs) >= 2, row)
    return shapely.LineString(pairs)


def polygon(outer: Positions, holes: Sequence[Positions], row: int) -> shapely.Polygon:
    """Return a polygon of rings with three corners or more."""
    _require(all(len(ring) >= 3 for ring in (outer, *holes)), row)
    return shapely.Polygon(outer, holes)


def gathered(parts: Sequence[shapely.Geometry]) -> shapely.Geometry | None:
    """Return parts as one geometry: the part, a multi-part or a collection."""
    if len(parts) < 2:
        return parts[0] if parts else None
    kinds = {part.geom_type for part in parts}
    if len(kinds) == 1 and (many := _MANY.get(kinds.pop())):
        return many(list(parts))
    return shapely.GeometryCollection(list(parts))


def frame_of(records: Sequence[dict[str, str]], limits: Limits) -> pd.DataFrame:
    """Return records as a table of text; what a record lacks is None.

    A column called ``geometry`` gets an underscore, because that name is ours.
    """
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
        require_values(len(records), len(names), limits)
    return pd.DataFrame(
        {
            name if name != _GEOMETRY else f"{name}_": np.array(
                [*(record.get(name) for record in records), None], dtype=object
            )[:-1]
            for name in names
        },
        index=range(len(records)),
    )


def _require(enough: bool, row: int) -> None:
    if not enough:
        raise LayerFormatError(
            f"Row {row + 1} has a point, line or ring with a wrong number of "
            "positions; expected one, two or more, and three or more."
        )
