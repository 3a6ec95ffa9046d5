"""What a single measurement reaches by itself, with nothing fitted to it.

A model that is no better than one of its own arguments has learned little, so each is
asked alone, in the direction that geology gives it: at the examples and backgrounds
of the whole world, in the regions of the world, and in the withheld region.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from geodata.scoring.learned.argument import Argument, Float64Array
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.regions import ranked_by_region
from geodata.scoring.learned.training import LABEL, OTHER_DEPOSIT, TrainingSet
from geodata.scoring.learned.trial import AGAINST, BoolArray
from geodata.scoring.learned.withheld import plain
from geodata.scoring.validation.metrics import auc_interval

_SIGNS = {"up": 1.0, "down": -1.0}


def directed(arguments: Sequence[Argument]) -> dict[str, tuple[int, float]]:
    """Return where the column of each argument with a sign stands, and its sign.

    Those without a sign, and classes, say nothing until something is fitted.
    """
    found, position = {}, 0
    for item in arguments:
        if item.direction in _SIGNS and item.scale != "class":
            found[item.name] = (position, _SIGNS[item.direction])
        position += len(item.columns)
    return found


def alone(
    places: TrainingSet,
    eligible: BoolArray,
    scores: Float64Array,
    *,
    knows_others: bool = False,
) -> dict[str, Any]:
    """Test scores that were fitted to nothing, on all that may be looked at.

    Parameters
    ----------
    places : TrainingSet
        All places.
    eligible : array of bool, shape (places,)
        Those outside the withheld region.
    scores : array of float64, shape (places,)
        High is good; NaN = unknown, takes the mean of the eligible places.
    knows_others : bool
        Whether it was made of the other deposits, so that asking it about them tells
        nothing.

    Returns
    -------
    dict
        JSON-ready: ``auc`` by background, and ``regions``, the mean rank in regions
        of the world, where equal scores share the middle rank.
    """
    known = eligible & ~np.isnan(scores)
    middle = scores[known].mean() if known.any() else 0.0
    values = np.where(np.isnan(scores), middle, scores)
    group = places.group
    asked = [kind for kind in AGAINST if not (knows_others and kind == OTHER_DEPOSIT)]
    regions = ranked_by_region(
        places, eligible, lambda _, test: values[test], ties_halved=True
    )
    return {
        "auc": {
            AGAINST[kind]: plain(
                asdict(
                    auc_interval(
                        values[eligible & (group == LABEL)],
                        values[eligible & (group == kind)],
                    )
                )
            )
            for kind in asked
        },
        "regions": plain(asdict(regions.mean_rank)),
    }


def arguments_alone(
    model: LearnedModel, places: TrainingSet, eligible: BoolArray
) -> list[dict[str, Any]]:
    """Test every argument of a model by itself, beside what the model makes of it.

    Returns
    -------
    list of dict
        JSON-ready, in the model's order: ``name``, ``title``, ``direction``,
        ``slope`` (log odds by one deviation) with ``low`` and ``high`` (8 of 10
        refits), and the figures of :func:`alone`; None without a sign.
    """
    signs = directed(model.arguments)
    found, position = [], 0
    for item in model.arguments:
        refits = model.refits[:, position]
        slope = float(model.coefficients.slopes[position])
        low, high = np.quantile(refits, (0.1, 0.9)) if len(refits) else (slope, slope)
        figures: dict[str, Any] = {"auc": None, "regions": None}
        if item.name in signs:
            column, sign = signs[item.name]
            figures = alone(places, eligible, sign * places.encoded[:, column])
        found.append(
            {
                "name": item.name,
                "title": item.title,
                "direction": item.direction,
                "slope": {"value": slope, "low": float(low), "high": float(high)},
                **figures,
            }
        )
        position += len(item.columns)
    return found
