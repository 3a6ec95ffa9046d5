"""What a published file is held against before anybody reads it.

A checksum decides, where one is known.  Of a file nobody has seen before we ask that it
begins as its format does, so that no web page of a network is taken for it.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import ChecksumError, SourceError, UnexpectedContentError
from geodata.sources.catalogue import FIRST_SEEN, PublishedSource, SourceFile
from geodata.sources.ledger import PUBLISHER, first_seen

_HEAD_BYTES = 1024
_TAIL_BYTES = 256
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->|<\?xml.*?\?>)*"
    rb"<(?:!doctype\s+html|html|head|body|title|meta|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_REPORT = re.compile(rb"<(?:\w+:)?(?:ServiceException|Exception)Report\b")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_MAGIC: dict[str, tuple[bytes, ...]] = {
    "zip archive": (b"PK\x03\x04",),
    "gzip file": (b"\x1f\x8b\x08",),
    "bzip2 file": (b"BZh",),
    "netCDF or HDF5 file": (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n"),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "shapefile": (b"\x00\x00\x27\x0a",),
    "dBASE table": tuple(
        bytes([version]) for version in b"\2\3\4\5\x30\x31\x32\x83\x8b\xf5"
    ),
    "SQLite file": (b"SQLite format 3\0",),
    "Parquet file": (b"PAR1",),
    "PDF": (b"%PDF-",),
    "JSON document": (b"{", b"["),
    "XML document": (b"<",),
}
_SUFFIXES = {
    **dict.fromkeys((".zip", ".kmz", ".xlsx", ".ods", ".npz"), "zip archive"),
    **dict.fromkeys((".gz", ".tgz"), "gzip file"),
    **dict.fromkeys((".bz2", ".tbz2"), "bzip2 file"),
    **dict.fromkeys((".nc", ".nc4", ".h5", ".hdf5", ".grd"), "netCDF or HDF5 file"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **dict.fromkeys((".shp", ".shx"), "shapefile"),
    **dict.fromkeys((".gpkg", ".sqlite"), "SQLite file"),
    **dict.fromkeys((".json", ".geojson"), "JSON document"),
    **dict.fromkeys((".xml", ".kml", ".gml"), "XML document"),
    **dict.fromkeys((".csv", ".tsv", ".txt", ".asc", ".prj", ".md"), "text file"),
    **dict.fromkeys((".shc", ".gdf", ".xyz", ".cpg"), "text file"),
    **dict.fromkeys((".bnds", ".rho", ".vp", ".vs"), "text file"),  # of CRUST1.0
    **dict.fromkeys((".ini", ".dat"), "text file"),
    ".dbf": "dBASE table",
    ".parquet": "Parquet file",
    ".pdf": "PDF",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One file of the catalogue, and the ledger that remembers it.

    Attributes
    ----------
    source, entry : PublishedSource, SourceFile
        Catalogue entries.
    downloads : Path
        Folder of downloads, which holds the ledger.
    """

    source: PublishedSource
    entry: SourceFile
    downloads: Path

    @property
    def title(self) -> str:
        """``<source id>/<file>``, as in a mirror."""
        return f"{self.source.id}/{self.entry.name}"

    @property
    def part(self) -> tuple[str, str]:
        """Source id and name of the file."""
        return self.source.id, self.entry.name

    @property
    def path(self) -> Path:
        """Where the file lies among the downloads."""
        return self.downloads / self.source.id / self.entry.name

    def pin(self, origin: str) -> str:
        """Return the checksum that is enforced; empty for a file never seen."""
        if self.entry.sha256 != FIRST_SEEN:
            return self.entry.sha256
        seen = first_seen(self.downloads, *self.part, origin)
        return seen.sha256 if seen else ""

    def is_given_up(self, sha256: str) -> bool:
        """Tell whether the user gave this file up for what the publisher now has."""
        if self.entry.sha256 != FIRST_SEEN or not self.entry.url:
            return False
        seen = first_seen(self.downloads, *self.part, PUBLISHER)
        return seen is not None and seen.superseded == sha256

    def problem(self, path: Path, sha256: str, origin: str) -> SourceError | None:
        """Return what is wrong with a file whose checksum was taken, if anything."""
        pin = self.pin(origin)
        if sha256 == pin:
            return None
        try:
            self.require_size(path)
            require_plausible(path, name=self.title, advice=self._by_hand)
        except UnexpectedContentError as error:
            return error
        return self._mismatch(path, pin, sha256) if pin else None

    def require_size(self, path: Path) -> None:
        """Refuse a file that is larger than its entry allows."""
        size = path.stat().st_size
        if size > self.entry.limit_bytes:
            raise UnexpectedContentError(
                f"{path} has {size:,} bytes; at most {self.entry.limit_bytes:,} are "
                "accepted. If the file is right, raise 'limit_bytes' of its entry in "
                "geodata/sources/catalogue."
            )

    @property
    def _by_hand(self) -> str:
        if not self.entry.url:
            return f"put the right one at {self.path}"
        return f"open {self.entry.url} in a browser and put the file at {self.path}"

    def _mismatch(self, path: Path, expected: str, found: str) -> ChecksumError:
        if self.entry.sha256 != FIRST_SEEN:
            advice = "Do not change the pin without looking at the file."
        else:
            advice = (
                "The checksum is that of the file first seen here; its publisher, or "
                "you, may have changed the file. Look at the new one; if it is right, "
                f"take it: scripts/ingest.py --all --accept {self.title}"
            )
        what = f"What {self.entry.url} serves" if path.suffix == ".part" else str(path)
        return ChecksumError(
            f"{what} is not the file we know as {self.title}: expected sha256 "
            f"{expected}, found {found}. {advice}"
        )


def kind_of(name: str) -> str:
    """Return what a file should be, in words; empty when its name does not tell.

    >>> kind_of("sedmap.gmt.gz"), kind_of("download")
    ('gzip file', '')
    """
    return _SUFFIXES.get(Path(name).suffix.lower(), "")


def require_plausible(path: Path, *, name: str, advice: str) -> None:
    """Refuse a file that does not begin, or visibly does not end, as its format does.

    Parameters
    ----------
    path : Path
        Where it lies.
    name : str
        Name for messages; its last suffix says what it should be.
    advice : str
        What to do instead, as the end of a sentence.

    Raises
    ------
    UnexpectedContentError
        For an empty file, a web page, a report of a failed service, a cut archive or
        JSON document, and what does not look like the format.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = stream.read().rstrip()
    kind = kind_of(name)
    problem = _problem(kind, head)
    if not problem and kind == "zip archive" and not zipfile.is_zipfile(path):
        problem = "is cut: the end of the archive is missing"
    if not problem and kind == "JSON document" and not tail.endswith((b"}", b"]")):
        problem = "is cut: the end of the document is missing"
    if problem:
        raise UnexpectedContentError(f"{name} {problem}. Nothing was kept; {advice}.")


def _problem(kind: str, head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        return "is an empty file"
    if _PAGE.match(head):
        return (
            f"is a web page, not {_with_article(kind or 'data file')}: one for logging "
            "in, of an error, or of this network"
        )
    if kind in ("JSON document", "XML document", "text file") and _REPORT.search(head):
        return f"is a report of an error of the service: {head[:160]!r}"
    if kind == "text file":
        is_right = head.startswith(_UTF_16) or b"\0" not in head
    elif kind in ("JSON document", "XML document"):
        is_right = text.startswith(_MAGIC[kind])
    else:
        is_right = head.startswith(_MAGIC.get(kind, (b"",)))
    if is_right:
        return ""
    return f"does not begin as {_with_article(kind)} does but with {head[:16]!r}"


def _with_article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeioSX' else 'a'} {kind}"
