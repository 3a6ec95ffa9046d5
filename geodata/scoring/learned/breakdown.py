"""Held-out scores looked at in parts: by table of other deposits, by kind of example.

One figure over everything can hide that a model tells its examples only from the
deposits of plains, or knows only one of two kinds of example.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.training import LABEL, OTHER_DEPOSIT, TrainingSet
from geodata.scoring.learned.trial import AGAINST, BoolArray
from geodata.scoring.learned.withheld import plain
from geodata.scoring.validation.intervals import mean_of
from geodata.scoring.validation.metrics import auc_interval

_FEWEST = 10  # places below which a part is told with the rest


def by_table(
    places: TrainingSet, held_out: Sequence[Float64Array]
) -> list[dict[str, Any]]:
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
    list of dict
        JSON-ready: ``table``, ``others`` (places) and ``auc``, by falling number of
        places; tables of few places together as "other tables".
    """
    tables = places.places["table"].to_numpy(dtype=str)
    parts = _parts(tables, places.group == OTHER_DEPOSIT, held_out)
    return [
        {
            "table": name or "other tables",
            "others": int(part.sum()),
            "auc": _auc(held_out, places.group == LABEL, part),
        }
        for name, part in parts
    ]


def by_label(
    places: TrainingSet, held_out: Sequence[Float64Array]
) -> list[dict[str, Any]]:
    """Tell each kind of example, as its table words it, from both backgrounds.

    Returns
    -------
    list of dict
        JSON-ready: ``said`` (“alk-ig” in …), ``n`` and ``auc`` by background; kinds
        of few examples together as "other words".
    """
    table, said = (places.places[name].astype(str) for name in ("table", "said"))
    words = ("“" + said + "” in " + table).to_numpy(dtype=str)
    parts = _parts(words, places.group == LABEL, held_out)
    return [
        {
            "said": name or "other words",
            "n": int(part.sum()),
            "auc": {
                against: _auc(held_out, part, places.group == kind)
                for kind, against in AGAINST.items()
            },
        }
        for name, part in parts
    ]


def _parts(
    texts: npt.NDArray[np.str_], chosen: BoolArray, held_out: Sequence[Float64Array]
) -> list[tuple[str, BoolArray]]:
    """Split some scored places by a text; the small parts come last as one."""
    scored = chosen & ~np.isnan(np.stack(held_out)).all(axis=0)
    names, counts = np.unique(texts[scored], return_counts=True)
    large = [
        str(name)
        for name, count in sorted(
            zip(names, counts, strict=True), key=lambda item: (-item[1], item[0])
        )
        if count >= _FEWEST and name
    ]
    found = [(name, np.asarray(scored & (texts == name))) for name in large]
    rest = scored & ~np.isin(texts, large)
    return [*found, ("", rest)] if rest.any() else found


def _auc(
    held_out: Sequence[Float64Array], positive: BoolArray, negative: BoolArray
) -> dict[str, Any]:
    """Average the AUC over the positions of the blocks; JSON-ready."""
    found = []
    for scores in held_out:
        told = ~np.isnan(scores)
        found.append(auc_interval(scores[positive & told], scores[negative & told]))
    mean: dict[str, Any] = plain(asdict(mean_of(found)))
    return mean
