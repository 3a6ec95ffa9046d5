"""The rank of a known site: the mean of a map over its circle of error."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import DegreeArray, FloatArray
from geodata.region import LonLat
from geodata.scoring.record import MaybeNaN


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRank:
    """Area rank of one site: 0 best, 1 worst; NaN where nothing is known.

    Attributes
    ----------
    mean, best, worst : float
        Over the cells within the uncertainty of its position.
    """

    mean: MaybeNaN
    best: MaybeNaN
    worst: MaybeNaN


def circle(
    centre: LonLat, uncertainty_km: float, places: tuple[DegreeArray, DegreeArray]
) -> npt.NDArray[np.int64]:
    """Return the cells within the circle of error of a position.

    Parameters
    ----------
    centre : LonLat
        The position.
    uncertainty_km : float
        Radius, kilometres.
    places : two arrays of float64, shape (cells,)
        Longitude and latitude of all cell centres, degrees.

    Returns
    -------
    array of int64, shape (cells inside,)
        Positions of the cells; of the nearest one when the circle holds none, and
        none at all when no cell is near.
    """
    lons, lats = places
    span = uncertainty_km / 100 + 1  # degrees; with room for the largest cells
    near = np.flatnonzero(
        (np.abs(lats - centre.lat) < span) & (np.abs(lons - centre.lon) < 2 * span)
    )
    here = earth_centred(np.array([centre.lon]), np.array([centre.lat]))
    chord = np.linalg.norm(earth_centred(lons[near], lats[near]) - here, axis=1)
    distance = arc_km(chord)
    inside = distance <= uncertainty_km
    if len(near) and not inside.any():
        inside = distance == distance.min()
    return np.asarray(near[inside])


def site_rank(rank: FloatArray, inside: npt.NDArray[np.int64]) -> SiteRank:
    """Read the area rank of a site from the cells of its circle.

    Parameters
    ----------
    rank : array of float32, shape (cells,)
        Area rank, 0 best to 1; NaN = unknown, takes no part.
    inside : array of int64
        From :func:`circle`.
    """
    found = rank[inside]
    found = found[~np.isnan(found)]
    if not len(found):
        return SiteRank(mean=np.nan, best=np.nan, worst=np.nan)
    return SiteRank(
        mean=float(found.mean(dtype=np.float64)),
        best=float(found.min()),
        worst=float(found.max()),
    )
