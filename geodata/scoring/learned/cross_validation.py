"""A model that is fitted again and again, and asked about what it did not see.

Places are held out by blocks, by countries or by regions of the world about as large as
Central Asia.  Everything that data decide is fitted inside the fold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from geodata.evidence.proximity import earth_centred
from geodata.raster import FloatArray
from geodata.scoring.learned.argument import Argument, Float64Array
from geodata.scoring.learned.training import LAND_SHARE, choose_ridge, fit_to
from geodata.scoring.learned.training_set import (
    LABEL,
    LAND,
    OTHER_DEPOSIT,
    TrainingSet,
)
from geodata.scoring.validation.blocks import (
    block_folds,
    degree_blocks,
    ground_blocks,
)
from geodata.scoring.validation.capture import capture_curve, rank_in_area
from geodata.scoring.validation.folds import Fold, groups_out
from geodata.scoring.validation.intervals import Estimate, grouped_mean_interval
from geodata.scoring.validation.learned_trials import RegionRank
from geodata.scoring.validation.metrics import auc
from geodata.scoring.validation.report import Background

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
AGAINST: Mapping[int, Background] = MappingProxyType(
    {OTHER_DEPOSIT: "other-deposits", LAND: "land"}
)
BLOCKS_DEG = (5.0, 10.0, 15.0)
SHIFTS = ((0.0, 0.0), (0.5, 0.5))
FOLDS = 8

REGION_KM = 3_000.0
BUFFER_KM = 100.0
_FEWEST_IN_REGION = 3


@dataclass(frozen=True, kw_only=True)
class CrossValidation:
    """A model that can be fitted again and again.

    Attributes
    ----------
    places : TrainingSet
        All places.
    arguments : sequence of Argument
        What is added up.
    eligible : array of bool, shape (places,)
        Places that may be looked at at all; the withheld region is not.
    land_share : float
        Share of land in the background's weight.
    ridge : float or None
        The penalty; None: chosen anew in every fold, among its training places.
    """

    places: TrainingSet
    arguments: Sequence[Argument]
    eligible: BoolArray
    land_share: float = LAND_SHARE
    ridge: float | None = None

    def scores(self, train: BoolArray, test: BoolArray) -> Float64Array:
        """Fit on some places and score others."""
        learning = train & self.eligible
        share = self.land_share
        ridge = self.ridge or choose_ridge(
            self.places, learning, self.arguments, land_share=share
        )
        model = fit_to(
            self.places, learning, self.arguments, ridge=ridge, land_share=share
        )
        return model.log_odds(self.places.encoded[test])

    def held_out(self, folds: Iterator[Fold]) -> Float64Array:
        """Score every eligible place by a model that did not see its fold.

        Returns
        -------
        array of float64, shape (places,)
            NaN where a place was in no test, or its fold left nothing to learn from.
        """
        found = np.full(len(self.eligible), np.nan)
        for fold in folds:
            test = fold.test & self.eligible
            answers = self.places.positive[fold.train & self.eligible]
            if test.any() and answers.any() and not answers.all():
                found[test] = self.scores(fold.train, test)
        return found


def resubstitution(model: CrossValidation) -> dict[int, float]:
    """Return the AUC on the training places themselves, by kind of background."""
    scores = model.scores(model.eligible, model.eligible)
    group = model.places.group[model.eligible]
    return {
        kind: auc(scores[group == LABEL], scores[group == kind]) for kind in AGAINST
    }


def by_blocks(model: CrossValidation, block_deg: float) -> list[Float64Array]:
    """Score places by folds of blocks, once for each shift of the blocks.

    Places at the very spot of a tested one do not train; there is no other buffer.
    """
    places, rows = model.places, np.flatnonzero(model.eligible)
    found = []
    for seed, shift in enumerate(SHIFTS):
        blocks = degree_blocks(
            places.lon[rows], places.lat[rows], block_deg=block_deg, shift=shift
        )
        fold = block_folds(
            blocks, folds=FOLDS, seed=seed, positives=places.positive[rows]
        )
        folds = groups_out(fold, places.lon[rows], places.lat[rows])
        found.append(model.held_out(of_all(folds, model.eligible)))
    return found


def of_all(folds: Iterator[Fold], chosen: BoolArray) -> Iterator[Fold]:
    """Turn folds of some places into folds of all; the others are in neither part."""
    for fold in folds:
        yield Fold(
            train=of_chosen(fold.train, chosen),
            test=of_chosen(fold.test, chosen),
            name=fold.name,
        )


def of_chosen(mask: BoolArray, chosen: BoolArray) -> BoolArray:
    """Spread a mask over the chosen places to all places, False elsewhere."""
    whole = np.zeros(len(chosen), dtype=np.bool_)
    whole[np.flatnonzero(chosen)[mask]] = True
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionsOut:
    """How known examples rank among the land of a region the model never saw.

    Attributes
    ----------
    labels : array of int64, shape (labels,)
        Which places the labels in them are.
    region : array of int64, shape (labels,)
        The region each lies in, 0 upwards.
    ranks : array of float64, shape (labels,)
        Area rank of each among the land of its own region, 0 best; 0.5 is chance.
    world_ranks : array of float64, shape (labels,)
        The same among all land that may be looked at.
    """

    labels: npt.NDArray[np.int64]
    region: npt.NDArray[np.int64]
    ranks: Float64Array
    world_ranks: Float64Array

    @property
    def regions(self) -> int:
        """How many regions were tested."""
        return len(np.unique(self.region))

    @property
    def mean_rank(self) -> Estimate:
        """Mean rank in their own regions; the interval draws whole regions."""
        return grouped_mean_interval(self.ranks, self.region)


def regions_out(model: CrossValidation) -> RegionsOut:
    """Leave out regions of the world about as large as Central Asia, one at a time."""
    return ranked_by_region(model.places, model.eligible, model.scores)


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
    is_land = eligible & (group == LAND)
    found: list[tuple[IntArray, FloatArray, FloatArray]] = []
    for fold in groups_out(region, places.lon, places.lat, buffer_km=BUFFER_KM):
        test = fold.test & eligible
        labels, land = np.flatnonzero(test & (group == LABEL)), test & is_land
        if len(labels) < _FEWEST_IN_REGION or not land.any():
            continue
        asked = is_land | test
        scores = np.full(len(test), np.nan)
        scores[asked] = scored(fold.train, asked)
        own, world = (
            rank_in_area(
                scores[labels],
                scores[area].astype(np.float32),
                ties_halved=ties_halved,
            )
            for area in (land, is_land)
        )
        found.append((labels, own, world))
    return RegionsOut(
        labels=np.array([one for labels, _, _ in found for one in labels], np.int64),
        region=np.repeat(np.arange(len(found)), [len(one[0]) for one in found]),
        ranks=np.array([one for _, own, _ in found for one in own], np.float64),
        world_ranks=np.array([one for _, _, all_ in found for one in all_], np.float64),
    )


def rank_by_region(places: TrainingSet, found: RegionsOut) -> tuple[RegionRank, ...]:
    """Tell ranks region by region, each at the middle of its known places."""
    spots = earth_centred(places.lon[found.labels], places.lat[found.labels])
    rows = []
    for number in np.unique(found.region):
        here = found.region == number
        east, north, up = spots[here].mean(axis=0)
        rows.append(
            RegionRank(
                lon=round(float(np.degrees(np.arctan2(north, east))), 1),
                lat=round(float(np.degrees(np.arctan2(up, np.hypot(east, north)))), 1),
                n=int(here.sum()),
                rank=float(found.ranks[here].mean()),
                world_rank=float(found.world_ranks[here].mean()),
            )
        )
    return tuple(rows)


def region_capture(found: RegionsOut, shares: Sequence[float]) -> list[float]:
    """Return the share of labels within the best parts of their regions."""
    return [float(share) for share in capture_curve(found.ranks, shares).share]
