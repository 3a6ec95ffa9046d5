"""Read a table of text, comma-separated, plain or in a zip archive."""

import csv
import io
from collections import Counter
from pathlib import Path

import pandas as pd

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.archive import (
    archive_members,
    find_member,
    read_archive_member,
)
from geodata.readers.checks import (
    require_columns,
    require_values,
    within_memory,
)
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.quoting import listed, reason

_ZIP = b"PK\x03\x04"


def read_csv(
    path: Path,
    *,
    member_suffix: str = "",
    columns: tuple[str, ...] = (),
    delimiter: str = ",",
    limits: Limits = DEFAULT_LIMITS,
) -> pd.DataFrame:
    """Return the rows of a CSV file, every cell as the text it is.

    Parameters
    ----------
    path : Path
        The file, or a zip archive that holds it.
    member_suffix : str
        How the name of the file in the archive ends; without it, the only ``.csv``.
    columns : tuple of str
        Required columns, spelt exactly so.
    delimiter : str
        One character.

    Returns
    -------
    DataFrame
        Text; an empty or absent cell is an empty text.  UTF-8 with or without byte
        order mark, bad bytes replaced.  Names are stripped of blanks; nothing else
        is changed: what looks like a formula, a number or ``NA`` stays as it is.

    Raises
    ------
    UnsafeFileError
        If the archive is hostile or the limits are exceeded.
    LayerFormatError
        If the text is not a table, two columns have one name, or a column is
        missing.
    """
    with within_memory(path.name):
        content = content_of(path, member_suffix, limits)
        text = content.decode("utf-8-sig", "replace")
        table = table_of(path, text, delimiter, limits)
    require_columns(table, columns, path.name)
    return table


def table_of(path: Path, text: str, delimiter: str, limits: Limits) -> pd.DataFrame:
    """Return the table that a text holds; for errors see :func:`read_csv`."""
    signs = text.count(delimiter) + text.count("\n") + text.count("\r")
    if signs > limits.table_cells:
        raise UnsafeFileError(
            f"{path.name} has more than {limits.table_cells:,} cells. If the file is "
            "right, raise the limit."
        )
    _require_few_columns(path, text, delimiter, limits)
    head = _parsed(path, text, delimiter, rows=1)
    names = [str(name).strip() for name in head.iloc[0]] if len(head) else []
    twice = sorted(name for name, n in Counter(names).items() if name and n > 1)
    if not any(names) or twice:
        raise LayerFormatError(
            f"The first line of {path.name} names the columns {listed(names)}, some "
            f"twice: {listed(twice)}. Expected different names."
        )
    require_values(signs // max(1, len(names)), len(names), limits)
    table = _parsed(path, text, delimiter, rows=None).iloc[1:]
    names = [name or f"column {number}" for number, name in enumerate(names, start=1)]
    table.columns = pd.Index(names)
    return table.fillna("").reset_index(drop=True)


def _require_few_columns(path: Path, text: str, delimiter: str, limits: Limits) -> None:
    try:
        count = len(next(csv.reader(io.StringIO(text), delimiter=delimiter), []))
    except csv.Error as error:
        raise LayerFormatError(
            f"The first line of {path.name} does not name columns ({reason(error)})."
        ) from error
    if count > limits.columns:
        raise UnsafeFileError(
            f"The first line of {path.name} names {count:,} columns; at most "
            f"{limits.columns:,} are read. If the file is right, raise the limit."
        )


def content_of(path: Path, member_suffix: str, limits: Limits) -> bytes:
    """Return the bytes of a file, or of a member of a zip archive; bounded."""
    try:
        with path.open("rb") as stream:
            if stream.read(4) != _ZIP:
                stream.seek(0)
                content = stream.read(limits.text_bytes + 1)
                if len(content) > limits.text_bytes:
                    raise UnsafeFileError(
                        f"{path.name} has more than {limits.text_bytes:,} bytes. If "
                        "the file is right, raise the limit."
                    )
                return content
    except OSError as error:
        raise LayerFormatError(f"{path} cannot be opened ({error}).") from error
    names = archive_members(path, limits)
    member = find_member(path, names, ending=member_suffix or ".csv")
    return read_archive_member(path, member, limits)


def _parsed(path: Path, text: str, delimiter: str, rows: int | None) -> pd.DataFrame:
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            nrows=rows,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise LayerFormatError(
            f"{path.name} is not a table with '{delimiter}' between its cells "
            f"({reason(error)}). Expected a first line of names and rows no longer "
            "than it."
        ) from error
