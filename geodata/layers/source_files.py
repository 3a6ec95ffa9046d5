"""Files of publishers: which of several is wrong, and columns whatever their case."""

import contextlib
import errno
from collections.abc import Iterable, Iterator

import pandas as pd

from geodata.errors import (
    GeodataError,
    LayerFormatError,
    StorageError,
    UnreadableFileError,
)
from geodata.layers.model import Part
from geodata.readers.quoting import listed


@contextlib.contextmanager
def reading(part: Part) -> Iterator[None]:
    """Name a file, of several that are read, in whatever goes wrong inside.

    A layer that can do without the file is then made from the others.

    Parameters
    ----------
    part : (source id, file name)
        The one file that is read inside.

    Raises
    ------
    UnreadableFileError
        In place of any error, also one nobody foresaw.  An error that names a file
        already is left as it is: the innermost knows best.  A full disk is no
        file's fault and passes too.

    Examples
    --------
    >>> try:
    ...     with reading(("afead", "AFEAD_v2022.zip")):
    ...         raise LayerFormatError("no column CONF")
    ... except UnreadableFileError as error:
    ...     print(error.part, error, sep=": ")
    ('afead', 'AFEAD_v2022.zip'): afead/AFEAD_v2022.zip: no column CONF
    """
    name = "/".join(part)
    try:
        yield
    except (UnreadableFileError, StorageError):
        raise
    except GeodataError as error:
        told = str(error)
        reason = told if part[1] in told else f"{name}: {told}"
        raise UnreadableFileError(part, reason) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UnreadableFileError(
            part,
            f"{name} could not be read ({type(error).__name__}: {error}). Check that "
            "it is the file the catalogue describes and whole; if it is, please report "
            "this line.",
        ) from error


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
