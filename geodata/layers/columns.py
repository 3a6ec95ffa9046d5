"""Columns of foreign tables: found whatever their case, read as text or null."""

from collections.abc import Iterable

import pandas as pd

from geodata.errors import LayerFormatError
from geodata.readers.quoting import listed


def texts(column: Iterable[object]) -> list[str | None]:
    """Return a column as text: trimmed, spaces made one, blank or missing null.

    >>> texts(["  Kazakh ", "", None, float("nan"), "two  words"])
    ['Kazakh', None, None, None, 'two words']
    """
    return [_text(value) for value in column]


def found_column(table: pd.DataFrame, names: Iterable[str]) -> str | None:
    """Return the first of some names that a table has, in the table's own case.

    >>> found_column(pd.DataFrame(columns=["glg", "area"]), ("GLG",))
    'glg'
    """
    own = {str(column).casefold(): str(column) for column in table.columns}
    return next((own[n.casefold()] for n in names if n.casefold() in own), None)


def needed_column(table: pd.DataFrame, names: Iterable[str], what: str) -> str:
    """Return the first of some names that a table has.

    Raises
    ------
    LayerFormatError
        If it has none of them; the message lists what it has.
    """
    names = tuple(names)
    column = found_column(table, names)
    if column is None:
        raise LayerFormatError(
            f"The table of {what} was expected to have a column "
            f"{' or '.join(names)}; it has {listed(map(str, table.columns))}. "
            "Check that the file is the one the catalogue describes."
        )
    return column


def texts_of(table: pd.DataFrame, names: Iterable[str]) -> list[str | None]:
    """Return a column as text by the first of its names; all null without it."""
    column = found_column(table, names)
    return [None] * len(table) if column is None else texts(table[column])


def _text(value: object) -> str | None:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return None
    return " ".join(str(value).split()) or None
