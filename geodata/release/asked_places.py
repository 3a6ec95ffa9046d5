"""Places that maps are asked about, and the cells that stand for the land."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.layers.occurrences.deposit_classes import (
    IGNEOUS,
    IGNEOUS_RARE_EARTHS,
    own_classes,
)
from geodata.raster import Cells, FloatArray
from geodata.release.known_sites import on_land, sites_that_test
from geodata.release.surroundings import Surroundings
from geodata.scoring.validation.capture import rank_in_area
from geodata.scoring.validation.districts import (
    DistrictFigure,
    districts,
    figure_by_district,
)
from geodata.scoring.validation.map_tests import FEWEST_DISTRICTS
from geodata.scoring.validation.site_cells import SiteCells, site_cells

SAMPLE = 200_000
"""Cells that stand for the land at most, evenly spread; of more, every n-th is one."""


def land_sample(cells: Cells) -> npt.NDArray[np.int64]:
    """Return the positions of the cells that stand for the land."""
    return np.arange(0, len(cells), -(-len(cells) // SAMPLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places that maps are asked about, on the land that is scored.

    Attributes
    ----------
    table : GeoDataFrame, EPSG:4326
        A row each: ``uncertainty_km``, point geometry, and what else is told of them.
    around : SiteCells
        Their circles of error.
    district : array of int64, shape (places,)
        The district of each.
    """

    table: gpd.GeoDataFrame
    around: SiteCells
    district: npt.NDArray[np.int64]

    @classmethod
    def on(
        cls, table: gpd.GeoDataFrame, cells: Cells, around: Surroundings
    ) -> "Places":
        """Keep the places that may lie on the scored land, and find their cells."""
        kept = table[on_land(table, around.scored)].reset_index(drop=True)
        lon, lat = kept.geometry.x.to_numpy(), kept.geometry.y.to_numpy()
        radius = kept["uncertainty_km"].to_numpy(np.float64)
        return cls(
            table=kept,
            around=site_cells(cells, lon, lat, radius),
            district=districts(lon, lat),
        )

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Places":
        """Keep some of the places, shape (places,); districts keep their numbers."""
        return Places(
            table=self.table[chosen].reset_index(drop=True),
            around=self.around.of(chosen),
            district=self.district[chosen],
        )

    def auc(self, ranks: FloatArray) -> DistrictFigure:
        """Tell the places from all land: 1 minus their mean rank.

        Parameters
        ----------
        ranks : array of float32, shape (pairs,)
            Rank of each cell around them, 0 best, 0.5 by chance; NaN takes no part.
        """
        return figure_by_district(1 - self.around.mean(ranks), self.district)


def ranks_around(
    places: Sequence[Places], rank: FloatArray, sample: npt.NDArray[np.int64]
) -> list[FloatArray]:
    """Rank the cells around places by a map, equal values sharing the middle.

    Parameters
    ----------
    places : sequence of Places
        Several kinds of places, ranked at once.
    rank : array of float32, shape (cells,)
        The map's area rank, 0 best; NaN = unknown.
    sample : array of int64
        From :func:`land_sample`.

    Returns
    -------
    list of array of float32, shape (pairs,)
        One for each kind, as :meth:`Places.auc` takes it.
    """
    cells = np.concatenate([one.around.cell for one in places])
    found = rank_in_area(-rank[cells], -rank[sample], ties_halved=True)
    ends = np.cumsum([len(one.around.cell) for one in places])
    return np.split(found, ends[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSites:
    """Which known sites a type is asked about; arrays of bool, shape (sites,).

    Attributes
    ----------
    own : array
        Sites that test it: of the type, or of another setting of the same rocks.
    circular : array
        Such sites that made a layer that its model reads: no test.
    stand : array
        What stands for the own sites where these are in too few districts: known rare
        earths in igneous rock, for an igneous type.
    """

    own: npt.NDArray[np.bool_]
    circular: npt.NDArray[np.bool_]
    stand: npt.NDArray[np.bool_]


def sites_of(
    deposit_type: str, sites: Places, circular: Mapping[str, Collection[str]]
) -> AskedSites:
    """Choose the known sites that the maps of a type are asked about.

    Parameters
    ----------
    deposit_type : str
        Its id.
    sites : Places
        The known sites.
    circular : mapping of str to collection of str
        Site → deposit types it is no test of.
    """
    kind = sites.table["deposit_type"]
    of_type = sites_that_test(deposit_type, kind.to_numpy(object))
    made = np.array(
        [deposit_type in circular.get(site, ()) for site in sites.table["site"]],
        np.bool_,
    )
    own, stand = of_type & ~made, np.zeros_like(made)
    few = len(np.unique(sites.district[own])) < FEWEST_DISTRICTS
    if few and IGNEOUS_RARE_EARTHS in own_classes(deposit_type):
        stand = kind.str.startswith(IGNEOUS).to_numpy(np.bool_) & ~made
    return AskedSites(own=own, circular=of_type & made, stand=stand)
