"""Say where a place is in words: distance and direction from a known town."""

import math

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj

from geodata.errors import LayerFormatError

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
AT_PLACE_KM = 3.0  # nearer than this we say "at": about the size of a town

# How much further away a bigger town may be and still be the better landmark:
# from 1 for 1 000 people or an unknown number, to 3 for 100 000 and more.
_LEAST_WEIGHT = 1.0
_GREATEST_WEIGHT = 3.0
_PEOPLE_OF_WEIGHT_ONE = 1_000.0

_REQUIRED = ("name", "geometry")


def describe_place(lon: float, lat: float, places: gpd.GeoDataFrame) -> str:
    """Describe a place by its distance and direction from a town.

    Parameters
    ----------
    lon, lat : float
        Place, degrees, WGS 84.
    places : GeoDataFrame, EPSG:4326
        Towns as points with a column ``name`` and perhaps ``population``
        (inhabitants; NaN or absent = unknown).

    Returns
    -------
    str
        Such as ``"18 km NE of Balykchy"``, or ``"at Balykchy"`` nearer than 3 km.

    Raises
    ------
    LayerFormatError
        If the table is empty, lacks a column or is not in EPSG:4326.

    Notes
    -----
    Within 3 km the nearest town is named.  Otherwise the town with the least
    distance / weight: the weight is 1 up to 1 000 inhabitants or if their number is
    unknown, 2 at 10 000 and 3 from 100 000 on, so a city is named in place of a
    village only if it is less than three times as far.  Equal towns: the first by
    name.  Distances are geodesic on WGS 84 and printed to 1 km below 50 km, to 5 km
    below 200 km and to 10 km beyond; the direction, of eight, is the one from the
    town.

    Examples
    --------
    >>> towns = gpd.GeoDataFrame(
    ...     {"name": ["Balykchy"]},
    ...     geometry=gpd.points_from_xy([76.187], [42.460]),
    ...     crs="EPSG:4326",
    ... )
    >>> describe_place(76.34, 42.575, towns)
    '18 km NE of Balykchy'
    """
    _require_places(places)
    points = places.geometry
    town_lon, town_lat = points.x.to_numpy(), points.y.to_numpy()
    count = len(places)
    azimuth, _, metres = pyproj.Geod(ellps="WGS84").inv(
        town_lon, town_lat, np.full(count, lon), np.full(count, lat)
    )
    distance_km = np.asarray(metres) / 1_000.0
    names = places["name"].astype(str).to_numpy()
    nearest = int(np.lexsort((names, distance_km))[0])
    if distance_km[nearest] < AT_PLACE_KM:
        return f"at {names[nearest]}"
    chosen = int(np.lexsort((names, distance_km / _weights(places)))[0])
    direction = compass_point(float(azimuth[chosen]))
    return f"{round_distance(distance_km[chosen])} km {direction} of {names[chosen]}"


def compass_point(azimuth_deg: float) -> str:
    """Return the nearest of the eight points of the compass.

    Parameters
    ----------
    azimuth_deg : float
        Clockwise from north, degrees; any turn, negative too.

    Examples
    --------
    >>> compass_point(-91.0), compass_point(44.0)
    ('W', 'NE')
    """
    return COMPASS[math.floor(azimuth_deg / 45.0 + 0.5) % len(COMPASS)]


def round_distance(distance_km: float) -> int:
    """Round a distance to what a reader can use: 1, 5 or 10 km.

    Parameters
    ----------
    distance_km : float
        Distance, km; zero or more.

    Examples
    --------
    >>> round_distance(18.4), round_distance(52.0), round_distance(214.0)
    (18, 50, 210)
    """
    step = 1 if distance_km < 50 else 5 if distance_km < 200 else 10
    return int(step * math.floor(distance_km / step + 0.5))


def _weights(places: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return how good a landmark each town is, 1 to 3."""
    if "population" not in places.columns:
        return np.full(len(places), _LEAST_WEIGHT)
    people = places["population"].to_numpy(dtype=np.float64, na_value=np.nan)
    weights: npt.NDArray[np.float64] = np.clip(
        _LEAST_WEIGHT
        + np.log10(np.fmax(people, _PEOPLE_OF_WEIGHT_ONE) / _PEOPLE_OF_WEIGHT_ONE),
        _LEAST_WEIGHT,
        _GREATEST_WEIGHT,
    )
    return weights


def _require_places(places: gpd.GeoDataFrame) -> None:
    missing = [name for name in _REQUIRED if name not in places.columns]
    if missing or places.empty:
        raise LayerFormatError(
            f"Places need rows with the columns {', '.join(_REQUIRED)}; got "
            f"{len(places)} rows with {', '.join(map(str, places.columns)) or 'none'}. "
            "Rebuild the layer 'places'."
        )
    if places.crs is None or places.crs.to_epsg() != 4326:
        raise LayerFormatError(
            f"Places must be in EPSG:4326 (lon, lat); got {places.crs}. Convert the "
            "table before asking for a description."
        )
