"""How large a file is by its own account: what its head says of where data lie.

A file whose checksum nobody knows may be cut although the server says it is whole.
Nothing but the head is read; one that makes no sense says nothing, as its reader will.
"""

import math
import struct
from collections.abc import Callable
from typing import BinaryIO

_MOST_PARTS = 10_000
_MOST_ENTRIES = 20_000_000

_NETCDF_SIZES = dict(zip(range(1, 12), (1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8), strict=True))
_TIFF_SIZES = dict(
    zip(range(1, 14), (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4), strict=True)
) | {16: 8, 17: 8, 18: 8}
_TIFF_NUMBERS = {3: "H", 4: "I", 16: "Q"}
_TIFF_OFFSETS = {273: 279, 324: 325}  # of strips and tiles: the tag of their counts


class _NonsenseError(Exception):
    """The head is not what the format prescribes."""


class _EndError(Exception):
    """The head itself goes on behind the end of the file."""


def stated_bytes(stream: BinaryIO, kind: str, size: int) -> int:
    """Return how many bytes a file has at least, by its own head.

    Parameters
    ----------
    stream : binary file
        Can seek.
    kind : str
        As :func:`~geodata.sources.signature.kind_of` says.
    size : int
        Bytes that are here.

    Returns
    -------
    int
        0 when the head does not say, or cannot be understood.  Padding at the very
        end is not counted: some writers leave it out.

    Examples
    --------
    >>> import io
    >>> head = bytes(24) + (54).to_bytes(4, "big")
    >>> stated_bytes(io.BytesIO(head), "shapefile", len(head))
    108
    """
    look = _LOOKS.get(kind)
    if look is None:
        return 0
    stream.seek(0)
    try:
        return look(_Head(stream, size))
    except _NonsenseError:
        return 0
    except _EndError:
        return size + 1


class _Head:
    """Numbers of a head, one after the other."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self.size = size
        self.order = ">"
        self.word = "I"

    def go_to(self, place: int) -> None:
        if place > self.size:
            raise _EndError
        self._stream.seek(place)

    def skip(self, count: int) -> None:
        self.go_to(self._stream.tell() + count)

    def bytes(self, count: int) -> bytes:
        content = self._stream.read(min(count, self.size + 1))
        if len(content) < count:
            raise _EndError
        return content

    def numbers(self, code: str, count: int) -> tuple[int, ...]:
        if count > _MOST_ENTRIES:
            raise _NonsenseError
        layout = f"{self.order}{count}{code}"
        return struct.unpack(layout, self.bytes(struct.calcsize(layout)))

    def number(self, code: str = "") -> int:
        return self.numbers(code or self.word, 1)[0]

    def count(self) -> int:
        """Return the length of a list of netCDF whose tag was read."""
        found = self.number()
        if found > _MOST_PARTS:
            raise _NonsenseError
        return found


def _of_netcdf(head: _Head) -> int:
    magic = head.bytes(4)
    if magic == b"\x89HDF":
        return _of_hdf5(head)
    if magic[:3] != b"CDF" or magic[3] not in (1, 2, 5):
        raise _NonsenseError
    head.word = "Q" if magic[3] == 5 else "I"
    records = head.number()
    if records == (1 << 8 * struct.calcsize(head.word)) - 1:
        records = 0  # being written: nobody counted
    sizes = []
    for _ in range(_list_of(head, 10)):
        _skip_name(head)
        sizes.append(head.number())
    _skip_attributes(head)
    fixed, varying = [0], []
    for _ in range(_list_of(head, 11)):
        _skip_name(head)
        axes = [head.number() for _ in range(head.count())]
        _skip_attributes(head)
        item = _NETCDF_SIZES.get(head.number("I"))
        head.number()  # its size in words of the file, which overflows when large
        begin = head.number("I" if magic[3] == 1 else "Q")
        if item is None or any(axis >= len(sizes) for axis in axes):
            raise _NonsenseError
        shape = [sizes[axis] for axis in axes]
        if shape and shape[0] == 0:
            varying.append((begin, item * math.prod(shape[1:])))
        else:
            fixed.append(begin + item * math.prod(shape))
    step = sum(_padded(size) for _, size in varying)
    if len(varying) == 1:
        step = varying[0][1]  # a single one is packed
    ends = [begin + (records - 1) * step + size for begin, size in varying if records]
    return max(*fixed, *ends, 0)


def _list_of(head: _Head, tag: int) -> int:
    found, count = head.number("I"), head.count()
    if found not in (0, tag) or (found == 0 and count):
        raise _NonsenseError
    return count


def _skip_name(head: _Head) -> None:
    head.skip(_padded(head.number()))


def _skip_attributes(head: _Head) -> None:
    for _ in range(_list_of(head, 12)):
        _skip_name(head)
        item = _NETCDF_SIZES.get(head.number("I"))
        if item is None:
            raise _NonsenseError
        head.skip(_padded(item * head.number()))


def _padded(size: int) -> int:
    return -(-size // 4) * 4


def _of_hdf5(head: _Head) -> int:
    head.order = "<"
    head.go_to(8)
    version, *others = head.bytes(8)
    width = others[5] if version < 2 else others[0]
    place = {0: 40, 1: 44, 2: 28, 3: 28}.get(version)
    if place is None or width != 8:
        raise _NonsenseError
    head.go_to(place)
    return head.number("Q")


def _of_tiff(head: _Head) -> int:
    head.order = {b"II": "<", b"MM": ">"}.get(head.bytes(2), "")
    if not head.order:
        raise _NonsenseError
    is_big = head.number("H") == 43
    if is_big:
        head.skip(4)
    head.word = "Q" if is_big else "I"
    largest, seen, place = 0, set[int](), head.number()
    while place:
        if place in seen or len(seen) > _MOST_PARTS:
            raise _NonsenseError
        seen.add(place)
        head.go_to(place)
        tags = [_tag(head) for _ in range(head.number("Q" if is_big else "H"))]
        following = head.number()
        largest = max(largest, _of_image(head, tags))
        place = following
    return largest


def _tag(head: _Head) -> tuple[int, int, int, bytes]:
    """Return tag, type, number of values, and the field of the value or its place."""
    tag, kind = head.numbers("H", 2)
    return tag, kind, head.number(), head.bytes(struct.calcsize(head.word))


def _of_image(head: _Head, tags: list[tuple[int, int, int, bytes]]) -> int:
    largest, found = 0, dict[int, tuple[int, ...]]()
    for tag, kind, count, field in tags:
        length = _TIFF_SIZES.get(kind, 0) * count
        is_apart = length > len(field)
        place = struct.unpack(head.order + head.word, field)[0] if is_apart else 0
        largest = max(largest, place + length if is_apart else 0)
        if tag in (*_TIFF_OFFSETS, *_TIFF_OFFSETS.values()) and kind in _TIFF_NUMBERS:
            if is_apart:
                head.go_to(place)
                found[tag] = head.numbers(_TIFF_NUMBERS[kind], count)
            else:
                layout = f"{head.order}{count}{_TIFF_NUMBERS[kind]}"
                found[tag] = struct.unpack(layout, field[:length])
    for places, counts in _TIFF_OFFSETS.items():
        pairs = zip(found.get(places, ()), found.get(counts, ()), strict=False)
        largest = max((largest, *(place + count for place, count in pairs)))
    return largest


def _of_sqlite(head: _Head) -> int:
    head.go_to(16)
    page = head.number("H")
    head.go_to(24)
    changed, pages = head.numbers("I", 2)
    head.go_to(92)
    if head.number("I") != changed:
        raise _NonsenseError  # an old writer left the number of pages as it was
    return pages * (65_536 if page == 1 else page)


def _of_shapefile(head: _Head) -> int:
    head.go_to(24)
    return 2 * head.number("I")


def _of_dbase(head: _Head) -> int:
    head.order = "<"
    head.go_to(4)
    rows = head.number("I")
    before, width = head.numbers("H", 2)
    return before + rows * width


_LOOKS: dict[str, Callable[[_Head], int]] = {
    "netCDF or HDF5 file": _of_netcdf,
    "TIFF": _of_tiff,
    "SQLite or GeoPackage file": _of_sqlite,
    "shapefile": _of_shapefile,
    "dBASE table": _of_dbase,
}
