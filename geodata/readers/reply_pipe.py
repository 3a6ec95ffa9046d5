"""The pipe from a child that may be hostile: bounded in size and in time."""

import json
import os
import struct
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

import numpy as np

from geodata.errors import UnsafeFileError
from geodata.readers.reply import Kind, packed, packed_error, unpacked, unpacked_error
from geodata.readers.reply_tables import Octets

_LONGEST_HEAD = 64 * 1024**2
_MOST_PARTS = 100_000


def send(pipe: Connection, answer: object, error: Exception | None = None) -> None:
    """Say an answer, or the error in its place.

    Raises
    ------
    TypeError
        If it is of a kind that no child answers with.
    """
    parts: list[Octets] = []
    said = packed(answer, parts) if error is None else packed_error(error)
    head = {
        "answer" if error is None else "error": said,
        "parts": [part.nbytes for part in parts],
    }
    text = json.dumps(head).encode("ascii")
    start = memoryview(struct.pack("<Q", len(text)) + text)
    for content in (start, *(part.data for part in parts)):
        left = content
        while left:
            left = left[os.write(pipe.fileno(), left) :]


def receive(pipe: Connection, kind: Kind, *, until: float, most: int) -> object:
    """Return the answer of a child.

    Parameters
    ----------
    kind : type or form of one
        What is asked for.
    until : float
        Time of ``time.monotonic`` by which all of it must be here.
    most : int
        Bytes it may have.

    Raises
    ------
    EOFError
        If it ends early.
    TimeoutError
        If it takes too long.
    UnsafeFileError
        If it is larger, or something else than was asked for; or what the child says.
    """
    (length,) = struct.unpack("<Q", _taken(pipe, 8, until).tobytes())
    _require(length <= min(_LONGEST_HEAD, most), f"a head of {length:,} bytes")
    try:
        head = json.loads(_taken(pipe, length, until).tobytes())
    except (ValueError, RecursionError) as error:
        raise _refused("no JSON") from error
    match head:
        case {"error": said}:
            raise unpacked_error(said)
        case {"answer": said, "parts": list(sizes)}:
            parts = [_taken(pipe, size, until) for size in _sound(sizes, most)]
            return unpacked(said, kind, parts)
    raise _refused("neither an answer nor an error")


def _sound(sizes: Sequence[object], most: int) -> list[int]:
    _require(len(sizes) <= _MOST_PARTS, f"{len(sizes):,} parts")
    whole = [size for size in sizes if type(size) is int and 0 <= size <= most]
    _require(len(whole) == len(sizes), "sizes that are none")
    _require(sum(whole) <= most, f"{sum(whole):,} bytes; at most {most:,} are taken")
    return whole


def _taken(pipe: Connection, size: int, until: float) -> Octets:
    """Read so many bytes; memory is used as they come, not as they are announced."""
    content = np.empty(size, dtype=np.uint8)
    left = content.data
    while left:
        if not pipe.poll(max(0.0, until - time.monotonic())):
            raise TimeoutError
        count = os.readv(pipe.fileno(), [left])
        if not count:
            raise EOFError
        left = left[count:]
    return content


def _require(fits: bool, found: str) -> None:
    if not fits:
        raise _refused(found)


def _refused(found: str) -> UnsafeFileError:
    return UnsafeFileError(
        f"The process that read the file answered with {found}. The file may be "
        "hostile; nothing of it was used."
    )
