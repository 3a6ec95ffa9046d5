"""Regions of the world left out whole: how known examples rank in land never seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geodata.raster import FloatArray
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.training import LABEL, LAND, TrainingSet
from geodata.scoring.learned.trial import BoolArray, Trial
from geodata.scoring.validation.blocks import ground_blocks
from geodata.scoring.validation.capture import capture_curve, rank_in_area
from geodata.scoring.validation.folds import groups_out
from geodata.scoring.validation.intervals import Estimate, grouped_mean_interval

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
    return ranked_by_region(trial.places, trial.eligible, trial.scores)


def ranked_by_region(
    places: TrainingSet,
    eligible: BoolArray,
    scored: Callable[[BoolArray, BoolArray], Float64Array],
    *,
    ties_halved: bool = False,
) -> RegionsOut:
    """Rank known examples among the land of their own region, region by region.

    Parameters
    ----------
    places : TrainingSet
        All places.
    eligible : array of bool, shape (places,)
        Those that may be looked at.
    scored : function of (train, test)
        Scores of the tested places, by what the training places teach.
    ties_halved : bool
        Count half of the land that scores the same instead of all of it.
    """
    region = ground_blocks(places.lon, places.lat, block_km=REGION_KM)
    group = places.group
    ranks: list[FloatArray] = []
    for fold in groups_out(region, places.lon, places.lat, buffer_km=BUFFER_KM):
        test = fold.test & eligible
        here = group[test]
        if (here == LABEL).sum() < _FEWEST_IN_REGION or not (here == LAND).any():
            continue
        scores = scored(fold.train, test)
        land = scores[here == LAND].astype(np.float32)
        ranks.append(rank_in_area(scores[here == LABEL], land, ties_halved=ties_halved))
    every = np.concatenate(ranks) if ranks else np.zeros(0, dtype=np.float32)
    owner = np.repeat(np.arange(len(ranks)), [len(found) for found in ranks])
    return RegionsOut(
        regions=len(ranks),
        mean_rank=grouped_mean_interval(every, owner),
        ranks=every.astype(np.float64),
    )


def region_capture(found: RegionsOut, shares: Sequence[float]) -> list[float]:
    """Return the share of labels within the best parts of their regions."""
    return [float(share) for share in capture_curve(found.ranks, shares).share]
