"""An area somebody asks about: checked, put onto one sheet of the world, measured."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.errors import AreaOfInterestError
from geodata.raster import area_km2
from geodata.region import WINDOW

MAX_VERTICES = 10_000
MAX_MENDED = 500
"""Vertices of an outline that crosses itself which is mended and not refused: crossings
grow with their square."""

MAX_LENGTH_DEG = 2_000.0
"""Length of all outlines in and near the region, degrees: those of the five states have
400."""

_TURN = 360.0
_FARTHEST_DEG = 540.0  # once around, for outlines that go on across the antimeridian
_AREAS = (3, 6)  # type ids of shapely: polygon and multipolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOfInterest:
    """An area on Earth.

    Attributes
    ----------
    shape : shapely geometry
        Polygons, valid; longitude -180 to 180, latitude -90 to 90, degrees, WGS 84;
        edges are straight in those.
    area_km2 : float
        On the ellipsoid, square kilometres; 0 where the outline encloses nothing.
    mended : bool
        Whether its outline crossed or touched itself and was put right.
    """

    shape: shapely.Geometry
    area_km2: float
    mended: bool


def area_of_interest(place: shapely.Geometry) -> AreaOfInterest:
    """Check an area and put it onto the sheet of longitudes from -180 to 180.

    Parameters
    ----------
    place : shapely geometry
        Polygon or multipolygon; longitude and latitude, degrees, WGS 84.  Longitudes
        beyond ±180, up to ±540, go on around the Earth.

    Raises
    ------
    AreaOfInterestError
        If it is no polygon, is empty, has too many vertices, lies beyond the Earth, or
        crosses itself too often to be mended.
    """
    vertices = int(shapely.get_num_coordinates(place))
    if shapely.get_type_id(place) not in _AREAS or not vertices:
        raise AreaOfInterestError(
            "An area of interest is a Polygon or a MultiPolygon with at least one "
            f"ring; got an {'empty ' if not vertices else ''}{place.geom_type}."
        )
    if vertices > MAX_VERTICES:
        raise AreaOfInterestError(
            f"The area has {vertices:,} vertices; at most {MAX_VERTICES:,} are read. "
            "Simplify its outline: the maps are no finer than their cells."
        )
    _require_on_earth(place)
    mended = not shapely.is_valid(place)
    if mended:
        if vertices > MAX_MENDED:
            raise AreaOfInterestError(
                f"The outline is not valid ({shapely.is_valid_reason(place)}), and "
                f"with {vertices:,} vertices it is too long to be mended here (at most "
                f"{MAX_MENDED:,}). Mend it, for example with a buffer of 0."
            )
        place = _polygons(
            shapely.make_valid(place, method="structure", keep_collapsed=False)
        )
    shape = _on_one_sheet(place)
    box = shapely.box(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)
    length = float(shapely.length(shapely.intersection(shape, box)))
    if length > MAX_LENGTH_DEG:
        raise AreaOfInterestError(
            f"The outline is {length:,.0f} degrees long; at most {MAX_LENGTH_DEG:,.0f} "
            "are read. Simplify it, or ask for a part of the area."
        )
    area = float(area_km2(np.array([shape]))[0])
    return AreaOfInterest(shape=shape, area_km2=area, mended=mended)


def _require_on_earth(place: shapely.Geometry) -> None:
    corners = shapely.get_coordinates(place)
    lon, lat = corners.T
    wrong = ~((np.abs(lon) <= _FARTHEST_DEG) & (np.abs(lat) <= 90))
    if wrong.any():
        number = int(np.argmax(wrong))
        raise AreaOfInterestError(
            f"Vertex {number + 1:,} of the area lies at longitude {lon[number]:g}, "
            f"latitude {lat[number]:g}; expected degrees, longitude -180 to 180 "
            "(beyond that around the Earth, up to 540) and latitude -90 to 90. Are "
            "the two swapped, or is it another coordinate system?"
        )


def _on_one_sheet(place: shapely.Geometry) -> shapely.Geometry:
    """Move what lies beyond ±180 degrees to where it is on the sheet."""
    west, _, east, _ = shapely.bounds(place)
    if west >= -180 and east <= 180:
        return place
    pieces = []
    for turns in (-1, 0, 1):
        middle = turns * _TURN
        sheet = shapely.box(middle - 180, -90, middle + 180, 90)
        piece = _polygons(shapely.intersection(place, sheet))
        pieces.append(
            shapely.transform(piece, lambda at, by=middle: at - np.array((by, 0.0)))
        )
    return _polygons(shapely.union_all(pieces))


def _polygons(place: shapely.Geometry) -> shapely.Geometry:
    """Keep what has an area."""
    parts = shapely.get_parts(shapely.get_parts(np.array([place])))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == _AREAS[0]])
