"""The maps that are compared on the withheld region, each as a function of place.

Beside the learned model stand the expert's, single measurements that any model has to
beat, and a random forest and boosted trees.  Those see the same columns of the same
places with the same weights; they are for comparison only and make no map of a release.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from geodata.evidence.measurement import Measurement
from geodata.evidence.proximity import Proximity
from geodata.evidence.recipes import Reading, prepare, prepare_each
from geodata.layers.clip import MARGIN
from geodata.layers.occurrences.samples import usable
from geodata.layers.store import LayerStore
from geodata.raster import DegreeArray, FloatArray
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.draws import best_values
from geodata.scoring.land import RELIEF
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.fit import balanced_weights
from geodata.scoring.learned.model import LearnedModel, coverage_of
from geodata.scoring.learned.training import LAND_SHARE
from geodata.scoring.learned.training_set import OCCURRENCES, TrainingSet
from geodata.scoring.learned.withheld import ComparedMap, Region, Scorer
from geodata.scoring.like_land import SAMPLE, fit_to_land
from geodata.scoring.uncertainty import DrawnModel
from geodata.scoring.validation.report import MapId

_SEED = 0


class _Classifier(Protocol):
    def fit(
        self, design: Float64Array, truth: npt.ArrayLike, sample_weight: Float64Array
    ) -> object: ...

    def predict_proba(self, design: Float64Array) -> Float64Array: ...


def models(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    expert: DepositType | None,
    store: LayerStore,
    region: Region,
) -> list[ComparedMap]:
    """Return the learned model, the expert's on the land of a region, the baselines."""
    found = [
        ComparedMap(
            id="learned",
            score=lambda lon, lat: learned_scores(model, readings, lon, lat),
        )
    ]
    if expert is not None:
        found.append(
            ComparedMap(id="expert", score=_expert_scorer(expert, store, region))
        )
    return [*found, *baselines(store)]


def tree_models(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    places: TrainingSet,
    train: npt.NDArray[np.bool_],
) -> list[ComparedMap]:
    """Train a forest and boosted trees on the very places the model was trained on."""

    def scorer(trees: TreeModel) -> Scorer:
        return lambda lon, lat: trees.score(encoded_at(model, readings, lon, lat))

    kinds: dict[MapId, _Classifier] = {"forest": forest(), "trees": boosted_trees()}
    return [
        ComparedMap(id=kind, score=scorer(train_trees(untrained, places, train)))
        for kind, untrained in kinds.items()
    ]


def learned_scores(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    lon: DegreeArray,
    lat: DegreeArray,
) -> Float64Array:
    """Score places by a learned model; NaN where nothing of it is known."""
    encoded = encoded_at(model, readings, lon, lat)
    found = model.coefficients.log_odds(encoded)
    return np.where(coverage_of(model, encoded) > 0, found, np.nan)


def encoded_at(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    lon: DegreeArray,
    lat: DegreeArray,
) -> Float64Array:
    """Read all arguments of a model at some places, shape (places, columns)."""
    return model.encode(
        {key: reading.values(lon, lat) for key, reading in readings.items()},
        {key: reading.classes for key, reading in readings.items()},
    )


def _expert_scorer(expert: DepositType, store: LayerStore, region: Region) -> Scorer:
    opened = prepare_each((*expert.measurements(), RELIEF), store, window=MARGIN)

    def measured(lon: DegreeArray, lat: DegreeArray) -> dict[str, FloatArray]:
        return {key: reading.values(lon, lat) for key, reading in opened.items()}

    every = max(len(region.lon) // SAMPLE, 1)
    model = fit_to_land(
        expert,
        measured(region.lon[::every], region.lat[::every]),
        {key: reading.resolution_km for key, reading in opened.items()},
    )
    best = DrawnModel.of(model, best_values(expert))
    return lambda lon, lat: best.log_scores(measured(lon, lat))[:, 0]


def baselines(store: LayerStore) -> list[ComparedMap]:
    """Return what a model must beat: single measurements as maps."""
    boundary = prepare(
        Measurement(layer="terrane-boundaries", measure="distance", unit="km"), store
    )
    felsic = prepare(
        Measurement(
            layer="lithology-fractions", measure="value", unit="", column="felsic"
        ),
        store,
    )
    table = usable(store.vector(OCCURRENCES).table)
    mines = Proximity(
        table[(table["ree_evidence"] != "direct").to_numpy()].reset_index(drop=True),
        None,
    )
    return [
        ComparedMap(
            id="terrane-boundary",
            score=lambda lon, lat: -boundary.values(lon, lat),
        ),
        ComparedMap(
            id="other-occurrence",
            score=lambda lon, lat: -mines.distance_km(lon, lat),
            knows_others=True,
        ),
        ComparedMap(id="felsic-bedrock", score=felsic.values),
    ]


def forest() -> _Classifier:
    """Return an untrained random forest of 300 trees with leaves of 10 places."""
    return RandomForestClassifier(  # type: ignore[no-any-return]  # ships no types
        n_estimators=300, min_samples_leaf=10, n_jobs=-1, random_state=_SEED
    )


def boosted_trees() -> _Classifier:
    """Return untrained boosted trees: 150 of depth 2, strongly restrained."""
    return HistGradientBoostingClassifier(  # type: ignore[no-any-return]  # as above
        max_depth=2,
        learning_rate=0.05,
        max_iter=150,
        l2_regularization=5.0,
        min_samples_leaf=30,
        random_state=_SEED,
    )


@np.errstate(invalid="ignore")
def train_trees(
    model: _Classifier, places: TrainingSet, train: npt.NDArray[np.bool_]
) -> "TreeModel":
    """Fit trees to some of the places.

    Parameters
    ----------
    model : classifier
        From :func:`forest` or :func:`boosted_trees`.
    places : TrainingSet
        All places.
    train : array of bool, shape (places,)
        Those that may be looked at.
    """
    rows = places.encoded[train]
    centre = np.nan_to_num(np.nanmean(rows, axis=0))
    weight = balanced_weights(places.group[train], (1.0 - LAND_SHARE, LAND_SHARE))
    filled = np.where(np.isnan(rows), centre, rows)
    model.fit(filled, places.positive[train], sample_weight=weight)
    return TreeModel(model, centre)


class TreeModel:
    """Fitted trees.

    Parameters
    ----------
    model : classifier
        Fitted.
    centre : array of float64, shape (columns,)
        What stands for an unknown value.
    """

    def __init__(self, model: _Classifier, centre: Float64Array) -> None:
        self._model = model
        self._centre = centre

    def score(self, encoded: Float64Array) -> Float64Array:
        """Return scores of places, 0 to 1; NaN where every column is unknown."""
        known = ~np.isnan(encoded)
        filled = np.where(known, encoded, self._centre)
        found = self._model.predict_proba(filled)[:, 1]
        return np.where(known.any(axis=1), found, np.nan)
