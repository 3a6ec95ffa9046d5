"""Train a learned model: choose the penalty by spatial folds, then fit."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from geodata.errors import TrainingError
from geodata.evidence.recipes import Reading
from geodata.scoring.learned.argument import Argument, Float64Array, LearnedType
from geodata.scoring.learned.fit import (
    Coefficients,
    SlopeBounds,
    balanced_weights,
    fit,
)
from geodata.scoring.learned.model import LearnedModel, Training, by_argument
from geodata.scoring.learned.refits import refit
from geodata.scoring.learned.training_set import (
    LABEL,
    LAND,
    OTHER_DEPOSIT,
    TrainingSet,
)
from geodata.scoring.validation.blocks import block_folds, ground_blocks
from geodata.scoring.validation.metrics import auc

FEWEST = 30
"""Labels below which no model is trained: a place more or less would change it."""

LAND_SHARE = 0.5
"""Share of land in the background's weight: to be told from other deposits counts as
much as to be told from ordinary land."""

RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0)
_INNER_FOLDS = 5
_INNER_KM = 1_500.0


def bounds_of(arguments: Sequence[Argument]) -> SlopeBounds:
    """Return the bounds of every column's slope."""
    return [item.bounds for item in arguments for _ in item.columns]


def fit_to(
    places: TrainingSet,
    train: npt.NDArray[np.bool_],
    arguments: Sequence[Argument],
    *,
    ridge: float,
    land_share: float = LAND_SHARE,
) -> Coefficients:
    """Fit a model to some of the places.

    Parameters
    ----------
    places : TrainingSet
        All places.
    train : array of bool, shape (places,)
        Those that may be looked at.
    arguments : sequence of Argument
        What is added up.
    ridge : float
        Strength of the penalty.
    land_share : float
        Share of land in the weight of the background, 0 to 1.
    """
    weight = np.zeros(len(train))
    weight[train] = balanced_weights(
        places.group[train], (1.0 - land_share, land_share)
    )
    return fit(
        places.encoded,
        places.positive,
        weight=weight,
        ridge=ridge,
        bounds=bounds_of(arguments),
    )


def choose_ridge(
    places: TrainingSet,
    train: npt.NDArray[np.bool_],
    arguments: Sequence[Argument],
    *,
    land_share: float = LAND_SHARE,
) -> float:
    """Choose the penalty by folds of blocks inside the training places alone.

    Returns
    -------
    float
        The one of :data:`RIDGES` with the best mean of two AUCs, against other
        deposits and against land; the strongest among equals, and where the examples
        lie in one block only.
    """
    rows = np.flatnonzero(train)
    blocks = ground_blocks(places.lon[rows], places.lat[rows], block_km=_INNER_KM)
    positive = places.positive[rows]
    folds = min(_INNER_FOLDS, len(np.unique(blocks[positive])))
    if folds < 2:
        return RIDGES[-1]
    fold = block_folds(blocks, folds=folds, seed=0, positives=positive)
    best, chosen = -np.inf, RIDGES[-1]
    for ridge in sorted(RIDGES, reverse=True):
        scores = np.empty(len(rows))
        for number in range(folds):
            learning = np.zeros(len(train), dtype=np.bool_)
            learning[rows[fold != number]] = True
            model = fit_to(
                places, learning, arguments, ridge=ridge, land_share=land_share
            )
            tested = fold == number
            scores[tested] = model.log_odds(places.encoded[rows[tested]])
        reached = two_sided_auc(scores, places.group[rows])
        if reached > best:
            best, chosen = reached, ridge
    return chosen


def two_sided_auc(scores: Float64Array, group: npt.NDArray[np.int64]) -> float:
    """Return the mean of the AUCs against each background that is there."""
    found = [
        auc(scores[group == LABEL], scores[group == kind])
        for kind in (OTHER_DEPOSIT, LAND)
        if (group == kind).any()
    ]
    return float(np.mean(found))


def train_model(
    learned_type: LearnedType,
    places: TrainingSet,
    readings: Mapping[str, Reading],
    *,
    train: npt.NDArray[np.bool_],
    withheld: str,
) -> LearnedModel:
    """Train the model of a deposit type on some places.

    Parameters
    ----------
    learned_type : LearnedType
        Its arguments.
    places : TrainingSet
        All places.
    readings : mapping of str to Reading
        What the arguments were read from.
    train : array of bool, shape (places,)
        Those that take part.
    withheld : str
        What was kept back, in words; empty for nothing.

    Raises
    ------
    TrainingError
        If there are fewer than :data:`FEWEST` labels among them.
    """
    require_enough(learned_type.deposit_type, places, train)
    ridge = choose_ridge(places, train, learned_type.arguments)
    coefficients = fit_to(places, train, learned_type.arguments, ridge=ridge)
    refits = refit(
        places,
        train,
        coefficients,
        ridge=ridge,
        bounds=bounds_of(learned_type.arguments),
        shares=(1.0 - LAND_SHARE, LAND_SHARE),
    )
    group = places.group[train]
    background = places.encoded[train & ~places.positive]
    parts = by_argument(learned_type.arguments, coefficients.parts(background))
    return LearnedModel(
        deposit_type=learned_type.deposit_type,
        title=learned_type.title,
        arguments=learned_type.arguments,
        coefficients=coefficients,
        importance=parts.std(axis=0),
        refits=refits,
        training=Training(
            positives=int((group == LABEL).sum()),
            others=int((group == OTHER_DEPOSIT).sum()),
            land=int((group == LAND).sum()),
            withheld=withheld,
            ridge=ridge,
            land_share=LAND_SHARE,
            layers={
                reading.measurement.layer: reading.provenance.sha256
                for reading in readings.values()
                if reading.provenance is not None
            },
        ),
    )


def require_enough(
    deposit_type: str, places: TrainingSet, train: npt.NDArray[np.bool_]
) -> None:
    """Refuse to train on too few labels.

    Raises
    ------
    TrainingError
        Naming how many there are and how many are needed.
    """
    count = int((places.positive & train).sum())
    if count < FEWEST:
        raise TrainingError(
            f"A learned model of '{deposit_type}' needs at least {FEWEST} known "
            f"examples to train on; there are {count}. Use the expert model, or ingest "
            "further occurrence tables."
        )
