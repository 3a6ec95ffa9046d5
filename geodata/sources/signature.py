"""What a file of some format begins and ends with, so that no web page is taken."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from geodata.errors import UnexpectedContentError
from geodata.sources.extent import stated_bytes

HEAD_BYTES = 1024
"""How much of a file is looked at."""

_TAIL_BYTES = 256
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->|<\?xml.*?\?>)*"
    rb"<(?:!doctype\s+html|html|head|body|title|meta|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_REPORT = re.compile(rb"<(?:\w+:)?(?:ServiceException|Exception)Report\b")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DBASE_VERSIONS = frozenset(
    (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x83, 0x8B, 0xF5)
)

Test = Callable[[bytes], bool]


def _begins(*magics: bytes) -> Test:
    return lambda head: head.startswith(magics)


def _is_text(head: bytes) -> bool:
    return head.startswith(_BYTE_ORDER_MARKS) or b"\0" not in head


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _is_xml(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _is_dbase(head: bytes) -> bool:
    return head[0] in _DBASE_VERSIONS


_KINDS: dict[str, Test] = {
    "zip archive": _begins(b"PK\x03\x04"),
    "gzip file": _begins(b"\x1f\x8b\x08"),
    "bzip2 file": _begins(b"BZh"),
    "netCDF or HDF5 file": _begins(b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n"),
    "TIFF": _begins(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "shapefile": _begins(b"\x00\x00\x27\x0a"),
    "dBASE table": _is_dbase,
    "SQLite or GeoPackage file": _begins(b"SQLite format 3\0"),
    "Parquet file": _begins(b"PAR1"),
    "old Excel workbook": _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "PDF": _begins(b"%PDF-"),
    "JSON document": _is_json,
    "XML document": _is_xml,
    "text file": _is_text,
}

_BY_SUFFIX = {
    **dict.fromkeys((".zip", ".kmz", ".xlsx", ".ods", ".npz"), "zip archive"),
    **dict.fromkeys((".gz", ".tgz"), "gzip file"),
    **dict.fromkeys((".bz2", ".tbz2"), "bzip2 file"),
    **dict.fromkeys((".nc", ".nc4", ".h5", ".hdf5"), "netCDF or HDF5 file"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **dict.fromkeys((".shp", ".shx"), "shapefile"),
    **dict.fromkeys((".gpkg", ".sqlite"), "SQLite or GeoPackage file"),
    **dict.fromkeys((".json", ".geojson"), "JSON document"),
    **dict.fromkeys((".xml", ".kml", ".gml"), "XML document"),
    **dict.fromkeys((".csv", ".tsv", ".txt", ".asc", ".prj"), "text file"),
    **dict.fromkeys((".shc", ".gdf", ".xyz", ".md"), "text file"),
    ".dbf": "dBASE table",
    ".parquet": "Parquet file",
    ".xls": "old Excel workbook",
    ".pdf": "PDF",
}

_BY_WORD = (
    (r"zip\b|zipped|kmz|.*-zip\b", "zip archive"),
    (r"gzip", "gzip file"),
    (r"bzip2", "bzip2 file"),
    (r"net-?cdf|hdf5|gmt grd", "netCDF or HDF5 file"),
    (r"geotiff|tiff|cog\b|cloud-optimi[sz]ed geotiff", "TIFF"),
    (r"geopackage|sqlite", "SQLite or GeoPackage file"),
    (r"(?:geo)?parquet", "Parquet file"),
    (r"(?:geo)?json", "JSON document"),
    (r"kml|gml|xml", "XML document"),
    (r"text|csv|esri ascii|shc\b|icgem", "text file"),
)
"""Beginnings of the words of a catalogue entry, for names that say nothing."""


def kind_of(name: str, format_words: str) -> str:
    """Return what a file should be, in words; empty when nothing tells.

    Parameters
    ----------
    name : str
        Name of the file; its last suffix decides.
    format_words : str
        Field ``format`` of the catalogue, for a suffix that says nothing.

    Examples
    --------
    >>> kind_of("sedmap.gmt.gz", ""), kind_of("relief.grd", "NetCDF (GMT grd)")
    ('gzip file', 'netCDF or HDF5 file')
    """
    suffix = Path(name).suffix.lower()
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    for words, kind in _BY_WORD:
        if re.match(words, format_words.strip(), re.IGNORECASE):
            return kind
    return ""


def require_head(
    head: bytes, *, name: str, format_words: str, advice: str = "bring it by hand"
) -> None:
    """Refuse content that does not begin as the format does.

    Parameters
    ----------
    head : bytes
        The first :data:`HEAD_BYTES` of the file, or all of it.
    name, format_words : str
        As for :func:`kind_of`.
    advice : str
        What to do instead, as the end of a sentence.

    Raises
    ------
    UnexpectedContentError
        For an empty file, a web page, a report of a failed service, and what does
        not look like the format.
    """
    if not head:
        raise UnexpectedContentError(
            f"An empty file came in place of {name}. Nothing was kept; try again "
            f"later, or {advice}."
        )
    kind = kind_of(name, format_words)
    if _PAGE.match(head):
        raise UnexpectedContentError(
            f"A web page came in place of {name}; expected "
            f"{_with_article(kind or 'data file')}. It may be a page for logging in, "
            f"of an error, or of this network. Nothing was kept; {advice}."
        )
    if kind in ("JSON document", "XML document", "text file") and _REPORT.search(head):
        raise UnexpectedContentError(
            f"The service answered with a report of an error in place of {name}: "
            f"{head[:160]!r}. Nothing was kept; check the request in the catalogue."
        )
    if kind and not _KINDS[kind](head):
        raise UnexpectedContentError(
            f"{name} does not begin as {_with_article(kind)} does but with "
            f"{head[:16]!r}. Nothing was kept; look at what the address serves before "
            "changing the catalogue."
        )


def require_whole(
    path: Path, *, name: str, format_words: str, advice: str = "bring it by hand"
) -> None:
    """Refuse a file that does not begin and end as its format does.

    Archives (zip) and JSON say by their end that they are whole; of netCDF, HDF5,
    TIFF, SQLite, shapefile and dBASE the head says how large they are
    (:func:`~geodata.sources.extent.stated_bytes`).

    Raises
    ------
    UnexpectedContentError
        As :func:`require_head`, and for a cut file.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = stream.read().rstrip()
    require_head(head, name=name, format_words=format_words, advice=advice)
    kind = kind_of(name, format_words)
    size = path.stat().st_size
    is_cut = (kind == "zip archive" and not zipfile.is_zipfile(path)) or (
        kind == "JSON document" and not tail.endswith((b"}", b"]"))
    )
    with path.open("rb") as stream:
        stated = stated_bytes(stream, kind, size)
    if size < stated:
        raise UnexpectedContentError(
            f"{name} is cut: {size:,} bytes came and its own head speaks of {stated:,} "
            f"or more. Nothing was kept; try again, or {advice}."
        )
    if is_cut:
        raise UnexpectedContentError(
            f"{name} is cut: the end of {_with_article(kind)} is missing. Nothing was "
            f"kept; try again, or {advice}."
        )


def _with_article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeioSX' and kind[:2] != 'SQ' else 'a'} {kind}"
