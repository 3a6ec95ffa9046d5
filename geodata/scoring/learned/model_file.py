"""Write a learned model as a file, and read it back with every number checked.

The file holds coefficients, not arguments: those stand in the file of the deposit
type, and this one names their checksum.  A changed argument therefore never meets
coefficients that were learned for another.
"""

import csv
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from geodata.errors import LearnedModelError
from geodata.scoring.learned.argument import Float64Array, LearnedType
from geodata.scoring.learned.fit import Coefficients
from geodata.scoring.learned.model import LearnedModel, Training

FORMAT = 2
FOLDER = "bundle/learned"
COUNTS = "examples.csv"
"""Known examples of every deposit type in the world, with or without a model."""


_NUMBERS = {
    "slope": "slopes",
    "centre": "centre",
    "spread": "spread",
    "least": "least",
    "greatest": "greatest",
}
_DECIMALS = 4  # of a slope of a refit: they only tell how far a rank moves


def to_json(model: LearnedModel, arguments_sha256: str) -> str:
    """Write a model as JSON.

    Parameters
    ----------
    model : LearnedModel
        The model.
    arguments_sha256 : str
        Checksum of the arguments it was trained for.
    """
    found, training = model.coefficients, model.training
    columns = [name for item in model.arguments for name in item.columns]
    content = {
        "format": FORMAT,
        "deposit_type": model.deposit_type,
        "arguments_sha256": arguments_sha256,
        "intercept": found.intercept,
        "columns": [
            dict(zip(("name", *_NUMBERS, "refits"), row, strict=True))
            for row in zip(
                columns,
                *(getattr(found, field).tolist() for field in _NUMBERS.values()),
                model.refits.T.round(_DECIMALS).tolist(),
                strict=True,
            )
        ],
        "importance": {
            item.name: value
            for item, value in zip(
                model.arguments, model.importance.tolist(), strict=True
            )
        },
        "training": {
            "positives": training.positives,
            "others": training.others,
            "land": training.land,
            "withheld": training.withheld,
            "ridge": training.ridge,
            "land_share": training.land_share,
            "layers": dict(sorted(training.layers.items())),
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(content: str, learned_type: LearnedType) -> LearnedModel:
    """Read a model back.

    Parameters
    ----------
    content : str
        From :func:`to_json`.
    learned_type : LearnedType
        The arguments of its deposit type.

    Raises
    ------
    LearnedModelError
        If it is not such a file, a number is not finite, a spread is not positive, or
        it was trained for other arguments than these.
    """
    try:
        row = json.loads(content)
        name = str(row["deposit_type"])
        if row["format"] != FORMAT:
            raise LearnedModelError(
                f"The learned model of '{name}' has format {row['format']}; this "
                f"version reads {FORMAT}. Run scripts/train.py."
            )
        if row["arguments_sha256"] != learned_type.sha256:
            raise LearnedModelError(
                f"The learned model of '{name}' was trained for other arguments than "
                f"those of [learned] in {name}.toml. Run scripts/train.py, or take the "
                "table out of the file."
            )
        columns = [one for item in learned_type.arguments for one in item.columns]
        if [one["name"] for one in row["columns"]] != columns:
            raise LearnedModelError(
                f"The learned model of '{name}' should have the columns {columns}; it "
                f"has {[one['name'] for one in row['columns']]}. Run scripts/train.py."
            )
        if any(one["least"] > one["greatest"] for one in row["columns"]):
            raise LearnedModelError(
                f"A column of the learned model of '{name}' has a least value above "
                "its greatest. Run scripts/train.py."
            )
        return LearnedModel(
            deposit_type=name,
            title=learned_type.title,
            arguments=learned_type.arguments,
            coefficients=Coefficients(
                intercept=_finite(row["intercept"]),
                **{
                    field: _numbers(row["columns"], name)
                    for name, field in _NUMBERS.items()
                },
            ),
            importance=np.array(
                [_finite(row["importance"][one.name]) for one in learned_type.arguments]
            ),
            refits=_table(row["columns"]),
            training=_training(row["training"]),
        )
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise LearnedModelError(
            f"The file of a learned model is not as scripts/train.py writes it: "
            f"{type(error).__name__} {error}. Run scripts/train.py."
        ) from error


def shipped(ending: str) -> dict[str, str]:
    """Return the files of the package's folder of learned models by what precedes.

    Parameters
    ----------
    ending : str
        ``.json`` for coefficients, ``-validation.json`` for what the tests gave.
    """
    folder = resources.files("geodata").joinpath(FOLDER)
    if not folder.is_dir():
        return {}
    return {
        entry.name.removesuffix(ending): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(ending)
        and (ending != ".json" or not entry.name.endswith("-validation.json"))
    }


def write_counts(examples: Mapping[str, int]) -> str:
    """Write how many known examples each deposit type has in the world, as CSV."""
    rows = (f"{name},{count}" for name, count in examples.items())
    return "\n".join(["deposit_type,n_world", *rows]) + "\n"


def shipped_counts() -> dict[str, int]:
    """Return how many known examples each deposit type has in the world."""
    path = resources.files("geodata").joinpath(FOLDER).joinpath(COUNTS)
    if not path.is_file():
        return {}
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {row["deposit_type"]: int(row["n_world"]) for row in rows}


def _numbers(rows: list[Mapping[str, Any]], name: str) -> Float64Array:
    found = np.array([_finite(row[name]) for row in rows])
    if name == "spread" and not (found > 0).all():
        raise LearnedModelError(
            f"Every spread of a learned model is above 0; got {found.min()}. Run "
            "scripts/train.py."
        )
    return found


def _table(rows: list[Mapping[str, Any]]) -> Float64Array:
    """Return the refits, shape (refits, columns)."""
    return np.array([[_finite(one) for one in row["refits"]] for row in rows]).T


def _training(row: Mapping[str, Any]) -> Training:
    found = Training(**row)
    for name in ("positives", "others", "land", "ridge", "land_share"):
        _finite(getattr(found, name))
    return found


def _finite(value: object) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
    ):
        raise LearnedModelError(
            f"A learned model needs finite numbers; got {value!r}. Run "
            "scripts/train.py."
        )
    return float(value)
