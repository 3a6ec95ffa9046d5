"""Positions of records: read, doubted, and never invented.

A position is *missing* when there is nothing to read, and *quarantined* when it can
be read but contradicts what the record says itself.  A quarantined record stays in
the table, with its reason, and is used for nothing.
"""

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.layers.occurrences.tables import TABLES
from geodata.region import Bounds

Degrees = npt.NDArray[np.float64]

RADIUS_KM = 6_371.0
"""Of the sphere on which neighbours are sought."""

SHARED_KM = 10.0
"""Least uncertainty of a point that stands for several records of one table."""

# How far positions may be wrong, by how they are written: measured on names that
# several public tables share (median 6 km, with MRDS 20 km); the others our choice.
_DEGREE_KM = 30.0
_QUARTER_DEGREE_KM = 15.0
_ARC_MINUTE_KM = 10.0
_FINER_KM = 5.0
_MRDS_KM = 20.0
_MRDS = "usgs-mrds"

_DECIMAL_COMMA = re.compile(r"^([+-]?\d+),(\d+)$")
_ANGLE = re.compile(
    r"""(?P<degrees>\d{1,3})[-°\s]+(?P<minutes>\d{1,2}(?:\.\d+)?)(?:['′-]\s*
        (?P<seconds>\d{1,2}(?:\.\d+)?))?['"′″\s]*(?P<side>[NSEW])""",
    re.VERBOSE | re.IGNORECASE,
)
_POINT_DECIMALS = 5
_ORDER = {table.source: number for number, table in enumerate(TABLES)}


def parse_angle(text: str) -> float:
    """Read a coordinate as tables write it.

    Parameters
    ----------
    text : str
        Decimal degrees, or degrees, minutes and perhaps seconds with the side of the
        world; of a range from one to another the middle is taken.

    Returns
    -------
    float
        Degrees, south and west negative; NaN when it is neither.

    Examples
    --------
    >>> parse_angle("42-40N"), parse_angle("8-15W"), parse_angle("-14.25")
    (42.666666666666664, -8.25, -14.25)
    >>> parse_angle("68,25")
    68.25
    >>> parse_angle("105-00W to 106-00W"), parse_angle("unknown")
    (-105.5, nan)
    """
    try:
        value = float(_DECIMAL_COMMA.sub(r"\1.\2", text.strip()))
    except ValueError:
        pass
    else:
        return value if math.isfinite(value) else math.nan
    ends = [_one_angle(end) for end in re.split(r"\bto\b", text)]
    return sum(ends) / len(ends)


def read_positions(records: pd.DataFrame) -> pd.DataFrame:
    """Read the positions of records.

    Parameters
    ----------
    records : DataFrame
        Columns ``lon``, ``lat``, text.

    Returns
    -------
    DataFrame
        Same index; ``lon``, ``lat`` in degrees, WGS 84, both NaN when there is no
        usable position, and ``reason``, why not.
    """
    lon = np.array([parse_angle(text) for text in records["lon"]], dtype=np.float64)
    lat = np.array([parse_angle(text) for text in records["lat"]], dtype=np.float64)
    written = (records["lon"].str.strip() != "") | (records["lat"].str.strip() != "")
    unread = np.isnan(lon) | np.isnan(lat)
    outside = ~unread & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    zero = (lon == 0) & (lat == 0)
    reason = np.select(
        [unread & ~written, unread, outside, zero],
        [
            "the source gives no position",
            "the position is not two coordinates",
            "the position is not on Earth",
            "the position is the placeholder 0, 0",
        ],
        default="",
    )
    usable = reason == ""
    return pd.DataFrame(
        {
            "lon": np.where(usable, lon, np.nan),
            "lat": np.where(usable, lat, np.nan),
            "reason": reason.astype(object),
        },
        index=records.index,
    )


def unit_vectors(lon: Degrees, lat: Degrees) -> npt.NDArray[np.float64]:
    """Return points on a sphere of radius 1, shape (points, 3)."""
    east, north = np.radians(lon), np.radians(lat)
    return np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )


def shared_points(sources: Sequence[str], lon: Degrees, lat: Degrees) -> pd.Series:
    """Tell which records share their point with another of the same table.

    Returns
    -------
    Series of bool
        True for each of them; positions are compared to the 5th decimal.
    """
    return point_keys(sources, lon, lat).duplicated(keep=False)


def point_keys(sources: Sequence[str], lon: Degrees, lat: Degrees) -> pd.Series:
    """Return a text that records of one table with the same point share."""
    east = np.round(lon, _POINT_DECIMALS) + 0.0  # no negative zero
    north = np.round(lat, _POINT_DECIMALS) + 0.0
    return pd.Series(
        [
            f"{source} {x:.5f} {y:.5f}"
            for source, x, y in zip(sources, east, north, strict=True)
        ],
        dtype=object,
    )


def uncertainties_km(
    sources: Sequence[str],
    lon: Degrees,
    lat: Degrees,
    shared: npt.NDArray[np.bool_],
) -> Degrees:
    """Return how far each position may be wrong, km, by the way it is written.

    A point given to several records marks their district rather than each of them.
    """
    written = [
        least_uncertainty_km(x, y, source=source)
        for source, x, y in zip(sources, lon, lat, strict=True)
    ]
    return np.maximum(written, np.where(shared, SHARED_KM, 0.0))


def least_uncertainty_km(lon: float, lat: float, *, source: str) -> float:
    """Return how exact a position can be at best, by the way it is written.

    Parameters
    ----------
    lon, lat : float
        Position as the source states it, degrees, to 4 decimals or more.
    source : str
        Id of the source; MRDS is measured to be worse than the others.

    Returns
    -------
    float
        30 km for whole degrees, 15 km for quarters of a degree, 10 km for whole
        arc-minutes, otherwise 5 km; MRDS never below 20 km.

    Examples
    --------
    >>> least_uncertainty_km(76.16667, 42.66667, source="usgs-ree")
    10.0
    >>> least_uncertainty_km(70.0, 39.75, source="usgs-ree")
    15.0
    """
    steps = ((60.0, _DEGREE_KM), (15.0, _QUARTER_DEGREE_KM), (1.0, _ARC_MINUTE_KM))
    written = next(
        (
            error_km
            for minutes, error_km in steps
            if all(_is_multiple(angle * 60.0, minutes) for angle in (lon, lat))
        ),
        _FINER_KM,
    )
    return max(written, _MRDS_KM) if source == _MRDS else written


def preference(records: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the rank of each record as the position of a site, 0 the best.

    A record that names rare earths comes first, then the smaller uncertainty, then the
    order of the tables, then the id; the order of the rows does not matter.
    """
    order = pd.DataFrame(
        {
            "indirect": (records["ree_evidence"] != "direct").to_numpy(),
            "uncertainty_km": records["uncertainty_km"].to_numpy(),
            "table": records["source_id"].map(_ORDER).to_numpy(),
            "id": records["occurrence_id"].to_numpy(),
        }
    ).sort_values(["indirect", "uncertainty_km", "table", "id"])
    rank = np.empty(len(records), dtype=np.int64)
    rank[order.index.to_numpy()] = np.arange(len(records))
    return rank


def inside(bounds: Bounds, lon: Degrees, lat: Degrees) -> npt.NDArray[np.bool_]:
    """Tell which positions lie in a box."""
    return np.asarray(
        (lon >= bounds.west)
        & (lon <= bounds.east)
        & (lat >= bounds.south)
        & (lat <= bounds.north),
        dtype=np.bool_,
    )


def states_at(states: pd.DataFrame, lon: Degrees, lat: Degrees) -> list[str]:
    """Return the state each position lies in.

    Parameters
    ----------
    states : GeoDataFrame, EPSG:4326
        Columns ``iso3`` and geometry; the layer ``states``.

    Returns
    -------
    list of str
        ISO 3166-1 alpha-3 code by polygon; empty outside the five.
    """
    found = np.full(len(lon), "", dtype=object)
    for code, shape in zip(states["iso3"], states["geometry"], strict=True):
        shapely.prepare(shape)
        found[shapely.contains_xy(shape, lon, lat)] = code
    return [str(code) for code in found]


def _is_multiple(minutes: float, step: float) -> bool:
    """Tell whether an angle is a multiple of a step, to the 4th decimal of a degree."""
    return abs(minutes - round(minutes / step) * step) < 0.006


def _one_angle(text: str) -> float:
    match = _ANGLE.fullmatch(text.strip())
    if match is None:
        return math.nan
    value = (
        int(match["degrees"])
        + float(match["minutes"]) / 60
        + float(match["seconds"] or 0) / 3600
    )
    return -value if match["side"].upper() in "SW" else value
