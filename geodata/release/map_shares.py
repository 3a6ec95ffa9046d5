"""How the maps of a deposit type are distributed over a part of the land."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.windows import Window

from geodata.raster import CellShares
from geodata.release.rasters import LEARNED_RANK, RANK, SCALE, UNKNOWN

FAVOURABILITY, COVERAGE = "favourability", "coverage"
"""Bands of the map of a deposit type."""

BEST = (0.01, 0.05, 0.10)
"""Shares of the land ranked for a type that are its best."""

RANK_EDGES = tuple(round(0.1 * step, 1) for step in range(11))
"""Of the histogram of area ranks, 0 (best) to 1; each class holds its upper edge."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

Doubles = npt.NDArray[np.float64]
Stored = Mapping[str, npt.NDArray[np.uint16]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Least, greatest and quantiles of a number over some land; NaN of no land.

    Attributes
    ----------
    least, greatest, mean : float
        Over the land where it is known.
    quantiles : tuple of float
        At :data:`QUANTILES`.
    """

    least: float
    greatest: float
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BestLand:
    """What an area holds of the best land of a map.

    Attributes
    ----------
    best : float
        Share of the ranked land of the region that is meant, 0 to 1.
    km2 : float
        So much of it lies in the area.
    of_best : float
        Share of that best land of the region, 0 to 1; NaN where none is ranked.
    """

    best: float
    km2: float
    of_best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedLand:
    """How an area is ranked by one model.

    Attributes
    ----------
    ranked_km2 : float
        Land of the area that has a rank.
    histogram_km2 : tuple of float
        By class of area rank, :data:`RANK_EDGES`.
    best : tuple of BestLand
        For each of :data:`BEST`.
    """

    ranked_km2: float
    histogram_km2: tuple[float, ...]
    best: tuple[BestLand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShares:
    """How the maps of one deposit type are distributed over an area.

    Attributes
    ----------
    known_km2 : float
        Land of the area of which something is known for the type.
    expert : RankedLand
        By the expert model.
    learned : RankedLand or None
        By the learned model; None where the type has none.
    favourability, coverage : Spread
        Over the land where something is known.
    """

    known_km2: float
    expert: RankedLand
    learned: RankedLand | None
    favourability: Spread
    coverage: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTotals:
    """Cells of the best land of a whole map, for each of :data:`BEST`."""

    expert: tuple[int, ...]
    learned: tuple[int, ...]


def map_totals(path: Path) -> MapTotals:
    """Count the best land of the map of a deposit type."""
    stored = _read(path, None)

    def count(band: str) -> tuple[int, ...]:
        ranks = stored.get(band)
        if ranks is None:
            return ()
        return tuple(int((ranks <= best).sum()) for best in _stored_best())

    return MapTotals(expert=count(RANK), learned=count(LEARNED_RANK))


def map_shares(
    path: Path, shares: CellShares, totals: MapTotals, cell_km2: float
) -> MapShares:
    """Distribute the map of a deposit type over an area.

    Parameters
    ----------
    path : Path
        The map.
    shares : CellShares
        How much of each cell lies in the area; at least one cell.
    totals : MapTotals
        Of the whole map.
    cell_km2 : float
        Area of a cell, square kilometres.
    """
    held = shares.share > 0
    area = shares.share[held] * cell_km2
    stored = {name: band[held] for name, band in _read(path, shares).items()}
    known = stored[FAVOURABILITY] != UNKNOWN
    return MapShares(
        known_km2=float(area[known].sum()),
        expert=_ranked(stored[RANK], area, totals.expert, cell_km2),
        learned=(
            _ranked(stored[LEARNED_RANK], area, totals.learned, cell_km2)
            if LEARNED_RANK in stored
            else None
        ),
        favourability=spread_of(stored[FAVOURABILITY][known], area[known]),
        coverage=spread_of(stored[COVERAGE][known], area[known]),
    )


def spread_of(stored: npt.NDArray[np.uint16], weights: Doubles) -> Spread:
    """Summarise numbers by their weights.

    Parameters
    ----------
    stored : array of uint16, shape (cells,)
        As the maps store them, in units of :data:`SCALE`.
    weights : array of float64, shape (cells,)
        Positive.  A quantile is the least value that, with all below it, has that
        share of the weight.

    >>> spread_of(np.uint16([1000, 3000]), np.array([1.0, 3.0])).quantiles
    (0.1, 0.1, 0.3, 0.3, 0.3)
    """
    if not len(stored):
        nothing = (np.nan,) * len(QUANTILES)
        return Spread(least=np.nan, greatest=np.nan, mean=np.nan, quantiles=nothing)
    weight = np.bincount(stored, weights=weights)
    upto = np.cumsum(weight)
    at = np.searchsorted(upto, np.array(QUANTILES) * upto[-1] * (1 - 1e-12))
    mean = float((np.arange(len(weight)) * weight).sum() / upto[-1]) * SCALE
    return Spread(
        least=_plain(stored.min()),
        greatest=_plain(stored.max()),
        mean=mean,
        quantiles=tuple(_plain(value) for value in at),
    )


def _plain(stored: np.integer) -> float:
    return round(float(stored) * SCALE, 4)


def _ranked(
    ranks: npt.NDArray[np.uint16],
    area: Doubles,
    totals: tuple[int, ...],
    cell_km2: float,
) -> RankedLand:
    ranked = ranks != UNKNOWN
    edges = np.round(np.array(RANK_EDGES) / SCALE)
    one = np.clip(np.searchsorted(edges, ranks[ranked]) - 1, 0, len(edges) - 2)
    best = []
    for share, stored, total in zip(BEST, _stored_best(), totals, strict=True):
        km2 = float(area[ranks <= stored].sum())
        of_best = km2 / (total * cell_km2) if total else np.nan
        best.append(BestLand(best=share, km2=km2, of_best=of_best))
    return RankedLand(
        ranked_km2=float(area[ranked].sum()),
        histogram_km2=tuple(
            np.bincount(one, area[ranked], minlength=len(edges) - 1).tolist()
        ),
        best=tuple(best),
    )


def _stored_best() -> tuple[int, ...]:
    return tuple(round(best / SCALE) for best in BEST)


def _read(path: Path, shares: CellShares | None) -> Stored:
    """Read the bands that are distributed, over the cells of an area or over all."""
    with rasterio.open(path, driver="GTiff") as source:
        wanted = (FAVOURABILITY, COVERAGE, RANK, LEARNED_RANK)
        names = [name for name in wanted if name in source.descriptions]
        window = None
        if shares is not None:
            rows, columns = shares.share.shape
            window = Window(shares.column, shares.row, columns, rows)
        stored = source.read(
            [source.descriptions.index(name) + 1 for name in names], window=window
        )
    return dict(zip(names, stored, strict=True))
