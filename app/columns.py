"""The columns of a collection: what each holds, in what unit, with which values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from app.text import has, say

Kind = Literal["string", "integer", "number", "boolean"]
"""What a column holds, in the words of JSON Schema; any value may be missing."""

DECIMALS = 6
"""Digits after the point that a number of a table keeps."""

_NO_DECIMALS = 1e10  # a float64 of this size keeps no sixth decimal

MOST_VALUES = 24
"""A column of text with more different values than these is no enumeration."""

_UNITS = (
    ("_km2", "km²"),
    ("_km", "km"),
    ("_ma", "Ma"),
    ("_pct", "%"),
    ("_m", "m"),
)
"""Endings of names that tell the unit, as names of the whole project do."""

_WORDS_FOR_MISSING = {"status": "unknown"}
"""Columns in which some sources write a word where others write nothing."""

_OWN_UNITS = {"lon": "degrees", "lat": "degrees"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a collection.

    Attributes
    ----------
    name : str
        As in every format and filter.
    kind : str
        ``string``, ``integer``, ``number`` or ``boolean``.
    title : str
        What it tells, in words.
    unit : str
        Of its numbers; empty = none.
    values : tuple of str
        All the values this release has, where they are few and repeated; else empty.
    """

    name: str
    kind: Kind
    title: str
    unit: str = ""
    values: tuple[str, ...] = ()


def columns_of(table: gpd.GeoDataFrame) -> tuple[Column, ...]:
    """Describe the columns of a table, all but its geometry."""
    names = [name for name in table.columns if name != table.geometry.name]
    return tuple(_column(str(name), table[name]) for name in names)


def tidied(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every column one way to say that a value is missing, and numbers one size.

    Parameters
    ----------
    table : GeoDataFrame
        Rows of a release.

    Returns
    -------
    GeoDataFrame
        Text that is missing or empty is None; numbers that are not finite are NaN, the
        others have at most six decimals, as every answer and file gives them.
    """
    tidy = table.reset_index(drop=True)
    for name in tidy.columns:
        if name == tidy.geometry.name:
            continue
        column = tidy[name]
        if is_bool_dtype(column) or is_integer_dtype(column):
            continue
        if is_numeric_dtype(column):
            numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
            numbers = np.where(np.isfinite(numbers), numbers, np.nan)
            tidy[name] = _rounded(numbers)
        else:
            missing = _WORDS_FOR_MISSING.get(str(name))
            texts = [
                None if value == missing else text_of(value)
                for value in column.tolist()
            ]
            tidy[name] = pd.Series(texts, dtype=object)
    return tidy


def values_of(column: pd.Series, rows: Sequence[int] | slice) -> list[object]:
    """Return the values of some rows as JSON has them; what is missing is None."""
    values = column.iloc[rows]
    if is_numeric_dtype(column) and not is_bool_dtype(column):
        return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124  # NaN alone differs from itself
    return list(values.tolist())


def text_of(value: object) -> str | None:
    """Return a text of a table; None where it is missing or empty."""
    return value if isinstance(value, str) and value else None


def _rounded(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round to six decimals; larger numbers have no more of them to lose."""
    small = np.abs(numbers) < _NO_DECIMALS
    rounded = numbers.copy()
    rounded[small] = np.round(numbers[small], DECIMALS)
    return rounded


def _column(name: str, values: pd.Series) -> Column:
    kind = _kind(values)
    known = f"column.{name}"
    unit = next((unit for end, unit in _UNITS if name.endswith(end)), "")
    return Column(
        name=name,
        kind=kind,
        title=say(known) if has(known) else name.replace("_", " "),
        unit=_OWN_UNITS.get(name, unit) if kind in ("integer", "number") else "",
        values=_enumerated(values) if kind == "string" else (),
    )


def _kind(values: pd.Series) -> Kind:
    if is_bool_dtype(values):
        return "boolean"
    if is_integer_dtype(values):
        return "integer"
    return "number" if is_numeric_dtype(values) else "string"


def _enumerated(values: pd.Series) -> tuple[str, ...]:
    """Return the values of a column whose values are few, repeated and single."""
    known = [value for value in values.tolist() if value is not None]
    found = sorted(set(known))
    listed = any("," in value or ";" in value for value in found)
    few = 0 < len(found) <= MOST_VALUES and 2 * len(found) <= len(known)
    return tuple(found) if few and not listed else ()
