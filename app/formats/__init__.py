"""Formats a collection is offered in; each module here holds one.

A module holds ``FORMAT``; its name, media type and function are all that the rest of
the application knows of it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from app.excerpt import Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of a collection or a part of it.

    Attributes
    ----------
    name : str
        Value of ``f=`` and ending of file names.
    title : str
        What a reader calls it.
    media_type : str
        What the bytes are, parameters included.
    schema : mapping of str to object
        JSON Schema of a body, for the description of the API.
    write : function
        Encodes an excerpt.
    position : int
        Place among the formats that are offered, smallest first.
    pages : bool
        Whether a page of items may be asked for in it, beside whole files.
    readers : mapping of str to str or None
        Query that the buttons of the pages add; None = without a button.
    """

    name: str
    title: str
    media_type: str
    schema: Mapping[str, object]
    write: Callable[[Excerpt], bytes]
    position: int
    pages: bool = True
    readers: Mapping[str, str] | None = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The media type without its parameters."""
        return self.media_type.partition(";")[0]

    @property
    def path(self) -> str:
        """Address of the prospect areas in this format."""
        return f"/prospects.{self.name}"


@cache
def formats() -> tuple[Format, ...]:
    """Return every format, in the order in which they are offered.

    >>> [item.name for item in formats()][:2]
    ['geojson', 'csv']
    """
    found: list[Format] = [
        importlib.import_module(f"{__name__}.{item.name}").FORMAT
        for item in pkgutil.iter_modules(__path__)
    ]
    return tuple(sorted(found, key=lambda item: (item.position, item.name)))
