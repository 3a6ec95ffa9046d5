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

from geodata.layers.occurrences.country_outlines import load_outlines
from geodata.region import STATES, Bounds

Degrees = npt.NDArray[np.float64]

FARTHEST_KM = 500.0
"""A point farther than this from the country its record names is on a wrong course."""

AGREEMENT_DEG = 0.02
"""Two ways of writing one coordinate may differ by a rounded arc-minute, no more."""

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


def read_positions(claims: pd.DataFrame) -> pd.DataFrame:
    """Read the positions of records.

    Parameters
    ----------
    claims : DataFrame
        Columns ``lon``, ``lat``, text.

    Returns
    -------
    DataFrame
        Same index; ``lon``, ``lat`` in degrees, WGS 84, both NaN when there is no
        usable position, and ``reason``, why not.
    """
    lon = np.array([parse_angle(text) for text in claims["lon"]], dtype=np.float64)
    lat = np.array([parse_angle(text) for text in claims["lat"]], dtype=np.float64)
    written = (claims["lon"].str.strip() != "") | (claims["lat"].str.strip() != "")
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
        index=claims.index,
    )


def doubts(claims: pd.DataFrame, lon: Degrees, lat: Degrees) -> list[str]:
    """Say of each position what in its own record contradicts it.

    Parameters
    ----------
    claims : DataFrame
        Columns ``lon_dms``, ``lat_dms`` and ``country_text``, text.
    lon, lat : array of float64
        Degrees; no NaN.

    Returns
    -------
    list of str
        Reason to set the record aside; empty when nothing contradicts.

    Notes
    -----
    Two tests: decimal degrees against degrees and minutes, where a table has both,
    and the distance to the country named.  A country whose name is not known to us
    contradicts nothing.
    """
    outlines = load_outlines()
    found = []
    columns = (claims["lon_dms"], claims["lat_dms"], claims["country_text"])
    for lon_dms, lat_dms, country, east, north in zip(*columns, lon, lat, strict=True):
        differs = [
            abs(parse_angle(text) - value) > AGREEMENT_DEG
            for text, value in ((lon_dms, east), (lat_dms, north))
        ]
        away_km = outlines.distance_km(country, lon=east, lat=north)
        if any(differs):
            found.append("decimal degrees differ from degrees and minutes")
        elif away_km > FARTHEST_KM:
            found.append(f"{away_km:,.0f} km from the country it names, {country}")
        else:
            found.append("")
    return found


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


def other_states(occurrences: pd.DataFrame) -> list[str]:
    """Return the ids of records that name another country than that of their polygon.

    Parameters
    ----------
    occurrences : DataFrame
        Columns ``occurrence_id``, ``country`` and ``country_text``.

    Returns
    -------
    list of str
        Records in one of the five states by polygon that name another country, and
        records elsewhere that name one of the five; in the order of the table.
    """
    outlines = load_outlines()
    names = {state.iso3: state.name for state in STATES}
    columns = ("occurrence_id", "country", "country_text")
    return [
        record
        for record, code, text in zip(*(occurrences[c] for c in columns), strict=True)
        if outlines.knows(text)
        and (
            not outlines.same(text, names[code])
            if code
            else any(outlines.same(text, name) for name in names.values())
        )
    ]


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
