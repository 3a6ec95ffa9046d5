"""Read grids of longitude and latitude from netCDF bytes."""

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from scipy import ndimage

from geodata.errors import LayerFormatError

DoubleMap = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeGrid:
    """Values at regular longitudes and latitudes.

    Attributes
    ----------
    values : array of float64, shape (rows, columns)
        Row 0 is the northernmost; NaN = unknown.
    west, north : float
        Position of the first value (its centre, not its corner), degrees.
    step_deg : float
        Spacing in both directions, degrees, positive.
    """

    values: DoubleMap
    west: float
    north: float
    step_deg: float

    def bilinear(self, lon: DoubleMap, lat: DoubleMap) -> DoubleMap:
        """Interpolate between the four values around each place.

        Parameters
        ----------
        lon, lat : array of float64, any one shape
            Degrees.

        Returns
        -------
        array of float64, same shape
            NaN off the grid or where one of the four values is unknown.
        """
        rows, columns = self.values.shape
        row, column = self._position(lon, lat)
        inside = self._inside(row, column)
        top = np.clip(np.floor(row).astype(np.int64), 0, rows - 2)
        left = np.clip(np.floor(column).astype(np.int64), 0, columns - 2)
        down, right = row - top, column - left
        upper = (
            self.values[top, left] * (1 - right) + self.values[top, left + 1] * right
        )
        lower = (
            self.values[top + 1, left] * (1 - right)
            + self.values[top + 1, left + 1] * right
        )
        return np.where(inside, upper * (1 - down) + lower * down, np.nan)

    def cubic(self, lon: DoubleMap, lat: DoubleMap) -> DoubleMap:
        """Interpolate with cubic splines: smooth slopes, small overshoot.

        Parameters
        ----------
        lon, lat : array of float64, any one shape
            Degrees.

        Returns
        -------
        array of float64, same shape
            NaN off the grid.  The grid must hold no NaN.
        """
        row, column = self._position(lon, lat)
        smooth = ndimage.map_coordinates(
            self.values, [row, column], order=3, mode="nearest"
        )
        return np.where(self._inside(row, column), smooth, np.nan)

    def _position(self, lon: DoubleMap, lat: DoubleMap) -> tuple[DoubleMap, DoubleMap]:
        return (self.north - lat) / self.step_deg, (lon - self.west) / self.step_deg

    def _inside(self, row: DoubleMap, column: DoubleMap) -> npt.NDArray[np.bool_]:
        rows, columns = self.values.shape
        inside: npt.NDArray[np.bool_] = (row >= 0) & (row <= rows - 1)
        inside &= (column >= 0) & (column <= columns - 1)
        return inside


def read_grid(content: bytes, *, variable: str = "") -> DegreeGrid:
    """Read one grid from a netCDF file.

    Parameters
    ----------
    content : bytes
        netCDF 3 or 4, axes in degrees with equal spacing.
    variable : str
        Name of the variable when the file holds several.

    Raises
    ------
    LayerFormatError
        If the file cannot be read or the spacing differs between the axes.

    Notes
    -----
    The netCDF driver wants a file, so the bytes pass through a private folder
    that is removed again.  GDAL turns rows that run south to north.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-grid-") as folder:
        path = Path(folder, "grid.nc")
        path.write_bytes(content)
        name = f"netcdf:{path}:{variable}" if variable else str(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotGeoreferencedWarning)
                dataset = rasterio.open(name, driver="netCDF")
            with dataset:
                values = dataset.read(1, out_dtype="float64", masked=True)
                transform = dataset.transform
        except (rasterio.errors.RasterioError, IndexError) as error:
            raise LayerFormatError(
                f"The grid '{variable or 'first variable'}' cannot be read as netCDF "
                f"({error}). Check the file and its name in the catalogue."
            ) from error
    if transform.e >= 0.0 or abs(transform.a + transform.e) > 1e-6 * transform.a:
        raise LayerFormatError(
            f"Expected a north-up grid with equal steps; found steps of {transform.a} "
            f"and {-transform.e} degrees. This reader does not resample."
        )
    return DegreeGrid(
        values=np.ma.filled(values, np.nan),
        west=transform.c + transform.a / 2,
        north=transform.f + transform.e / 2,
        step_deg=transform.a,
    )
