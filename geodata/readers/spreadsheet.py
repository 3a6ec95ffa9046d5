"""Read a table that somebody saved from a spreadsheet, in whatever way it came out.

Publishers' tables are read as they are known to be.  A table that a user brings comes
from a spreadsheet of any country: parted by semicolons, in UTF-16, or in an old code
page.  What can be told for certain is read; what cannot is refused with the remedy.
"""

import codecs
import re
from pathlib import Path

import pandas as pd

from geodata.errors import LayerFormatError
from geodata.readers.checks import within_memory
from geodata.readers.delimited import content_of, table_of
from geodata.readers.limits import DEFAULT_LIMITS, Limits

DELIMITERS = (",", ";", "\t")

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CYRILLIC_WORD = re.compile("[А-Яа-яЁё]{3}")


def read_spreadsheet(
    path: Path, *, member_suffix: str = "", limits: Limits = DEFAULT_LIMITS
) -> pd.DataFrame:
    """Return the rows of a saved spreadsheet, every cell as the text it is.

    Parameters
    ----------
    path : Path
        The file, or a zip archive that holds it.
    member_suffix : str
        How the name of the file in the archive ends; without it, the only ``.csv``.

    Returns
    -------
    DataFrame
        As :func:`geodata.readers.delimited.read_csv`.  UTF-8, or UTF-16 with a
        byte order mark; cells parted by what stands most often in the first line:
        commas, semicolons or tabs.

    Raises
    ------
    LayerFormatError
        If the text is in another code page, because a wrong guess would change names.
    UnsafeFileError
        If the archive is hostile or the limits are exceeded.
    """
    with within_memory(path.name):
        text = _decoded(path, content_of(path, member_suffix, limits))
        return table_of(path, text, delimiter_of(text), limits)


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
