"""Names of the 1:1 000 000 and 1:200 000 map sheets used in the five states.

Pure arithmetic.  A 1:1 000 000 sheet is 4° high and 6° wide: ``K-43`` is the
eleventh band from the equator, zone 43.  It holds 36 sheets of 1:200 000, each
40′ high and 1° wide, in roman numerals row by row from the north-western
corner: ``K-43-XI``.  A place on an edge belongs to the sheet north and east of
it.  North of 60° sheets are joined in pairs, so names stop there.
"""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.region import Bounds

_BANDS = "ABCDEFGHIJKLMNO"  # 15 bands of 4° reach 60° N
_FIRST_EASTERN_ZONE = 31
_ROWS_PER_DEGREE = 1.5  # a 1:200 000 sheet is 40′ high
_ROWS = 6
_COLUMNS = 6
_SLIVER_DEG = 1e-8  # about 1 mm: a shared edge is no overlap
ROMAN_NUMERALS = (
    *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"),
    *("XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX", "XXI", "XXII"),
    *("XXIII", "XXIV", "XXV", "XXVI", "XXVII", "XXVIII", "XXIX", "XXX", "XXXI"),
    *("XXXII", "XXXIII", "XXXIV", "XXXV", "XXXVI"),
)


def sheet_200k(lon: float, lat: float) -> str:
    """Name the 1:200 000 sheet a place lies on.

    Parameters
    ----------
    lon, lat : float
        Place, degrees, WGS 84; longitude -180 up to 180, latitude 0 up to 60.

    Raises
    ------
    ValueError
        If the place is outside these ranges.

    Examples
    --------
    Almaty lies in the second row (43°20′ to 42°40′) and the fifth column (76° to
    77°) of K-43, and so on its sheet number 6 + 5 = 11:

    >>> sheet_200k(76.93, 43.25)
    'K-43-XI'
    """
    _require_range(lon, lat)
    return _name_cell(math.floor(lon), math.floor(lat * _ROWS_PER_DEGREE))


def sheets_200k(place: BaseGeometry | Bounds) -> tuple[str, ...]:
    """Name all 1:200 000 sheets a place lies on.

    Parameters
    ----------
    place : shapely geometry or Bounds
        Degrees (lon, lat), WGS 84.  An area that only touches a sheet's edge does
        not lie on it.

    Returns
    -------
    tuple of str
        Row by row from the north-west; empty for an empty geometry.

    Raises
    ------
    ValueError
        If the place reaches outside the range of :func:`sheet_200k`.

    Examples
    --------
    >>> sheets_200k(Bounds(west=76.5, south=43.0, east=77.5, north=43.2))
    ('K-43-XI', 'K-43-XII')
    """
    shape = _as_shape(place)
    if shape.is_empty:
        return ()
    if isinstance(shape, shapely.Point):
        return (sheet_200k(shape.x, shape.y),)
    west, south, east, north = shape.bounds
    _require_range(west, south)
    _require_range(east - _SLIVER_DEG, north - _SLIVER_DEG)
    columns, rows = np.meshgrid(
        np.arange(math.floor(west), math.ceil(east) + 1),
        np.arange(
            math.ceil(north * _ROWS_PER_DEGREE),
            math.floor(south * _ROWS_PER_DEGREE) - 1,
            -1,
        ),
    )
    cells = shapely.box(
        columns + _SLIVER_DEG,
        rows / _ROWS_PER_DEGREE + _SLIVER_DEG,
        columns + 1 - _SLIVER_DEG,
        (rows + 1) / _ROWS_PER_DEGREE - _SLIVER_DEG,
    )
    shapely.prepare(shape)
    held = shapely.intersects(shape, cells)
    return tuple(
        _name_cell(int(column), int(row))
        for column, row in zip(columns[held], rows[held], strict=True)
    )


def _name_cell(column: int, row: int) -> str:
    """Name a 1:200 000 cell by its column (° east) and row (40′ from the equator)."""
    band, row_from_south = divmod(row, _ROWS)
    zone, column_in_zone = divmod(column, _COLUMNS)
    number = (_ROWS - 1 - row_from_south) * _COLUMNS + column_in_zone
    return f"{_BANDS[band]}-{zone + _FIRST_EASTERN_ZONE}-{ROMAN_NUMERALS[number]}"


def _as_shape(place: BaseGeometry | Bounds) -> BaseGeometry:
    if isinstance(place, Bounds):
        return shapely.box(place.west, place.south, place.east, place.north)
    return place


def _require_range(lon: float, lat: float) -> None:
    if not (-180 <= lon < 180 and 0 <= lat < 60):
        raise ValueError(
            f"No sheet name for longitude {lon}, latitude {lat}: expected degrees, "
            "-180 up to 180 and 0 up to 60. Are the two swapped?"
        )
