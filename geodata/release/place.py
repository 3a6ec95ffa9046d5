"""Cells of a release: what was measured there, and what the models found."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio

from geodata.raster import DegreeArray, FloatArray, Grid
from geodata.release.blocks import Blocks, Positions
from geodata.release.rasters import (
    LEADING,
    LEARNED_COVERAGE,
    LEARNED_RANK,
    NODATA,
    RANK,
    SCALE,
    UNKNOWN,
)

OVERALL = "overall"
"""Name of the map of all deposit types together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """Area ranks of a place by the two models, 0 (best) to 1; None = unknown."""

    expert: float | None
    learned: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The cells that hold some places on land in the five states.

    Attributes
    ----------
    lon, lat : array of float64, shape (places,)
        The places, degrees, WGS 84.
    rows, columns : array of int, shape (places,)
        Their cells.
    measured : mapping of measurement key to float32 array, shape (places,)
        NaN = unknown, also for measurements that have no band.
    favourability : Path
        Folder of the maps of the models.
    types : tuple of str
        Ids of the deposit types in the order their positions are stored.
    blocks : Blocks
        What reads the maps.
    """

    lon: DegreeArray
    lat: DegreeArray
    rows: Positions
    columns: Positions
    measured: Mapping[str, FloatArray]
    favourability: Path
    types: tuple[str, ...]
    blocks: Blocks

    def __len__(self) -> int:
        return len(self.lon)

    def take(self, chosen: Positions) -> "Places":
        """Take some of the places, in an order."""
        return replace(
            self,
            lon=self.lon[chosen],
            lat=self.lat[chosen],
            rows=self.rows[chosen],
            columns=self.columns[chosen],
            measured={key: values[chosen] for key, values in self.measured.items()},
        )

    def leading_types(self) -> tuple[str | None, ...]:
        """Return the deposit type that scores best at each place, if any is known."""
        return tuple(
            None if np.isnan(position) else self.types[int(position)]
            for position in self._band(OVERALL, LEADING)
        )

    def ranks(self, deposit_type: str) -> tuple[Ranks, ...]:
        """Return the area ranks of a type that has a map, one pair a place."""
        each = (
            [
                None if np.isnan(stored) else round(float(stored) * SCALE, 6)
                for stored in self._band(deposit_type, band)
            ]
            for band in (RANK, LEARNED_RANK)
        )
        return tuple(
            Ranks(expert=expert, learned=learned)
            for expert, learned in zip(*each, strict=True)
        )

    def learned_ranks(self, deposit_type: str) -> npt.NDArray[np.float64]:
        """Return the area ranks by the learned model; NaN = unknown."""
        return self._band(deposit_type, LEARNED_RANK) * SCALE

    def _band(self, name: str, band: str) -> npt.NDArray[np.float64]:
        """Return a band of a map as stored; NaN = unknown, or there is no such band."""
        if not len(self):
            return np.empty(0)
        path = self.favourability / f"{name}.tif"
        found = self.blocks.at(path, self.rows, self.columns)
        if band not in found.bands:
            return np.full(len(self), np.nan)
        stored = found.stored[:, found.bands.index(band)]
        return np.where(stored == UNKNOWN, np.nan, stored).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Which of the places that were asked for can be explained.

    Attributes
    ----------
    inside : array of bool, shape (asked,)
        Whether it is on land in the five states.
    places : Places
        Those that are, in the same order.
    """

    inside: npt.NDArray[np.bool_]
    places: Places


def locate(
    folder: Path,
    grid: Grid,
    keys: tuple[str, ...],
    types: tuple[str, ...],
    blocks: Blocks,
    *,
    lon: DegreeArray,
    lat: DegreeArray,
) -> Located:
    """Read every measurement of the cells that hold some places.

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
    blocks : Blocks
        What reads its rasters.
    lon, lat : array of float64, shape (asked,)
        Degrees, WGS 84.
    """
    cells = grid.cells_of(lon, lat)
    inside = cells.inside
    measured: dict[str, FloatArray] = {}
    if inside.any():
        found = blocks.at(
            folder / "evidence" / "measurements.tif",
            cells.row[inside],
            cells.column[inside],
        )
        inside[inside] = found.known
        stored = found.stored[found.known]
        values = np.where(stored == NODATA, np.nan, stored).astype(np.float32)
        measured = dict(zip(found.bands, np.ascontiguousarray(values.T), strict=True))
    unknown = np.full(int(inside.sum()), np.nan, dtype=np.float32)
    return Located(
        inside=inside,
        places=Places(
            lon=lon[inside],
            lat=lat[inside],
            rows=cells.row[inside],
            columns=cells.column[inside],
            measured={key: measured.get(key, unknown) for key in keys},
            favourability=folder / "favourability",
            types=types,
            blocks=blocks,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedArea:
    """The land that a deposit type ranks, by its scores.

    Attributes
    ----------
    scores : array of float32
        Every favourability that a ranked cell has, ascending.
    cells : array of int64
        How many have it.
    """

    scores: FloatArray
    cells: npt.NDArray[np.int64]

    def better_share(self, favourability: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the share of the ranked land that is strictly better, 0 to 1.

        Parameters
        ----------
        favourability : array of float
            0 to 1; NaN = unknown, and stays NaN.  So it is where no land is ranked.
        """
        asked = np.asarray(favourability, dtype=np.float32)
        if not self.scores.size:
            return np.full(asked.shape, np.nan)
        above = np.append(np.cumsum(self.cells[::-1])[::-1], 0)
        better = above[np.searchsorted(self.scores, asked, side="right")]
        share = better.astype(np.float32) / np.float32(above[0])
        return np.where(np.isnan(asked), np.nan, share).astype(np.float64)


def ranked_area(path: Path) -> RankedArea:
    """Read the ranked land from the map of a deposit type."""
    with rasterio.open(path, driver="GTiff") as source:
        bands = [
            source.descriptions.index(name) + 1 for name in ("favourability", RANK)
        ]
        favourability, rank = source.read(bands)
    stored, cells = np.unique(favourability[rank != UNKNOWN], return_counts=True)
    return RankedArea(scores=stored * np.float32(SCALE), cells=cells)


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
