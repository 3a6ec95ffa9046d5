"""Refuse HDF5 files that take values from other files; nothing here reads values.

HDF5, which netCDF 4 is made of, can store the values of an array in any file of the
machine (external storage), link to an object of another file, or compose arrays of
other files' arrays (virtual data sets).  The library follows all three without a
word.  They leave marks in the file that are never compressed, and are searched for.

References
----------
.. [HDF5] The HDF Group: HDF5 File Format Specification, version 3.0; IV.A.2.g (link),
   IV.A.2.h (external data files), IV.A.2.i (layout), III.D, III.E, III.G (heaps).
"""

import mmap
import re
import struct
from pathlib import Path

from geodata.errors import LayerFormatError, UnsafeFileError

MAGIC = b"\x89HDF\r\n\x1a\n"

_OFFSET_BYTES = 8
_SUPERBLOCK_SIZES = {0: 13, 1: 13, 2: 9, 3: 9}  # where "size of offsets" stands
_SUPERBLOCK_BASE = {0: 24, 1: 28, 2: 12, 3: 12}  # where the base address stands

# A look-ahead, so that matches may overlap.
_EXTERNAL_FILES = re.compile(rb"\x01\0\0\0(?=(.{2})(.{2})(.{8}))", re.DOTALL)
_VIRTUAL_LAYOUT = re.compile(rb"\x04\x03(?=(.{8}))", re.DOTALL)
_EXTERNAL_LINK = re.compile(rb"\x01(?=([\x08-\x1f])\x40)", re.DOTALL)
_FILTERED_HEAP = re.compile(rb"FRHP\0.{2}(?!\0\0)", re.DOTALL)


def require_self_contained(path: Path) -> None:
    """Refuse an HDF5 file whose values could lie elsewhere.

    Raises
    ------
    UnsafeFileError
        If it holds a list of external files, an external link, a virtual data set,
        or a packed heap in which one could hide.
    LayerFormatError
        If its first block is damaged.
    """
    with path.open("rb") as stream:
        try:
            content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (ValueError, OSError) as error:
            raise LayerFormatError(
                f"{path.name} cannot be read ({error}). Fetch it again."
            ) from error
        with content:
            _require_plain_superblock(content, path.name)
            reason = _reason(content)
    if reason:
        raise UnsafeFileError(
            f"{path.name} {reason}; expected every value in the file itself. Nothing "
            "of it was used; do not use this file."
        )


def _require_plain_superblock(content: mmap.mmap, name: str) -> None:
    version = content[8] if len(content) > 64 else -1
    if content[:8] != MAGIC or version not in _SUPERBLOCK_SIZES:
        raise LayerFormatError(
            f"{name} is not HDF5 as we know it (version {version}). Fetch it again."
        )
    start = _SUPERBLOCK_BASE[version]
    (base,) = struct.unpack_from("<Q", content, start)
    if content[_SUPERBLOCK_SIZES[version]] != _OFFSET_BYTES or base != 0:
        raise UnsafeFileError(
            f"{name} is laid out in a way no usual program writes (addresses not of "
            "8 bytes, or not from its start). Nothing of it was used."
        )


def _reason(content: mmap.mmap) -> str:
    for match in _EXTERNAL_FILES.finditer(content):
        slots, used = (struct.unpack("<H", match.group(n))[0] for n in (1, 2))
        if 0 < used <= slots and _holds(content, match.group(3), b"HEAP"):
            return "takes values from other files (external storage)"
    for match in _VIRTUAL_LAYOUT.finditer(content):
        if _holds(content, match.group(1), b"GCOL"):
            return "is composed of other files (virtual data set)"
    for match in _EXTERNAL_LINK.finditer(content):
        if _is_external_link(content, match.start(), match.group(1)[0]):
            return "links to another file (external link)"
    if _FILTERED_HEAP.search(content):
        return "packs its directory, in which a link could hide"
    return ""


def _holds(content: mmap.mmap, address: bytes, mark: bytes) -> bool:
    (place,) = struct.unpack("<Q", address)
    return place < len(content) and content[place : place + len(mark)] == mark


def _is_external_link(content: mmap.mmap, start: int, flags: int) -> bool:
    """Read on as a link message and tell whether it makes sense as an external one."""
    place = start + 3  # version, flags, kind
    place += 8 if flags & 0x04 else 0  # order of creation
    place += 1 if flags & 0x10 else 0  # character set
    width = 1 << (flags & 0x03)
    size = int.from_bytes(content[place : place + width], "little")
    place += width
    name = content[place : place + min(size, 4096)]
    place += size
    if not 0 < size <= 4096 or b"\0" in name or place + 2 > len(content):
        return False
    (length,) = struct.unpack_from("<H", content, place)
    body = content[place + 2 : place + 2 + length]
    # Flags, then the names of a file and an object in it, each with a NUL.
    return (
        len(body) == length > 4
        and body[0] == 0
        and body.endswith(b"\0")
        and body[1:].count(b"\0") == 2
        and not body[1:].startswith(b"\0")
    )
