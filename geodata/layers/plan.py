"""How a layer is made: from which files, by which function, how good it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from geodata.layers.product import Members, Product, RasterProduct, VectorProduct
from geodata.sources.catalogue import Catalogue

Part = tuple[str, str]
"""Id of a source, and a file inside its package or among its published files."""

Files = Mapping[Part, Path]
"""Verified files by part; a part that is optional and not here is not a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """How one layer is made from registry packages.

    Attributes
    ----------
    id, title, kind : str
        As in :class:`geodata.provenance.Provenance`.
    parts : tuple of (source id, path in package)
        Every file the builder reads.
    build : callable
        From those files to the finished layer; pure.
    resolution, resolution_km, uncertainty
        As in the record.
    needs_extra : bool
        True when the build extra ``bundle`` must be installed.
    edition : int
        Raised when the builder returns something else from the same files, for
        example a new column: setup then makes the layer anew on every machine.
    """

    id: str
    title: str
    kind: str
    parts: tuple[Part, ...]
    build: Callable[[Members], VectorProduct | RasterProduct]
    resolution: str
    resolution_km: float
    uncertainty: str
    needs_extra: bool = False
    edition: int = 1

    def source_ids(self) -> tuple[str, ...]:
        """Return the ids of the sources, each once, in order of first use."""
        return tuple(dict.fromkeys(source for source, _ in self.parts))

    def is_open(self, catalogue: Catalogue) -> bool:
        """Tell whether every source clearly allows the layer to be handed on."""
        return all(catalogue[source].open for source in self.source_ids())


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """How one layer is made from files a publisher offers.

    Several plans may make the same layer: the first in the table of plans whose
    files are here wins, because it is the better one.

    Attributes
    ----------
    id, title, kind : str
        As in :class:`geodata.provenance.Provenance`.
    parts : tuple of (source id, file name)
        Files without which the layer cannot be made.
    optional : tuple of (source id, file name)
        Files that are used when they are here; with no ``parts`` at least one.
    build : callable
        From those files to the finished layer; pure but for reading them.
    resolution, resolution_km, uncertainty
        As in the record.
    """

    id: str
    title: str
    kind: str
    parts: tuple[Part, ...] = ()
    optional: tuple[Part, ...] = ()
    build: Callable[[Files], Product]
    resolution: str
    resolution_km: float
    uncertainty: str
