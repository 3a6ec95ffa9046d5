"""Rank places among the land that is most like them: what a map adds to its ground.

Known deposits lie where hard rock is at the surface and people could see it.  A map of
"no sediment" or "high ground" alone ranks them well, so a map is asked again among land
of like ground only, where such a rule orders nothing.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.validation.intervals import Float64Array

GroundId = Literal["elevation", "sediment-share", "sediment-thickness"]
"""What land is alike in."""

TENTH = 0.1
"""Share of the known land that is most like a place: half of it below, half above."""

LEAST = 0.02
"""The same at the very ends of the order, where one side has too little land."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikeGround:
    """For each place, the land that is like it.

    Attributes
    ----------
    order : array of int64, shape (known cells,)
        The land in the order of its ground; land of unknown ground is not in it.
    start, stop : array of int64, shape (places,)
        The part of ``order`` that is like the place; empty where its ground is
        unknown.
    """

    order: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]

    def ranks(self, places: FloatArray, land: FloatArray) -> FloatArray:
        """Rank places by a map among the land that is like them.

        Parameters
        ----------
        places : array of float32, shape (places,)
            What the map says there, high is good; NaN = unknown.
        land : array of float32, shape (cells,)
            The same of the land; NaN takes no part.

        Returns
        -------
        array of float32, shape (places,)
            0 best to 1, 0.5 by chance; equal values share the middle.  NaN where map
            or ground is unknown.
        """
        ordered = land[self.order]
        found = np.full(len(places), np.nan, dtype=np.float32)
        for number in np.flatnonzero(~np.isnan(places) & (self.stop > self.start)):
            like = ordered[self.start[number] : self.stop[number]]
            known = np.count_nonzero(~np.isnan(like))
            above = np.count_nonzero(like > places[number])
            equal = np.count_nonzero(like == places[number])
            if known:
                found[number] = (above + equal / 2) / known
        return found


def like_ground(places: FloatArray, land: FloatArray) -> LikeGround:
    """Find the land that is most like some places.

    Parameters
    ----------
    places, land : array of float32, shape (places,) and (cells,)
        What their ground is, in one unit; NaN = unknown.

    Returns
    -------
    LikeGround
        The land whose place in the order of the ground is within half of
        :data:`TENTH` of the place's own, on both sides the same; so a map that follows
        the ground itself ranks a place at 0.5.  Land of equal ground stays together.

    >>> land = np.arange(100, dtype=np.float32)
    >>> found = like_ground(np.float32([50]), land)
    >>> found.order[found.start[0] : found.stop[0]].tolist()
    [45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55]
    """
    order = np.argsort(land, kind="stable")
    order = order[: len(land) - np.count_nonzero(np.isnan(land))]
    ordered = land[order]
    height = _height(ordered, ordered)
    here = _height(places, ordered)
    half = np.clip(np.minimum(here, 1 - here), LEAST / 2, TENTH / 2)
    slack = 0.25 / max(len(ordered), 1)  # a quarter of a cell: against rounding
    start = np.searchsorted(height, here - half - slack)
    stop = np.searchsorted(height, here + half + slack)
    unknown = np.isnan(places)
    return LikeGround(
        order=order,
        start=np.where(unknown, 0, start),
        stop=np.where(unknown, 0, stop),
    )


def _height(values: FloatArray, ordered: FloatArray) -> Float64Array:
    """Return the share of the land below, counting half of what is equal."""
    below = np.searchsorted(ordered, values, side="left").astype(np.float64)
    below += np.searchsorted(ordered, values, side="right")
    return below / (2 * max(len(ordered), 1))
