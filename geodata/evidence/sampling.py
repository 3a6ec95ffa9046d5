"""Values of a raster layer at any place, and rasters derived from rasters.

Nothing is resampled to the scoring grid: the native raster is read at the place,
bilinearly for quantities and by the nearest cell for classes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geodata.raster import DegreeArray, FloatArray

KM_PER_DEGREE = 111.195  # of latitude on a sphere of 6371.0 km


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One band of a raster in longitude and latitude.

    Attributes
    ----------
    values : array of float32, shape (rows, columns)
        Row 0 is the northernmost; NaN = unknown.
    west, north : float
        Corner of the first cell, degrees.
    step_lon_deg, step_lat_deg : float
        Size of a cell, degrees, positive.
    """

    values: FloatArray
    west: float
    north: float
    step_lon_deg: float
    step_lat_deg: float

    def _position(
        self, lon: DegreeArray, lat: DegreeArray
    ) -> tuple[DegreeArray, DegreeArray]:
        """Fractional row and column, 0 at the centre of the first cell."""
        row = (self.north - lat) / self.step_lat_deg - 0.5
        column = (lon - self.west) / self.step_lon_deg - 0.5
        return row, column

    def at(self, lon: DegreeArray, lat: DegreeArray) -> FloatArray:
        """Interpolate bilinearly between the four nearest cell centres.

        Returns
        -------
        array of float32, shape (places,)
            In the unit of the band.  Unknown cells take no part; NaN where the
            cell that holds the place is unknown or the place is off the raster.
        """
        row, column = self._position(lon, lat)
        known = ~np.isnan(self.nearest(lon, lat))
        rows, columns = self.values.shape
        row = np.clip(row, 0.0, rows - 1.0)
        column = np.clip(column, 0.0, columns - 1.0)
        top = np.minimum(row.astype(np.int64), max(rows - 2, 0))
        left = np.minimum(column.astype(np.int64), max(columns - 2, 0))
        down, right = row - top, column - left
        total = np.zeros(row.shape)
        share = np.zeros(row.shape)
        for step_down in (0, 1):
            for step_right in (0, 1):
                corner = self.values[
                    np.minimum(top + step_down, rows - 1),
                    np.minimum(left + step_right, columns - 1),
                ]
                part = np.abs(1 - step_down - down) * np.abs(1 - step_right - right)
                part = np.where(np.isnan(corner), 0.0, part)
                total += part * np.nan_to_num(corner)
                share += part
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(known, total / share, np.nan).astype(np.float32)

    def nearest(self, lon: DegreeArray, lat: DegreeArray) -> FloatArray:
        """Take the value of the cell that holds each place; NaN off the raster."""
        row, column = self._position(lon, lat)
        row_index = np.floor(row + 0.5).astype(np.int64)
        column_index = np.floor(column + 0.5).astype(np.int64)
        rows, columns = self.values.shape
        inside = (
            (row_index >= 0)
            & (row_index < rows)
            & (column_index >= 0)
            & (column_index < columns)
        )
        found = self.values[
            np.clip(row_index, 0, rows - 1), np.clip(column_index, 0, columns - 1)
        ]
        return np.where(inside, found, np.float32(np.nan)).astype(np.float32)

    def _with(self, values: FloatArray) -> "Field":
        return Field(
            values=values.astype(np.float32),
            west=self.west,
            north=self.north,
            step_lon_deg=self.step_lon_deg,
            step_lat_deg=self.step_lat_deg,
        )

    def gradient(self) -> "Field":
        """Return the size of the horizontal gradient, unit of the band per 100 km.

        Central differences between cell centres; NaN beside unknown cells.
        """
        latitude = self.north - (np.arange(self.values.shape[0]) + 0.5) * (
            self.step_lat_deg
        )
        south_km = self.step_lat_deg * KM_PER_DEGREE
        east_km = self.step_lon_deg * KM_PER_DEGREE * np.cos(np.radians(latitude))
        down, right = np.gradient(self.values.astype(np.float64))
        size = np.hypot(down / south_km, right / east_km[:, np.newaxis])
        return self._with(100.0 * size)

    def _cells(self, width_km: float) -> tuple[int, int]:
        """Rows and columns that make up a width, at least one of each."""
        middle = np.radians(self.north - self.step_lat_deg * len(self.values) / 2)
        rows = round(width_km / (self.step_lat_deg * KM_PER_DEGREE))
        columns = round(width_km / (self.step_lon_deg * KM_PER_DEGREE * np.cos(middle)))
        return max(rows, 1), max(columns, 1)

    def smoothed(self, *, width_km: float) -> "Field":
        """Return the mean over a square around each cell.

        Parameters
        ----------
        width_km : float
            Side of the square, kilometres.  Unknown cells take no part and stay
            unknown.
        """
        known = ~np.isnan(self.values)
        size = self._cells(width_km)
        total = ndimage.uniform_filter(
            np.where(known, self.values, 0).astype(np.float64), size, mode="nearest"
        )
        share = ndimage.uniform_filter(known.astype(np.float64), size, mode="nearest")
        return self._with(np.where(known, total / np.maximum(share, 1e-9), np.nan))

    def relief(self, *, window_km: float) -> "Field":
        """Return highest minus lowest value in a window around each cell.

        Parameters
        ----------
        window_km : float
            Side of the window, kilometres; at least one cell.
        """
        unknown = np.isnan(self.values)
        size = self._cells(window_km)
        high = ndimage.maximum_filter(
            np.where(unknown, -np.inf, self.values), size=size, mode="nearest"
        )
        low = ndimage.minimum_filter(
            np.where(unknown, np.inf, self.values), size=size, mode="nearest"
        )
        with np.errstate(invalid="ignore"):
            return self._with(np.where(unknown, np.nan, high - low))
