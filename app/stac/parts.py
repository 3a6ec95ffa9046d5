"""What documents of the catalogue share: addresses, links, whom to name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.stac.schemas import Provider, StacLink
from app.text import say
from geodata.release import LayerEntry

EXTENSIONS = "https://stac-extensions.github.io"
SCIENTIFIC = f"{EXTENSIONS}/scientific/v1.0.0/schema.json"

OTHER = "other"
"""Stands where a licence has no SPDX identifier, or there are several."""

_SPDX = {
    "CC BY 3.0": "CC-BY-3.0",
    "CC BY 4.0": "CC-BY-4.0",
    "CC0-1.0": "CC0-1.0",
}
"""Licences that are all of what a publisher states → their SPDX identifiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the documents of a release stand.

    Attributes
    ----------
    release : str
        Address of the API of the release.
    root : str
        Address of the list of releases.
    licences : str
        Address of the page that tells the licence of every layer.
    """

    release: str
    root: str
    licences: str

    @property
    def collection(self) -> str:
        """Address of the document of the release."""
        return f"{self.release}/stac/collection.json"

    def grid(self, name: str) -> str:
        """Return the address of the item of a grid."""
        return f"{self.release}/stac/grids/{name}.json"

    def table(self, name: str) -> str:
        """Return the address of the item of a collection of features."""
        return f"{self.release}/stac/collections/{name}.json"


def link(rel: str, href: str, media_type: str, title: str = "") -> StacLink:
    """Write a link; without a title if there is none."""
    made: StacLink = {"rel": rel, "href": href, "type": media_type}
    return {**made, "title": title} if title else made


def atlas_itself() -> Provider:
    """Name the atlas as who made something."""
    return {"name": say("page.atlas"), "roles": ["producer", "processor", "host"]}


def licensor(credit: str, licence: str) -> Provider:
    """Name who gave the terms of something."""
    return {"name": credit, "description": licence, "roles": ["licensor"]}


def licensors(layers: Iterable[LayerEntry]) -> list[Provider]:
    """Return whom to name for layers, each once on the same terms."""
    pairs = dict.fromkeys((item.credit, item.licence) for item in layers)
    return [licensor(credit, licence) for credit, licence in pairs]


def common_licence(licences: Sequence[str]) -> str:
    """Return the SPDX identifier of licences, if it is one and known.

    >>> common_licence(["CC BY 4.0", "CC BY 4.0"]), common_licence(["unstated"])
    ('CC-BY-4.0', 'other')
    """
    found = {_SPDX.get(item, OTHER) for item in licences}
    return found.pop() if len(found) == 1 else OTHER
