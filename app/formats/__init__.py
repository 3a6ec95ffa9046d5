"""Output formats of the prospect areas: a module of this folder each.

A module holds ``FORMAT``; nothing else has to name it.  The address
``/prospects.<ending>``, its description, the links of the API and the buttons of the
pages follow from it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.collection import Collection, Positions
from app.schemas import Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How prospect areas are written for other programs.

    Attributes
    ----------
    ending : str
        Of the address and of the file, for example ``"csv"``.
    title : str
        As buttons and links name it.
    media_type : str
        What the bytes are, with a character set where that is not known otherwise.
    schema : mapping
        JSON schema of the answer, for the description of the API.
    write : function
        Writes rows of a collection: the collection, the rows in their order, the
        stamp (release, caution, credits) and the address of the page that holds the
        whole caution, citations and licences.
    position : int
        Where it stands among the downloads, the lowest first.
    """

    ending: str
    title: str
    media_type: str
    schema: Mapping[str, Any]
    write: Callable[[Collection, Positions, Stamp, str], bytes]
    position: int = 10

    @property
    def path(self) -> str:
        """Address of all prospect areas in this format."""
        return f"/prospects.{self.ending}"


@cache
def formats() -> tuple[Format, ...]:
    """Return every format, in the order in which they are offered.

    >>> [item.ending for item in formats()]
    ['geojson', 'csv']
    """
    found: list[Format] = [
        importlib.import_module(f"{__name__}.{item.name}").FORMAT
        for item in pkgutil.iter_modules(__path__)
    ]
    return tuple(sorted(found, key=lambda item: (item.position, item.ending)))
