"""Unpack gzip and bzip2 text in memory, and stop before it becomes too much."""

import bz2
import gzip
import zlib
from pathlib import Path
from typing import Protocol

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import DEFAULT_LIMITS, Limits

_MIB = 1024**2


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
