"""What a release says of an area of interest: numbers and codes, no sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
import shapely

from geodata.raster import (
    CellShares,
    area_km2,
    cell_shares,
    to_equal_area,
    to_lonlat,
)
from geodata.raster.sheets import sheets_200k
from geodata.release.area_of_interest import AreaOfInterest
from geodata.release.map_shares import MapShares, MapTotals, map_shares, map_totals
from geodata.release.release import Release

UNITS = ("terranes", "provinces")
"""Tables whose polygons divide the ground."""

_LEAST_SHARE = 1e-9  # of an area: less is the rounding of a common border
_EDGE_POINTS = 100  # along a side of the grid, to find its box in degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What a named polygon and an area of interest have in common.

    Attributes
    ----------
    row : int
        Of the polygon in its table.
    name : str
        What it is called there.
    km2 : float
        Common area on the ellipsoid, square kilometres.
    of_interest, of_its_own : float
        The same as a share of the area of interest, and of the polygon, 0 to 1.
    """

    row: int
    name: str
    km2: float
    of_interest: float
    of_its_own: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Points in an area of interest, or so near that they may lie in it.

    Attributes
    ----------
    row : array of int, shape (points,)
        In their table.
    inside : array of bool, shape (points,)
        Whether the position lies in the area; otherwise its error reaches it.
    """

    row: npt.NDArray[np.intp]
    inside: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaReport:
    """What a release says of an area of interest.

    Attributes
    ----------
    inside_km2 : float
        Area in the five states, lakes included, square kilometres.
    land_km2 : float
        Land of the five states in it, by the cells of the maps.
    states, prospects, gaps : tuple of Overlap
        States, by code; prospect areas, by id; areas that layers leave out, by layer.
    units : mapping of str to tuple of Overlap
        Polygons of each of :data:`UNITS` that the release has.
    maps : mapping of str to MapShares
        By deposit type; empty where there is no land.
    sites, records : Nearby
        Known sites of rare earths, one row a site, and records of other commodities.
    sheets : tuple of str
        1:200 000 sheets that its part in the five states lies on.
    """

    inside_km2: float
    land_km2: float
    states: tuple[Overlap, ...]
    prospects: tuple[Overlap, ...]
    gaps: tuple[Overlap, ...]
    units: Mapping[str, tuple[Overlap, ...]]
    maps: Mapping[str, MapShares]
    sites: Nearby
    records: Nearby
    sheets: tuple[str, ...]


@dataclass(frozen=True)
class Reporter:
    """What reports on areas of one release; what it reads it reads once.

    Attributes
    ----------
    release : Release
        The open release.
    """

    release: Release

    def report(self, interest: AreaOfInterest) -> AreaReport:
        """Report on an area.

        Parameters
        ----------
        interest : AreaOfInterest
            From :func:`geodata.release.area_of_interest.area_of_interest`.
        """
        shape = interest.shape
        shapely.prepare(shape)
        states = common(self.table("states"), "iso3", interest)
        held = self.table("states").geometry.to_numpy()[[one.row for one in states]]
        inside = shapely.union_all(shapely.intersection(held, shape))
        near = to_equal_area(shapely.intersection(shape, self._box))
        shapely.prepare(near)
        shares = self._land(near)
        land_km2 = float(shares.share.sum()) * self.release.grid.cell_area_km2
        return AreaReport(
            inside_km2=sum(one.km2 for one in states),
            land_km2=land_km2,
            states=tuple(sorted(states, key=lambda one: -one.km2)),
            prospects=common(self.table("prospects"), "id", interest),
            gaps=common(self.table("coverage"), "layer", interest),
            units={
                name: tuple(
                    sorted(
                        common(self.table(name), "name", interest),
                        key=lambda one: (-one.km2, one.name),
                    )
                )
                for name in UNITS
                if self.release.has_table(name)
            },
            maps={} if not land_km2 else self._maps(shares),
            sites=self._near(interest, near, "occurrences"),
            records=self._near(interest, near, "context-occurrences"),
            sheets=sheets_200k(inside),
        )

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Return a table of the release; an empty one where it has none."""
        if name not in self._tables:
            self._tables[name] = (
                self.release.table(name)
                if self.release.has_table(name)
                else gpd.GeoDataFrame({"geometry": []}, crs="EPSG:4326")
            )
        return self._tables[name]

    def _land(self, near: shapely.Geometry) -> CellShares:
        """Say which share of each land cell lies in an area, in the projection."""
        shares = cell_shares(near, self.release.grid)
        land = self._is_land[shares.slices]
        return CellShares(
            row=shares.row, column=shares.column, share=shares.share * land
        )

    def _maps(self, shares: CellShares) -> dict[str, MapShares]:
        return {
            name: map_shares(
                self.release.favourability_path(name),
                shares,
                self._map_totals(name),
                self.release.grid.cell_area_km2,
            )
            for name in self.release.deposit_types
        }

    def _near(
        self, interest: AreaOfInterest, near: shapely.Geometry, name: str
    ) -> Nearby:
        """Find points in an area, and those whose error reaches it."""
        table = self.table(name)
        nothing = Nearby(row=np.empty(0, np.intp), inside=np.empty(0, np.bool_))
        if table.empty:
            return nothing
        asked = np.array(table.geometry.notna(), dtype=np.bool_)
        if "preferred" in table.columns:
            asked &= table["preferred"].to_numpy(dtype=np.bool_)
        rows = np.flatnonzero(asked)
        if not len(rows):
            return nothing
        points = table.geometry.to_numpy()[rows]
        error_m = 1000 * np.nan_to_num(table["uncertainty_km"].to_numpy(np.float64))
        inside = shapely.intersects(interest.shape, points)
        # Lengths in the projection are right to 2 % in the five states.
        reaching = shapely.dwithin(near, to_equal_area(points), error_m[rows])
        chosen = inside | reaching
        return Nearby(row=rows[chosen], inside=inside[chosen])

    @cached_property
    def _tables(self) -> dict[str, gpd.GeoDataFrame]:
        return {}

    @cached_property
    def _box(self) -> shapely.Geometry:
        """A box of longitudes and latitudes that holds the grid."""
        grid = self.release.grid
        sides = np.linspace(0, 1, _EDGE_POINTS)
        x = grid.west_m + grid.cell_m * grid.columns * sides
        y = grid.north_m - grid.cell_m * grid.rows * sides
        edges = [
            *((across, down) for across in x for down in (y[0], y[-1])),
            *((across, down) for down in y for across in (x[0], x[-1])),
        ]
        west, south, east, north = to_lonlat(shapely.multipoints(edges)).bounds
        return shapely.box(west - 0.1, south - 0.1, east + 0.1, north + 0.1)

    @cached_property
    def _is_land(self) -> npt.NDArray[np.bool_]:
        """Which cells of the grid are land of the five states."""
        path = self.release.folder / "evidence" / "measurements.tif"
        with rasterio.open(path, driver="GTiff") as source:
            return np.asarray(source.dataset_mask() > 0)

    def _map_totals(self, deposit_type: str) -> MapTotals:
        if deposit_type not in self._totals:
            path = self.release.favourability_path(deposit_type)
            self._totals[deposit_type] = map_totals(path)
        return self._totals[deposit_type]

    @cached_property
    def _totals(self) -> dict[str, MapTotals]:
        return {}


def common(
    table: gpd.GeoDataFrame, names: str, interest: AreaOfInterest
) -> tuple[Overlap, ...]:
    """Measure what the polygons of a table and an area of interest have in common.

    Parameters
    ----------
    table : GeoDataFrame
        EPSG:4326; in the order of the answer.
    names : str
        Column that names them.
    interest : AreaOfInterest
        The area.
    """
    shape, places = interest.shape, table.geometry.to_numpy()
    rows = np.flatnonzero(shapely.intersects(shape, places))
    if not len(rows):
        return ()
    places = places[rows]
    whole = shapely.contains_properly(shape, places)
    shared = places.copy()
    shared[~whole] = shapely.intersection(places[~whole], shape)
    own, both = area_km2(places), area_km2(shared)
    return tuple(
        Overlap(
            row=int(row),
            name=str(name),
            km2=float(km2),
            of_interest=min(float(km2 / interest.area_km2), 1.0),
            of_its_own=min(float(km2 / mine), 1.0),
        )
        for row, name, km2, mine in zip(
            rows, table[names].iloc[rows], both, own, strict=True
        )
        if km2 > _LEAST_SHARE * interest.area_km2
    )
