"""What must hold of KML and GML before GDAL opens them, and KML read whole.

LIBKML passes over some of what a placemark says of itself.
"""

import codecs
import re
from collections import Counter, defaultdict
from pathlib import Path
from xml.parsers import expat

import numpy as np
import pandas as pd

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.checks import VectorRows
from geodata.readers.formats import Format
from geodata.readers.gdal_tables import Request, layers_of, one_layer, table_of
from geodata.readers.limits import Limits
from geodata.readers.projection import reference_from_code
from geodata.readers.quoting import LONGEST_REASON, listed, quoted, reason

_DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
# GDAL takes such a coordinate for 0.
_NO_NUMBER = re.compile(
    rb"[\d.][\s,]+[-+]?(nan|inf\w*)\b|\b(nan|inf\w*)[\s,]+[-+]?[\d.]", re.IGNORECASE
)
_CODING = re.compile(r"\sencoding=(\"[^\"]*\"|'[^']*')")
_TAG = re.compile(rb"<[^>]*>")
_SYSTEM = re.compile(rb"""\ssrsName\s*=\s*["'][^"']*?(\d+)\D?\s*["']""")
_REPORTS = (b"ServiceExceptionReport", b"ExceptionReport")

_OF_A_PICTURE = {
    *("altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"),
}
"""Columns that LIBKML makes for every table."""

_TEXTS = ("name", "description")
_RESERVED = {*_TEXTS, "timestamp", "begin", "end", *map(str.lower, _OF_A_PICTURE)}
_TYPED = re.compile(
    rb"(?P<kept><!\[CDATA\[.*?\]\]>|<!--.*?-->)"
    rb"|<Schema\b[^>]*/>|<Schema\b.*?</Schema\s*>|</?SchemaData\b[^>]*>"
    rb"|<SimpleData\b[^>]*?\bname=(?P<name>\"[^\"]*\"|'[^']*')[^>]*?"
    rb"(?:/>|>(?P<value>.*?)</SimpleData\s*>)"
    rb"|(?P<data><Data\b[^>]*?\bname=)(?P<own>\"[^\"]*\"|'[^']*')",
    re.DOTALL,
)

Cells = dict[str, Counter[object]]


def require_plain_markup(
    content: bytes, roots: tuple[str, ...], limits: Limits
) -> None:
    """Refuse XML that declares entities, is too large, or holds something else.

    Parameters
    ----------
    content : bytes
        The text, UTF-8 or UTF-16.
    roots : tuple of str
        Names that the first element may have, without their namespaces.
    limits : Limits
        ``elements`` bounds tags and attributes.

    Raises
    ------
    UnsafeFileError
        If it has a document type or entities, which could name files or grow without
        end, or more elements than we read.
    LayerFormatError
        If the first element is another one, or it names several reference systems; an
        exception of a service is quoted.
    """
    plain = content.replace(b"\0", b"")  # UTF-16 becomes readable enough
    if _DECLARED.search(plain):
        raise UnsafeFileError(
            "The XML declares a document type or entities, which could name other "
            "files or grow without end. The file is not used."
        )
    count = plain.count(b"<") + plain.count(b"=")
    if count > 2 * limits.elements:
        raise UnsafeFileError(
            f"The XML has about {count // 2:,} elements and attributes; at most "
            f"{limits.elements:,} are read. If the file is right, raise the limit."
        )
    if strange := _NO_NUMBER.search(plain):
        raise UnsafeFileError(
            f"The XML has a coordinate that is not a finite number: "
            f"{quoted(strange[0])}. The file is not used; look at it before anything "
            "else."
        )
    first = _ROOT.search(re.sub(rb"<[?!].*?>", b"", plain[:100_000], flags=re.DOTALL))
    name = first[2] if first else b""
    if name in _REPORTS:
        said = b" ".join(_TAG.sub(b" ", plain).split())
        raise LayerFormatError(
            "The service answered with an exception instead of data: "
            f"{quoted(said, most=LONGEST_REASON)}. Check the request in the catalogue, "
            "or ask again later."
        )
    if name.decode("ascii", "replace") not in roots:
        raise LayerFormatError(
            f"Expected an XML text that begins with {' or '.join(roots)}; found "
            f"{quoted(name or content)}."
        )
    _require_one_system(plain)


def _require_one_system(plain: bytes) -> None:
    """Refuse GML that names several reference systems, of which GDAL heeds one."""
    numbers = {*_SYSTEM.findall(plain)}
    # CRS84 is EPSG:4326 with the axes in the other order.
    numbers = {b"4326" if number == b"84" else number for number in numbers}
    if len(numbers) > 1:
        raise LayerFormatError(
            f"The XML names several reference systems: {listed(sorted(numbers))}. "
            "Expected one; ask the service for one, or save it as a GeoPackage."
        )


def in_utf8(content: bytes) -> bytes:
    """Return an XML text in UTF-16 as one in UTF-8.

    Raises
    ------
    LayerFormatError
        If it is not UTF-16.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    order = "utf-16-be" if content.startswith(b"\0") else "utf-16-le"
    try:
        text = content.decode("utf-16" if marked else order)
    except UnicodeDecodeError as error:
        raise LayerFormatError(f"The XML is not UTF-16 ({reason(error)}).") from error
    return _CODING.sub("", text, count=1).encode()


def read_kml(file: Path, known: Format, wanted: Request) -> VectorRows:
    """Return the rows of all folders, each with the name of its own, or of one.

    LIBKML takes ``Data`` of a placemark or ``SchemaData``, not both, of ``SchemaData``
    the first kind in a folder, and lets ``Data`` called ``Name`` replace the name.
    Where what it read is not what the text says, all is read again as ``Data``, which
    is text; a column with a name of KML's own then ends in an underscore.

    Raises
    ------
    UnsafeFileError
        If the tables are beyond the limits.
    LayerFormatError
        If the file is not KML, or something of it would be lost even so.
    """
    content = file.read_bytes()
    rows = _every_folder(file, known, wanted)
    if _lost(content, rows, wanted):
        content = _TYPED.sub(_as_data, content)
        file.unlink()  # a link to the file itself
        file.write_bytes(content)
        rows = _every_folder(file, known, wanted)
        if lost := _lost(content, rows, wanted):
            raise LayerFormatError(
                f"What the placemarks of {wanted.name} say as {listed(lost)} would be "
                "lost or changed. Expected names that differ in more than capitals, "
                "each once in a placemark. Save it as a GeoPackage where it was made."
            )
    if wanted.layer is None:
        return rows
    return _folder(file, one_layer(file, known, wanted), known, wanted)


def _every_folder(file: Path, known: Format, wanted: Request) -> VectorRows:
    parts = [
        (name, _folder(file, name, known, wanted))
        for name, _ in layers_of(file, known, wanted)
    ]
    tables = [rows.columns.assign(folder=name) for name, rows in parts]
    return VectorRows(
        columns=pd.concat(tables, ignore_index=True) if parts else pd.DataFrame(),
        geometries=np.concatenate([[], *(rows.geometries for _, rows in parts)]).astype(
            object
        ),
        crs=reference_from_code(4326),
    )


def _folder(file: Path, layer: str, known: Format, wanted: Request) -> VectorRows:
    """Read a folder, but for what LIBKML says of pictures and what no row has."""
    rows = table_of(file, layer, known, wanted)
    kept = [
        name
        for name, values in rows.columns.items()
        if name not in _OF_A_PICTURE and not values.isna().all()
    ]
    columns = rows.columns[kept].rename(columns={"Name": "name"})
    return VectorRows(columns=columns, geometries=rows.geometries, crs=rows.crs)


def _lost(content: bytes, rows: VectorRows, wanted: Request) -> list[str]:
    """Return the names under which a text says what its rows do not."""
    try:
        said = _Placemarks(content).cells
    except expat.ExpatError as error:
        raise LayerFormatError(
            f"{wanted.name} is not whole XML ({reason(error)}). Fetch it again."
        ) from error
    return [
        name
        for name, cells in said.items()
        if name not in rows.columns
        or Counter(
            there
            for cell in rows.columns[name].dropna()
            if (there := _comparable(name, cell)) is not None
        )
        != cells
    ]


class _Placemarks:
    """What placemarks say: how often each value comes, by the name of its column."""

    def __init__(self, content: bytes) -> None:
        self.cells: Cells = defaultdict(Counter)
        self._path: list[str] = []
        self._name, self._text = "", ""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._character
        parser.Parse(content, True)

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        self._path.append(element)
        if element in ("Data", "SimpleData"):
            self._name = attributes.get("name", "")
        self._text = ""

    def _character(self, text: str) -> None:
        self._text += text

    def _end(self, _: str) -> None:
        match self._path:
            case [*above, "Data", "value"] | [*above, "SimpleData"]:
                name = self._name
            case [*_, "Placemark", ("name" | "description") as name]:
                above = ["Placemark"]
            case _:
                above, name = [], ""
        if "Placemark" in above:
            name = "name" if name == "Name" else name
            value = _comparable(name, self._text)
            if value is not None:
                self.cells[name][value] += 1
        self._path.pop()


def _comparable(name: str, cell: object) -> object:
    """Return a number as such, a text without blanks around it, and None of nothing."""
    text = str(cell).strip()
    if not text or name in _TEXTS:
        return "" if text else None  # which may hold markup
    try:
        return float(text)
    except ValueError:
        return text


def _as_data(found: re.Match[bytes]) -> bytes:
    """Write typed data as untyped, under a name that KML does not use itself."""
    if found["kept"]:
        return found[0]
    if found["data"]:
        return found["data"] + _free(found["own"])
    if found["name"] and found["value"]:
        value = b"<value>" + found["value"] + b"</value>"
        return b"<Data name=" + _free(found["name"]) + b">" + value + b"</Data>"
    return b""


def _free(name: bytes) -> bytes:
    bare = name[1:-1].decode("utf-8", "replace")
    return name[:-1] + b"_" + name[-1:] if bare.lower() in _RESERVED else name
