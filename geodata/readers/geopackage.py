"""Read one table of a GeoPackage through SQLite alone; no GDAL takes part."""

import contextlib
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.projection import reference_from_code, reference_from_wkt
from geodata.readers.quoting import listed, quoted, reason
from geodata.readers.soundness import VectorRows, require_values
from geodata.readers.wkb import geometries_from_wkb

_MAGIC = b"SQLite format 3\0"
_LONGEST_CELL = 256 * 1024**2  # bytes
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_ENVELOPES = (0, 32, 48, 48, 64)  # bytes, by the code in the flags
_EMPTY = 0x10
_EXTENDED = 0x20


def read_geopackage(path: Path, limits: Limits, *, layer: str | None) -> VectorRows:
    """Return the rows of one vector table of a GeoPackage.

    Parameters
    ----------
    path : Path
        The file; it is opened read-only and as it stands, without a journal.
    limits : Limits
    layer : str, optional
        Name of the table; without it, the only one there is.

    Returns
    -------
    VectorRows
        All columns but the key and the geometry; binary values become None.

    Raises
    ------
    UnsafeFileError
        If the table is a view or virtual (whose definition would be run), a value
        needs a function, a geometry is not well-known binary, or the limits are
        exceeded.
    LayerFormatError
        If the file is not a GeoPackage, has no such table, or names no reference
        system.
    """
    if path.stat().st_size > limits.unpacked_bytes:
        raise UnsafeFileError(
            f"{path.name} has more than {limits.unpacked_bytes:,} bytes. If the file "
            "is right, raise the limit."
        )
    with path.open("rb") as stream:
        head = stream.read(len(_MAGIC))
    if head != _MAGIC:
        raise LayerFormatError(
            f"{path.name} is not a GeoPackage: it begins with {quoted(head)}."
        )
    try:
        with _opened(path) as connection:
            return _rows(connection, path, limits, layer)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise UnsafeFileError(
            f"{path.name} cannot be read as a GeoPackage ({reason(error)}). Expected "
            "plain tables in an intact file; fetch it again."
        ) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA mmap_size = 0")
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.set_authorizer(_authorised)
        yield connection


def _authorised(action: int, what: str | None, *_: object) -> int:
    allowed = action in _ALLOWED or (
        action == sqlite3.SQLITE_PRAGMA and what == "table_xinfo"
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _rows(
    connection: sqlite3.Connection, path: Path, limits: Limits, layer: str | None
) -> VectorRows:
    name = path.name
    for table in ("gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
        _require_plain(connection, name, table)
    known = connection.execute(
        "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
    ).fetchmany(1000)
    found = [entry for entry in known if layer in (None, entry[0])]
    if len(found) != 1:
        raise LayerFormatError(
            f"{name} holds the vector tables {listed(entry[0] for entry in known)}; "
            f"expected {repr(layer) if layer else 'exactly one'}. Name the layer."
        )
    table, column, system = found[0]
    table = str(table)
    _require_plain(connection, name, table)
    crs = _reference(connection, name, system)
    cursor = connection.execute(f"SELECT * FROM {_identifier(table)}")  # noqa: S608 (an identifier, which takes no placeholder)
    names = [description[0] for description in cursor.description]
    if column not in names:
        raise LayerFormatError(
            f"The table {quoted(table)} of {name} has the columns {listed(names)}; "
            f"expected its geometry in {quoted(column)}."
        )
    rows: list[tuple[object, ...]] = []
    left = path.stat().st_size
    for row in cursor:
        rows.append(row)
        left -= sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if left < 0:
            raise UnsafeFileError(
                f"{quoted(table)} in {name} holds more bytes than the file: its pages "
                "are used twice. The file is not used."
            )
        require_values(len(rows), len(names), limits)
    place = names.index(column)
    blobs = [_geometry(row[place], number) for number, row in enumerate(rows)]
    keep = [number for number, other in enumerate(names) if other != column]
    return VectorRows(
        columns=pd.DataFrame(
            {names[number]: [_plain(row[number]) for row in rows] for number in keep},
            index=range(len(rows)),
        ),
        geometries=np.asarray(geometries_from_wkb(blobs, limits), dtype=object),
        crs=crs,
    )


def _require_plain(connection: sqlite3.Connection, name: str, table: str) -> None:
    found = connection.execute(
        "SELECT type, sql FROM sqlite_master "
        "WHERE name = ? AND type IN ('table', 'view')",
        (table,),
    ).fetchone()
    if found is None:
        raise LayerFormatError(
            f"{name} has no table {quoted(table)}; it is not a GeoPackage with vectors."
        )
    words = str(found[1]).upper().split()[:2]
    if found[0] != "table" or words != ["CREATE", "TABLE"]:
        raise UnsafeFileError(
            f"{quoted(table)} in {name} is a view or a virtual table, whose definition "
            "would be run. Expected a plain table; the file is not used."
        )
    known = connection.execute(f"PRAGMA table_xinfo({_identifier(table)})").fetchall()
    columns = [column[1] for column in known if column[-1]]  # the last says "hidden"
    if columns:
        raise UnsafeFileError(
            f"{quoted(table)} in {name} computes its columns {listed(columns)}. "
            "Expected plain ones; the file is not used."
        )


def _identifier(table: str) -> str:
    return '"' + table.replace('"', '""') + '"'


def _reference(connection: sqlite3.Connection, name: str, system: object) -> pyproj.CRS:
    found = connection.execute(
        "SELECT organization, organization_coordsys_id, definition "
        "FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (system,),
    ).fetchone()
    if found is None or str(found[2]).strip().lower() in {"", "undefined", "none"}:
        raise LayerFormatError(
            f"{name} names no coordinate reference system for the table (srs_id "
            f"{quoted(system)}). Expected one."
        )
    organisation, code, definition = found
    if str(organisation).upper() == "EPSG" and isinstance(code, int):
        return reference_from_code(code)
    return reference_from_wkt(str(definition))


def _geometry(blob: object, row: int) -> bytes | None:
    """Return the well-known binary behind the header of a GeoPackage geometry."""
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        raise UnsafeFileError(
            f"The geometry of row {row + 1} is not a GeoPackage geometry."
        )
    (flags,) = struct.unpack_from("B", blob, 3)
    envelope = (flags >> 1) & 0x07
    if envelope >= len(_ENVELOPES) or flags & _EXTENDED:
        raise UnsafeFileError(
            f"The geometry of row {row + 1} is of an extension we do not read."
        )
    return None if flags & _EMPTY else blob[8 + _ENVELOPES[envelope] :]


def _plain(value: object) -> object:
    return None if isinstance(value, bytes) else value
