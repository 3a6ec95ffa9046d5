"""One cell of a release: what was measured there, and what the models found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from geodata.errors import OutsideRegionError
from geodata.raster import FloatArray, Grid
from geodata.release.rasters import (
    LEADING,
    LEARNED_COVERAGE,
    LEARNED_RANK,
    RANK,
    SCALE,
    UNKNOWN,
)

OVERALL = "overall"
"""Name of the map of all deposit types together."""

_BANDS = (RANK, LEARNED_RANK, LEADING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """Area ranks of a place by the two models, 0 (best) to 1; None = unknown."""

    expert: float | None
    learned: float | None


@dataclass(frozen=True, kw_only=True)
class Place:
    """The cell that holds a place; every raster of it is read once.

    Attributes
    ----------
    lon, lat : float
        The place, degrees, WGS 84.
    row, column : int
        Its cell.
    measured : mapping of measurement key to float32 array, shape (1,)
        NaN = unknown, also for measurements that have no band.
    favourability : Path
        Folder of the maps of the models.
    types : tuple of str
        Ids of the deposit types in the order their positions are stored.
    """

    lon: float
    lat: float
    row: int
    column: int
    measured: Mapping[str, FloatArray]
    favourability: Path
    types: tuple[str, ...]
    _read: dict[str, dict[str, int]] = field(default_factory=dict, repr=False)

    @property
    def leading_type(self) -> str | None:
        """The deposit type that scores best here, if any is known."""
        position = self._stored(OVERALL).get(LEADING)
        return None if position is None else self.types[position]

    def ranks(self, deposit_type: str) -> Ranks:
        """Return the area ranks of a type that has a map."""
        found = {
            band: round(stored * SCALE, 6)
            for band, stored in self._stored(deposit_type).items()
        }
        return Ranks(expert=found.get(RANK), learned=found.get(LEARNED_RANK))

    def learned_rank(self, deposit_type: str) -> float:
        """Return the area rank by the learned model; NaN = unknown."""
        stored = self._stored(deposit_type).get(LEARNED_RANK)
        return np.nan if stored is None else stored * SCALE

    def _stored(self, name: str) -> dict[str, int]:
        """Return what the bands of a map hold here, as stored; unknown is left out."""
        if name not in self._read:
            path = self.favourability / f"{name}.tif"
            with rasterio.open(path, driver="GTiff") as source:
                bands = [band for band in source.descriptions if band in _BANDS]
                stored = source.read(
                    [source.descriptions.index(band) + 1 for band in bands],
                    window=Window(self.column, self.row, 1, 1),
                )
            self._read[name] = {
                band: int(value)
                for band, value in zip(bands, stored[:, 0, 0], strict=True)
                if value != UNKNOWN
            }
        return self._read[name]


def place_at(
    folder: Path,
    grid: Grid,
    keys: tuple[str, ...],
    types: tuple[str, ...],
    *,
    lon: float,
    lat: float,
) -> Place:
    """Read every measurement of the cell that holds a place.

    Parameters
    ----------
    folder : Path
        Of the release.
    grid : Grid
        Its grid.
    keys : tuple of str
        Measurement keys wanted.
    types : tuple of str
        Ids of its deposit types, in order.
    lon, lat : float
        Degrees, WGS 84.

    Raises
    ------
    OutsideRegionError
        If the place is not on land in the five states.
    """
    cell = grid.cell_of(lon, lat)
    outside = OutsideRegionError(
        f"{lat:.4f} N, {lon:.4f} E is not on land in the five states, so there is "
        "nothing to explain. Choose a place inside their borders."
    )
    if cell is None:
        raise outside
    row, column = cell
    window = Window(column, row, 1, 1)
    path = folder / "evidence" / "measurements.tif"
    with rasterio.open(path, driver="GTiff") as source:
        found = source.read(window=window)[:, 0, 0]
        inside = source.dataset_mask(window=window)[0, 0]
        nodata, names = source.nodata, source.descriptions
    if not inside:
        raise outside
    found = np.where(found == nodata, np.nan, found).astype(np.float32)
    present = dict(zip(names, found[:, np.newaxis], strict=True))
    unknown = np.full(1, np.nan, dtype=np.float32)
    return Place(
        lon=lon,
        lat=lat,
        row=row,
        column=column,
        measured={key: present.get(key, unknown) for key in keys},
        favourability=folder / "favourability",
        types=types,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedArea:
    """The land that a deposit type ranks, in its order.

    Attributes
    ----------
    ordered : array of float32
        Favourability of every ranked cell, ascending.
    """

    ordered: FloatArray

    def better_share(self, favourability: float) -> float:
        """Return the share of the ranked land that is strictly better, 0 to 1.

        Parameters
        ----------
        favourability : float
            0 to 1; NaN = unknown, and stays NaN.  So it is where no land is ranked.
        """
        score = np.float32(favourability)
        if np.isnan(score) or not self.ordered.size:
            return np.nan
        above = self.ordered.size - np.searchsorted(self.ordered, score, side="right")
        return float(np.float32(above) / np.float32(self.ordered.size))


def ranked_area(path: Path) -> RankedArea:
    """Read the ranked land from the map of a deposit type."""
    with rasterio.open(path, driver="GTiff") as source:
        bands = [
            source.descriptions.index(name) + 1 for name in ("favourability", RANK)
        ]
        favourability, rank = source.read(bands)
    ranked = favourability[rank != UNKNOWN] * np.float32(SCALE)
    return RankedArea(ordered=np.sort(ranked))


class LearnedMap(Enum):
    """What a release holds of a learned model's map."""

    ABSENT = "absent"
    EMPTY = "empty"  # it ranks no cell: the layers it reads are not here
    KNOWN = "known"


def learned_map(path: Path) -> LearnedMap:
    """Tell whether the map of a deposit type holds the learned model's."""
    with rasterio.open(path, driver="GTiff") as source:
        if not {LEARNED_RANK, LEARNED_COVERAGE} <= set(source.descriptions):
            return LearnedMap.ABSENT
        ranks = source.read(source.descriptions.index(LEARNED_RANK) + 1)
    return LearnedMap.KNOWN if (ranks != UNKNOWN).any() else LearnedMap.EMPTY
