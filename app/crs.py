"""Coordinate reference systems: those offered, and geometries in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj import Transformer
from pyproj.enums import TransformDirection
from pyproj.transformer import AreaOfInterest, TransformerGroup

from app.errors import BadParameterError
from app.text import say
from geodata.region import WINDOW

AUTHORITY = "http://www.opengis.net/def/crs/"
CRS84_URI = f"{AUTHORITY}OGC/1.3/CRS84"
EPSG_CODES = (4326, 3857, *range(32639, 32646), *range(28408, 28416))
"""WGS 84, web Mercator, UTM zones 39–45 north, Pulkovo 1942 / Gauss–Krüger 8–15."""

ROUNDING_M = 0.01
"""What positions in metres are rounded to; our own geometries are coarser."""

LONGEST_STEP_M = 5_000.0
"""Straight edges are cut to this length before they are moved to longitudes."""

MOST_SYSTEMS = 64
"""Reference systems whose transformations are kept: those known, and our grids."""

MOST_STEPS = 2_000
"""But no geometry is cut into more pieces than about this."""

_WRITTEN = re.compile(
    r"(?:urn:ogc:def:crs:)?"
    r"(?:EPSG:(?:[0-9.]{0,8}:)?(?P<code>[0-9]{4,6})|OGC:(?:1\.3:)?CRS84)",
    re.IGNORECASE,
)

Geometries = npt.NDArray[np.object_]
Positions = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crs:
    """A reference system that answers and questions may be in.

    Attributes
    ----------
    uri : str
        Its address, by which requests and headers name it.
    title : str
        Its name in its registry.
    epsg : int or None
        Its number there; None = it has none.
    crs : pyproj.CRS
        Its definition.
    axes_swapped : bool
        Whether its first axis is the one that points north: latitude or northing.
    """

    uri: str
    title: str
    epsg: int | None
    crs: pyproj.CRS
    axes_swapped: bool

    @property
    def geographic(self) -> bool:
        """Whether its coordinates are degrees of WGS 84."""
        return bool(self.crs.is_geographic)


def make_crs(uri: str, definition: str, *, title: str = "") -> Crs:
    """Make a reference system of its definition.

    Parameters
    ----------
    uri : str
        The address it is to be known by.
    definition : str
        Anything PROJ reads; WGS 84 if it is in degrees.
    title : str, optional
        What it is called; by default what its definition says.

    >>> make_crs(AUTHORITY + "EPSG/0/4326", "EPSG:4326").axes_swapped
    True
    """
    crs = pyproj.CRS.from_user_input(definition)
    return Crs(
        uri=uri,
        title=title or crs.name,
        epsg=int(definition[5:]) if definition.startswith("EPSG:") else None,
        crs=crs,
        axes_swapped=crs.axis_info[0].direction == "north",
    )


@cache
def known_crs() -> tuple[Crs, ...]:
    """Return the reference systems every release is offered in, CRS84 first."""
    registered = [
        make_crs(f"{AUTHORITY}EPSG/0/{code}", f"EPSG:{code}") for code in EPSG_CODES
    ]
    return (make_crs(CRS84_URI, "OGC:CRS84"), *registered)


def parse_crs(text: str, known: Sequence[Crs] | None = None) -> Crs:
    """Find a reference system by what a request calls it.

    Parameters
    ----------
    text : str
        Its address, ``[EPSG:4326]`` or ``EPSG:4326``.
    known : sequence of Crs, optional
        Those to choose from; by default :func:`known_crs`.

    Raises
    ------
    BadParameterError
        If it is none of them; the message lists them.

    >>> parse_crs("[EPSG:32642]").title
    'WGS 84 / UTM zone 42N'
    """
    offered = known_crs() if known is None else tuple(known)
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if written := _WRITTEN.fullmatch(bare):
        code = written["code"]
        bare = f"{AUTHORITY}EPSG/0/{code}" if code else CRS84_URI
    for crs in offered:
        if crs.uri == bare:
            return crs
    names = ", ".join(f"EPSG:{crs.epsg}" if crs.epsg else crs.uri for crs in offered)
    raise BadParameterError(say("error.crs", given=text[:80], known=names))


def to_crs(geometries: Geometries, crs: Crs) -> Geometries:
    """Move geometries from longitudes and latitudes to a reference system.

    Parameters
    ----------
    geometries : array of shapely geometries, or None in places
        In CRS84, degrees.
    crs : Crs
        Where they go.

    Returns
    -------
    array of shapely geometries
        In the order of axes that the reference system states; metres are rounded to
        :data:`ROUNDING_M`, degrees stay as they are. None stays None.

    Notes
    -----
    Between WGS 84 and Pulkovo 1942 one transformation serves the whole region, the
    most accurate of the EPSG registry for it that needs no grid of shifts: EPSG:15865,
    whose stated accuracy is 4.5 m. PROJ never uses the network.

    >>> place = shapely.points([[67.0, 46.0]])
    >>> to_crs(place, parse_crs("EPSG:4326"))[0].wkt
    'POINT (46 67)'
    """
    if crs.geographic and not crs.axes_swapped:
        return geometries

    def move(positions: Positions) -> Positions:
        if not crs.geographic:
            x, y = _mover(crs.crs).transform(positions[:, 0], positions[:, 1])
            positions = np.round(np.column_stack([x, y]), 2)
        return positions[:, ::-1] if crs.axes_swapped else positions

    return np.asarray(shapely.transform(geometries, move), dtype=np.object_)


def to_crs84(geometry: shapely.Geometry, crs: Crs) -> shapely.Geometry:
    """Move one geometry from a reference system to longitudes and latitudes.

    Straight edges of a projected system are followed by steps of
    :data:`LONGEST_STEP_M`, longer where that would make too many.

    Parameters
    ----------
    geometry : shapely geometry
        In the order of axes that the reference system states.
    crs : Crs
        Where it comes from.

    Returns
    -------
    shapely geometry
        In CRS84; its coordinates are infinite where the reference system has no place.
    """
    if crs.geographic and not crs.axes_swapped:
        return geometry

    def move(positions: Positions) -> Positions:
        if crs.axes_swapped:
            positions = positions[:, ::-1]
        if crs.geographic:
            return positions
        backward = TransformDirection.INVERSE
        lon, lat = _mover(crs.crs).transform(
            positions[:, 0], positions[:, 1], direction=backward
        )
        return np.column_stack([lon, lat])

    if not crs.geographic and geometry.length > 0:
        geometry = shapely.segmentize(geometry, longest_step_m(geometry.length))
    return shapely.transform(geometry, move)


def longest_step_m(length_m: float) -> float:
    """Return how long pieces of a line of some length may be, both in metres."""
    return max(LONGEST_STEP_M, length_m / MOST_STEPS)


@lru_cache(maxsize=MOST_SYSTEMS)
def _mover(crs: pyproj.CRS) -> Transformer:
    """Return the transformation from CRS84, x before y, safe to share by threads."""
    window = AreaOfInterest(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)
    group = TransformerGroup(
        "OGC:CRS84",
        crs,
        always_xy=True,
        area_of_interest=window,
        allow_ballpark=False,
    )
    return Transformer.from_pipeline(group.transformers[0].definition)
