"""Bands on a north-up lattice: read at a place, or made into other rasters.

Nothing is resampled to the grid of a release: a raster is read at the place,
bilinearly for quantities and by the cell that holds it for classes.  Everywhere
one rule holds for gaps: *unknown cells take no part, and what stands on an unknown
cell is unknown*.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from rasterio.transform import Affine

from geodata.errors import LayerFormatError
from geodata.region import Bounds

LONLAT = "EPSG:4326"
"""CRS of every layer: longitude and latitude, degrees, WGS 84."""
KM_PER_DEGREE = 111.195  # of latitude on a sphere of 6371.0 km

Number = TypeVar("Number", np.float32, np.float64)
Places: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)  # slots and Generic do not go together
class Raster(Generic[Number]):
    """Bands of one shape on a lattice of cells.

    Attributes
    ----------
    bands : mapping of str to array of float32 or float64, shape (rows, columns)
        Rows run north to south, columns west to east; NaN = unknown.
    transform : Affine
        From (column, row) to the units of ``crs``; (0, 0) is the outer corner of the
        first cell.  North up: no rotation.
    crs : str
        Reference system, as text.
    """

    bands: Mapping[str, npt.NDArray[Number]]
    transform: Affine
    crs: str = LONLAT

    def __post_init__(self) -> None:
        shapes = {band.shape for band in self.bands.values()}
        if len(shapes) != 1 or any(len(shape) != 2 for shape in shapes):
            raise LayerFormatError(
                f"The bands of a raster must share one shape (rows, columns); these "
                f"have {sorted(shapes)}. Put them on one grid first."
            )
        turn = self.transform
        if not (turn.a > 0.0 > turn.e and turn.b == turn.d == 0.0):
            raise LayerFormatError(
                "The cells of a raster must have positive sizes, its first row the "
                f"northernmost; its transform is {tuple(turn)[:6]}. Turn the rows."
            )

    @classmethod
    def of_degrees(
        cls,
        bands: Mapping[str, npt.NDArray[Number]] | npt.NDArray[Number],
        *,
        west: float,
        north: float,
        step_lon_deg: float,
        step_lat_deg: float,
    ) -> Self:
        """Make a raster in longitude and latitude.

        Parameters
        ----------
        bands : mapping of str to array, or array, shape (rows, columns)
            An array alone is a band without a name.
        west, north : float
            Outer corner of the first cell, degrees, WGS 84.
        step_lon_deg, step_lat_deg : float
            Size of a cell, degrees, positive.

        >>> raster = Raster.of_degrees(
        ...     np.float32([[1, 2], [3, 4]]),
        ...     west=60.0, north=50.0, step_lon_deg=1.0, step_lat_deg=1.0,
        ... )
        >>> raster.bilinear(np.array([61.0]), np.array([49.0])).tolist()
        [2.5]
        """
        return cls(
            bands={"": bands} if isinstance(bands, np.ndarray) else bands,
            transform=Affine(step_lon_deg, 0.0, west, 0.0, -step_lat_deg, north),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = next(iter(self.bands.values())).shape
        return rows, columns

    @property
    def values(self) -> npt.NDArray[Number]:
        """The only band.

        Raises
        ------
        ValueError
            If there are several.
        """
        (values,) = self.bands.values()
        return values

    def band(self, name: str) -> Self:
        """Return one band as a raster of its own."""
        return replace(self, bands={name: self.bands[name]})

    def with_values(self, values: npt.NDArray[Number]) -> Self:
        """Return a raster of one band on the same cells."""
        return replace(self, bands={"": values})

    @property
    def west(self) -> float:
        """Outer edge of the first column, degrees or the unit of ``crs``."""
        return float(self.transform.c)

    @property
    def north(self) -> float:
        """Outer edge of the first row, degrees or the unit of ``crs``."""
        return float(self.transform.f)

    @property
    def step_lon_deg(self) -> float:
        """Width of a cell, degrees or the unit of ``crs``."""
        return float(self.transform.a)

    @property
    def step_lat_deg(self) -> float:
        """Height of a cell, degrees or the unit of ``crs``."""
        return -float(self.transform.e)

    @property
    def step_deg(self) -> float:
        """Side of a cell, degrees.

        Raises
        ------
        LayerFormatError
            If width and height differ.
        """
        if abs(self.step_lon_deg - self.step_lat_deg) > 1e-6 * self.step_lon_deg:
            raise LayerFormatError(
                f"Expected a grid with equal steps; found steps of {self.step_lon_deg} "
                f"and {self.step_lat_deg} degrees. This reader does not resample."
            )
        return self.step_lon_deg

    @property
    def bounds(self) -> Bounds:
        """Outer edges of the cells, in the units of the reference system."""
        rows, columns = self.shape
        return Bounds(
            west=self.west,
            south=self.north - rows * self.step_lat_deg,
            east=self.west + columns * self.step_lon_deg,
            north=self.north,
        )

    def value(self, band: str, x: float, y: float) -> float:
        """Return a band where one place lies; NaN off the raster."""
        return float(self.band(band).nearest(x, y))

    def bilinear(self, x: Places | float, y: Places | float) -> npt.NDArray[Number]:
        """Interpolate the only band between the four nearest cell centres.

        Parameters
        ----------
        x, y : array of float64, any one shape, or float
            In the units of the reference system: longitude and latitude, degrees.

        Returns
        -------
        array of the type of the band, same shape
            In the unit of the band.  Unknown cells take no part; NaN where the
            cell that holds the place is unknown or the place is off the raster.
        """
        row, column = self._position(x, y)
        known = ~np.isnan(self.nearest(x, y))
        values = self.values
        rows, columns = values.shape
        row, column = np.clip(row, 0.0, rows - 1.0), np.clip(column, 0.0, columns - 1.0)
        top = np.minimum(row.astype(np.int64), max(rows - 2, 0))
        left = np.minimum(column.astype(np.int64), max(columns - 2, 0))
        down, right = row - top, column - left
        total, share = np.zeros(row.shape), np.zeros(row.shape)
        for step_down in (0, 1):
            for step_right in (0, 1):
                corner = values[
                    np.minimum(top + step_down, rows - 1),
                    np.minimum(left + step_right, columns - 1),
                ]
                part = np.abs(1 - step_down - down) * np.abs(1 - step_right - right)
                part = np.where(np.isnan(corner), 0.0, part)
                total += part * np.nan_to_num(corner)
                share += part
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(known, total / share, np.nan).astype(values.dtype)

    def nearest(self, x: Places | float, y: Places | float) -> npt.NDArray[Number]:
        """Take the only band where each place lies; NaN off the raster."""
        row, column = self._position(x, y)
        row_index = np.floor(row + 0.5).astype(np.int64)
        column_index = np.floor(column + 0.5).astype(np.int64)
        values = self.values
        rows, columns = values.shape
        inside = (row_index >= 0) & (row_index < rows)
        inside &= (column_index >= 0) & (column_index < columns)
        found = values[
            np.clip(row_index, 0, rows - 1), np.clip(column_index, 0, columns - 1)
        ]
        return np.where(inside, found, np.nan).astype(values.dtype)

    def gradient(self) -> Self:
        """Return the size of the horizontal gradient, unit of the band per 100 km.

        Central differences between cell centres; NaN beside unknown cells.
        """
        middle = (np.arange(self.shape[0]) + 0.5) * self.step_lat_deg
        latitude = self.north - middle
        south_km = self.step_lat_deg * KM_PER_DEGREE
        east_km = self.step_lon_deg * KM_PER_DEGREE * np.cos(np.radians(latitude))

        def slope(values: npt.NDArray[Number]) -> Places:
            down, right = np.gradient(values.astype(np.float64))
            size = np.hypot(down / south_km, right / east_km[:, np.newaxis])
            return np.asarray(100.0 * size)

        return self._each(slope)

    def smoothed(self, *, width_km: float) -> Self:
        """Return the mean over a square of some width around each cell."""
        from scipy import ndimage  # noqa: PLC0415  # a server reads places only

        size = self._cells(width_km)

        def around(values: npt.NDArray[np.generic]) -> Places:
            exact = values.astype(np.float64)
            return np.asarray(ndimage.uniform_filter(exact, size, mode="nearest"))

        def mean(values: npt.NDArray[Number]) -> Places:
            known = ~np.isnan(values)
            total, share = around(np.where(known, values, 0)), around(known)
            return np.where(known, total / np.maximum(share, 1e-9), np.nan)

        return self._each(mean)

    def relief(self, *, window_km: float) -> Self:
        """Return highest minus lowest value in a square window around each cell."""
        from scipy import ndimage  # noqa: PLC0415  # a server reads places only

        size = self._cells(window_km)

        def span(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
            unknown = np.isnan(values)
            no_high, no_low = (np.where(unknown, x, values) for x in (-np.inf, np.inf))
            high = ndimage.maximum_filter(no_high, size, mode="nearest")
            low = ndimage.minimum_filter(no_low, size, mode="nearest")
            with np.errstate(invalid="ignore"):
                return np.where(unknown, np.nan, high - low)

        return self._each(span)

    def _position(self, x: Places | float, y: Places | float) -> tuple[Places, Places]:
        """Fractional row and column, 0 at the centre of the first cell."""
        row = (self.north - np.asarray(y)) / self.step_lat_deg - 0.5
        column = (np.asarray(x) - self.west) / self.step_lon_deg - 0.5
        return row, column

    def _cells(self, width_km: float) -> tuple[int, int]:
        """Rows and columns that make up a width, at least one of each."""
        middle = np.radians(self.north - self.step_lat_deg * self.shape[0] / 2)
        rows = round(width_km / (self.step_lat_deg * KM_PER_DEGREE))
        columns = round(width_km / (self.step_lon_deg * KM_PER_DEGREE * np.cos(middle)))
        return max(rows, 1), max(columns, 1)

    def _each(
        self, function: Callable[[npt.NDArray[Number]], npt.NDArray[np.floating]]
    ) -> Self:
        made = {name: function(band) for name, band in self.bands.items()}
        return replace(
            self,
            bands={name: made[name].astype(b.dtype) for name, b in self.bands.items()},
        )


FloatRaster: TypeAlias = Raster[np.float32]
"""As the layer store and a release hold it."""
DoubleRaster: TypeAlias = Raster[np.float64]
"""As the readers of grids return it."""
