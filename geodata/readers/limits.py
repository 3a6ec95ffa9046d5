"""How large a file from outside may become before we refuse it."""

from dataclasses import dataclass
from pathlib import Path

from geodata.errors import UnsafeFileError

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most a reader accepts of one file; beyond, it raises UnsafeFileError.

    Attributes
    ----------
    members : int
        Entries of an archive, folders included.
    unpacked_bytes : int
        Bytes of everything in one archive, unpacked.
    text_bytes : int
        Bytes of one JSON, XML or CSV text, which is held in memory whole.
    table_cells : int
        Cells of a table; separators and brackets of one JSON or CSV text.
    columns : int
        Columns of a CSV text; each takes time even when there are no rows.
    elements : int
        Elements and attributes of one XML text.
    depth : int
        Elements of an XML text inside one another.
    ratio : int
        Unpacked bytes per packed byte of one member of an archive; members of less
        than 1 MiB may exceed it.
    rows : int
        Rows of a table.
    vertices : int
        Vertices of all geometries of a file together.
    ring_vertices : int
        Vertices of one ring or one line.
    crossings : int
        Pairs of sides that may cross, over all invalid polygons of a file, beyond
        ten per side: repairing a polygon takes time and memory by its crossings.
    cells : int
        Cells of a grid, all bands together.
    """

    members: int = 200
    unpacked_bytes: int = 2 * GIB
    text_bytes: int = GIB // 4
    table_cells: int = 20_000_000
    columns: int = 10_000
    elements: int = 1_000_000
    depth: int = 60
    ratio: int = 200
    rows: int = 3_000_000
    vertices: int = 50_000_000
    ring_vertices: int = 2_000_000
    crossings: int = 1_000_000
    cells: int = 600_000_000


DEFAULT_LIMITS = Limits()
"""Above every public file we know, and small enough for a machine with 8 GB."""


def content_of(path: Path, limits: Limits = DEFAULT_LIMITS, *, name: str = "") -> bytes:
    """Return the bytes of a file, no more than the limits allow.

    Raises
    ------
    UnsafeFileError
        If it has more.
    """
    with path.open("rb") as stream:
        content = stream.read(limits.text_bytes + 1)
    if len(content) > limits.text_bytes:
        raise UnsafeFileError(
            f"{name or path.name} has more than {limits.text_bytes:,} bytes. If the "
            "file is right, raise the limit."
        )
    return content
