"""Rivals of the additive model: a random forest and boosted trees, for comparison only.

They see the same columns of the same places with the same weights.  They are never
shown as the learned opinion unless they win on the region that was kept back.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.fit import balanced_weights
from geodata.scoring.learned.train import LAND_SHARE
from geodata.scoring.learned.training import TrainingSet

_SEED = 0


class _Classifier(Protocol):
    def fit(
        self, design: Float64Array, truth: npt.ArrayLike, sample_weight: Float64Array
    ) -> object: ...

    def predict_proba(self, design: Float64Array) -> Float64Array: ...


def forest() -> _Classifier:
    """Return an untrained random forest of 300 trees with leaves of 10 places."""
    return RandomForestClassifier(  # type: ignore[no-any-return]  # ships no types
        n_estimators=300, min_samples_leaf=10, n_jobs=-1, random_state=_SEED
    )


def trees() -> _Classifier:
    """Return untrained boosted trees: 150 of depth 2, strongly restrained."""
    return HistGradientBoostingClassifier(  # type: ignore[no-any-return]  # as above
        max_depth=2,
        learning_rate=0.05,
        max_iter=150,
        l2_regularization=5.0,
        min_samples_leaf=30,
        random_state=_SEED,
    )


RIVALS: Mapping[str, str] = MappingProxyType(
    {"forest": "random forest", "trees": "boosted trees"}
)


@np.errstate(invalid="ignore")
def train_rival(
    kind: str, places: TrainingSet, train: npt.NDArray[np.bool_]
) -> "Rival":
    """Fit a rival to some of the places.

    Parameters
    ----------
    kind : str
        One of :data:`RIVALS`.
    places : TrainingSet
        All places.
    train : array of bool, shape (places,)
        Those that may be looked at.
    """
    rows = places.encoded[train]
    centre = np.nan_to_num(np.nanmean(rows, axis=0))
    weight = balanced_weights(places.group[train], (1.0 - LAND_SHARE, LAND_SHARE))
    model = {"forest": forest, "trees": trees}[kind]()
    filled = np.where(np.isnan(rows), centre, rows)
    model.fit(filled, places.positive[train], sample_weight=weight)
    return Rival(model, centre)


class Rival:
    """A fitted rival.

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
