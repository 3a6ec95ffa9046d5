"""Regions of the world left out whole: how known examples rank in land never seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geodata.grid import FloatArray
from geodata.scoring.evaluation.blocks import ground_blocks
from geodata.scoring.evaluation.capture import capture_curve, rank_in_area
from geodata.scoring.evaluation.folds import groups_out
from geodata.scoring.evaluation.intervals import Estimate, bootstrap_interval
from geodata.scoring.learning.argument import Float64Array
from geodata.scoring.learning.training import LABEL, LAND
from geodata.scoring.learning.trial import Trial

REGION_KM = 3_000.0
BUFFER_KM = 100.0
_FEWEST_IN_REGION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionsOut:
    """How known examples rank among the land of a region the model never saw.

    Attributes
    ----------
    regions : int
        Regions tested.
    mean_rank : Estimate
        Mean area rank, 0 best; 0.5 is chance.  The interval draws whole regions.
    ranks : array of float64, shape (labels,)
        Of every label in them.
    """

    regions: int
    mean_rank: Estimate
    ranks: Float64Array


def regions_out(trial: Trial) -> RegionsOut:
    """Leave out regions of the world about as large as Central Asia, one at a time."""
    places = trial.places
    region = ground_blocks(places.lon, places.lat, block_km=REGION_KM)
    group = places.group
    ranks: list[FloatArray] = []
    for fold in groups_out(region, places.lon, places.lat, buffer_km=BUFFER_KM):
        test = fold.test & trial.eligible
        here = group[test]
        if (here == LABEL).sum() < _FEWEST_IN_REGION or not (here == LAND).any():
            continue
        scores = trial.scores(fold.train, test)
        land = scores[here == LAND].astype(np.float32)
        ranks.append(rank_in_area(scores[here == LABEL], land))
    sums = np.array([[found.sum(), len(found)] for found in ranks]).reshape(-1, 2)
    every = np.concatenate(ranks) if ranks else np.zeros(0, dtype=np.float32)
    return RegionsOut(
        regions=len(ranks),
        mean_rank=replace(
            bootstrap_interval(_mean_of_sums, sums.astype(np.float64)), n=len(every)
        ),
        ranks=every.astype(np.float64),
    )


def _mean_of_sums(rows: Float64Array) -> float:
    total, count = rows.sum(axis=0)
    return float(total / count)


def region_capture(found: RegionsOut, shares: Sequence[float]) -> list[float]:
    """Return the share of labels within the best parts of their regions."""
    return [float(share) for share in capture_curve(found.ranks, shares).share]
