"""The cells that a place may lie in: its circle of error, for many places at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.evidence.proximity import arc_km, earth_centred
from geodata.raster import Cells, DegreeArray, to_equal_area
from geodata.region import LonLat
from geodata.scoring.validation.intervals import Float64Array
from geodata.scoring.validation.site_rank import circle

MOST = 64
"""Cells of a circle that are read; of more, as many spread evenly over it."""

_MARGIN = 1.02  # lengths on the map, and its cells, are wrong by less than this


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCells:
    """Cells around places; those of one place stand together, places in order.

    Attributes
    ----------
    places : int
        How many places.
    cell : array of int64, shape (pairs,)
        Position of a cell among the land cells.
    place : array of int64, shape (pairs,)
        Whose circle it lies in.
    """

    places: int
    cell: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]

    def mean(self, values: npt.NDArray[np.floating]) -> Float64Array:
        """Average over the circle of each place what is known there.

        Parameters
        ----------
        values : array of float, shape (pairs,)
            One per cell of a circle; NaN = unknown, takes no part.

        Returns
        -------
        array of float64, shape (places,)
            NaN where nothing is known.
        """
        known = ~np.isnan(values)
        whose = self.place[known]
        count = np.bincount(whose, minlength=self.places)
        total = np.bincount(whose, values[known], self.places)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def of(self, chosen: npt.NDArray[np.bool_]) -> "SiteCells":
        """Keep some of the places, shape (places,), in their order."""
        kept = chosen[self.place]
        number = np.cumsum(chosen) - 1
        return SiteCells(
            places=int(chosen.sum()),
            cell=self.cell[kept],
            place=number[self.place[kept]],
        )


def site_cells(
    cells: Cells,
    lon: DegreeArray,
    lat: DegreeArray,
    uncertainty_km: Float64Array,
    *,
    most: int = MOST,
) -> SiteCells:
    """Find the land cells within the circle of error of places.

    Parameters
    ----------
    cells : Cells
        The land cells.
    lon, lat : array of float64, shape (places,)
        Degrees, WGS 84.
    uncertainty_km : array of float64, shape (places,)
        Radius of each circle.
    most : int
        Cells of a circle that are kept.

    Returns
    -------
    SiteCells
        A circle that holds no centre of a cell has the nearest one; far from all
        cells it has none.
    """
    spots = shapely.get_coordinates(to_equal_area(shapely.points(lon, lat)))
    found = [
        _thinned(_circle(cells, LonLat(lon=x, lat=y), radius, spot), most)
        for x, y, radius, spot in zip(
            lon.tolist(), lat.tolist(), uncertainty_km.tolist(), spots, strict=True
        )
    ]
    return SiteCells(
        places=len(found),
        cell=np.concatenate([*found, np.zeros(0, dtype=np.int64)]),
        place=np.repeat(np.arange(len(found)), [len(one) for one in found]),
    )


def _circle(
    cells: Cells, centre: LonLat, radius_km: float, spot: Float64Array
) -> npt.NDArray[np.int64]:
    """Look in the square around the circle only; if it is empty, everywhere."""
    near = _square(cells, spot, _MARGIN * 1_000 * radius_km + cells.grid.cell_m)
    lons, lats = cells.lonlat()
    here = earth_centred(np.array([centre.lon]), np.array([centre.lat]))
    spots = earth_centred(lons[near], lats[near])
    inside = near[arc_km(np.linalg.norm(spots - here, axis=1)) <= radius_km]
    return inside if len(inside) else circle(centre, radius_km, (lons, lats))


def _square(cells: Cells, spot: Float64Array, half_m: float) -> npt.NDArray[np.int64]:
    """Return the cells within a square around a place on the map, metres."""
    grid, (x, y) = cells.grid, spot
    sides = np.array([-half_m, half_m])
    first, last = ((x + sides - grid.west_m) // grid.cell_m).astype(np.int64)
    top, bottom = ((grid.north_m - y + sides) // grid.cell_m).astype(np.int64)
    rows = np.arange(max(top, 0), min(bottom, grid.rows - 1) + 1) * grid.columns
    left = np.searchsorted(cells.index, rows + max(first, 0))
    right = np.searchsorted(cells.index, rows + min(last, grid.columns - 1) + 1)
    runs = [np.arange(a, b) for a, b in zip(left, right, strict=True)]
    return np.concatenate([*runs, np.zeros(0, dtype=np.int64)])


def _thinned(found: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    if len(found) <= most:
        return found
    return found[np.rint(np.linspace(0, len(found) - 1, most)).astype(np.int64)]
