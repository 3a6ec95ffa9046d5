"""How much of each of the five states a layer speaks about."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from geodata.layers.store import LayerStore
from geodata.raster import Cells, DegreeArray, FloatRaster, Grid
from geodata.region import STATES

CELL_M = 20_000.0
"""Side of the cells that are counted, metres: Tajikistan has about 350 of them."""


@dataclass(frozen=True)
class StateCells:
    """Cells of equal area over the five states.

    Attributes
    ----------
    states : GeoDataFrame
        The layer ``states``.
    """

    states: geopandas.GeoDataFrame

    @cached_property
    def by_state(self) -> Mapping[str, tuple[DegreeArray, DegreeArray]]:
        """Longitudes and latitudes of the cell centres in each state."""
        grid = Grid.covering(
            shapely.union_all(self.states.geometry.to_numpy()), cell_m=CELL_M
        )
        shapes = dict(zip(self.states["iso3"], self.states.geometry, strict=True))
        return {
            state.iso3: Cells.inside(grid, shapes[state.iso3]).lonlat()
            for state in STATES
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Where a layer says something.

    Attributes
    ----------
    shape : shapely geometry or None
        Inside it; None = no limit by shape.
    image : Raster or None
        Where its only band is known; None = no raster.
    applies : bool
        False for tables without a stated coverage: an empty place then means
        nothing, neither known nor unknown.
    """

    shape: shapely.Geometry | None = None
    image: FloatRaster | None = None
    applies: bool = True

    def holds(self, lon: DegreeArray, lat: DegreeArray) -> npt.NDArray[np.bool_]:
        """Tell for each place (degrees, WGS 84) whether the layer speaks about it."""
        known = np.ones(lon.shape, dtype=np.bool_)
        if self.shape is not None:
            shapely.prepare(self.shape)
            known &= shapely.intersects_xy(self.shape, lon, lat)
        if self.image is not None:
            known &= ~np.isnan(self.image.nearest(lon, lat))
        return known


def extent_of_layer(layer: str, store: LayerStore) -> Extent:
    """Return where a layer of the store says something.

    Raises
    ------
    LayerError
        If the layer cannot be read.
    """
    kind = store.provenance(layer).kind
    if kind == "table":
        return Extent(applies=False)
    if kind == "raster":
        found = store.raster(layer)
        first = next(iter(found.raster.bands))
        return Extent(shape=found.coverage, image=found.raster.band(first))
    coverage = store.vector(layer).coverage
    # Lakes say nothing about the land between them, and where no fault is drawn
    # there may be none or nobody looked: without a stated coverage nobody can tell.
    return Extent(shape=coverage, applies=coverage is not None)


def shares_of_states(extent: Extent, cells: StateCells) -> dict[str, float]:
    """Return the share of each state that an extent holds.

    Returns
    -------
    dict of str to float
        0 to 1 by ISO 3166-1 alpha-3 code; NaN where the question does not apply.
    """
    return {
        code: float(np.mean(extent.holds(lon, lat))) if extent.applies else math.nan
        for code, (lon, lat) in cells.by_state.items()
    }
