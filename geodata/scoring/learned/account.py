"""Why the learned model says what it says: its exact account, in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from geodata.raster import FloatArray
from geodata.scoring.facts import Background, measured_fact, number, summarise
from geodata.scoring.learned.argument import Argument
from geodata.scoring.learned.model import LearnedModel, coverage_of

_MOST = 0.5  # share of the cells from which it is said of the area

ABOUT = (
    "Each part says how much an argument moves the score away from an average place "
    "of the training; parts above 0 speak for the place. The score is relative."
)


def account_for(
    model: LearnedModel,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    rank: float,
    spread: tuple[float, float] = (np.nan, np.nan),
) -> dict[str, Any]:
    """Explain a place, or the average of the cells of an area.

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
    dict
        JSON-ready.  ``log_odds`` = ``intercept`` + the sum of the parts, each the
        mean over the cells.  ``beyond``: the argument is outside all that the
        training had seen, on half of the cells or more, and counts as its edge.
    """
    keys = {item.measurement.key for item in model.arguments}
    encoded = model.encode(
        {key: measured[key] for key in keys},
        {key: backgrounds[key].classes for key in keys},
    )
    parts = model.parts(encoded).mean(axis=0)
    known = model.known(encoded).mean(axis=0)
    beyond = model.beyond(encoded).mean(axis=0)
    log_odds = model.coefficients.intercept + float(parts.sum())
    coverage = float(coverage_of(model, encoded).mean())
    training = model.training
    return {
        "title": model.title,
        "about": ABOUT,
        "log_odds": log_odds,
        "score": float(expit(log_odds)) if coverage > 0 else None,
        "coverage": coverage,
        "rank": number(rank),
        "rank_p10": number(spread[0]),
        "rank_p90": number(spread[1]),
        "intercept": model.coefficients.intercept,
        "arguments": [
            _argument(
                argument,
                part=float(part),
                share_known=float(share),
                share_beyond=float(over),
                importance=float(importance),
                measured=measured[argument.measurement.key],
                background=backgrounds[argument.measurement.key],
                name=names.get(argument.measurement.key, ""),
            )
            for argument, part, share, over, importance in zip(
                model.arguments, parts, known, beyond, model.importance, strict=True
            )
        ],
        "trained_on": {
            "positives": training.positives,
            "others": training.others,
            "land": training.land,
            "withheld": training.withheld,
        },
    }


def _argument(
    argument: Argument,
    *,
    part: float,
    share_known: float,
    share_beyond: float,
    importance: float,
    measured: FloatArray,
    background: Background,
    name: str,
) -> dict[str, Any]:
    amount = summarise(measured, is_class=bool(background.classes))
    return {
        "name": argument.name,
        "title": argument.title,
        "claim": argument.claim,
        "direction": argument.direction,
        "reference": argument.reference,
        "known": share_known > 0,
        "part": part,
        "beyond": share_beyond >= _MOST,
        "importance": importance,
        "measured": number(float(np.float64(amount.typical))),
        "unit": argument.measurement.unit,
        "fact": measured_fact(argument.measurement, amount, background, name),
        "layer": argument.measurement.layer,
        "layer_title": background.layer_title,
        "source": background.source,
        "licence": background.licence,
    }
