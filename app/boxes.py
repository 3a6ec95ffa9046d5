"""Boxes of a query: read strictly, and brought to longitudes and latitudes."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pyproj
import shapely

from app.crs import MOST_SYSTEMS, ROUNDING_M, Crs, longest_step_m, to_crs, to_crs84
from app.errors import BadParameterError
from app.text import say
from geodata.region import WINDOW, Bounds

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_WEB_MERCATOR, _MERCATOR_RADIUS_M = 3857, 6_378_137.0
_EARTH_RADIUS_M = 6_371_000.0
_MARGIN_DEG = 10.0
"""How far around the region a projected system is taken to be of use."""


def parse_box(text: str) -> tuple[float, ...]:
    """Read the numbers of a ``bbox``.

    Parameters
    ----------
    text : str
        Four numbers, or six with heights, separated by commas.

    Returns
    -------
    tuple of four float
        Finite; the heights are left out, as our geometries have none.

    Raises
    ------
    BadParameterError
        If it is anything else.

    >>> parse_box("60,40,0,80,50,9")
    (60.0, 40.0, 80.0, 50.0)
    """
    parts = [part.strip(" ") for part in text[:1000].split(",")]
    if len(parts) in (4, 6) and all(map(_NUMBER.fullmatch, parts)):
        numbers = [float(part) for part in parts]
        if len(numbers) == 6:
            numbers = [*numbers[:2], *numbers[3:5]]
        if all(map(math.isfinite, numbers)):
            return tuple(numbers)
    raise BadParameterError(say("error.box-numbers", given=text[:80]))


def box_in_crs84(values: Sequence[float], crs: Crs) -> shapely.Geometry:
    """Bring a box of a reference system to longitudes and latitudes.

    Parameters
    ----------
    values : sequence of four float
        Lower corner, upper corner, each in the order of axes that ``crs`` states.
    crs : Crs
        What they are in.

    Returns
    -------
    shapely geometry
        One polygon or, across the antimeridian, several; CRS84. Edges of a projected
        system are bent as they are on the ground, and moved out by what rounding and
        bending may cost (1 cm for a place, a metre or two for a province, 20 m for
        the whole region), so that what lies inside is never lost.

    Raises
    ------
    BadParameterError
        If corners are in the wrong order, a latitude is beyond the poles, or a
        projected box lies nowhere near the region.

    Notes
    -----
    Longitudes beyond ±180 are wrapped, as maps that scroll around the world send them;
    360 degrees and more are the whole world. A western edge greater than the eastern
    one, both within ±180, means across the antimeridian (RFC 7946).

    >>> from app.crs import known_crs
    >>> box_in_crs84((-418, -10, 554, 80), known_crs()[0]).bounds
    (-180.0, -10.0, 180.0, 80.0)
    """
    low_x, low_y, high_x, high_y = values
    if crs.axes_swapped:
        low_x, low_y, high_x, high_y = low_y, low_x, high_y, high_x
    box = Bounds(west=low_x, south=low_y, east=high_x, north=high_y)
    if crs.geographic:
        return _around_the_world(box)
    if box.west > box.east or box.south > box.north:
        raise BadParameterError(say("error.box-order", crs=crs.title))
    if crs.epsg == _WEB_MERCATOR:
        return _around_the_world(_unprojected(box))
    return _bent(box, crs)


def _around_the_world(box: Bounds) -> shapely.Geometry:
    """Return the polygons of a box of degrees."""
    if not -90 <= box.south <= box.north <= 90:
        raise BadParameterError(say("error.box-latitudes"))
    width = box.east - box.west
    if width < 0 and max(abs(box.east), abs(box.west)) > 180:
        raise BadParameterError(say("error.box-longitudes"))
    if width >= 360:
        return shapely.box(-180.0, box.south, 180.0, box.north)
    west, east = _wrapped(box.west), _wrapped(box.east)
    if west <= east:
        return shapely.box(west, box.south, east, box.north)
    halves = [
        shapely.box(west, box.south, 180.0, box.north),
        shapely.box(-180.0, box.south, east, box.north),
    ]
    return shapely.multipolygons(halves)


def _wrapped(longitude: float) -> float:
    """Return the same longitude within ±180 degrees; 180 itself stays."""
    if -180 <= longitude <= 180:
        return longitude
    return (longitude + 180.0) % 360.0 - 180.0


def _unprojected(box: Bounds) -> Bounds:
    """Return a box of web Mercator in degrees; its edges stay straight there."""

    def longitude(x: float) -> float:
        return math.degrees(x / _MERCATOR_RADIUS_M)

    def latitude(y: float) -> float:
        half = math.atan(math.exp(min(y / _MERCATOR_RADIUS_M, 700.0)))
        return math.degrees(2.0 * half) - 90.0

    return Bounds(
        west=longitude(box.west - ROUNDING_M),
        south=latitude(box.south - ROUNDING_M),
        east=longitude(box.east + ROUNDING_M),
        north=latitude(box.north + ROUNDING_M),
    )


def _bent(box: Bounds, crs: Crs) -> shapely.Geometry:
    """Return a box of a projected system, x before y, with its edges followed."""
    use = _use(crs.crs)
    west, east = max(box.west, use.west), min(box.east, use.east)
    south, north = max(box.south, use.south), min(box.north, use.north)
    if west > east or south > north:
        raise BadParameterError(
            say("error.box-far", crs=crs.title, given=_told(use, crs))
        )
    around = 2.0 * (east - west + north - south)
    step = min(longest_step_m(around), max(east - west, north - south))
    # The rise of an arc over its chord, doubled, as grid lines bend up to twice as
    # much as great circles do in these latitudes.
    out = ROUNDING_M + 2.0 * step**2 / (8.0 * _EARTH_RADIUS_M)
    grown = shapely.box(west - out, south - out, east + out, north + out)
    return to_crs84(grown, replace(crs, axes_swapped=False))


@lru_cache(maxsize=MOST_SYSTEMS)
def _use(crs: pyproj.CRS) -> Bounds:
    """Return the box, x before y, in which a projected system is of use here."""
    xy = Crs(uri="", title="", epsg=None, crs=crs, axes_swapped=False)
    window = shapely.box(
        WINDOW.west - _MARGIN_DEG,
        WINDOW.south - _MARGIN_DEG,
        WINDOW.east + _MARGIN_DEG,
        WINDOW.north + _MARGIN_DEG,
    )
    edges = np.array([shapely.segmentize(window, 0.5)], dtype=np.object_)
    west, south, east, north = to_crs(edges, xy)[0].bounds
    return Bounds(west=west, south=south, east=east, north=north)


def _told(use: Bounds, crs: Crs) -> str:
    """Write a box as a query would have it."""
    corners = [(use.west, use.south), (use.east, use.north)]
    ordered = [pair[::-1] if crs.axes_swapped else pair for pair in corners]
    return ",".join(f"{value:.0f}" for pair in ordered for value in pair)
