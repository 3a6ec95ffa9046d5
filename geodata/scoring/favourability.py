"""Score every cell of a grid, for one deposit type, and rank it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from geodata.execution import Scheduler, map_blocks, no_progress
from geodata.raster import FloatArray
from geodata.scoring.draws import Draws, best_values
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.mineral_system import applies_at
from geodata.scoring.ranking import RANKED_FROM
from geodata.scoring.spread import spread
from geodata.scoring.tabulated import TabulatedDraws
from geodata.scoring.uncertainty import CHUNK, DrawnModel

TABLES_FROM = 50_000
"""Places from which on it takes less time to tabulate the curves of all draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourability:
    """What a model says of some places; every array has shape (places,).

    Attributes
    ----------
    favourability : array of float32
        0 to 1 with the best value of every number; NaN where nothing is known.
    p10, p50, p90 : array of float32
        Percentiles over the Monte-Carlo draws; NaN of a model that cannot rank.
    coverage : array of float32
        Share of the model's weight that is known, 0 to 1.
    can_rank : bool
        Whether the layers that the model cannot do without are here.
    """

    favourability: FloatArray
    p10: FloatArray
    p50: FloatArray
    p90: FloatArray
    coverage: FloatArray
    can_rank: bool = True

    @property
    def ranked(self) -> FloatArray:
        """Favourability where enough is known to rank a place; NaN elsewhere."""
        enough = self.can_rank & (self.coverage >= np.float32(RANKED_FROM))
        return np.where(enough, self.favourability, np.float32(np.nan))


def score_places(
    model: RegionalModel,
    draws: Draws,
    measured: Mapping[str, FloatArray],
    *,
    scheduler: Scheduler | None = None,
    progress: Callable[[float], object] = no_progress,
    block: int = CHUNK,
) -> Favourability:
    """Score places by one model, in independent blocks.

    Parameters
    ----------
    model : RegionalModel
        The model.
    draws : Draws
        Its Monte-Carlo draws.
    measured : mapping of measurement key to float32 array, shape (places,)
        Measurements and disagreements; NaN = unknown.
    scheduler : Scheduler, optional
        Who scores the blocks; the result does not depend on it.
    progress : function of float
        Called with the share of the places each time a block is done.
    block : int
        Places that are scored together.
    """
    keys = {item.key for item in model.deposit_type.measurements()} | {RELIEF.key}
    count = len(measured[RELIEF.key])
    best = DrawnModel.of(model, best_values(model.deposit_type))
    drawn = DrawnModel.of(model, draws)
    tables = None
    if model.can_rank and count >= TABLES_FROM:
        tables = TabulatedDraws.of(drawn, measured)

    def score_block(part: slice) -> Favourability:
        here = {key: measured[key][part] for key in keys}
        p10, p50, p90 = np.full((3, len(here[RELIEF.key])), np.nan, dtype=np.float32)
        sums = None if tables is None else tables.sums_at(here)
        kinds = kinds_of_land(here[RELIEF.key])
        for rows, scores in drawn.parts(here, sums) if model.can_rank else ():
            found = spread(drawn.ranges(scores, kinds[rows]))
            p10[rows], p50[rows], p90[rows] = found.p10, found.p50, found.p90
        return Favourability(
            favourability=np.exp(best.log_scores(here)[:, 0]),
            p10=p10,
            p50=p50,
            p90=p90,
            coverage=coverage_at(model, here),
        )

    names = [field.name for field in fields(Favourability) if field.name != "can_rank"]
    whole = {name: np.empty(count, dtype=np.float32) for name in names}
    parts = [slice(start, start + block) for start in range(0, count, block)]
    results = map_blocks(score_block, parts, scheduler=scheduler, progress=progress)
    for part, found in zip(parts, results, strict=True):
        for name in names:
            whole[name][part] = getattr(found, name)
    return Favourability(**whole, can_rank=model.can_rank)


def coverage_at(
    model: RegionalModel,
    measured: Mapping[str, FloatArray],
    *,
    component: str | None = None,
) -> FloatArray:
    """Return the share of a model's weight that is known, 0 to 1, shape (places,).

    An argument counts where it speaks at all, and as known by as much as a layer of
    its resolution can speak for.

    Parameters
    ----------
    model : RegionalModel
        The model.
    measured : mapping of measurement key to float32 array, shape (places,)
        Measurements; NaN = unknown.
    component : str, optional
        Of its arguments, only those of one component count.
    """
    known = np.zeros(len(measured[RELIEF.key]))
    speaks = np.zeros_like(known)
    items = model.deposit_type.evidence
    for item, resolved in zip(items, model.resolved, strict=True):
        if component not in (None, item.component):
            continue
        applies = applies_at(item, measured)
        speaks += item.weight.value * applies
        here = ~np.isnan(measured[item.measurement.key])
        known += item.weight.value * resolved * (applies & here)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(speaks > 0, known / speaks, 0).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """All deposit types together: nobody compares their scores, only their ranks.

    Attributes
    ----------
    leading : array of int16
        Position of the type in whose order a place stands first; -1 = in none.
    rank : array of float32
        Its area rank there, 0 best to 1; NaN = in none.
    """

    leading: npt.NDArray[np.int16]
    rank: FloatArray


def overall(ranks: Mapping[str, FloatArray]) -> Overall:
    """Say in which type's order each place stands first.

    Parameters
    ----------
    ranks : mapping of str to array of float32, shape (cells,)
        Area ranks of each type, all of one shape; NaN = not ranked.
    """
    every = np.stack(list(ranks.values()))
    known = ~np.isnan(every)
    leading = np.where(known, every, np.float32(2)).argmin(axis=0)
    nowhere = ~known.any(axis=0)
    first = np.take_along_axis(every, leading[np.newaxis], axis=0)[0]
    return Overall(leading=np.where(nowhere, -1, leading).astype(np.int16), rank=first)


def area_rank(values: FloatArray) -> FloatArray:
    """Say which share of the valid area scores at least as high as each place.

    Parameters
    ----------
    values : array of float32, shape (cells,)
        One per cell of equal area; NaN = unknown.

    Returns
    -------
    array of float32, shape (cells,)
        0 (best) to 1; equal values share the worse rank; NaN stays NaN and does
        not count as area.

    >>> area_rank(np.float32([0.9, 0.1, np.nan, 0.1])).round(2).tolist()
    [0.33000001311302185, 1.0, nan, 1.0]
    """
    order = np.argsort(values)  # NaN last
    ordered = values[order]
    valid = len(values) - int(np.isnan(values).sum())
    position = np.arange(len(values))
    tied = np.zeros(len(values), dtype=np.bool_)
    tied[1:] = ordered[1:] == ordered[:-1]
    first = np.maximum.accumulate(np.where(tied, 0, position))  # of its equals
    share = (valid - first) / max(valid, 1)
    rank = np.empty(len(values), dtype=np.float32)
    rank[order] = np.where(position < valid, share, np.nan)
    return rank
