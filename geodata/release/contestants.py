"""The models that are tried on the withheld region, each as a function of place."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geodata.evidence.measurement import Measurement
from geodata.evidence.proximity import Proximity
from geodata.evidence.recipes import Reading, prepare
from geodata.layers.clip import MARGIN
from geodata.layers.occurrences.samples import usable
from geodata.layers.store import LayerStore
from geodata.raster import DegreeArray
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.favourability import score_places
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.model import LearnedModel, coverage_of
from geodata.scoring.learned.rivals import RIVALS, Rival, train_rival
from geodata.scoring.learned.training import OCCURRENCES, TrainingSet
from geodata.scoring.learned.withheld import Contestant, Scorer
from geodata.scoring.uncertainty import draw


def contestants(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    expert: DepositType | None,
    store: LayerStore,
) -> list[Contestant]:
    """Return the learned model, the expert's and the baselines."""
    found = [
        Contestant(
            name="learned model",
            kind="learned",
            score=lambda lon, lat: learned_scores(model, readings, lon, lat),
        )
    ]
    if expert is not None:
        found.append(
            Contestant(
                name="expert model", kind="expert", score=_expert_scorer(expert, store)
            )
        )
    return [*found, *baselines(store)]


def rivals(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    places: TrainingSet,
    train: npt.NDArray[np.bool_],
) -> list[Contestant]:
    """Train a forest and boosted trees on the very places the model was trained on."""

    def scorer(rival: Rival) -> Scorer:
        return lambda lon, lat: rival.score(encoded_at(model, readings, lon, lat))

    return [
        Contestant(name=name, kind=kind, score=scorer(train_rival(kind, places, train)))
        for kind, name in RIVALS.items()
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


def _expert_scorer(expert: DepositType, store: LayerStore) -> Scorer:
    opened = {
        item.key: prepare(item, store, window=MARGIN) for item in expert.measurements()
    }
    draws = draw(expert)

    def score(lon: DegreeArray, lat: DegreeArray) -> npt.NDArray[np.floating]:
        return score_places(
            expert,
            draws,
            {key: reading.values(lon, lat) for key, reading in opened.items()},
            {key: reading.classes for key, reading in opened.items()},
        ).conservative

    return score


def baselines(store: LayerStore) -> list[Contestant]:
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
        Contestant(
            name="distance to any terrane boundary",
            kind="baseline",
            score=lambda lon, lat: -boundary.values(lon, lat),
        ),
        Contestant(
            name="distance to any known occurrence of another kind",
            kind="baseline",
            score=lambda lon, lat: -mines.distance_km(lon, lat),
            knows_others=True,
        ),
        Contestant(
            name="felsic share of the bedrock", kind="baseline", score=felsic.values
        ),
    ]
