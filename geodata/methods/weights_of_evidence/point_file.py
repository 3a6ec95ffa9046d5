"""Read points and put them into the reference system of a map.

Positions are read as the file has them and moved once, only where its system is
another: a way through degrees and back could move a point on the line between two
cells into the other one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import ProjError
from pyproj.network import (  # type: ignore[attr-defined]  # documented all the same
    set_network_enabled,
)

from geodata.errors import LayerFormatError
from geodata.methods.weights_of_evidence.class_areas import Doubles
from geodata.readers.checks import VectorRows, require_sound, within_memory
from geodata.readers.formats import driver_of
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.projection import WGS84
from geodata.readers.quoting import listed, quoted, reason
from geodata.readers.sandbox import confined
from geodata.readers.table import read_spreadsheet
from geodata.readers.vector import read_rows

IN_DEGREES = (("longitude", "latitude"), ("lon", "lat"))
AS_THE_MAP = (("easting", "northing"), ("x", "y"))
_DECIMAL_COMMA = re.compile(r"^(\s*[+-]?\d+),(\d+\s*)$")
_POINT, _MULTIPOINT = 0, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPlaces:
    """Positions in the reference system of a map.

    Attributes
    ----------
    x, y : array of float64, shape (points,)
        Eastward and northward; every point of a multi-point counts.
    without_position : int
        Rows without a geometry or without numbers.
    """

    x: Doubles
    y: Doubles
    without_position: int


@confined
def read_points(
    path: Path, *, crs: pyproj.CRS, limits: Limits = DEFAULT_LIMITS
) -> PointPlaces:
    """Read the points of a file.

    Parameters
    ----------
    path : Path
        A CSV parted by commas, semicolons or tabs, a workbook (``.xlsx``) of one
        sheet, or any format of :data:`geodata.readers.formats.FORMATS` with one
        table, told by the ending of its name.  A table has the columns ``longitude``
        and ``latitude`` or ``lon`` and ``lat`` (WGS 84), or ``easting`` and
        ``northing`` or ``x`` and ``y`` (in the system
        of the map), in capital letters or not.  In degrees, decimals may follow a
        comma.
    crs : pyproj.CRS
        System of the map.

    Raises
    ------
    LayerFormatError
        If the file is of another format, holds other shapes than points, names no
        reference system, or has a cell that is not a number.
    UnsafeFileError
        If it is hostile or too large.
    """
    with within_memory(path.name):
        if path.suffix.lower() in {".csv", ".xlsx"}:
            return _from_csv(path, crs, limits)
        try:
            driver = driver_of(path)
        except LayerFormatError as error:
            raise LayerFormatError(
                f"Expected points as .csv, .xlsx or vectors. {error}"
            ) from error
        rows = read_rows(path, driver=driver, limits=limits)
        return _from_rows(rows, path.name, crs, limits)


def _from_rows(
    rows: VectorRows, name: str, crs: pyproj.CRS, limits: Limits
) -> PointPlaces:
    geometries = rows.geometries.copy()
    geometries[shapely.is_empty(geometries)] = None
    require_sound(geometries, limits)
    here = ~shapely.is_missing(geometries)
    other = here & ~np.isin(shapely.get_type_id(geometries), (_POINT, _MULTIPOINT))
    if other.any():
        row = int(np.argmax(other))
        raise LayerFormatError(
            f"Row {row + 1} of {name} is a {geometries[row].geom_type}; expected "
            "points. Take a point in each shape first."
        )
    places = shapely.get_coordinates(geometries)
    plane = rows.crs.sub_crs_list[0] if rows.crs.is_compound else rows.crs
    x, y = _moved(places[:, 0], places[:, 1], plane, crs)
    return PointPlaces(x=x, y=y, without_position=int(np.sum(~here)))


def _from_csv(path: Path, crs: pyproj.CRS, limits: Limits) -> PointPlaces:
    table = read_spreadsheet(path, limits=limits)
    names = {str(name).lower(): name for name in table.columns}
    for pairs, system in ((IN_DEGREES, pyproj.CRS(WGS84)), (AS_THE_MAP, crs)):
        for pair in pairs:
            if all(name in names for name in pair):
                columns = [table[names[name]] for name in pair]
                if pairs is IN_DEGREES:
                    columns = [_with_points(column) for column in columns]
                x, y = (_numbers(column, path.name) for column in columns)
                known = np.isfinite(x) & np.isfinite(y)
                x, y = x[known], y[known]
                if pairs is IN_DEGREES:
                    _require_degrees(x, y, path.name)
                x, y = _moved(x, y, system, crs)
                return PointPlaces(x=x, y=y, without_position=int(np.sum(~known)))
    wanted = " or ".join(f"{x}, {y}" for x, y in (*IN_DEGREES, *AS_THE_MAP))
    raise LayerFormatError(
        f"{path.name} has the columns {listed(map(str, table.columns))}; expected "
        f"{wanted}."
    )


def _with_points(degrees: pd.Series) -> pd.Series:
    """Put points for decimal commas; degrees are too few to have thousands."""
    return degrees.str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True)


def _numbers(column: pd.Series, name: str) -> Doubles:
    text = column.str.strip()
    numbers: Doubles = pd.to_numeric(text, errors="coerce").to_numpy(np.float64)
    bad = (text != "").to_numpy() & ~np.isfinite(numbers)
    if bad.any():
        row = int(np.argmax(bad))
        raise LayerFormatError(
            f"Row {row + 1} of {name} has {quoted(text.iloc[row])} as its "
            f"{column.name}; expected a number, with a point for the decimals. A comma "
            "is read as one in degrees only."
        )
    return numbers


def _require_degrees(lon: Doubles, lat: Doubles, name: str) -> None:
    lost = (np.abs(lon) > 360.0) | (np.abs(lat) > 90.0)
    if lost.any():
        row = int(np.argmax(lost))
        raise LayerFormatError(
            f"{name} places a point at longitude {lon[row]:g}, latitude {lat[row]:g}: "
            "not on the Earth. Columns of metres are called x and y."
        )


def _moved(
    x: Doubles, y: Doubles, source: pyproj.CRS, target: pyproj.CRS
) -> tuple[Doubles, Doubles]:
    if source.equals(target, ignore_axis_order=True):
        return x, y
    set_network_enabled(active=False)  # no datum grid is fetched
    try:
        transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        raise LayerFormatError(
            f"There is no way from {quoted(source.name)} to {quoted(target.name)} "
            f"({reason(error)})."
        ) from error
    to_x, to_y = transformer.transform(x, y)
    return np.asarray(to_x, dtype=np.float64), np.asarray(to_y, dtype=np.float64)
