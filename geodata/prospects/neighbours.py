"""The nearest known occurrences, stated no more exactly than they are known."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.layers.occurrences.known_sites import preferred
from geodata.scoring.explanation import NearestOccurrence

_EDGE_STEP_DEG = 0.05  # straight edges in degrees are curved on the ground
_CRUDE_FACTOR = 1.6


def nearest_occurrences(
    place: BaseGeometry, occurrences: gpd.GeoDataFrame, *, count: int = 3
) -> list[NearestOccurrence]:
    """Find the known sites nearest to a place.

    Parameters
    ----------
    place : shapely geometry
        Point or polygon; degrees (lon, lat), WGS 84; not empty.
    occurrences : GeoDataFrame, EPSG:4326
        The occurrence table; only the preferred record of each site is used, so a
        site counts once and unlocated names do not count.
    count : int
        How many to return at most; one or more.

    Returns
    -------
    list of NearestOccurrence
        Nearest first, equals by site name; fewer than ``count`` if fewer are known.

    Raises
    ------
    ValueError
        If the place is empty or ``count`` is less than one.

    Examples
    --------
    >>> sites = gpd.GeoDataFrame(
    ...     {
    ...         "occurrence_id": ["usgs-ree-212"],
    ...         "name": ["Kyzyl-Ompul"],
    ...         "site": ["Kyzyl-Ompul"],
    ...         "uncertainty_km": [10.0],
    ...         "deposit_type": ["carbonatite"],
    ...         "preferred": [True],
    ...     },
    ...     geometry=[shapely.Point(75.91667, 42.35)],
    ...     crs="EPSG:4326",
    ... )
    >>> nearest_occurrences(shapely.Point(76.0, 42.5), sites)[0].distance_km
    18.0
    """
    if place.is_empty or count < 1:
        raise ValueError(
            "Neighbours need a place that is not empty and a count of one or more; "
            f"got {place.geom_type}{' EMPTY' if place.is_empty else ''} and {count}."
        )
    outline = shapely.segmentize(place, _EDGE_STEP_DEG)
    known = preferred(occurrences)
    known = known[_could_be_among(outline, known, count)]
    distances_km = np.array(
        [_distance_km(outline, position) for position in known.geometry]
    )
    nearest = np.lexsort((known["site"].to_numpy(dtype=str), distances_km))[:count]
    return [
        _neighbour(known.iloc[int(row)].to_dict(), float(distances_km[row]))
        for row in nearest
    ]


def round_to_uncertainty(distance_km: float, uncertainty_km: float) -> float:
    """Round a distance to 1 km, or 5 km and 10 km for poor positions.

    Parameters
    ----------
    distance_km, uncertainty_km : float
        Distance and position error, km.  The step is 1 km below an error of 15 km,
        5 km below 50 km, 10 km from there on.

    Examples
    --------
    >>> round_to_uncertainty(63.4, 45.0)
    65.0
    """
    step = 1.0 if uncertainty_km < 15 else 5.0 if uncertainty_km < 50 else 10.0
    return step * math.floor(distance_km / step + 0.5)


def _neighbour(record: Mapping[Hashable, Any], distance_km: float) -> NearestOccurrence:
    error_km = float(record["uncertainty_km"])
    name, site = record["name"], str(record["site"])
    return NearestOccurrence(
        name=name if isinstance(name, str) and name.strip() else site,
        site=site,
        distance_km=round_to_uncertainty(distance_km, error_km),
        uncertainty_km=error_km,
        within_error=distance_km <= error_km,
        deposit_type=str(record["deposit_type"]),
        record=str(record["occurrence_id"]),
    )


def _could_be_among(
    outline: BaseGeometry, known: gpd.GeoDataFrame, count: int
) -> npt.NDArray[np.bool_]:
    """Tell which sites may be among the nearest, by a crude distance.

    Degrees are scaled at the middle latitude of the place; between 35 and 56 N that
    errs by less than :data:`_CRUDE_FACTOR` one way against the other.
    """
    if len(known) <= count:
        return np.ones(len(known), dtype=np.bool_)
    scale = np.array([math.cos(math.radians(shapely.centroid(outline).y)), 1.0])
    flat = shapely.transform(outline, lambda degrees: degrees * scale)
    sites = shapely.transform(known.geometry.to_numpy(), lambda points: points * scale)
    crude = shapely.distance(flat, sites)
    limit = np.partition(crude, count - 1)[count - 1]
    return np.asarray(crude <= _CRUDE_FACTOR * limit)


def _distance_km(outline: BaseGeometry, site: BaseGeometry) -> float:
    """Return the geodesic distance from a site to a place, km.

    In an azimuthal equidistant projection centred on the site every distance from
    the centre is the geodesic one.
    """
    centre = shapely.centroid(site)
    around = pyproj.Proj(proj="aeqd", lon_0=centre.x, lat_0=centre.y, ellps="WGS84")

    def project(
        degrees: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        return np.column_stack(around(degrees[:, 0], degrees[:, 1]))

    projected = shapely.transform(outline, project)
    return float(shapely.distance(projected, shapely.Point(0.0, 0.0))) / 1_000.0
