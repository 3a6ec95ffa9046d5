"""What one figure over everything may hide: single arguments, tables, kinds of example.

A model that is no better than one of its own arguments has learned little, so each is
asked alone, in the direction that geology gives it.  And held-out scores are looked at
in parts: a model may tell its examples only from the deposits of plains, or know only
one of two kinds of example.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geodata.scoring.learned.argument import Argument, Float64Array
from geodata.scoring.learned.cross_validation import (
    BoolArray,
    ranked_by_region,
)
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.training_set import (
    LABEL,
    LAND,
    OTHER_DEPOSIT,
    TrainingSet,
)
from geodata.scoring.validation.intervals import Estimate, mean_of
from geodata.scoring.validation.metrics import auc_interval
from geodata.scoring.validation.report import (
    ArgumentAlone,
    AucPair,
    LabelPart,
    TablePart,
)

_SIGNS = {"up": 1.0, "down": -1.0}
_FEWEST = 10  # places below which a part is told with the rest


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
) -> tuple[AucPair, Estimate]:
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
    AucPair
        Against both backgrounds.
    Estimate
        Mean rank in regions of the world, where equal scores share the middle rank.
    """
    known = eligible & ~np.isnan(scores)
    middle = scores[known].mean() if known.any() else 0.0
    values = np.where(np.isnan(scores), middle, scores)
    group = places.group

    def told_from(kind: int) -> Estimate:
        return auc_interval(
            values[eligible & (group == LABEL)], values[eligible & (group == kind)]
        )

    regions = ranked_by_region(
        places, eligible, lambda _, test: values[test], ties_halved=True
    )
    auc = AucPair(
        other_deposits=None if knows_others else told_from(OTHER_DEPOSIT),
        land=told_from(LAND),
    )
    return auc, regions.mean_rank


def arguments_alone(
    model: LearnedModel, places: TrainingSet, eligible: BoolArray
) -> tuple[ArgumentAlone, ...]:
    """Test every argument of a model by itself, beside what the model makes of it."""
    signs = directed(model.arguments)
    found, position = [], 0
    for item in model.arguments:
        refits = model.refits[:, position]
        slope = float(model.coefficients.slopes[position])
        low, high = np.quantile(refits, (0.1, 0.9)) if len(refits) else (slope, slope)
        auc = regions = None
        if item.name in signs:
            column, sign = signs[item.name]
            auc, regions = alone(places, eligible, sign * places.encoded[:, column])
        found.append(
            ArgumentAlone(
                name=item.name,
                title=item.title,
                direction=item.direction,
                slope=slope,
                slope_low=float(low),
                slope_high=float(high),
                auc=auc,
                regions=regions,
            )
        )
        position += len(item.columns)
    return tuple(found)


def by_table(
    places: TrainingSet, held_out: Sequence[Float64Array]
) -> tuple[TablePart, ...]:
    """Tell examples from the other deposits of each table.

    Parameters
    ----------
    places : TrainingSet
        All places.
    held_out : sequence of array of float64, shape (places,)
        Scores by models that did not see a place's block, one for each position of
        the blocks; NaN where there is none.

    Returns
    -------
    tuple of TablePart
        By falling number of places; tables of few places together at the end.
    """
    tables = places.places[["table"]].astype(str)
    return tuple(
        TablePart(
            table=table,
            others=int(part.sum()),
            auc=_auc(held_out, places.group == LABEL, part),
        )
        for (table,), part in _parts(tables, places.group == OTHER_DEPOSIT, held_out)
    )


def by_label(
    places: TrainingSet, held_out: Sequence[Float64Array]
) -> tuple[LabelPart, ...]:
    """Tell each kind of example, as its table words it, from both backgrounds.

    Returns
    -------
    tuple of LabelPart
        By falling number of places; kinds of few examples together at the end.
    """
    words = places.places[["said", "table"]].astype(str)
    group = places.group
    return tuple(
        LabelPart(
            said=said,
            table=table,
            n=int(part.sum()),
            auc=AucPair(
                other_deposits=_auc(held_out, part, group == OTHER_DEPOSIT),
                land=_auc(held_out, part, group == LAND),
            ),
        )
        for (said, table), part in _parts(words, group == LABEL, held_out)
    )


def _parts(
    texts: pd.DataFrame, chosen: BoolArray, held_out: Sequence[Float64Array]
) -> list[tuple[tuple[str, ...], BoolArray]]:
    """Split some scored places by texts; the small parts come last as one."""
    scored = chosen & ~np.isnan(np.stack(held_out)).all(axis=0)
    keys = list(texts.itertuples(index=False, name=None))
    counts = Counter(key for key, one in zip(keys, scored, strict=True) if one)
    large = [
        key
        for key, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        if count >= _FEWEST and any(key)
    ]
    found = [(key, scored & np.array([one == key for one in keys])) for key in large]
    rest = scored & np.array([one not in large for one in keys], dtype=np.bool_)
    nameless = ("",) * texts.shape[1]
    return [*found, (nameless, rest)] if rest.any() else found


def _auc(
    held_out: Sequence[Float64Array], positive: BoolArray, negative: BoolArray
) -> Estimate:
    """Average the AUC over the positions of the blocks."""
    found = []
    for scores in held_out:
        told = ~np.isnan(scores)
        found.append(auc_interval(scores[positive & told], scores[negative & told]))
    return mean_of(found)
