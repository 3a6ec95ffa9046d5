"""What must hold of KML and GML before GDAL opens them."""

import codecs
import re

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
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
        If the first element is another one; an exception of a service is quoted.
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


def require_one_system(content: bytes, name: str) -> None:
    """Refuse GML that names several reference systems, of which GDAL heeds one.

    Raises
    ------
    LayerFormatError
        With their numbers.
    """
    numbers = {*_SYSTEM.findall(content.replace(b"\0", b""))}
    # CRS84 is EPSG:4326 with the axes in the other order.
    numbers = {b"4326" if number == b"84" else number for number in numbers}
    if len(numbers) > 1:
        raise LayerFormatError(
            f"{name} names several reference systems: {listed(sorted(numbers))}. "
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
