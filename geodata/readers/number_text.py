"""Read many numbers from text, packed or not, and know when one is not a number."""

import bz2
import gzip
import warnings
import zlib
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import DEFAULT_LIMITS, Limits

_MIB = 1024**2

_MAGIC_XML = b"<"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_packed(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the bytes of a file, unpacked when it is gzip or bzip2.

    Parameters
    ----------
    path : Path
        The kind is told by the first bytes, not by the name.
    limits : Limits
        ``text_bytes`` and ``ratio`` are kept.

    Raises
    ------
    UnsafeFileError
        If more comes out than the limits allow; nothing beyond is unpacked.
    LayerFormatError
        If the file cannot be read or is damaged.
    """
    try:
        with path.open("rb") as start:
            head = start.read(3)
        packed = path.stat().st_size
        most = min(limits.text_bytes, max(_MIB, limits.ratio * packed))
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(path) as stream:
                return _bounded(stream, path, most)
        if head.startswith(b"BZh"):
            with bz2.open(path) as stream:
                return _bounded(stream, path, most)
        with path.open("rb") as stream:
            return _bounded(stream, path, limits.text_bytes)
    except (OSError, EOFError, zlib.error) as error:
        raise LayerFormatError(
            f"{path.name} cannot be unpacked ({error}). Fetch it again."
        ) from error


def _bounded(stream: _Readable, path: Path, most: int) -> bytes:
    chunks, size = [], 0
    while chunk := stream.read(_MIB):
        size += len(chunk)
        if size > most:
            raise UnsafeFileError(
                f"{path.name} becomes more than {most:,} bytes; that is more than we "
                "read. Do not use this file; if it is right, raise the limit."
            )
        chunks.append(chunk)
    return b"".join(chunks)


def read_numbers(
    content: bytes, *, expected: int, name: str
) -> npt.NDArray[np.float64]:
    """Return numbers that stand apart by blanks or line ends.

    Parameters
    ----------
    content : bytes
        ASCII; ``nan`` is a number, and means unknown.
    expected : int
        How many there must be.
    name : str
        Name of the file, for messages.

    Raises
    ------
    UnsafeFileError
        If the text is too short for so many; nothing was reserved then.
    LayerFormatError
        If there are more or fewer, or something else stands between them.
    """
    if len(content) + 1 < 2 * expected:
        raise UnsafeFileError(
            f"{name} claims {expected:,} numbers in {len(content):,} bytes. Its header "
            "is not true; do not use it."
        )
    if not content.isascii():
        raise LayerFormatError(f"{name} is not plain text. Check the catalogue.")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            # NumPy reads text in place, many times faster than splitting it.
            values = np.fromstring(content.decode("ascii"), dtype=np.float64, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise LayerFormatError(
                f"{name} holds something that is not a number among its values "
                f"({error}). Check the catalogue."
            ) from error
    if len(values) != expected:
        raise LayerFormatError(
            f"{name} holds {len(values):,} numbers; its layout needs {expected:,}. "
            "Fetch it again."
        )
    return values


def refuse_markup(content: bytes, *, name: str, expected: str) -> None:
    """Refuse text that is XML or HTML, whatever its name says.

    Raises
    ------
    UnsafeFileError
        If the first letter opens a tag.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == _MAGIC_XML:
        raise UnsafeFileError(
            f"{name} is XML or a web page, not {expected}. Nothing of it was used; do "
            "not use this file."
        )
