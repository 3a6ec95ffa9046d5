"""Tests that can hurt: each map beside plain measurements, and within like ground.

Every figure counts districts.  The rules were written down before any map was asked:
:data:`FEWEST_DISTRICTS`, and that a map has skill of its own only where the interval of
its mean rank within like ground stays below what chance gives.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from geodata.scoring.record import Record
from geodata.scoring.validation.capture import Capture
from geodata.scoring.validation.districts import (
    DistrictCapture,
    DistrictFigure,
    captures_by_district,
    district_captures,
    figure_by_district,
)
from geodata.scoring.validation.intervals import Float64Array
from geodata.scoring.validation.like_ground import GroundId
from geodata.scoring.validation.report import MapId
from geodata.scoring.validation.specificity import Specificity

Skill = Literal["yes", "no", "untested"]
"""Whether a map ranks known sites better than chance among land of like ground."""

OPINIONS: tuple[MapId, ...] = ("expert", "learned")

FEWEST_DISTRICTS = 4
"""With three, only a map that is all but perfect could pass; so it is not tested."""

CHANCE = 0.5
SHARES = (0.05, 0.10, 0.20)


class MapFigures(Record):
    """How one map ranks the known sites of a deposit type.

    Attributes
    ----------
    rank : DistrictFigure
        Mean area rank: 0 best, 0.5 by chance.
    unknown : int
        Sites where it says nothing; they take no part.
    capture : tuple of Capture
        Sites in its best parts.
    by_district : tuple of DistrictCapture
        Districts with a site there.
    within : mapping of GroundId to DistrictFigure
        Mean rank among the land that is like each site.
    """

    map: MapId
    rank: DistrictFigure
    unknown: int
    capture: tuple[Capture, ...]
    by_district: tuple[DistrictCapture, ...]
    within: dict[GroundId, DistrictFigure]

    @property
    def skill_within_like_ground(self) -> Skill:
        """Whether it ranks them better than chance in every like ground."""
        if not self.within or any(
            found.districts < FEWEST_DISTRICTS for found in self.within.values()
        ):
            return "untested"
        better = all(found.high < CHANCE for found in self.within.values())
        return "yes" if better else "no"


class TypeTest(Record):
    """The maps of a deposit type on its known sites, and plain measurements on them.

    Attributes
    ----------
    deposit_type : str
        Its id; empty for all sites together, each on the map of its own type.
    sites : tuple of str
        Names of the sites that take part.
    stand_in : str
        The class that stands for its own sites where these lie in too few districts;
        empty where none does.
    circular : int
        Sites left out because they made a layer that the model reads.
    maps : tuple of MapFigures
        The opinions there are, then the measurements; none without a site.
    """

    deposit_type: str
    sites: tuple[str, ...]
    stand_in: str = ""
    circular: int
    maps: tuple[MapFigures, ...]

    def figures(self, name: MapId) -> MapFigures | None:
        """Return how one map did, if it took part."""
        return next((found for found in self.maps if found.map == name), None)


class MapTests(Record):
    """What the tests that can hurt found of the maps of a release.

    Attributes
    ----------
    grounds : tuple of GroundId
        What land is alike in; some wants a layer that may lack.
    beside : int
        Known sites too far from the scored land; they take no part.
    types : tuple of TypeTest
        All sites together first, then each type that has a site.
    specificity : Specificity
        The maps on deposits of other kinds.
    """

    grounds: tuple[GroundId, ...]
    beside: int
    types: tuple[TypeTest, ...]
    specificity: Specificity

    def of_type(self, deposit_type: str) -> TypeTest | None:
        """Return the test of a deposit type; of all together for an empty id."""
        return next(
            (found for found in self.types if found.deposit_type == deposit_type), None
        )

    def skill_within_like_ground(self, deposit_type: str, opinion: MapId) -> Skill:
        """Say whether a map of a type has skill beyond its ground."""
        test = self.of_type(deposit_type)
        found = test.figures(opinion) if test else None
        return found.skill_within_like_ground if found else "untested"


def map_figures(
    name: MapId,
    ranks: Float64Array,
    within: Mapping[GroundId, Float64Array],
    district: npt.NDArray[np.int64],
) -> MapFigures:
    """Put together how a map ranks some sites.

    Parameters
    ----------
    name : MapId
        The map.
    ranks : array of float64, shape (sites,)
        Area rank of each site, 0 best; NaN = unknown.
    within : mapping of GroundId to array of float64, shape (sites,)
        The same among the land that is like the site.
    district : array of int, shape (sites,)
        From :func:`geodata.scoring.validation.districts.districts`.
    """
    return MapFigures(
        map=name,
        rank=figure_by_district(ranks, district),
        unknown=int(np.isnan(ranks).sum()),
        capture=captures_by_district(ranks, district, SHARES),
        by_district=district_captures(ranks, district, SHARES),
        within={
            ground: figure_by_district(found, district)
            for ground, found in within.items()
        },
    )
