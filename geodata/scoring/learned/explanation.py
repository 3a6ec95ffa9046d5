"""Why the learned model says what it says: its exact account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # when first used: a server starts sooner

from geodata.raster import FloatArray
from geodata.scoring.explanation import LearnedExplanation, LearnedPart, TrainedOn
from geodata.scoring.learned.argument import Argument, Float64Array
from geodata.scoring.learned.model import LearnedModel, coverage_of
from geodata.scoring.measured import Background, compare_with_region

_MOST = 0.5  # share of the cells from which it is said of the area


def explain_learned(
    model: LearnedModel,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    rank: float,
    spread: tuple[float, float] = (np.nan, np.nan),
) -> LearnedExplanation:
    """Explain the average of the cells of an area, or one place.

    Parameters
    ----------
    model : LearnedModel
        The model.
    measured : mapping of measurement key to float32 array, shape (cells,)
        One cell for a place; NaN = unknown.
    backgrounds : mapping of measurement key to Background
        The region to compare with.
    names : mapping of measurement key to str
        What was measured to.
    rank : float
        Mean area rank by this model, 0 best to 1; NaN = unknown.
    spread : tuple of float
        The same in eight of ten refits, from and to; NaN = not computed.

    Returns
    -------
    LearnedExplanation
        ``log_odds`` = ``intercept`` + the sum of the parts, each the mean over the
        cells.
    """
    split = _split(model, measured, backgrounds)
    return _told(split, measured, backgrounds, names, rank=rank, spread=spread)


def explain_each_learned(
    model: LearnedModel,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, Sequence[str]],
    *,
    ranks: Float64Array,
) -> tuple[LearnedExplanation, ...]:
    """Explain each of some places, judged together.

    Parameters
    ----------
    model, backgrounds
        As for :func:`explain_learned`.
    measured : mapping of measurement key to float32 array, shape (places,)
        NaN = unknown.
    names : mapping of measurement key to sequence of str, one a place
        What was measured to.
    ranks : array of float64, shape (places,)
        Area rank by this model, 0 best to 1; NaN = unknown.
    """
    split = _split(model, measured, backgrounds)
    return tuple(
        _told(
            split.of(place),
            {key: values[place : place + 1] for key, values in measured.items()},
            backgrounds,
            {key: each[place] for key, each in names.items()},
            rank=float(rank),
            spread=(np.nan, np.nan),
        )
        for place, rank in enumerate(ranks)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """What a model says of some cells, shape (cells, arguments); coverage (cells,)."""

    model: LearnedModel
    parts: Float64Array
    known: Float64Array
    beyond: npt.NDArray[np.bool_]
    coverage: Float64Array

    def of(self, cell: int) -> "_Split":
        """Take one cell."""
        one = slice(cell, cell + 1)
        return _Split(
            model=self.model,
            parts=self.parts[one],
            known=self.known[one],
            beyond=self.beyond[one],
            coverage=self.coverage[one],
        )


def _split(
    model: LearnedModel,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
) -> _Split:
    keys = {item.measurement.key for item in model.arguments}
    encoded = model.encode(
        {key: measured[key] for key in keys},
        {key: backgrounds[key].classes for key in keys},
    )
    return _Split(
        model=model,
        parts=model.parts(encoded),
        known=model.known(encoded),
        beyond=model.beyond(encoded),
        coverage=coverage_of(model, encoded),
    )


def _told(
    split: _Split,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    rank: float,
    spread: tuple[float, float],
) -> LearnedExplanation:
    """Tell the mean over some cells."""
    model = split.model
    parts = split.parts.mean(axis=0)
    known = split.known.mean(axis=0)
    beyond = split.beyond.mean(axis=0)
    log_odds = model.coefficients.intercept + float(parts.sum())
    coverage = float(split.coverage.mean())
    training = model.training
    return LearnedExplanation(
        title=model.title,
        log_odds=log_odds,
        score=float(scipy.special.expit(log_odds)) if coverage > 0 else np.nan,
        coverage=coverage,
        rank=rank,
        rank_p10=spread[0],
        rank_p90=spread[1],
        intercept=model.coefficients.intercept,
        arguments=tuple(
            _argument(
                argument,
                part=float(part),
                known=bool(share > 0),
                beyond=bool(over >= _MOST),
                importance=float(importance),
                measured=measured[argument.measurement.key],
                background=backgrounds[argument.measurement.key],
                nearest=names.get(argument.measurement.key, ""),
            )
            for argument, part, share, over, importance in zip(
                model.arguments, parts, known, beyond, model.importance, strict=True
            )
        ),
        trained_on=TrainedOn(
            positives=training.positives,
            others=training.others,
            land=training.land,
            withheld=training.withheld,
        ),
    )


def _argument(
    argument: Argument,
    *,
    part: float,
    known: bool,
    beyond: bool,
    importance: float,
    measured: FloatArray,
    background: Background,
    nearest: str,
) -> LearnedPart:
    return LearnedPart(
        name=argument.name,
        title=argument.title,
        claim=argument.claim,
        direction=argument.direction,
        reference=argument.reference,
        known=known,
        part=part,
        beyond=beyond,
        importance=importance,
        measured=compare_with_region(
            argument.measurement, measured, background, nearest=nearest
        ),
        unit=argument.measurement.unit,
        layer=argument.measurement.layer,
        layer_title=background.layer_title,
        source=background.source,
        licence=background.licence,
    )
