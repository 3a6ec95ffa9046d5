"""Read XML from outside: no document type, no entities, bounded depth and size."""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.quoting import quoted, reason

_EQUALS_PER_ELEMENT = 2  # signs, those in plain text included


def parse_xml(content: bytes, limits: Limits) -> Element:
    """Return the root element of an XML text; names lose their namespaces.

    Parameters
    ----------
    content : bytes
        The whole text.
    limits : Limits
        ``elements`` (with attributes) and ``depth`` are checked while reading.

    Raises
    ------
    UnsafeFileError
        If the text declares a document type or an entity, which could make it grow
        or read other files, or is beyond the limits.
    LayerFormatError
        If the text is not XML.

    Notes
    -----
    Schemas and style sheets that a text names are never looked for.
    """
    if content.count(b"=") > _EQUALS_PER_ELEMENT * limits.elements:
        raise _too_much(limits)  # one tag takes all its attributes at once
    reader = _Reader(limits)
    try:
        return reader.read(content)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise LayerFormatError(
            f"The file is not XML ({reason(error)}). It begins with {quoted(content)}."
        ) from error


def text_of(element: Element | None) -> str:
    """Return the text of an element without blanks around it; empty if absent."""
    return (element.text or "").strip() if element is not None else ""


class _Reader:
    """Feeds a tree builder, and stops at whatever we do not accept."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._builder = TreeBuilder()
        self._depth = 0
        self._elements = 0

    def read(self, content: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.Parse(content, True)
        return self._builder.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1 + len(attributes)
        if self._depth > self._limits.depth or self._elements > self._limits.elements:
            raise _too_much(self._limits)
        plain = {_local(key): value for key, value in attributes.items()}
        self._builder.start(_local(name), plain)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(_local(name))

    def _refuse(self, *_: object) -> int:
        raise UnsafeFileError(
            "The XML text declares a document type or an entity, which can make it "
            "grow without end or read other files. Such files are not opened."
        )


def _too_much(limits: Limits) -> UnsafeFileError:
    return UnsafeFileError(
        f"The XML text has more than {limits.elements:,} elements and attributes, or "
        f"more than {limits.depth} inside one another. If the file is right, raise the "
        "limit."
    )


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
