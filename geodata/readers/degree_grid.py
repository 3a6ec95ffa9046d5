"""Values at regular longitudes and latitudes: what every reader of grids returns."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.region import Bounds

DoubleMap = npt.NDArray[np.float64]

_TINY = 1e-4  # of a step: files write their axes with few digits


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeGrid:
    """Values at regular longitudes and latitudes.

    Attributes
    ----------
    values : array of float64, shape (rows, columns)
        Row 0 is the northernmost, column 0 the westernmost; NaN = unknown.
    west, north : float
        Position of the first value (its centre, not its corner), degrees.
    step_lon_deg, step_lat_deg : float
        Spacing, degrees, positive.
    """

    values: DoubleMap
    west: float
    north: float
    step_lon_deg: float
    step_lat_deg: float

    @property
    def step_deg(self) -> float:
        """Spacing of both axes, degrees.

        Raises
        ------
        LayerFormatError
            If it differs between them.
        """
        if abs(self.step_lon_deg - self.step_lat_deg) > 1e-6 * self.step_lon_deg:
            raise LayerFormatError(
                f"Expected a grid with equal steps; found steps of {self.step_lon_deg} "
                f"and {self.step_lat_deg} degrees. This reader does not resample."
            )
        return self.step_lon_deg

    @property
    def edges(self) -> Bounds:
        """Outer edges of the cells around the values, degrees."""
        rows, columns = self.values.shape
        west = self.west - self.step_lon_deg / 2
        north = self.north + self.step_lat_deg / 2
        return Bounds(
            west=west,
            south=north - rows * self.step_lat_deg,
            east=west + columns * self.step_lon_deg,
            north=north,
        )

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

    def around_greenwich(self) -> "DegreeGrid":
        """Return a grid of the whole globe so that its cells cover 180 W to 180 E.

        A meridian that stands at both ends is kept once; columns are turned so that
        the first lies at 180 W or next to it; and where cells would end short of
        180 E, because values stand on that meridian, it is repeated there.

        Raises
        ------
        LayerFormatError
            If the grid does not go all the way round.
        """
        columns = self.values.shape[1]
        whole = 360.0 / self.step_lon_deg
        count = round(whole)
        if abs(whole - count) > _TINY * count or columns not in (count, count + 1):
            raise LayerFormatError(
                f"Expected a grid around the globe; found {columns} columns of "
                f"{self.step_lon_deg:g} degrees from {self.west:g} E. Check the file."
            )
        once = self.values[:, :count]
        place = (self.west + 180.0) / self.step_lon_deg  # columns east of 180 W
        skipped = int(np.ceil(-place - _TINY))  # the first of ours at or after 180 W
        west = self.west + skipped * self.step_lon_deg
        turned = np.roll(once, -(skipped % count), axis=1)
        if west + (count - 0.5) * self.step_lon_deg < 180.0 - _TINY * self.step_lon_deg:
            turned = np.concatenate([turned, turned[:, :1]], axis=1)
        return replace(self, values=turned, west=west)

    def _position(self, lon: DoubleMap, lat: DoubleMap) -> tuple[DoubleMap, DoubleMap]:
        row = (self.north - lat) / self.step_lat_deg
        return row, (lon - self.west) / self.step_lon_deg

    def _inside(self, row: DoubleMap, column: DoubleMap) -> npt.NDArray[np.bool_]:
        rows, columns = self.values.shape
        inside: npt.NDArray[np.bool_] = (row >= 0) & (row <= rows - 1)
        inside &= (column >= 0) & (column <= columns - 1)
        return inside


def require_cells(rows: int, columns: int, name: str, limits: Limits) -> None:
    """Refuse a grid that claims more cells than we read, before it takes memory.

    Raises
    ------
    LayerFormatError
        If a side is shorter than one cell.
    UnsafeFileError
        If there are more cells than the limit.
    """
    if rows < 1 or columns < 1:
        raise LayerFormatError(
            f"{name} claims {rows:,} rows and {columns:,} columns; expected at least "
            "one of each. Fetch it again."
        )
    if rows * columns > limits.cells:
        raise UnsafeFileError(
            f"{name} asks for {rows:,} rows of {columns:,} cells; at most "
            f"{limits.cells:,} cells are read. If the file is right, cut the region "
            "out of it first."
        )


def regular_axis(positions: DoubleMap, name: str) -> tuple[float, float]:
    """Return the first position and the step of an axis that runs either way.

    Parameters
    ----------
    positions : array of float64
        Degrees, two or more.
    name : str
        What it is the axis of, for messages.

    Returns
    -------
    first, step : float
        The step is negative where positions decrease.

    Raises
    ------
    LayerFormatError
        If the positions are not finite or not evenly spaced.
    """
    count = len(positions)
    if count >= 2 and np.all(np.isfinite(positions)):
        step = float(positions[-1] - positions[0]) / (count - 1)
        even = positions[0] + step * np.arange(count)
        # Single precision, as some files write, is good to a few metres.
        slack = max(0.01 * abs(step), 4e-7 * float(np.max(np.abs(positions))))
        if step != 0.0 and np.max(np.abs(positions - even)) <= min(
            slack, 0.1 * abs(step)
        ):
            return float(positions[0]), step
    raise LayerFormatError(
        f"The positions along an axis of {name} are not evenly spaced: expected two or "
        f"more, in one direction; found {count}, {positions[:3]} to {positions[-1:]}. "
        "This reader does not resample."
    )


def require_degrees(grid: DegreeGrid, name: str) -> DegreeGrid:
    """Return a grid whose position can be degrees on the Earth.

    Raises
    ------
    LayerFormatError
        If it reaches beyond a pole or more than once round, or holds an infinity.
    """
    edges = grid.edges
    # A value on the pole has half a cell beyond it.
    if (
        edges.north > 90.0 + 0.51 * grid.step_lat_deg
        or edges.south < -90.0 - 0.51 * grid.step_lat_deg
        or edges.west < -180.0 - 0.51 * grid.step_lon_deg
        or edges.east > 360.0 + 0.51 * grid.step_lon_deg
        or edges.east - edges.west > 360.0 + 1.02 * grid.step_lon_deg
    ):
        raise LayerFormatError(
            f"{name} covers {edges.west:g} to {edges.east:g} E and {edges.south:g} to "
            f"{edges.north:g} N; expected degrees on the Earth. Check its reference "
            "system."
        )
    if np.isinf(grid.values).any():
        raise LayerFormatError(
            f"{name} holds infinite values; expected numbers, or a gap code. Fetch it "
            "again."
        )
    return grid
