"""Read well-known binary from outside, after its structure has been walked.

GEOS follows collections inside collections by recursion: a few hundred kilobytes
of them overflow its stack and end the whole process.
"""

import struct
from collections.abc import Sequence

import shapely

from geodata.errors import UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.projection import Geometries

_POINT, _LINE, _POLYGON = 1, 2, 3
_MANY = {4: _POINT, 5: _LINE, 6: _POLYGON}
_HIGH_BITS = 0xE0000000  # EWKB: heights, measures, reference system
_WITH_REFERENCE = 0x20000000


def geometries_from_wkb(blobs: Sequence[bytes | None], limits: Limits) -> Geometries:
    """Return one geometry per blob, two-dimensional; None stays None.

    Raises
    ------
    UnsafeFileError
        If a blob is not well-known binary of points, lines, polygons or multi-parts
        of them, claims more than it holds, or is beyond the limits.
    """
    for row, blob in enumerate(blobs):
        if blob is None:
            continue
        try:
            end = _walked(blob, 0, limits, inside=None)
        except struct.error as error:
            raise _refused(row, f"it ends early ({error})") from error
        except ValueError as error:
            raise _refused(row, str(error)) from error
        if end > len(blob):
            raise _refused(row, f"it claims {end:,} bytes and has {len(blob):,}")
    try:
        found = shapely.from_wkb(list(blobs))
    except shapely.errors.ShapelyError as error:
        raise UnsafeFileError(
            f"A geometry is not well-known binary ({error})."
        ) from error
    result: Geometries = shapely.force_2d(found)
    return result


def _walked(blob: bytes, at: int, limits: Limits, *, inside: int | None) -> int:
    """Return where the geometry that begins ``at`` ends; nothing is allocated."""
    order = "<" if blob[at : at + 1] == b"\x01" else ">"
    code = _whole(blob, at + 1, order)
    at += 9 if code & _WITH_REFERENCE else 5
    heights, kind = divmod(code & ~_HIGH_BITS, 1000)
    dimension = 2 + (heights in (1, 2, 3)) + (heights == 3)
    dimension += bool(code & 0x80000000) + bool(code & 0x40000000)
    if inside is not None and kind != inside:
        raise ValueError(f"a part is of kind {kind} inside one of {inside}")
    if kind == _POINT:
        return at + 8 * dimension
    count = _whole(blob, at, order)
    at += 4
    if kind == _LINE:
        return at + 8 * dimension * _bounded(count, limits)
    if kind == _POLYGON:
        for _ in range(count):
            corners = _whole(blob, at, order)
            at += 4 + 8 * dimension * _bounded(corners, limits)
        return at
    if kind in _MANY:
        for _ in range(count):
            at = _walked(blob, at, limits, inside=_MANY[kind])
        return at
    raise ValueError(f"it is of kind {kind}, which we do not read")


def _whole(blob: bytes, at: int, order: str) -> int:
    (number,) = struct.unpack_from(f"{order}I", blob, at)
    return int(number)


def _bounded(count: int, limits: Limits) -> int:
    if count > limits.ring_vertices:
        raise ValueError(f"a ring or line has {count:,} vertices")
    return count


def _refused(row: int, reason: str) -> UnsafeFileError:
    return UnsafeFileError(
        f"The geometry of row {row + 1} is refused: {reason}. Expected whole points, "
        "lines, polygons or multi-parts of them; the file is not used."
    )
