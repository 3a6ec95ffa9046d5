"""Ask every map of a release what can hurt it: plain maps, like ground, other kinds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.layers.occurrences.deposit_classes import IGNEOUS_RARE_EARTHS
from geodata.raster import FloatArray
from geodata.release.asked_places import Places, sites_of
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

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Asked":
        """Forget all but some of the sites."""
        return Asked(
            ranks=np.where(chosen, self.ranks, np.nan),
            within={
                ground: np.where(chosen, found, np.nan)
                for ground, found in self.within.items()
            },
        )

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
    """Ask every map about the known sites that test it, beside plain measurements.

    Parameters
    ----------
    maps : mapping
        The maps, by type and opinion.
    trial : Trial
        The known sites and the land.
    circular : mapping of str to collection of str
        Site → deposit types it is no test of.
    beside : int
        Known sites that are too far from the scored land.
    specificity : Specificity
        The maps on deposits of other kinds.
    """
    grounds, everywhere = trial.grounds(), np.ones(len(trial.sites.table), np.bool_)
    plain = {
        name: trial.asked(trial.cut(values), grounds, everywhere)
        for name, values in trial.plain.items()
    }

    def tested(
        name: str,
        chosen: npt.NDArray[np.bool_],
        opinions: Mapping[MapId, Asked],
        *,
        left_out: npt.NDArray[np.bool_],
        stand_in: str = "",
    ) -> TypeTest:
        return TypeTest(
            deposit_type=name,
            sites=tuple(trial.sites.table.loc[chosen, "site"]),
            stand_in=stand_in,
            circular=int(left_out.sum()),
            maps=tuple(
                map_figures(
                    map_,
                    found.ranks[chosen],
                    {ground: one[chosen] for ground, one in found.within.items()},
                    trial.sites.district[chosen],
                )
                for map_, found in {**opinions, **plain}.items()
                if chosen.any()
            ),
        )

    around, sample = trial.sites.around, trial.sample
    kind = trial.sites.table["deposit_type"].to_numpy(object)
    types, together = [], None
    every, out = np.zeros_like(everywhere), np.zeros_like(everywhere)
    for name, opinions in maps.items():
        which = sites_of(name, trial.sites, circular)
        asked = {
            opinion: trial.asked(
                (-rank[around.cell], -rank[sample]), grounds, which.own | which.stand
            )
            for opinion, rank in opinions.items()
        }
        if (kind == name).any():
            own = asked["expert"].only(which.own & (kind == name))
            together = together.or_else(own) if together else own
            every |= which.own & (kind == name)
            out |= which.circular & (kind == name)
        chosen = which.stand if which.stand.any() else which.own
        if (chosen | which.circular).any():
            stand_in = IGNEOUS_RARE_EARTHS if which.stand.any() else ""
            types.append(
                tested(name, chosen, asked, left_out=which.circular, stand_in=stand_in)
            )
    if together:
        types.insert(0, tested("", every, {"expert": together}, left_out=out))
    return MapTests(
        grounds=tuple(grounds),
        beside=beside,
        types=tuple(types),
        specificity=specificity,
    )


def _filled(first: Float64Array, second: Float64Array) -> Float64Array:
    return np.where(np.isnan(first), second, first)
