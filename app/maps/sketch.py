"""A small map of one prospect area, as paths of a drawing that prints well."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geodata.region import Bounds
from geodata.release import Release

WIDTH, HEIGHT = 640.0, 420.0
"""Size of the drawing, its own units."""

_ROOM = 0.9  # of the area's own size, left free around it
_LEAST_SPAN_DEG = 2.4
_KM_PER_DEGREE = 111.2
_LABELS = 9


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
        x = (lon - self.west) * self.per_degree * self.squeeze
        return round(x, 1), round((self.north - lat) * self.per_degree, 1)


def draw_sketch(release: Release, prospect_id: str) -> Sketch:
    """Draw a prospect area and what lies around it.

    Parameters
    ----------
    release : Release
        The open release.
    prospect_id : str
        Id of a prospect area of that release.
    """
    prospects = release.prospects
    own = prospects["id"] == prospect_id
    area = prospects.geometry[own].iloc[0]
    frame = _frame_around(area)
    box = frame.bounds
    clip = shapely.box(box.west, box.south, box.east, box.north)
    occurrences = release.table("occurrences")
    sites = occurrences[occurrences["preferred"] & occurrences.geometry.notna()]
    scale_km = _round_length(WIDTH / 4 / frame.per_degree * _KM_PER_DEGREE)
    step = _round_length((box.east - box.west) / 4)
    return Sketch(
        water=_path(release.table("lakes").geometry, clip, frame),
        states=_path(release.table("states").geometry, clip, frame),
        others=_path(prospects.geometry[~own], clip, frame),
        area=_path([area], clip, frame),
        towns=tuple(_towns(release.table("places"), clip, frame)),
        occurrences=tuple(
            Mark(
                x=frame.point(row["lon"], row["lat"])[0],
                y=frame.point(row["lon"], row["lat"])[1],
                name=str(row["site"]),
                radius=round(
                    row["uncertainty_km"] / _KM_PER_DEGREE * frame.per_degree, 1
                ),
            )
            for row in sites[sites.intersects(clip)].to_dict("records")
        ),
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


def _path(
    geometries: Iterable[shapely.Geometry], clip: shapely.Geometry, frame: _Frame
) -> str:
    """Return path data of all rings that show."""
    parts: list[str] = []
    for geometry in geometries:
        shown = shapely.intersection(shapely.make_valid(geometry), clip.buffer(0.05))
        for polygon in shapely.get_parts(shown):
            if polygon.geom_type != "Polygon":
                continue
            for ring in (polygon.exterior, *polygon.interiors):
                line = ring.simplify(0.5 / frame.per_degree)
                points = [frame.point(*xy) for xy in np.asarray(line.coords)]
                if len(points) < 4:
                    continue
                parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(parts)


def _towns(
    places: gpd.GeoDataFrame, clip: shapely.Geometry, frame: _Frame
) -> list[Mark]:
    """Return the largest towns that show, each with room for its name."""
    seen = places[places.intersects(clip.buffer(-0.05))]
    marks: list[Mark] = []
    for name, point in (
        seen.sort_values("population", ascending=False, na_position="last")
        .loc[:, ["name", seen.geometry.name]]
        .itertuples(index=False, name=None)
    ):
        x, y = frame.point(point.x, point.y)
        if all(abs(x - m.x) > 110 or abs(y - m.y) > 18 for m in marks):
            marks.append(Mark(x=x, y=y, name=str(name)))
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
