"""What GDAL passes over in a shapefile: lies of its headers, and the code page.

After "ESRI Shapefile Technical Description", July 1998.  GDAL gives a record that is
not where the index says as a row without geometry, and says nothing.
"""

import codecs
import contextlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.checks import require_values
from geodata.readers.limits import Limits
from geodata.readers.quoting import quoted

_MAGIC = 9994
_HEADER = 100
_RECORD_HEADER = 8
_DBF_HEADER = 32
_END_OF_FIELDS = 0x0D
_DELETED = ord("*")
_CELLS = "CNFDL"
_EMPTY = b" 0\0"  # pointers to no text
_KINDS = (0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28)  # no surfaces in space
_WITH_PARTS = (3, 5, 13, 15, 23, 25)
_COUNTS_AT = 36  # of parts, then of points, after kind and box
_MOST_PARTS = 100_000  # of one record; GDAL compares rings with one another
_CODE_PAGES = {
    0x03: "cp1252",
    0x57: "cp1252",
    0x26: "cp866",
    0x65: "cp866",
    0xC9: "cp1251",
    0xC8: "cp1250",
    0x4D: "cp936",
}
"""Language byte of a .dbf to encoding, those we may meet."""

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """Where a column of the ``.dbf`` stands in a row, and its decimals."""

    kind: str
    offset: int
    width: int
    exact: int


def require_whole(path: Path, name: str, limits: Limits) -> npt.NDArray[np.bool_]:
    """Check that the files of a shapefile are as long as they say and fit together.

    Parameters
    ----------
    path : Path
        The ``.shp``; the others lie beside it.
    name : str
        What it is called, for messages.
    limits : Limits
        Checked against what the headers claim before anything is read.

    Returns
    -------
    array of bool, shape (rows,)
        Rows that have a geometry, of those not marked as deleted.

    Raises
    ------
    UnsafeFileError
        If a header or a record claims what the file does not hold, records share
        bytes, or the limits are exceeded.
    LayerFormatError
        If a file is not of this format, or the kind of shape is none we read.
    """
    content, kind = _checked(path, name)
    if kind not in _KINDS:
        raise LayerFormatError(
            f"{name} holds shapes of kind {kind}; expected points, lines or polygons."
        )
    kinds = _kinds(content, path.with_suffix(".shx"), name)
    table, _ = _table(path.with_suffix(".dbf"), name, limits)
    deleted = table[:, 0] == _DELETED
    if len(kinds) != len(deleted):
        raise LayerFormatError(
            f"The .dbf of {name} has {len(deleted):,} rows and its .shx {len(kinds):,};"
            " expected as many. Fetch the files again, together."
        )
    wrong = (kinds != kind) & (kinds != 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise UnsafeFileError(
            f"Record {row + 1} of {name} is of kind {int(kinds[row])} in a shapefile "
            f"of kind {kind}. The file is not used."
        )
    there: npt.NDArray[np.bool_] = (kinds != 0)[~deleted]
    return there


def cells_of(path: Path, name: str, limits: Limits) -> dict[int, list[object]]:
    """Return the columns that GDAL reads wrong, by their place, deleted rows left out.

    Of dates it takes no impossible one, of floating numbers without decimals no
    exponent.

    Raises
    ------
    LayerFormatError
        If cells are of a kind it takes for text: memos, binary numbers, pictures.
    """
    table, fields = _table(path.with_suffix(".dbf"), name, limits)
    table = table[table[:, 0] != _DELETED]
    found: dict[int, list[object]] = {}
    for number, field in enumerate(fields):
        read = {"D": _date, "F": _number}.get(field.kind)
        block = table[:, field.offset : field.offset + field.width]
        if read and not field.exact and field.width:
            texts = np.ascontiguousarray(block).view(f"S{field.width}")[:, 0]
            found[number] = [read(text) for text in texts]
        elif field.kind not in _CELLS and not np.isin(block, [*_EMPTY]).all():
            raise LayerFormatError(
                f"Column {number + 1} of the .dbf of {name} is of kind "
                f"{quoted(field.kind)}; expected one of {', '.join(_CELLS)}. Save the "
                "file as a GeoPackage where it was made, or without that column."
            )
    return found


def encoding_of(path: Path, texts: list[str]) -> str:
    """Return the encoding of the texts of a shapefile.

    Parameters
    ----------
    path : Path
        The ``.shp``.
    texts : list of str
        Its texts, read as Latin-1.

    Returns
    -------
    str
        What the ``.cpg`` names; else UTF-8 if every text is UTF-8, else the code page
        of the ``.dbf``, else Latin-1.
    """
    page = path.with_suffix(".cpg")
    if page.is_file() and (named := _named(page.read_bytes()[:100])):
        return named
    if all(_is_utf8(text.encode("latin-1")) for text in texts):
        return "utf-8"
    with path.with_suffix(".dbf").open("rb") as stream:
        return _CODE_PAGES.get(stream.read(_DBF_HEADER)[29], "latin-1")


def _named(content: bytes) -> str:
    text = content.decode("ascii", "replace").strip().lower()
    number = text.removeprefix("ansi ").removeprefix("windows-").removeprefix("cp")
    for name in (f"cp{number}", "utf-8" if number == "65001" else text):
        with contextlib.suppress(LookupError):
            return codecs.lookup(name).name
    return ""


def _is_utf8(text: bytes) -> bool:
    """Tell whether a text is UTF-8; a letter cut off at its end is forgiven."""
    with contextlib.suppress(UnicodeDecodeError):
        codecs.getincrementaldecoder("utf-8")().decode(text, final=False)
        return True
    return False


def _checked(path: Path, name: str) -> tuple[Bytes, int]:
    """Map a ``.shp`` or ``.shx`` file after its header has passed."""
    size = path.stat().st_size
    if size < _HEADER:
        raise LayerFormatError(
            f"The {path.suffix} of {name} has {size} bytes; it begins with {_HEADER}."
        )
    # As a plain array: a slice of a memory map costs ten times as much.
    content: Bytes = np.memmap(path, np.uint8, "r").view(np.ndarray)
    magic = int(content[:4].view(">i4")[0])
    claimed = 2 * int(content[24:28].view(">i4")[0])
    if magic != _MAGIC:
        raise LayerFormatError(
            f"{name} is not a shapefile: expected the code {_MAGIC}, found {magic}. It "
            f"begins with {quoted(bytes(content[:40]))}."
        )
    if not _HEADER <= claimed <= size:
        raise UnsafeFileError(
            f"The header of the {path.suffix} of {name} claims {claimed:,} bytes; the "
            f"file has {size:,}. The file is not used: fetch it again."
        )
    return content[:claimed], int(content[32:36].view("<i4")[0])


def _kinds(content: Bytes, index: Path, name: str) -> Numbers:
    """Return the kind of shape of each record, all of them where the index says."""
    entries, _ = _checked(index, name)
    count = (len(entries) - _HEADER) // 8
    body = entries[_HEADER : _HEADER + 8 * count].view(">i4").reshape(-1, 2)
    starts = 2 * body[:, 0].astype(np.int64)
    lengths = 2 * body[:, 1].astype(np.int64)
    ends = starts + _RECORD_HEADER + lengths
    bad = (starts < _HEADER) | (lengths < 4) | (ends > len(content))
    if not bad.any():
        bad = 2 * _whole(content, starts + 4, ">i4") != lengths
    if bad.any():
        raise UnsafeFileError(
            f"Record {int(np.argmax(bad)) + 1} of {name} is not where or not as long "
            "as its .shx says. The file is not used: fetch it again."
        )
    order = np.argsort(starts)
    if (ends[order][:-1] > starts[order][1:]).any():
        raise UnsafeFileError(
            f"Records of {name} share their bytes. The file is not used."
        )
    kinds = _whole(content, starts + _RECORD_HEADER, "<i4")
    _require_room(content, starts + _RECORD_HEADER, lengths, kinds)
    return kinds


def _require_room(
    content: Bytes, starts: Numbers, lengths: Numbers, kinds: Numbers
) -> None:
    """Refuse records that claim more parts and points than their bytes hold."""
    rows = np.flatnonzero(np.isin(kinds, _WITH_PARTS))
    short = lengths[rows] < _COUNTS_AT + 8
    if not short.any():
        parts, points = (
            _whole(content, starts[rows] + _COUNTS_AT + shift, "<i4")
            for shift in (0, 4)
        )
        needed = _COUNTS_AT + 8 + 4 * parts + 16 * points
        short = (parts < 0) | (points < 0) | (needed > lengths[rows])
        short |= parts > _MOST_PARTS
    if short.any():
        raise UnsafeFileError(
            f"Record {int(rows[np.argmax(short)]) + 1} claims more parts and points "
            "than its bytes hold, or than we read. The file is not used: fetch it "
            "again."
        )


def _whole(content: Bytes, places: Numbers, kind: str) -> Numbers:
    """Take a whole number of four bytes at each place."""
    taken = content[places[:, None] + np.arange(4)]
    return np.ascontiguousarray(taken).view(kind)[:, 0].astype(np.int64)


def _table(path: Path, name: str, limits: Limits) -> tuple[Bytes, list[_Field]]:
    """Map the rows of the ``.dbf``, and say where their fields stand."""
    with path.open("rb") as stream:
        head = np.frombuffer(stream.read(1 << 16), np.uint8)
    if len(head) < _DBF_HEADER:
        raise LayerFormatError(f"The .dbf of {name} is not a dBASE table.")
    rows = int(head[4:8].view("<u4")[0])
    start, width = (int(number) for number in head[8:12].view("<u2"))
    size = path.stat().st_size
    if not width or start + rows * width > size:
        raise UnsafeFileError(
            f"The header of the .dbf of {name} claims {rows:,} rows of {width:,} "
            f"bytes; the file has {size:,}. The file is not used: fetch it again."
        )
    fields, offset = [], 1  # the first byte marks deleted rows
    for place in range(_DBF_HEADER, min(start, len(head)) - _DBF_HEADER, _DBF_HEADER):
        if head[place] == _END_OF_FIELDS:
            break
        kind, wide, decimals = (int(head[place + byte]) for byte in (11, 16, 17))
        fields.append(_Field(kind=chr(kind), offset=offset, width=wide, exact=decimals))
        offset += wide
    if not fields or offset > width:
        raise LayerFormatError(
            f"The .dbf of {name} describes {len(fields)} fields of {offset:,} bytes "
            f"and rows of {width:,}. Expected a dBASE table; fetch it again."
        )
    require_values(rows, len(fields), limits)
    if not rows:
        return np.zeros((0, width), np.uint8), fields
    mapped = np.memmap(path, np.uint8, "r", offset=start, shape=(rows, width))
    return mapped.view(np.ndarray), fields


def _date(text: bytes) -> str | None:
    digits = text.decode("ascii", "replace").strip()
    if len(digits) == 8 and digits.isdecimal() and int(digits[:4]):
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return None


def _number(text: bytes) -> float:
    with contextlib.suppress(ValueError):
        if math.isfinite(number := float(text.strip(b" \0"))):
            return number
    return math.nan
