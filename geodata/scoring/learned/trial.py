"""A model that is fitted again and again, and scores what it did not see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.scoring.learned.argument import Argument, Float64Array
from geodata.scoring.learned.train import LAND_SHARE, choose_ridge, fit_to
from geodata.scoring.learned.training import LABEL, LAND, OTHER_DEPOSIT, TrainingSet
from geodata.scoring.validation.blocks import block_folds, degree_blocks
from geodata.scoring.validation.folds import Fold, groups_out
from geodata.scoring.validation.metrics import auc

BoolArray = npt.NDArray[np.bool_]
AGAINST = {OTHER_DEPOSIT: "other deposits", LAND: "land"}
BLOCKS_DEG = (5.0, 10.0, 15.0)
SHIFTS = ((0.0, 0.0), (0.5, 0.5))
FOLDS = 8


@dataclass(frozen=True, kw_only=True)
class Trial:
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


def resubstitution(trial: Trial) -> dict[int, float]:
    """Return the AUC on the training places themselves, by kind of background."""
    scores = trial.scores(trial.eligible, trial.eligible)
    group = trial.places.group[trial.eligible]
    return {
        kind: auc(scores[group == LABEL], scores[group == kind]) for kind in AGAINST
    }


def by_blocks(trial: Trial, block_deg: float) -> list[Float64Array]:
    """Score places by folds of blocks, once for each shift of the blocks.

    Places at the very spot of a tested one do not train; there is no other buffer.
    """
    places, rows = trial.places, np.flatnonzero(trial.eligible)
    found = []
    for seed, shift in enumerate(SHIFTS):
        blocks = degree_blocks(
            places.lon[rows], places.lat[rows], block_deg=block_deg, shift=shift
        )
        fold = block_folds(
            blocks, folds=FOLDS, seed=seed, positives=places.positive[rows]
        )
        folds = groups_out(fold, places.lon[rows], places.lat[rows])
        found.append(trial.held_out(of_all(folds, trial.eligible)))
    return found


def of_all(folds: Iterator[Fold], chosen: BoolArray) -> Iterator[Fold]:
    """Turn folds of some places into folds of all; the others are in neither part."""
    for fold in folds:
        yield Fold(
            train=spread(fold.train, chosen),
            test=spread(fold.test, chosen),
            name=fold.name,
        )


def spread(mask: BoolArray, chosen: BoolArray) -> BoolArray:
    """Spread a mask over the chosen places to all places, False elsewhere."""
    whole = np.zeros(len(chosen), dtype=np.bool_)
    whole[np.flatnonzero(chosen)[mask]] = True
    return whole
