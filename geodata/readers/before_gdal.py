"""What must hold of a file before GDAL opens it: that it holds rows and no more.

Some formats can name other files, run a definition, or carry the text of a reference
system that makes PROJ open files.  A child that the kernel confines cannot follow them;
on other kernels these checks stand alone.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.formats import FORMATS, Format
from geodata.readers.projection import require_no_files, require_no_files_in_bytes
from geodata.readers.quoting import listed, quoted, reason

BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before the first sign of a text."""

_HEAD = 4096  # bytes within which a text begins, blanks before it
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
_STEPS = 50_000_000  # of SQLite, before a check of one file is given up
_INDEX = re.compile(r"CREATE VIRTUAL TABLE \"?rtree_", re.IGNORECASE)
_OTHER_TABLES = re.compile(
    rb"isseamless\W+true|^\s*(create\s+view|open\s+table)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SYSTEM_TABLE = re.compile(r"a0000000[1-8]\.gdbtable")  # systems and definitions
_LARGEST_TEXT = 64 * 1024**2  # bytes of a table of definitions, or of a .tab
_FGB_MAGIC = 8  # bytes before the length of the header
_WORDS = (
    *(b"proj4", b"extension", b"parameterfile", b"boundcrs", b"pipeline"),
    *(b"grids", b"+file", b"+model", b"+init"),
)
_OF_OTHERS = b"overview_file"  # where a TIFF says that its overviews lie elsewhere
_PART = 16 * 1024**2  # bytes looked at together
_OVERLAP = 4096


def require_plain(file: Path, driver: str, name: str) -> None:
    """Refuse a file of another format, or that would lead GDAL or PROJ to others.

    Parameters
    ----------
    file : Path
    driver : str
        One of :data:`geodata.readers.formats.FORMATS`.
    name : str
        What it is called, for messages.

    Raises
    ------
    LayerFormatError
        If it does not begin as its format does.
    UnsafeFileError
        If it would lead to other files.
    """
    _require_beginning(file, FORMATS[driver], name)
    match driver:
        case "geopackage":
            require_plain_geopackage(file, name)
        case "mapinfo" | "mif":
            _require_own_table(file, name)
        case "flatgeobuf":
            with file.open("rb") as stream:
                stream.seek(_FGB_MAGIC)
                length = int.from_bytes(stream.read(4), "little")
                header = stream.read(min(length, _LARGEST_TEXT))
            require_no_files_in_bytes(header, name)


def require_no_files_inside(path: Path, name: str) -> None:
    """Refuse a raster in which a text stands that would lead GDAL or PROJ to others.

    GeoTIFF and netCDF hold the text of a reference system in tags and attributes,
    which lie unpacked anywhere in the file; so all of it is looked through.

    Raises
    ------
    UnsafeFileError
        If there is one.
    """
    with path.open("rb") as stream:
        content = b""
        while part := stream.read(_PART):
            content = content[-_OVERLAP:] + part
            plain = content.lower()
            if _OF_OTHERS in plain:
                raise UnsafeFileError(
                    f"{name} says that a part of it lies in another file. Expected "
                    "all in one; the file is not used."
                )
            if any(word in plain for word in _WORDS):
                require_no_files_in_bytes(content, name)


def _require_beginning(file: Path, known: Format, name: str) -> None:
    with file.open("rb") as stream:
        head = stream.read(_HEAD).lstrip(BLANK)
    begins = tuple(begin.lower() for begin in known.begins)
    if known.gdal == "GML" and not head.startswith(begins):
        raise LayerFormatError(
            f"{name} is neither GeoJSON nor GML, the two forms in which we read "
            "the answer of a service: expected '{' or '<' first; it begins with "
            f"{quoted(head)}. Check the request in the catalogue."
        )
    if begins and not head.lower().startswith(begins):
        raise LayerFormatError(
            f"{name} is not of the format it is read as: it begins with "
            f"{quoted(head[:40])}. Fetch it again, or name its format."
        )


def _require_own_table(file: Path, name: str) -> None:
    """Refuse a table of MapInfo that is made of other tables."""
    with file.open("rb") as stream:
        content = stream.read(_LARGEST_TEXT if file.suffix == ".tab" else 4096)
    if found := _OTHER_TABLES.search(content):
        raise UnsafeFileError(
            f"{name} is made of other tables ({quoted(found[0].strip())}), which are "
            "not read. Expected a table of its own: save it as one in MapInfo."
        )


def require_plain_geodatabase(files: Iterable[Path], name: str) -> None:
    """Refuse a file geodatabase whose reference systems name files.

    Raises
    ------
    UnsafeFileError
        If one does.
    """
    for file in files:
        if _SYSTEM_TABLE.fullmatch(file.name):
            with file.open("rb") as stream:
                require_no_files_in_bytes(stream.read(_LARGEST_TEXT), name)


def require_plain_geopackage(path: Path, name: str, layer: str | None = None) -> int:
    """Refuse a GeoPackage whose pages or definitions would do more than hold rows.

    Parameters
    ----------
    path : Path
    name : str
        What it is called, for messages.
    layer : str, optional
        Its table; no other is looked at.  Without it only those that describe the
        others are, and the reference systems they name.

    Returns
    -------
    int
        Rows of the table that have a geometry; 0 without one.

    Raises
    ------
    UnsafeFileError
        If the table, or one that describes it, is a view, virtual, or computes
        columns; a reference system names files; or pages are damaged or used twice.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA mmap_size = 0")
            (whole,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if whole != "ok":
                raise UnsafeFileError(
                    f"{name} is damaged, or uses pages twice ({quoted(whole)}). The "
                    "file is not used; fetch it again."
                )
            connection.set_authorizer(_authorised)
            connection.set_progress_handler(lambda: 1, _STEPS)
            return _rows_of(connection, name, layer)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError, TypeError) as error:
        raise UnsafeFileError(
            f"{name} cannot be read as a GeoPackage ({reason(error)}). Expected "
            "plain tables in an intact file; fetch it again."
        ) from error


def _rows_of(connection: sqlite3.Connection, name: str, layer: str | None) -> int:
    known = connection.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
    for table, kind, sql in known:
        mine = table == layer or str(table).lower().startswith("gpkg_")
        strange = kind == "view" or (
            str(sql).upper().split()[:2] == ["CREATE", "VIRTUAL"]
            and not _INDEX.match(str(sql))
        )
        if mine and strange:
            raise UnsafeFileError(
                f"{quoted(table)} in {name} is a view or a virtual table, whose "
                "definition would be run. Expected a plain table; the file is not used."
            )
        if mine and kind == "table":
            columns = connection.execute(f"PRAGMA table_xinfo({_identifier(table)})")
            computed = [column[1] for column in columns if column[-1]]
            if computed:
                raise UnsafeFileError(
                    f"{quoted(table)} in {name} computes its columns "
                    f"{listed(computed)}. Expected plain ones; the file is not used."
                )
    if layer is None:
        _require_plain_systems(connection)
        return 0
    (column,) = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
    ).fetchone()
    (count,) = connection.execute(
        f"SELECT count({_identifier(column)}) FROM {_identifier(layer)}"  # noqa: S608 (identifiers, which take no placeholder)
    ).fetchone()
    return int(count)


def _require_plain_systems(connection: sqlite3.Connection) -> None:
    described = connection.execute("PRAGMA table_xinfo(gpkg_spatial_ref_sys)")
    columns = [row[1] for row in described if "definition" in str(row[1]).lower()]
    for column in columns:
        for (text,) in connection.execute(
            f"SELECT {_identifier(column)} FROM gpkg_spatial_ref_sys"  # noqa: S608 (an identifier, which takes no placeholder)
        ):
            require_no_files(str(text or ""))


def _authorised(action: int, what: str | None, *_: object) -> int:
    allowed = action in _ALLOWED or (
        action == sqlite3.SQLITE_PRAGMA and what == "table_xinfo"
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _identifier(table: object) -> str:
    return '"' + str(table).replace('"', '""') + '"'
