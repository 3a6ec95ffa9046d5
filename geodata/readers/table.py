"""Read tables of text: comma-separated as publishers write them, or of a spreadsheet.

Publishers' tables are read as they are known to be.  A table that a user brings comes
from a spreadsheet of any country: parted by semicolons, in UTF-16, or in an old code
page.  What can be told for certain is read; what cannot is refused with the remedy.
"""

import codecs
import csv
import io
import re
import tempfile
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
from geodata.readers.formats import Format
from geodata.readers.gdal_tables import Request, one_layer, table_of
from geodata.readers.limits import DEFAULT_LIMITS, Limits, content_of
from geodata.readers.quoting import listed, reason
from geodata.readers.sandbox import confined

_WORKBOOK = Format(gdal="XLSX", endings=(".xlsx",))
DELIMITERS = (",", ";", "\t")

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CYRILLIC_WORD = re.compile("[А-Яа-яЁё]{3}")
_TOO_LONG = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
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
        content = _content_of(path, member_suffix, limits)
        text = content.decode("utf-8-sig", "replace")
        table = _tabulated(path, text, delimiter, limits)
    require_columns(table, columns, path.name)
    return table


def read_spreadsheet(
    path: Path, *, member_suffix: str = "", limits: Limits = DEFAULT_LIMITS
) -> pd.DataFrame:
    """Return the rows of a saved spreadsheet, every cell as the text it is.

    Parameters
    ----------
    path : Path
        The file, or a zip archive that holds it; or a workbook (``.xlsx``) of one
        sheet.
    member_suffix : str
        How the name of the file in the archive ends; without it, the only ``.csv``.

    Returns
    -------
    DataFrame
        As :func:`read_csv`.  UTF-8, or UTF-16 with a
        byte order mark; cells parted by what stands most often in the first line:
        commas, semicolons or tabs.

    Raises
    ------
    LayerFormatError
        If the text is in another code page, because a wrong guess would change names.
    UnsafeFileError
        If the archive is hostile or the limits are exceeded.
    """
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path, limits=limits)
    with within_memory(path.name):
        text = _decoded(path, _content_of(path, member_suffix, limits))
        return _tabulated(path, text, delimiter_of(text), limits)


@confined
def read_workbook(
    path: Path, *, sheet: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> pd.DataFrame:
    """Return the rows of one sheet of an Excel workbook (``.xlsx``), as text.

    Parameters
    ----------
    path : Path
        The file; formulas are read as what they came to when it was saved.
    sheet : str, optional
        Its name; without it, the only one there is.

    Raises
    ------
    LayerFormatError
        If it is not a workbook, or has several sheets and none is named.
    UnsafeFileError
        If it is hostile or the limits are exceeded.
    """
    archive_members(path, limits)  # which refuses what unpacks to too much
    wanted = Request(name=path.name, layer=sheet, window=None, crs=None, limits=limits)
    with within_memory(path.name), tempfile.TemporaryDirectory() as private:
        file = Path(private, "data.xlsx")
        file.symlink_to(path.resolve())
        chosen = one_layer(file, _WORKBOOK, wanted, spatial=False)
        table = table_of(file, chosen, _WORKBOOK, wanted, geometry=False).columns
    return table.rename(columns=str.strip).fillna("")


def delimiter_of(text: str) -> str:
    """Return the sign that parts the names in the first line of a table.

    >>> delimiter_of("name;lon;lat, degrees")
    ';'
    """
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _decoded(path: Path, content: bytes) -> str:
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise LayerFormatError(
            f"{path.name} is not UTF-8 text (byte {error.start:,}){_guess(content)}. "
            "Open it in the spreadsheet it comes from and save it as 'CSV UTF-8'."
        ) from error


def _guess(content: bytes) -> str:
    """Name the code page it looks like; only to help, never to read by."""
    text = content.decode("cp1251", "replace")
    return "; it looks like Windows-1251" if _CYRILLIC_WORD.search(text) else ""


def _tabulated(path: Path, text: str, delimiter: str, limits: Limits) -> pd.DataFrame:
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


def _content_of(path: Path, member_suffix: str, limits: Limits) -> bytes:
    """Return the bytes of a file, or of a member of a zip archive; bounded."""
    try:
        with path.open("rb") as stream:
            zipped = stream.read(len(_ZIP)) == _ZIP
        if not zipped:
            return content_of(path, limits)
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
            f"({_why(error)}). Expected a first line of names and rows no longer "
            "than it; numbers with a decimal comma need ';' between the cells."
        ) from error


def _why(error: Exception) -> str:
    """Say which line has too many cells, if it is that."""
    found = _TOO_LONG.search(str(error))
    if found is None:
        return reason(error)
    names, line, cells = found.groups()
    return f"line {line} has {cells} cells, the first has {names}"
