"""Read a shapefile and the files beside it; no GDAL takes part.

After "ESRI Shapefile Technical Description", July 1998: points, lines and
polygons, with or without heights and measures, which are left out.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.dbase import encoding_named, read_table
from geodata.readers.limits import Limits
from geodata.readers.projection import Geometries, reference_from_wkt
from geodata.readers.quoting import listed, quoted
from geodata.readers.rings import Parts, lines, multipoints, polygons
from geodata.readers.soundness import (
    VectorRows,
    require_finite,
    require_ring,
    require_rows,
    require_vertices,
)

SIDE_FILES = (".shp", ".shx", ".dbf", ".prj", ".cpg")

_MAGIC = 9994
_HEADER = 100
_RECORD_HEADER = 8
_BOX = 32
_POINTS, _LINES, _POLYGONS, _MULTIPOINTS = (
    (1, 11, 21),
    (3, 13, 23),
    (5, 15, 25),
    (8, 18, 28),
)
_LONGEST_PRJ = 100_000
Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


def read_shapefile(path: Path, limits: Limits) -> VectorRows:
    """Return the rows of a shapefile.

    Parameters
    ----------
    path : Path
        The ``.shp`` file; ``.shx``, ``.dbf`` and ``.prj`` must lie beside it, and
        ``.cpg`` may, in capital letters or not.
    limits : Limits
        Checked against what the headers claim before anything is read.

    Returns
    -------
    VectorRows
        Rows in the order of the ``.shx``; those deleted in the ``.dbf`` are left
        out; a null shape, and a polygon without a whole ring, has the geometry None.

    Raises
    ------
    UnsafeFileError
        If a header or a record claims what the file does not hold, records share
        bytes, a coordinate is not finite, or the limits are exceeded.
    LayerFormatError
        If a side file is missing or of another length, or the shapes are of a kind
        we do not read.
    """
    if path.suffix.lower() != ".shp":
        raise LayerFormatError(f"Expected the .shp file; got '{path.name}'.")
    index, table, projection = (
        _beside(path, kind) for kind in (".shx", ".dbf", ".prj")
    )
    content, kind = _checked(path)
    starts, lengths = _records(path, content, index, limits)
    geometries = _geometries(content, kind, starts, lengths, limits)
    text = _small(projection).decode("utf-8", "replace")
    columns, deleted = read_table(table, limits, encoding=_encoding(path))
    if len(columns) != len(geometries):
        raise LayerFormatError(
            f"{table.name} has {len(columns):,} rows and {index.name} "
            f"{len(geometries):,}; expected as many. Fetch the files again, together."
        )
    return VectorRows(
        columns=columns[~deleted].reset_index(drop=True),
        geometries=geometries[~deleted],
        crs=reference_from_wkt(text),
    )


def _beside(path: Path, suffix: str) -> Path:
    for ending in (suffix, suffix.upper()):
        if (found := path.with_suffix(ending)).is_file():
            return found
    here = sorted(other.name for other in path.parent.glob(f"{path.stem}.*"))
    raise LayerFormatError(
        f"'{path.stem}{suffix}' is not beside {path.name}; there is: "
        f"{listed(here)}. A shapefile needs .shp, .shx, .dbf and .prj."
    )


def _small(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_LONGEST_PRJ)


def _encoding(path: Path) -> str:
    for ending in (".cpg", ".CPG"):
        if (found := path.with_suffix(ending)).is_file():
            return encoding_named(_small(found).decode("ascii", "replace"))
    return ""


def _checked(path: Path) -> tuple[Bytes, int]:
    """Map a ``.shp`` or ``.shx`` file after its header has passed."""
    size = path.stat().st_size if path.is_file() else 0
    if size < _HEADER:
        raise LayerFormatError(
            f"{path.name} has {size} bytes; a shapefile begins with {_HEADER}."
        )
    # As a plain array: a slice of a memory map costs ten times as much.
    content: Bytes = np.memmap(path, np.uint8, "r").view(np.ndarray)
    magic = int(content[:4].view(">i4")[0])
    claimed = 2 * int(content[24:28].view(">i4")[0])
    kind = int(content[32:36].view("<i4")[0])
    if magic != _MAGIC:
        raise LayerFormatError(
            f"{path.name} is not a shapefile: expected the code {_MAGIC}, found "
            f"{magic}. It begins with {quoted(bytes(content[:40]))}."
        )
    if not _HEADER <= claimed <= size:
        raise UnsafeFileError(
            f"The header of {path.name} claims {claimed:,} bytes; the file has "
            f"{size:,}. The file is not used: fetch it again."
        )
    return content[:claimed], kind


def _records(
    path: Path, content: Bytes, index: Path, limits: Limits
) -> tuple[Numbers, Numbers]:
    """Return where the content of each record starts and how long it is, bytes."""
    entries, _ = _checked(index)
    count = (len(entries) - _HEADER) // 8
    require_rows(count, limits)
    body = entries[_HEADER : _HEADER + 8 * count].view(">i4").reshape(-1, 2)
    starts = 2 * body[:, 0].astype(np.int64)
    lengths = 2 * body[:, 1].astype(np.int64)
    ends = starts + _RECORD_HEADER + lengths
    bad = (starts < _HEADER) | (lengths < 4) | (ends > len(content))
    if not bad.any():
        bad = _gathered(content, starts + 4, ">i4", 1)[:, 0] * 2 != lengths
    if bad.any():
        raise UnsafeFileError(
            f"Record {int(np.argmax(bad)) + 1} of {path.name} is not where or not as "
            f"long as {index.name} says. The file is not used: fetch it again."
        )
    order = np.argsort(starts)
    if (ends[order][:-1] > starts[order][1:]).any():
        raise UnsafeFileError(
            f"Records of {path.name} share their bytes. The file is not used."
        )
    return starts + _RECORD_HEADER, lengths


def _gathered(
    content: Bytes, places: Numbers, kind: str, count: int
) -> npt.NDArray[np.int64]:
    """Take ``count`` whole numbers of four bytes at each place."""
    taken = content[places[:, None] + np.arange(4 * count)]
    return np.ascontiguousarray(taken).view(kind).astype(np.int64)


def _geometries(
    content: Bytes, kind: int, starts: Numbers, lengths: Numbers, limits: Limits
) -> Geometries:
    geometries = np.full(len(starts), None, dtype=object)
    kinds = _gathered(content, starts, "<i4", 1)[:, 0]
    rows = np.flatnonzero(kinds)
    if kind not in _POINTS + _LINES + _POLYGONS + _MULTIPOINTS + (0,):
        raise LayerFormatError(
            f"The shapefile holds shapes of kind {kind}; expected points, lines or "
            "polygons."
        )
    if (kinds[rows] != kind).any():
        row = int(rows[np.argmax(kinds[rows] != kind)])
        raise UnsafeFileError(
            f"Record {row + 1} is of kind {int(kinds[row])} in a shapefile of kind "
            f"{kind}. The file is not used."
        )
    starts, lengths = starts[rows], lengths[rows]
    if kind in _POINTS:
        _require_room(rows, lengths, np.full(len(rows), 20))
        positions = _doubles(content[starts[:, None] + 4 + np.arange(16)])
        require_finite(positions, rows)
        geometries[rows] = shapely.points(positions)
        return geometries
    parts = _parts(content, kind, limits, rows=rows, starts=starts, lengths=lengths)
    build = {_LINES: lines, _POLYGONS: polygons, _MULTIPOINTS: multipoints}
    for family, function in build.items():
        if kind in family:
            function(geometries, parts, limits)
    return geometries


def _parts(
    content: Bytes,
    kind: int,
    limits: Limits,
    *,
    rows: Numbers,
    starts: Numbers,
    lengths: Numbers,
) -> Parts:
    """Take the points of all records, and number the parts they belong to."""
    single = kind in _MULTIPOINTS
    fixed = 4 + _BOX + (4 if single else 8)
    _require_room(rows, lengths, np.full(len(rows), fixed))
    counts = _gathered(content, starts + 4 + _BOX, "<i4", 1 if single else 2)
    part_counts = np.zeros(len(rows), np.int64) if single else counts[:, 0]
    point_counts = counts[:, -1]
    claimed = np.where(
        (part_counts < 0) | (point_counts < 0),
        np.iinfo(np.int64).max,
        fixed + 4 * part_counts + 16 * point_counts,
    )
    _require_room(rows, lengths, claimed)
    require_vertices(int(point_counts.sum()), limits)
    places = starts + fixed
    bodies = places + 4 * part_counts
    if single:  # one part of all points, and no list of where parts begin
        part_counts = (point_counts > 0).astype(np.int64)
    within = _counted(part_counts)
    firsts = np.zeros_like(within)
    if not single:
        begun = np.repeat(places, part_counts) + 4 * within
        firsts = _gathered(content, begun, "<i4", 1)[:, 0]
    last = np.append(within[1:], 0) == 0
    ends = np.where(last, np.repeat(point_counts, part_counts), np.roll(firsts, -1))
    owners = np.repeat(rows, part_counts)
    bad = (ends < firsts) | ((within == 0) & (firsts != 0))
    if bad.any():
        raise UnsafeFileError(
            f"The parts of record {int(owners[np.argmax(bad)]) + 1} do not follow one "
            "another. The file is not used."
        )
    point_counts = np.where(part_counts > 0, point_counts, 0)
    pieces = [
        content[first:end]
        for first, end in zip(
            bodies.tolist(), (bodies + 16 * point_counts).tolist(), strict=True
        )
    ]
    parts_of = Parts(
        positions=_doubles(np.concatenate([content[:0], *pieces])),
        sizes=ends - firsts,
        rows=owners,
    )
    require_ring(int(parts_of.sizes.max(initial=0)), limits)
    require_finite(parts_of.positions, np.repeat(parts_of.rows, parts_of.sizes))
    return parts_of


def _counted(counts: Numbers) -> Numbers:
    """Return 0, 1, 2 … for each count, one after another."""
    starts = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) - np.repeat(starts, counts)


def _doubles(taken: Bytes) -> npt.NDArray[np.float64]:
    whole = np.ascontiguousarray(taken).view("<f8").reshape(-1, 2)
    return whole.astype(np.float64, copy=False)


def _require_room(rows: Numbers, lengths: Numbers, needed: Numbers) -> None:
    short = needed > lengths
    if short.any():
        row = int(rows[np.argmax(short)])
        raise UnsafeFileError(
            f"Record {row + 1} claims more parts and points than its bytes hold. The "
            "file is not used: fetch it again."
        )
