"""Ask every map of a release what can hurt it: plain maps, like ground, other kinds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.release.asked_places import Places
from geodata.release.known_sites import sites_that_test
from geodata.release.learned import Opinion
from geodata.release.place import OVERALL
from geodata.scoring.validation.capture import rank_in_area
from geodata.scoring.validation.intervals import Float64Array
from geodata.scoring.validation.like_ground import GroundId, LikeGround, like_ground
from geodata.scoring.validation.map_tests import (
    MapTests,
    TypeTest,
    map_figures,
)
from geodata.scoring.validation.report import MapId
from geodata.scoring.validation.specificity import Specificity

_GROUNDS: tuple[GroundId, ...] = ("elevation", "sediment-share", "sediment-thickness")

Maps = Mapping[str, Mapping[MapId, FloatArray]]
"""Deposit type → opinion → area rank of every cell, 0 best; NaN = unknown."""


def maps_of(ranks: Mapping[str, FloatArray], learned: Mapping[str, Opinion]) -> Maps:
    """Return the maps of a release that are of one deposit type, by type and opinion.

    Parameters
    ----------
    ranks : mapping of str to array of float32, shape (cells,)
        The expert models' area ranks; the one over all types is left out.
    learned : mapping of str to Opinion
        The learned models' maps.
    """
    found: dict[str, dict[MapId, FloatArray]] = {}
    for name, rank in ranks.items():
        if name != OVERALL:
            found[name] = {"expert": rank}
            if name in learned:
                found[name]["learned"] = learned[name].rank
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The known sites, and the land they are ranked against, also by its ground.

    Attributes
    ----------
    sites : Places
        The known sites.
    sample : array of int64, shape (sample,)
        The cells that stand for the land.
    plain : mapping of MapId to array of float32, shape (sample + pairs,)
        Plain measurements at these cells and then around the sites; high is good.
    """

    sites: Places
    sample: npt.NDArray[np.int64]
    plain: Mapping[MapId, FloatArray]

    def cut(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Cut values of :attr:`plain` into those of the sites and those of the land."""
        count = len(self.sample)
        return values[count:], values[:count]

    def grounds(self) -> dict[GroundId, LikeGround]:
        """Find the land that is like each site, by each ground that is measured."""
        return {
            ground: like_ground(*self.cut(self.plain[ground]))
            for ground in _GROUNDS
            if ground in self.plain
        }

    def asked(
        self,
        values: tuple[FloatArray, FloatArray],
        grounds: Mapping[GroundId, LikeGround],
        chosen: npt.NDArray[np.bool_],
    ) -> "Asked":
        """Rank some of the sites by a map.

        Parameters
        ----------
        values : two arrays of float32, shapes (pairs,) and (sample,)
            What it says around the sites and of the land; high is good.
        grounds : mapping of GroundId to LikeGround
            From :meth:`grounds`.
        chosen : array of bool, shape (sites,)
            Which sites.
        """
        around, land = self.sites.around, values[1]
        here = np.where(chosen[around.place], values[0], np.float32(np.nan))
        return Asked(
            ranks=around.mean(rank_in_area(here, land, ties_halved=True)),
            within={
                ground: around.mean(like.ranks(here, land))
                for ground, like in grounds.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a map says of sites; arrays of shape (sites,), NaN where not asked.

    Attributes
    ----------
    ranks : array of float64
        Area rank, 0 best.
    within : mapping of GroundId to array of float64
        The same among the land that is like the site.
    """

    ranks: Float64Array
    within: Mapping[GroundId, Float64Array]

    def or_else(self, other: "Asked") -> "Asked":
        """Fill what was not asked with what another map says."""
        return Asked(
            ranks=_filled(self.ranks, other.ranks),
            within={
                ground: _filled(found, other.within[ground])
                for ground, found in self.within.items()
            },
        )


def ask_maps(
    maps: Maps,
    trial: Trial,
    circular: Mapping[str, Collection[str]],
    *,
    beside: int,
    specificity: Specificity,
) -> MapTests:
    """Ask every map about the known sites of its type, beside plain measurements.

    Parameters
    ----------
    maps : mapping
        The maps, by type and opinion.
    trial : Trial
        The known sites and the land; one tests the maps that
        :func:`geodata.release.known_sites.sites_that_test` names.
    circular : mapping of str to collection of str
        Site → deposit types it is no test of.
    beside : int
        Known sites that are too far from the scored land.
    specificity : Specificity
        The maps on deposits of other kinds.
    """
    table = trial.sites.table
    kind = table["deposit_type"].to_numpy(object)
    grounds, everywhere = trial.grounds(), np.ones(len(table), np.bool_)
    plain = {
        name: trial.asked(trial.cut(values), grounds, everywhere)
        for name, values in trial.plain.items()
    }

    def circular_for(types: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
        pairs = zip(table["site"], types, strict=True)
        return np.array(
            [one in circular.get(site, ()) for site, one in pairs], np.bool_
        )

    def tested(
        deposit_type: str,
        of_type: npt.NDArray[np.bool_],
        opinions: Mapping[MapId, Asked],
    ) -> TypeTest:
        asked_of = np.full_like(kind, deposit_type) if deposit_type else kind
        made = circular_for(asked_of)
        chosen = of_type & ~made
        return TypeTest(
            deposit_type=deposit_type,
            sites=tuple(table.loc[chosen, "site"]),
            circular=int((of_type & made).sum()),
            maps=tuple(
                map_figures(
                    name,
                    found.ranks[chosen],
                    {ground: one[chosen] for ground, one in found.within.items()},
                    trial.sites.district[chosen],
                )
                for name, found in {**opinions, **plain}.items()
                if chosen.any()
            ),
        )

    around, sample = trial.sites.around, trial.sample

    def asked(
        opinions: Mapping[MapId, FloatArray], chosen: npt.NDArray[np.bool_]
    ) -> dict[MapId, Asked]:
        return {
            opinion: trial.asked((-rank[around.cell], -rank[sample]), grounds, chosen)
            for opinion, rank in opinions.items()
        }

    testing = {name: sites_that_test(name, kind) for name in maps}
    types = [
        tested(name, testing[name], asked(opinions, testing[name]))
        for name, opinions in maps.items()
        if testing[name].any()
    ]
    own = {
        name: asked({"expert": opinions["expert"]}, kind == name)["expert"]
        for name, opinions in maps.items()
        if (kind == name).any()
    }
    if own:
        together = reduce(Asked.or_else, own.values())
        of_any = np.isin(kind, list(own))
        types.insert(0, tested("", of_any, {"expert": together}))
    return MapTests(
        grounds=tuple(grounds),
        beside=beside,
        types=tuple(types),
        specificity=specificity,
    )


def _filled(first: Float64Array, second: Float64Array) -> Float64Array:
    return np.where(np.isnan(first), second, first)
