"""One equal-area grid over the five states, and the cells of it that are land.

All maps of a release share one :class:`Grid`.  Evidence does not know it: it is
a function of place, and the grid is nothing but a way to say "all these places"
(:class:`Cells`).  Every cell has the same area on the ground, so shares of
cells are shares of area.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine

from geodata.errors import CellSizeError, GridMismatchError
from geodata.execution import map_blocks

FloatArray = npt.NDArray[np.float32]
DegreeArray = npt.NDArray[np.float64]

EQUAL_AREA = (
    "+proj=laea +lat_0=46 +lon_0=67 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
)
"""Lambert azimuthal equal-area, centred on the five states; metres."""

_TOGETHER = 100_000  # cells whose centres a thread finds at once
SMALLEST_CELL_M = 30.0
LARGEST_CELL_M = 50_000.0
DEFAULT_CELL_M = 5_000.0  # positions of occurrences are good to 5-25 km
_EDGE_STEP_DEG = 0.05  # geographic edges are curved in the projection


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPositions:
    """The cells that hold some places; arrays of shape (places,).

    Attributes
    ----------
    row, column : array of int
        Of the cell; 0 for places outside the grid.
    inside : array of bool
        Whether the grid holds the place.
    """

    row: npt.NDArray[np.intp]
    column: npt.NDArray[np.intp]
    inside: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A north-up grid of square cells in :data:`EQUAL_AREA`.

    Attributes
    ----------
    cell_m : float
        Side of a cell, metres, 30 to 50 000.
    west_m, north_m : float
        Corner of the first cell, metres; multiples of ``cell_m``, so that grids
        whose cell sizes divide each other nest.
    rows, columns : int
        Shape; row 0 is the northernmost.
    """

    cell_m: float
    west_m: float
    north_m: float
    rows: int
    columns: int

    @classmethod
    def covering(cls, place: shapely.Geometry, *, cell_m: float) -> "Grid":
        """Lay a grid over an area.

        Parameters
        ----------
        place : shapely geometry
            Area to cover; longitude and latitude, degrees, WGS 84.
        cell_m : float
            Side of a cell, metres, 30 to 50 000.

        Raises
        ------
        CellSizeError
            If the cell size is outside that range.
        """
        check_cell_size(cell_m)
        west, south, east, north = to_equal_area(place).bounds
        west_index, north_index = np.floor(west / cell_m), np.ceil(north / cell_m)
        return cls(
            cell_m=float(cell_m),
            west_m=float(west_index * cell_m),
            north_m=float(north_index * cell_m),
            rows=int(north_index - np.floor(south / cell_m)),
            columns=int(np.ceil(east / cell_m) - west_index),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def cell_area_km2(self) -> float:
        """Area of each cell on the ground, square kilometres."""
        return self.cell_m**2 / 1e6

    @property
    def transform(self) -> Affine:
        """Affine transform from (column, row) to metres."""
        step = self.cell_m
        return Affine(step, 0.0, self.west_m, 0.0, -step, self.north_m)

    def cells_of(self, lon: DegreeArray, lat: DegreeArray) -> CellPositions:
        """Return the cells that hold some places.

        Parameters
        ----------
        lon, lat : array of float64, shape (places,)
            Degrees, WGS 84; anywhere on Earth.
        """
        x, y = _forward().transform(lon, lat)
        there = np.isfinite(x) & np.isfinite(y)  # not so on the far side of the Earth
        row = np.floor((self.north_m - np.where(there, y, np.inf)) / self.cell_m)
        column = np.floor((np.where(there, x, np.inf) - self.west_m) / self.cell_m)
        inside = (
            (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        )
        return CellPositions(
            row=np.where(inside, row, 0).astype(np.intp),
            column=np.where(inside, column, 0).astype(np.intp),
            inside=inside,
        )


@dataclass(frozen=True)
class Cells:
    """The cells of a grid whose centres lie on land in the five states.

    Attributes
    ----------
    grid : Grid
        The grid they belong to.
    index : array of int64, shape (cells,)
        Position of each cell in the flattened grid, ascending.
    """

    grid: Grid
    index: npt.NDArray[np.int64]

    @classmethod
    def inside(cls, grid: Grid, place: shapely.Geometry) -> "Cells":
        """Take the cells whose centre lies inside an area (lon, lat, degrees)."""
        mask = rasterize(
            [(to_equal_area(place), 1)],
            out_shape=grid.shape,
            transform=grid.transform,
            dtype="uint8",
        )
        return cls(grid=grid, index=np.flatnonzero(mask).astype(np.int64))

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def area_km2(self) -> float:
        """Area of all cells together, square kilometres."""
        return len(self.index) * self.grid.cell_area_km2

    def lonlat(self, part: slice = slice(None)) -> tuple[DegreeArray, DegreeArray]:
        """Return longitudes and latitudes of cell centres, degrees, WGS 84."""
        lon, lat = self._centres
        return lon[part], lat[part]

    @cached_property
    def _centres(self) -> tuple[DegreeArray, DegreeArray]:
        def find(part: slice) -> tuple[DegreeArray, DegreeArray]:
            row, column = np.divmod(self.index[part], self.grid.columns)
            x = self.grid.west_m + (column + 0.5) * self.grid.cell_m
            y = self.grid.north_m - (row + 0.5) * self.grid.cell_m
            lon, lat = _inverse().transform(x, y)
            return lon, lat

        lon, lat = np.empty(len(self)), np.empty(len(self))
        parts = list(self.blocks(_TOGETHER))
        for part, found in zip(parts, map_blocks(find, parts), strict=True):
            lon[part], lat[part] = found
        lon.flags.writeable = lat.flags.writeable = False  # all who ask share them
        return lon, lat

    def blocks(self, size: int) -> Iterator[slice]:
        """Cut the cells into consecutive blocks; none depends on another."""
        for start in range(0, len(self), size):
            yield slice(start, min(start + size, len(self)))

    def to_map(self, values: npt.NDArray[np.generic]) -> FloatArray:
        """Spread one value per cell over the grid; NaN everywhere else.

        Raises
        ------
        GridMismatchError
            If there is not exactly one value per cell.
        """
        if values.shape != self.index.shape:
            raise GridMismatchError(
                f"A map on this grid needs {len(self)} values, one per land cell; "
                f"got shape {values.shape}. Score the cells of the same grid."
            )
        filled = np.full(self.grid.rows * self.grid.columns, np.nan, dtype=np.float32)
        filled[self.index] = values
        return filled.reshape(self.grid.shape)


def check_cell_size(cell_m: float) -> None:
    """Refuse a cell size outside 30 m to 50 km.

    >>> check_cell_size(5000)
    """
    if not SMALLEST_CELL_M <= cell_m <= LARGEST_CELL_M:
        raise CellSizeError(
            f"The cell size must lie between {SMALLEST_CELL_M:g} m and "
            f"{LARGEST_CELL_M:,.0f} m; got {cell_m:g} m. The default of "
            f"{DEFAULT_CELL_M:,.0f} m suits the precision of the layers."
        )


def to_equal_area(place: shapely.Geometry) -> shapely.Geometry:
    """Project a geometry (lon, lat, degrees) to :data:`EQUAL_AREA`, metres.

    Long edges are divided first, because a straight line in degrees is curved
    in the projection.
    """
    return _project(shapely.segmentize(place, _EDGE_STEP_DEG), _forward())


def corners_to_equal_area(place: shapely.Geometry) -> shapely.Geometry:
    """Project the corners of a geometry alone: the inverse of :func:`to_lonlat`.

    For outlines of cells, whose edges are straight in the projection.
    """
    return _project(place, _forward())


def to_lonlat(place: shapely.Geometry) -> shapely.Geometry:
    """Project a geometry in :data:`EQUAL_AREA` back to longitude and latitude."""
    return _project(place, _inverse())


def _project(
    place: shapely.Geometry, transformer: pyproj.Transformer
) -> shapely.Geometry:
    def move(points: DegreeArray) -> DegreeArray:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(place, move)


@cache  # it takes longer to make than to use
def _forward() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("OGC:CRS84", EQUAL_AREA, always_xy=True)


@cache
def _inverse() -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(EQUAL_AREA, "OGC:CRS84", always_xy=True)
