"""What is written to a file as JSON: frozen records, checked on the way in."""

import math
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer


def _nan_of_none(value: object) -> object:
    return math.nan if value is None else value


def _none_of_nan(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


MaybeNaN = Annotated[
    float, BeforeValidator(_nan_of_none), PlainSerializer(_none_of_nan)
]
"""A number that may be unknown: NaN in memory, ``null`` in a file; so is infinity."""


class Record(BaseModel):
    """A value with known fields; anything else in a file is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
