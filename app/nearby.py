"""What else is on record around a prospect area: minerals, mines and plants.

Context for readers; nothing here is part of any score.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from app.atlas import Atlas
from app.overlays import overlays
from app.text.explanation import distance

MINERALS, MINES = "mineral-localities", "mines"
"""Collections of context that a release may have."""

MINERALS_KM, MINES_KM = 100.0, 250.0
"""What lies farther from an area is not told: minerals say little of other ground, a
railhead or a smelter is worth a day's drive."""

_EARTH_KM = 6371.0088  # mean radius
_STEP_DEG = 0.05  # straight edges in degrees are curved on the ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """One place of a collection near an area.

    Attributes
    ----------
    name, kind, holds : str
        What it is called, what it is, and the minerals or commodities it has, as the
        source says; empty = unknown.
    text : str
        How far it is from the edge of the area, with the error of its position.
    record : str
        Record whose position it is, where it has none of its own.
    """

    name: str
    kind: str
    holds: str
    text: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Places of one collection near an area, the nearest first, and whose they are."""

    rows: tuple[Near, ...]
    credit: str
    licence: str


def near_area(
    atlas: Atlas, prospect_id: str, collection: str, *, count: int, within_km: float
) -> Nearby | None:
    """Return the places of a collection that lie nearest to a prospect area.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    prospect_id : str
        Of an area of the release.
    collection : str
        :data:`MINERALS` or :data:`MINES`.
    count : int
        How many at most.
    within_km : float
        How far from the edge of the area at most.

    Returns
    -------
    Nearby or None
        None when the release has no such collection; no rows when nothing lies
        so near.
    """
    shown = {overlay.id: overlay for overlay in overlays(atlas.release)}
    if collection not in shown:
        return None
    overlay = shown[collection]
    areas = atlas.collections["prospects"]
    outline = areas.table.geometry.iloc[areas.position[prospect_id]]
    table = atlas.collections[collection].table
    far_km = distances_km(outline, table.geometry.to_numpy())
    order = np.argsort(far_km, kind="stable")
    record = next(
        item for item in atlas.release.manifest.layers if item.id == overlay.layer
    )
    return Nearby(
        rows=tuple(
            _near(table.iloc[row], float(far_km[row]))
            for row in order[:count]
            if far_km[row] <= within_km
        ),
        credit=overlay.credit,
        licence=record.licence,
    )


def distances_km(
    outline: shapely.Geometry, points: npt.NDArray[np.object_]
) -> npt.NDArray[np.float64]:
    """Return how far points lie from an area, km; 0 inside.

    Parameters
    ----------
    outline : shapely geometry
        Degrees (lon, lat), WGS 84.
    points : array of Point
        Degrees.

    Returns
    -------
    array of float64
        Along great circles of a sphere, to about 1 per cent.

    Examples
    --------
    >>> square = shapely.box(70, 45, 71, 46)
    >>> points = np.array([shapely.Point(70.5, 45.5), shapely.Point(70.5, 47)])
    >>> distances_km(square, points).round()
    array([  0., 111.])
    """
    scale = np.array([np.cos(np.radians(shapely.centroid(outline).y)), 1.0])
    flat = shapely.transform(
        shapely.segmentize(outline, _STEP_DEG), lambda degrees: degrees * scale
    )
    places = shapely.transform(points, lambda degrees: degrees * scale)
    ends = shapely.get_coordinates(shapely.shortest_line(flat, places)).reshape(
        -1, 2, 2
    )
    lon, lat = np.radians(ends[..., 0] / scale[0]), np.radians(ends[..., 1])
    half = (
        np.sin((lat[:, 1] - lat[:, 0]) / 2) ** 2
        + np.cos(lat[:, 0])
        * np.cos(lat[:, 1])
        * np.sin((lon[:, 1] - lon[:, 0]) / 2) ** 2
    )
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(half)))


def _near(row: pd.Series, far_km: float) -> Near:
    error_km = float(row.get("uncertainty_km", 0.0))
    holds = row.get("minerals", row.get("commodities"))
    return Near(
        name=_text(row.get("name")),
        kind=_text(row.get("kind")),
        holds=_text(holds),
        text=distance(far_km, error_km, within_error=far_km <= error_km),
        record=_text(row.get("position_record")),
    )


def _text(value: object) -> str:
    """Write a cell; commas get their blank, what is unknown is empty."""
    if not isinstance(value, str):
        return ""
    return ", ".join(part.strip() for part in value.split(","))
