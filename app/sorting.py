"""The order of features, and which of their properties are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from app.errors import BadParameterError
from app.filters import Queryable
from app.text import say

Positions = npt.NDArray[np.int64]
ColumnT = TypeVar("ColumnT", bound=Queryable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """A column that orders features.

    Attributes
    ----------
    name : str
        The column.
    descending : bool
        Whether the greatest comes first.
    """

    name: str
    descending: bool


def parse_sort(text: str, columns: Sequence[Queryable]) -> tuple[SortKey, ...]:
    """Read ``sortby``: names separated by commas, each with ``+`` or ``-`` before it.

    Parameters
    ----------
    text : str
        A space counts as the ``+`` that it is in the query of an address.
    columns : sequence of Queryable
        Those that may be named.

    Raises
    ------
    BadParameterError
        If a name is not known, or comes twice.

    >>> from types import SimpleNamespace as Column
    >>> parse_sort("-rank", [Column(name="rank", kind="integer", unit="")])
    (SortKey(name='rank', descending=True),)
    """
    signs = [part[:1] for part in text.split(",")]
    names = [
        part[1:] if sign in ("+", "-", " ") else part
        for part, sign in zip(text.split(","), signs, strict=True)
    ]
    _named("sortby", names, columns)
    return tuple(
        SortKey(name=name, descending=sign == "-")
        for name, sign in zip(names, signs, strict=True)
    )


def parse_properties(text: str, columns: Sequence[ColumnT]) -> tuple[ColumnT, ...]:
    """Read ``properties``: names of columns separated by commas.

    Returns
    -------
    tuple of columns
        In the order of the collection.

    Raises
    ------
    BadParameterError
        If a name is not known, or comes twice.
    """
    names = text.split(",")
    _named("properties", names, columns)
    return tuple(column for column in columns if column.name in names)


def sorted_rows(
    rows: Positions, keys: Sequence[SortKey], table: pd.DataFrame
) -> Positions:
    """Put rows in order.

    Parameters
    ----------
    rows : array of int64, shape (n,)
        Rows of the table, in the order that ties keep.
    keys : sequence of SortKey
        The first weighs most.
    table : DataFrame
        Where the columns are.

    Returns
    -------
    array of int64, shape (n,)
        What is missing comes last, also where the greatest comes first. Texts are
        ordered by the code points of their characters.
    """
    ranks = [_ranks(table[key.name].iloc[rows], key) for key in reversed(keys)]
    return rows[np.lexsort(ranks)] if ranks else rows


def _ranks(values: pd.Series, key: SortKey) -> Positions:
    """Return the place of each value in the order of a key, equal ones alike."""
    column = pa.array(values, from_pandas=True)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_null(column.type):  # nothing but what is missing
        return np.zeros(len(column), dtype=np.int64)
    order = "descending" if key.descending else "ascending"
    ranks = pc.rank(column, sort_keys=order, tiebreaker="dense")
    return np.asarray(ranks.to_numpy(), dtype=np.int64)


def _named(parameter: str, names: Sequence[str], columns: Sequence[Queryable]) -> None:
    """Check names; the geometry is none of them."""
    known = [column.name for column in columns]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadParameterError(
            say(
                "error.no-value",
                name=parameter,
                given=", ".join(unknown)[:80],
                known=", ".join(known),
            )
        )
    if len(set(names)) != len(names):
        raise BadParameterError(say("error.named-twice", name=parameter))
