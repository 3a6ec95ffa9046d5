"""Values of all rows at once, in the logic of SQL: true, false or unknown."""

import operator
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from app.errors import BadParameterError
from app.text import say

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Which rows are true and which are false; the rest are unknown.

    Attributes
    ----------
    yes, no : array of bool, shape (rows,) or ()
        Never both at once; without a dimension, the same for all rows.
    told : str
        How messages call it.
    """

    yes: Mask
    no: Mask
    told: str = "TRUE/FALSE"


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers; NaN = unknown.  Shape (rows,) or ()."""

    values: Floats
    told: str


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Texts: a column, whose nulls are unknown, or one text for all rows."""

    values: pa.Array | str
    told: str


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A day or a moment, the same for all rows."""

    kind: str
    at: datetime
    told: str


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A geometry in CRS84, the same for all rows; None = each row's own."""

    geometry: shapely.Geometry | None
    told: str


Value = Truth | Numbers | Words | Moment | Place

_ARROW = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    ">": pc.greater,
    "<=": pc.less_equal,
    ">=": pc.greater_equal,
}
_PYTHON: dict[str, Callable[..., object]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "div": lambda left, right: np.trunc(left / right),
    "^": np.power,
}


def known(yes: object, is_known: object = True) -> Truth:
    """Make the truth of a mask and of where it is known."""
    told = np.asarray(is_known, dtype=np.bool_)
    holds = np.asarray(yes, dtype=np.bool_) & told
    return Truth(holds, told & ~holds)


def both(parts: Sequence[Truth]) -> Truth:
    """Return where all are true; false where one is false."""
    yes, no = parts[0].yes, parts[0].no
    for part in parts[1:]:
        yes, no = yes & part.yes, no | part.no
    return Truth(yes, no)


def either(parts: Sequence[Truth]) -> Truth:
    """Return where one is true; false where all are false."""
    return negated(both([negated(part) for part in parts]))


def negated(truth: Truth) -> Truth:
    """Return the opposite; unknown stays unknown."""
    return Truth(truth.no, truth.yes)


def compared(op: str, left: Value, right: Value) -> Truth:
    """Compare two values of one kind.

    Texts are ordered by the code points of their characters.

    Raises
    ------
    BadParameterError
        If they are of two kinds, or have no order.
    """
    if isinstance(left, Numbers) and isinstance(right, Numbers):
        a, b = left.values, right.values
        return known(_PYTHON[op](a, b), ~(np.isnan(a) | np.isnan(b)))
    if isinstance(left, Words) and isinstance(right, Words):
        if isinstance(left.values, str) and isinstance(right.values, str):
            return known(_PYTHON[op](left.values, right.values))
        return of_arrow(_ARROW[op](left.values, right.values))
    if isinstance(left, Moment) and isinstance(right, Moment):
        if left.kind == right.kind:
            return known(_PYTHON[op](left.at, right.at))
    elif isinstance(left, Truth) and isinstance(right, Truth) and op in ("=", "<>"):
        same = either([both([left, right]), both([negated(left), negated(right)])])
        return same if op == "=" else negated(same)
    raise mismatch(op, left, right)


def computed(op: str, left: Value, right: Value) -> Numbers:
    """Calculate with two numbers; what is no finite number is unknown.

    ``div`` leaves out what is behind the point, ``%`` has the sign of the dividend.

    Raises
    ------
    BadParameterError
        If one of them is no number.
    """
    if not (isinstance(left, Numbers) and isinstance(right, Numbers)):
        raise mismatch(op, left, right)
    made = np.asarray(_ARITHMETIC[op](left.values, right.values))
    told = f"({left.told} {op} {right.told})"[:80]
    return Numbers(np.where(np.isfinite(made), made, np.nan), told)


def among(value: Value, items: Sequence[Value]) -> Truth:
    """Tell whether a value is one of a list.

    Raises
    ------
    BadParameterError
        If one of the list is of another kind.
    """
    if isinstance(value, Words) and not isinstance(value.values, str):
        texts = [item.values for item in items if isinstance(item, Words)]
        if len(texts) == len(items) and all(isinstance(text, str) for text in texts):
            column = value.values
            listed = pa.array(texts, type=column.type)
            found = pc.is_in(column, value_set=listed)
            return known(_mask(found), _mask(column.is_valid()))
    if isinstance(value, Numbers):
        numbers = [item.values for item in items if isinstance(item, Numbers)]
        if len(numbers) == len(items) and all(item.ndim == 0 for item in numbers):
            wanted = np.array(numbers, dtype=np.float64)
            is_known = ~np.isnan(value.values)
            # A quotient by nothing is unknown, and so is being equal to it.
            unknown = bool(np.isnan(wanted).any())
            found = np.isin(value.values, wanted)
            return known(found, is_known & (found | (not unknown)))
    return either([compared("=", value, item) for item in items])


def folded(value: Value, op: str, fold: Callable[[str], str]) -> Words:
    """Apply a function to texts, to each different one once.

    Raises
    ------
    BadParameterError
        If it is no text.
    """
    if not isinstance(value, Words):
        raise BadParameterError(say("error.filter-text", op=op, given=value.told))
    told = f"{op}({value.told})"
    if isinstance(value.values, str):
        return Words(fold(value.values), told)
    coded = value.values.dictionary_encode()
    texts = [fold(text) for text in coded.dictionary.to_pylist()]
    return Words(pa.array(texts, type=pa.large_string()).take(coded.indices), told)


def without_accents(text: str) -> str:
    """Return a text whose letters have no marks.

    >>> without_accents("Köktör")
    'Koktor'
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return unicodedata.normalize("NFC", bare)


def missing(value: Value) -> Truth:
    """Tell where a value that is no geometry is unknown."""
    match value:
        case Numbers(values=values):
            return known(np.isnan(values))
        case Truth(yes=yes, no=no):
            return known(~(yes | no))
        case Words(values=column) if not isinstance(column, str):
            return known(_mask(column.is_null()))
    return known(yes=False)


def mismatch(op: str, left: Value, right: Value) -> BadParameterError:
    """Return the error that two values do not go together."""
    return BadParameterError(
        say("error.filter-kinds", op=op, left=left.told, right=right.told)
    )


def of_arrow(answer: pa.Array) -> Truth:
    """Make the truth of what Arrow compared, which is null where unknown."""
    return Truth(_mask(answer.fill_null(False)), ~_mask(answer.fill_null(True)))


def _mask(answer: pa.Array) -> Mask:
    return np.asarray(answer.to_numpy(zero_copy_only=False), dtype=np.bool_)
