"""Read the dBASE table of a shapefile; no GDAL takes part."""

import codecs
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.soundness import require_values

_HEADER = 32
_FIELD = 32
_END_OF_FIELDS = 0x0D
_DELETED = b"*"
_BIGGEST_WHOLE = 2.0**53
_CODE_PAGES = {0x03: "cp1252", 0x57: "cp1252", 0x26: "cp866", 0x65: "cp866"} | {
    0xC9: "cp1251",
    0xC8: "cp1250",
    0x4D: "cp936",
}
"""Language byte of the header to encoding, those we may meet."""

_NAMES = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "65001": "utf-8",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "iso88591": "latin-1",
    "big5": "big5",
    "gbk": "gbk",
    "koi8-r": "koi8-r",
}
_NUMBERS = {"437", "850", "866", "932", "936", "949", "950"} | {
    str(number) for number in range(1250, 1259)
}

Texts = npt.NDArray[np.bytes_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: bytes
    kind: str
    offset: int
    width: int
    decimals: int


def encoding_named(text: str) -> str:
    """Return the encoding a ``.cpg`` file names; empty if it is none we know."""
    name = text.strip().lower()
    number = name.removeprefix("ansi ").removeprefix("windows-").removeprefix("cp")
    return f"cp{number}" if number in _NUMBERS else _NAMES.get(name, "")


def read_table(
    path: Path, limits: Limits, *, encoding: str = ""
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Return the rows of a ``.dbf`` file, and which of them are marked as deleted.

    Parameters
    ----------
    path : Path
        The file.
    limits : Limits
        Rows and cells are checked against it before anything is read.
    encoding : str
        What the ``.cpg`` file says; empty = UTF-8 if every text is UTF-8, else the
        code page the header names, else Latin-1.  Bad bytes are replaced.

    Returns
    -------
    DataFrame
        Numbers as int64 or float64 (blank and ``***`` = NaN), logical values as
        True, False or None, dates as text ``YYYY-MM-DD``, other texts stripped of
        blanks, None when empty.  Memo fields are None: no further file is opened.
    array of bool

    Raises
    ------
    UnsafeFileError
        If the header claims more rows than the file holds or we read.
    LayerFormatError
        If the file is not a dBASE table.
    """
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    rows, width, start, columns = _layout(path.name, head)
    size = path.stat().st_size
    if start + rows * width > size:
        raise UnsafeFileError(
            f"The header of {path.name} claims {rows:,} rows of {width:,} bytes; the "
            f"file has {size:,} bytes. The file is not used: fetch it again."
        )
    require_values(rows, len(columns), limits)
    if not rows:
        table = np.zeros((0, width), dtype=np.uint8)
    else:
        table = np.memmap(path, np.uint8, "r", offset=start, shape=(rows, width))
    texts = {column.offset: _texts(table, column) for column in columns}
    decode = _decoder(encoding, head[29], [texts[c.offset] for c in columns])
    values: dict[str, object] = {}
    for column in columns:
        name = decode(column.name)
        while not name or name in values:
            name = f"{name}_"
        values[name] = _values(texts[column.offset], column, decode)
    deleted = np.asarray(table[:, 0]) == ord(_DELETED)
    return pd.DataFrame(values, index=range(rows)), deleted


def _layout(name: str, head: bytes) -> tuple[int, int, int, list[_Column]]:
    try:
        rows, start, width = struct.unpack_from("<IHH", head, 4)
        columns = []
        offset, place = 1, _HEADER  # the first byte of a row marks deleted ones
        while place < start and head[place] != _END_OF_FIELDS:
            column = _Column(
                name=head[place : place + 11].split(b"\0")[0],
                kind=chr(head[place + 11]),
                offset=offset,
                width=head[place + 16],
                decimals=head[place + 17],
            )
            columns.append(column)
            offset += column.width
            place += _FIELD
    except (struct.error, IndexError) as error:
        raise LayerFormatError(
            f"{name} is not a dBASE table ({error}). Fetch it again."
        ) from error
    if not columns or offset > width or not place < start <= len(head):
        raise LayerFormatError(
            f"The header of {name} describes {len(columns)} fields in {offset:,} bytes "
            f"and rows of {width:,}. Expected a dBASE table; fetch it again."
        )
    return rows, width, start, columns


def _texts(table: npt.NDArray[np.uint8], column: _Column) -> Texts:
    if not column.width:
        return np.full(len(table), b"", dtype="S1")
    end = column.offset + column.width
    block = np.ascontiguousarray(table[:, column.offset : end])
    return block.view(f"S{column.width}").reshape(-1)


def _decoder(encoding: str, page: int, columns: list[Texts]) -> Callable[[bytes], str]:
    if not encoding:
        encoding = "utf-8"
        if not all(_is_utf8(text) for texts in columns for text in np.unique(texts)):
            encoding = _CODE_PAGES.get(page, "latin-1")

    def decode(text: bytes) -> str:
        return text.decode(encoding, "replace").strip(" \0\t\r\n")

    return decode


def _is_utf8(text: bytes) -> bool:
    """Tell whether a text is UTF-8; a letter cut off at its end is forgiven."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _values(texts: Texts, column: _Column, decode: Callable[[bytes], str]) -> object:
    distinct, index = np.unique(texts, return_inverse=True)
    plain: list[object]
    match column.kind:
        case "N" | "F":
            numbers = np.array([_number(text) for text in distinct], dtype=np.float64)
            numbers = numbers[index]
            whole = column.kind == "N" and column.decimals == 0
            if whole and np.all(np.abs(numbers) < _BIGGEST_WHOLE):
                return numbers.astype(np.int64)
            return numbers
        case "L":
            known = {b"T": True, b"Y": True, b"F": False, b"N": False}
            plain = [known.get(text.strip().upper()) for text in distinct]
        case "D":
            plain = [_date(decode(text)) for text in distinct]
        case "C":
            plain = [decode(text) or None for text in distinct]
        case _:
            plain = [None for _ in distinct]
    return np.array([*plain, None], dtype=object)[index]


def _number(text: bytes) -> float:
    try:
        number = float(text.strip(b" \0"))
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


def _date(text: str) -> str | None:
    if len(text) == 8 and text.isdecimal():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return None
