"""Score every cell of a grid, for one deposit type and over all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from geodata.execution import Scheduler, map_blocks, no_progress
from geodata.raster import FloatArray
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.mineral_system import evidence_at, score
from geodata.scoring.tabulated import TabulatedDraws
from geodata.scoring.uncertainty import CHUNK, Draws, scored_parts, spread

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
        Percentiles over the Monte-Carlo draws.
    coverage : array of float32
        Share of the model's weight that is known, 0 to 1.
    """

    favourability: FloatArray
    p10: FloatArray
    p50: FloatArray
    p90: FloatArray
    coverage: FloatArray

    @property
    def conservative(self) -> FloatArray:
        """The ranking score, p10 × coverage: low where little is known."""
        return self.p10 * self.coverage


def score_places(
    deposit_type: DepositType,
    draws: Draws,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
    *,
    scheduler: Scheduler | None = None,
    progress: Callable[[float], object] = no_progress,
    block: int = CHUNK,
) -> Favourability:
    """Score places by one model, in independent blocks.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    draws : Draws
        Its Monte-Carlo draws.
    measured : mapping of measurement key to float32 array, shape (places,)
        Measurements and disagreements; NaN = unknown.
    classes : mapping of measurement key to sequence of str
        Names of classes.
    scheduler : Scheduler, optional
        Who scores the blocks; the result does not depend on it.
    progress : function of float
        Called with the share of the places each time a block is done.
    block : int
        Places that are scored together.
    """
    keys = [item.key for item in deposit_type.measurements()]
    count = len(measured[keys[0]])
    tables = (
        TabulatedDraws.of(deposit_type, draws, measured, classes)
        if count >= TABLES_FROM
        else None
    )

    def score_block(part: slice) -> Favourability:
        here = {key: measured[key][part] for key in keys}
        places = len(here[keys[0]])
        found = score(
            deposit_type,
            [
                evidence_at(
                    item, here[item.measurement.key], classes[item.measurement.key]
                )
                for item in deposit_type.evidence
            ],
        )
        p10, p50, p90 = np.full((3, places), np.nan, dtype=np.float32)
        score_group = None if tables is None else tables.scores_at(here)
        groups = scored_parts(
            deposit_type, draws, here, classes, score_group=score_group
        )
        for rows, scores in groups:
            drawn = spread(scores)
            p10[rows], p50[rows], p90[rows] = drawn.p10, drawn.p50, drawn.p90
        return Favourability(
            favourability=np.asarray(found.favourability, dtype=np.float32),
            p10=p10,
            p50=p50,
            p90=p90,
            coverage=np.asarray(found.coverage, dtype=np.float32),
        )

    names = [field.name for field in fields(Favourability)]
    whole = {name: np.empty(count, dtype=np.float32) for name in names}
    parts = [slice(start, start + block) for start in range(0, count, block)]
    results = map_blocks(score_block, parts, scheduler=scheduler, progress=progress)
    for part, found in zip(parts, results, strict=True):
        for name in names:
            whole[name][part] = getattr(found, name)
    return Favourability(**whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The leading deposit type at each place, and what its model says there.

    Attributes
    ----------
    leading : array of int16
        Position of the type with the highest conservative score; -1 = none.
    best : Favourability
        That type's values.
    """

    leading: npt.NDArray[np.int16]
    best: Favourability


def overall(of_type: Mapping[str, Favourability]) -> Overall:
    """Take at each place the type with the highest p10 × coverage.

    Parameters
    ----------
    of_type : mapping of str to Favourability
        All of one shape.
    """
    every = list(of_type.values())
    conservative = np.stack([item.conservative for item in every])
    known = ~np.isnan(conservative)
    leading = np.where(known, conservative, -1.0).argmax(axis=0)
    nowhere = ~known.any(axis=0)

    def lead(name: str) -> FloatArray:
        stack = np.stack([getattr(item, name) for item in every])
        return np.asarray(np.take_along_axis(stack, leading[np.newaxis], axis=0)[0])

    return Overall(
        leading=np.where(nowhere, -1, leading).astype(np.int16),
        best=Favourability(
            favourability=lead("favourability"),
            p10=lead("p10"),
            p50=lead("p50"),
            p90=lead("p90"),
            coverage=lead("coverage"),
        ),
    )


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
