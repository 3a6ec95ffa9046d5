"""A small map of one prospect area, as paths of a drawing that prints well."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from app.maps.ground import Ground, Outlines, Points
from geodata.region import Bounds

WIDTH, HEIGHT = 640.0, 420.0
"""Size of the drawing, its own units."""

_POLYGON = 3  # type id of shapely
_LEAST_CORNERS = 4  # of a ring that is an area; the first counts twice

Degrees = npt.NDArray[np.float64] | np.float64

_ROOM = 0.9  # of the area's own size, left free around it
_LEAST_SPAN_DEG = 2.4
_KM_PER_DEGREE = 111.2
_LABELS = 9
_MARGIN_DEG = 0.05  # drawn beyond the frame, so that no cut shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point of the drawing with its name; radius of its error, if any."""

    x: float
    y: float
    name: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the graticule: where it meets the frame, and what it is called."""

    at: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Everything the template draws.

    Attributes
    ----------
    water, states, others, area : str
        Path data.
    towns, occurrences : tuple of Mark
        Points to name.
    meridians, parallels : tuple of Tick
        The graticule.
    scale_km, scale_width : float
        Length of the scale bar, kilometres and drawing units.
    """

    water: str
    states: str
    others: str
    area: str
    towns: tuple[Mark, ...]
    occurrences: tuple[Mark, ...]
    meridians: tuple[Tick, ...]
    parallels: tuple[Tick, ...]
    scale_km: float
    scale_width: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """A plate carrée that is true to scale at its middle latitude."""

    west: float
    north: float
    per_degree: float
    squeeze: float

    @property
    def bounds(self) -> Bounds:
        """The box that is drawn, degrees."""
        return Bounds(
            west=self.west,
            south=self.north - HEIGHT / self.per_degree,
            east=self.west + WIDTH / (self.per_degree * self.squeeze),
            north=self.north,
        )

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = self.points(np.float64(lon), np.float64(lat))
        return float(x), float(y)

    def points(self, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
        x = (lon - self.west) * self.per_degree * self.squeeze
        return np.round(x, 1), np.round((self.north - lat) * self.per_degree, 1)


def draw_sketch(ground: Ground, prospect_id: str) -> Sketch:
    """Draw a prospect area and what lies around it.

    Parameters
    ----------
    ground : Ground
        What the sketches of a release show.
    prospect_id : str
        Id of a prospect area of that release.
    """
    own = ground.prospects.named(prospect_id)
    frame = _frame_around(own.shapes[0])
    box = frame.bounds
    scale_km = _round_length(WIDTH / 4 / frame.per_degree * _KM_PER_DEGREE)
    step = _round_length((box.east - box.west) / 4)
    return Sketch(
        water=_path(ground.water, frame),
        states=_path(ground.states, frame),
        others=_path(ground.prospects.inside(box).except_named(prospect_id), frame),
        area=_path(own, frame),
        towns=tuple(_towns(ground.towns, frame)),
        occurrences=tuple(_sites(ground.sites, frame)),
        meridians=tuple(
            Tick(at=frame.point(value, 0)[0], name=f"{value:g}° E")
            for value in _steps(box.west, box.east, step)
        ),
        parallels=tuple(
            Tick(at=frame.point(0, value)[1], name=f"{value:g}° N")
            for value in _steps(box.south, box.north, step)
        ),
        scale_km=scale_km,
        scale_width=round(scale_km / _KM_PER_DEGREE * frame.per_degree, 1),
    )


def _frame_around(area: shapely.Geometry) -> _Frame:
    west, south, east, north = shapely.bounds(area)
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    squeeze = math.cos(math.radians(middle_lat))
    tall = max((north - south) * (1 + _ROOM), _LEAST_SPAN_DEG)
    wide = max((east - west) * (1 + _ROOM), _LEAST_SPAN_DEG)
    per_degree = min(HEIGHT / tall, WIDTH / (wide * squeeze))
    return _Frame(
        middle_lon - WIDTH / (2 * per_degree * squeeze),
        middle_lat + HEIGHT / (2 * per_degree),
        per_degree,
        squeeze,
    )


def _path(outlines: Outlines, frame: _Frame) -> str:
    """Return path data of all rings that show."""
    box = frame.bounds
    shown = shapely.clip_by_rect(
        outlines.inside(box).shapes,
        *(box.west - _MARGIN_DEG, box.south - _MARGIN_DEG),
        *(box.east + _MARGIN_DEG, box.north + _MARGIN_DEG),
    )
    parts = shapely.get_parts(shapely.get_parts(shown))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == _POLYGON])
    lines = shapely.simplify(rings, 0.5 / frame.per_degree)
    corners, ring = shapely.get_coordinates(lines, return_index=True)
    x, y = frame.points(corners[:, 0], corners[:, 1])
    ends = np.flatnonzero(np.diff(ring)) + 1
    return "".join(
        "M"
        + "L".join(f"{across:g} {down:g}" for across, down in zip(*one, strict=True))
        + "Z"
        for one in zip(np.split(x, ends), np.split(y, ends), strict=True)
        if len(one[0]) >= _LEAST_CORNERS
    )


def _sites(sites: Points, frame: _Frame) -> list[Mark]:
    """Return the known sites that show, each with how far off it may lie."""
    box = frame.bounds
    return [
        Mark(
            x=frame.point(lon, lat)[0],
            y=frame.point(lon, lat)[1],
            name=name,
            radius=round(radius_km / _KM_PER_DEGREE * frame.per_degree, 1),
        )
        for lon, lat, name, radius_km in sites.inside(box)
    ]


def _towns(towns: Points, frame: _Frame) -> list[Mark]:
    """Return the largest towns that show, each with room for its name."""
    box = frame.bounds
    within = Bounds(
        west=box.west + _MARGIN_DEG,
        south=box.south + _MARGIN_DEG,
        east=box.east - _MARGIN_DEG,
        north=box.north - _MARGIN_DEG,
    )
    marks: list[Mark] = []
    for lon, lat, name, _ in towns.inside(within):
        x, y = frame.point(lon, lat)
        if all(abs(x - m.x) > 110 or abs(y - m.y) > 18 for m in marks):
            marks.append(Mark(x=x, y=y, name=name))
        if len(marks) == _LABELS:
            break
    return marks


def _round_length(value: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not above a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (5, 2, 1) if step * power <= value)


def _steps(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(count * step, 6) for count in range(first, last + 1)]
