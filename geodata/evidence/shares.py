"""Shares of classes around a place: class maps without their edges.

An edge drawn to 20 km says nothing of which side of it a place 5 km away lies on.  So
every known point up to the layer's stated error away counts, east and north alike,
the less the farther: weights fall in a straight line to nothing at that error.  Of
cells as wide as the error this is bilinear interpolation of "is this class".  The share
of a class is then continuous everywhere, and the shares of all classes make 1; farther
from every edge than the error it is 0 or 1.

Polygons are drawn once on cells a sixth of the error wide; shares are kept on cells
twice as wide and read bilinearly, so a place costs as much as in any raster.
"""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from rasterio.features import rasterize
from rasterio.transform import Affine

from geodata.errors import LayerFormatError
from geodata.evidence.measurement import Measurement
from geodata.evidence.opened import band_of, cannot, class_names, rows_of
from geodata.layers.store import LayerStore
from geodata.raster import KM_PER_DEGREE, FloatRaster, Raster
from geodata.region import Bounds

MOST_CELLS = 4_000_000
"""Of a map of polygons: 16 MB a class; the whole world in cells of 0.13 degrees."""

_DRAWN, _KEPT = 6, 3  # cells that the error is wide: of the map and of its shares
_MAPPED = 0.5  # of the surroundings known: then a gap at the place itself is a sliver

_WORLD = Bounds(west=-180.0, south=-90.0, east=180.0, north=90.0)

Cells = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ClassMap:
    """Classes on cells of longitude and latitude.

    Attributes
    ----------
    codes : Raster
        One band: the position in ``classes``; NaN = unknown.
    classes : tuple of str
        Names of the classes.
    error_km : float
        Stated error of the edges, kilometres.  They blend across one cell at least.
    """

    codes: FloatRaster
    classes: tuple[str, ...]
    error_km: float

    @classmethod
    def of_polygons(
        cls, table: gpd.GeoDataFrame, column: str, *, error_km: float, bounds: Bounds
    ) -> "ClassMap":
        """Draw polygons on cells; where they overlap the later row counts.

        Parameters
        ----------
        table : GeoDataFrame, EPSG:4326
            Polygons; rows without a class take no part.
        column : str
            Holds the class.
        error_km : float
            Stated error of their edges, kilometres.
        bounds : Bounds
            Nothing beyond it is drawn.
        """
        table = table[table[column].notna()]
        names = table[column].astype(str)
        classes = tuple(sorted(set(names)))
        bounds = _common(table, bounds)
        width, height = bounds.east - bounds.west, bounds.north - bounds.south
        step = max(
            error_km / KM_PER_DEGREE / _DRAWN, np.sqrt(width * height / MOST_CELLS)
        )
        shape = (
            max(int(np.ceil(height / step)), 1),
            max(int(np.ceil(width / step)), 1),
        )
        transform = Affine(step, 0.0, bounds.west, 0.0, -step, bounds.north)
        codes = np.full(shape, np.nan, dtype=np.float32)
        if classes:
            rows = zip(table.geometry, names.map(classes.index), strict=True)
            rasterize(rows, out=codes, transform=transform)
        return cls(
            codes=Raster(bands={"": codes}, transform=transform),
            classes=classes,
            error_km=error_km,
        )

    def share(self, only: tuple[str, ...]) -> FloatRaster:
        """Return the share of the surroundings that is one of some classes.

        Parameters
        ----------
        only : tuple of str
            Names of classes; one that the map lacks has the share 0.

        Returns
        -------
        Raster
            One band, 0 to 1, of the known surroundings, to be read bilinearly.  NaN
            where the cell has no class and less than half of its surroundings has.
        """
        chosen = [at for at, name in enumerate(self.classes) if name in only]
        among = _means(np.isin(self.codes.values, chosen), self._times)
        here, around = self._known
        unknown = (here == 0.0) & (around < _MAPPED)
        with np.errstate(invalid="ignore"):
            share = np.where(unknown, np.nan, self._blended(among) / around)
        return Raster.of_degrees(
            share.astype(np.float32),
            west=self.codes.west,
            north=self.codes.north,
            step_lon_deg=self.codes.step_lon_deg * self._times,
            step_lat_deg=self.codes.step_lat_deg * self._times,
        )

    @cached_property
    def _known(self) -> tuple[Cells, Cells]:
        """Share of each kept cell that has a class, and of its surroundings."""
        here = _means(~np.isnan(self.codes.values), self._times)
        return here, self._blended(here)

    @cached_property
    def _times(self) -> int:
        """Cells of the map that make up a kept one, each way."""
        cell_km = self.codes.step_lat_deg * KM_PER_DEGREE
        return max(round(self.error_km / cell_km / _KEPT), 1)

    def _blended(self, cells: Cells) -> Cells:
        """Weigh the surroundings of each kept cell; there is nothing off the map."""
        from scipy import ndimage  # noqa: PLC0415  # a server reads places only

        high_km = self.codes.step_lat_deg * self._times * KM_PER_DEGREE
        wide_km = self.codes.step_lon_deg * self._times * KM_PER_DEGREE
        middle_km = (np.arange(len(cells)) + 0.5) * high_km
        lat = self.codes.north - middle_km / KM_PER_DEGREE
        east = self.error_km / np.maximum(wide_km * np.cos(np.radians(lat)), 1e-9)
        blended = ndimage.convolve1d(
            cells, _weights(self.error_km / high_km), axis=0, mode="constant"
        )
        for row, reach in zip(blended, east.tolist(), strict=True):
            weights = _weights(min(reach, len(row)))
            ndimage.convolve1d(row, weights, output=row, mode="constant")
        return np.asarray(blended)


class ClassMaps:
    """Class maps and shares of the layers of a store, each made when first asked for.

    It holds them as long as it lives, so it is for one set of measurements.

    Parameters
    ----------
    store : LayerStore
        Where the layers are.
    window : Bounds or None
        Polygons are drawn within it only; None = the whole world.
    """

    def __init__(self, store: LayerStore, window: Bounds | None) -> None:
        self.window = window
        self._store = store
        self._maps: dict[tuple[str, str], ClassMap] = {}
        self._shares: dict[str, FloatRaster] = {}

    def share(self, measurement: Measurement) -> FloatRaster:
        """Return the share that a measurement asks for, to be read bilinearly.

        Raises
        ------
        MissingLayerError, TamperedLayerError, LayerFormatError
            If the layer is absent, changed, or holds no such classes.
        """
        asked = (measurement.layer, measurement.column)
        if asked not in self._maps:
            self._maps[asked] = self._map(measurement)
        key = ".".join((*asked, *measurement.only))
        if key not in self._shares:
            self._shares[key] = self._maps[asked].share(measurement.only)
        return self._shares[key]

    def _map(self, measurement: Measurement) -> ClassMap:
        record = self._store.provenance(measurement.layer)
        if record.kind == "raster":
            classes = class_names(record)
            if not classes:
                raise LayerFormatError(
                    f"The raster layer '{measurement.layer}' names no classes, so no "
                    "share can be taken of them. Read it by value, or correct the "
                    "layer in the deposit-type file."
                )
            layer = self._store.raster(measurement.layer)
            return ClassMap(
                codes=band_of(measurement, layer),
                classes=classes,
                error_km=record.resolution_km,
            )
        if record.kind != "polygons":
            raise cannot(measurement, record.kind)
        return ClassMap.of_polygons(
            rows_of(measurement, self._store.vector(measurement.layer), self.window),
            measurement.column,
            error_km=record.resolution_km,
            bounds=self.window or _WORLD,
        )


def _common(table: gpd.GeoDataFrame, bounds: Bounds) -> Bounds:
    """Cut a box to what a table fills; the box itself where they do not meet."""
    west, south, east, north = table.total_bounds
    found = Bounds(
        west=max(west, bounds.west),
        south=max(south, bounds.south),
        east=min(east, bounds.east),
        north=min(north, bounds.north),
    )
    meet = found.west < found.east and found.south < found.north  # NaN: empty table
    return found if meet else bounds


def _means(cells: npt.NDArray[np.bool_], times: int) -> Cells:
    """Take cells together, ``times`` each way; beyond the edges is False."""
    rows, columns = (-size % times for size in cells.shape)
    whole = np.pad(cells, ((0, rows), (0, columns)))
    height, width = whole.shape
    # Rows first, as they lie in memory.
    tall = whole.reshape(height // times, times, width).sum(axis=1, dtype=np.uint16)
    blocks = tall.reshape(height // times, width // times, times).sum(axis=2)
    return np.asarray(blocks / np.float64(times * times))


def _weights(reach: float) -> Cells:
    """Weights of the cells around one, in a straight line to 0; their sum is 1.

    Reading between the cells adds a line to 0 at one cell, so that much less is
    blended here: squares of such widths add up as variances do.
    """
    own = np.sqrt(max(reach**2 - 1.0, 0.0))
    most = max(int(np.ceil(own)) - 1, 0)
    weights = 1.0 - np.abs(np.arange(-most, most + 1)) / max(own, 1.0)
    return np.asarray(weights / weights.sum())
