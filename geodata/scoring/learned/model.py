"""A learned model as a value: its arguments, its coefficients, what it says of a place.

    log odds = intercept + Σ parts        score = 1 / (1 + e^(−log odds))

The score is relative: positives and background weighed equally in training, so it
ranks places and is no probability.  *Coverage* is the share of the model's usual
movement that was known at a place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # when first used: a server starts sooner

from geodata.evidence.measurement import Measurement
from geodata.execution import map_blocks
from geodata.raster import FloatArray
from geodata.scoring.learned.argument import Argument, Float64Array, encode
from geodata.scoring.learned.fit import Coefficients

CHUNK = 50_000  # places judged at once: small enough to share among threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a model was trained on.

    Attributes
    ----------
    positives, others, land : int
        Known examples, places of other deposit tables, places anywhere on land.
    withheld : str
        What took no part; empty when nothing was kept back.
    ridge, land_share : float
        Strength of the penalty; share of ``land`` in the background's weight.
    layers : mapping of str to str
        Layer → sha256 of the file it was read from.
    """

    positives: int
    others: int
    land: int
    withheld: str
    ridge: float
    land_share: float
    layers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedModel:
    """An additive model of one deposit type.

    Attributes
    ----------
    deposit_type, title : str
        Id of the type, and what its labels are.
    arguments : tuple of Argument
        What it adds up; their columns in order are those of the coefficients.
    coefficients : Coefficients
        What the training found.
    importance : array of float64, shape (arguments,)
        Standard deviation of each argument's part over the training background.
    refits : array of float64, shape (refits, columns)
        Slopes, on the same scale, of models of other draws of the training places.
    training : Training
        On what.
    """

    deposit_type: str
    title: str
    arguments: tuple[Argument, ...]
    coefficients: Coefficients
    importance: Float64Array
    refits: Float64Array
    training: Training

    @property
    def read(self) -> tuple[Measurement, ...]:
        """What its arguments read, each once."""
        return tuple(
            {item.measurement.key: item.measurement for item in self.arguments}.values()
        )

    def farthest_apart(self, other: "LearnedModel") -> float:
        """Return the largest difference between its numbers and another's."""
        first, second = self.coefficients, other.coefficients
        return max(
            abs(first.intercept - second.intercept),
            *(
                float(np.abs(getattr(first, name) - getattr(second, name)).max())
                for name in ("slopes", "centre", "spread")
            ),
        )

    def encode(
        self,
        measured: Mapping[str, FloatArray],
        classes: Mapping[str, Sequence[str]],
    ) -> Float64Array:
        """Return the columns of all arguments, shape (places, columns)."""
        return encode_all(self.arguments, measured, classes)

    def parts(self, encoded: Float64Array) -> Float64Array:
        """Return what each argument adds to the log odds, shape (places, arguments)."""
        return by_argument(self.arguments, self.coefficients.parts(encoded))

    def known(self, encoded: Float64Array) -> Float64Array:
        """Say which arguments are known, 1.0 or 0.0, shape (places, arguments)."""
        first = np.cumsum([0, *(len(item.columns) for item in self.arguments)])[:-1]
        return np.asarray(~np.isnan(encoded[:, first]), dtype=np.float64)

    def beyond(self, encoded: Float64Array) -> npt.NDArray[np.bool_]:
        """Say which arguments exceed all of training, shape (places, arguments)."""
        found = self.coefficients
        outside = (encoded < found.least) | (encoded > found.greatest)
        return np.asarray(by_argument(self.arguments, outside.astype(np.float64)) > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a learned model says of some places; arrays of shape (places,).

    Attributes
    ----------
    score : array of float32
        0 to 1, relative; NaN where nothing of the model is known.
    coverage : array of float32
        Share of the model's usual movement that is known, 0 to 1.
    """

    score: FloatArray
    coverage: FloatArray


def judge(
    model: LearnedModel,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
) -> Judgement:
    """Judge places by a learned model.

    Parameters
    ----------
    model : LearnedModel
        The model.
    measured : mapping of measurement key to float32 array, shape (places,)
        NaN = unknown.
    classes : mapping of measurement key to sequence of str
        Names of classes.
    """
    keys = [item.measurement.key for item in model.arguments]
    count = len(measured[keys[0]])

    def judge_block(part: slice) -> tuple[Float64Array, Float64Array]:
        encoded = model.encode({key: measured[key][part] for key in keys}, classes)
        share = coverage_of(model, encoded)
        found = scipy.special.expit(model.coefficients.log_odds(encoded))
        return np.where(share > 0, found, np.nan), share

    score, coverage = np.empty((2, count), dtype=np.float32)
    parts = [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]
    for part, found in zip(parts, map_blocks(judge_block, parts), strict=True):
        score[part], coverage[part] = found
    return Judgement(score=score, coverage=coverage)


def coverage_of(model: LearnedModel, encoded: Float64Array) -> Float64Array:
    """Return the share of the model's usual movement that is known, 0 to 1."""
    total = model.importance.sum()
    if not total > 0:
        return np.zeros(len(encoded))
    unknown = (1.0 - model.known(encoded)) @ model.importance
    return np.asarray(np.clip(1.0 - unknown / total, 0.0, 1.0))


def encode_all(
    arguments: Sequence[Argument],
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
) -> Float64Array:
    """Return the columns of several arguments side by side."""
    return np.hstack(
        [
            encode(item, measured[item.measurement.key], classes[item.measurement.key])
            for item in arguments
        ]
    )


def by_argument(arguments: Sequence[Argument], columns: Float64Array) -> Float64Array:
    """Sum columns by argument, shape (places, arguments)."""
    first = np.cumsum([0, *(len(item.columns) for item in arguments)])[:-1]
    return np.asarray(np.add.reduceat(columns, first, axis=1))
