"""From a plan and its files to a layer on disk with its record."""

from collections.abc import Iterable
from pathlib import Path

from geodata.errors import LayerError
from geodata.layers.product import Members, RasterProduct, VectorProduct
from geodata.layers.store import (
    LayerStore,
    coverage_record,
    write_raster,
    write_vector,
)
from geodata.layers.plan import LayerPlan
from geodata.provenance import Member, Provenance
from geodata.sources.catalogue import Catalogue, Source


def draft_record(
    entry: LayerPlan, product: VectorProduct | RasterProduct, catalogue: Catalogue
) -> Provenance:
    """Return the record of a layer, without name, checksum and size of its file."""
    sources = [catalogue[source] for source in entry.source_ids()]
    is_open = entry.is_open(catalogue)
    command = f"python scripts/build_bundle.py --layer {entry.id}"
    coverage = product.coverage if isinstance(product, VectorProduct) else None
    return Provenance(
        layer=entry.id,
        title=entry.title,
        kind=entry.kind,
        file="",
        sha256="",
        bytes=0,
        members=_members(entry, catalogue),
        citation=_joined(source.citation for source in sources),
        licence=_joined((source.licence for source in sources), "; "),
        credit=_joined((source.credit for source in sources), "; "),
        open=is_open,
        resolution=entry.resolution,
        resolution_km=entry.resolution_km,
        uncertainty=entry.uncertainty,
        command=command if is_open else command + " --at-setup",
        coverage=coverage_record(coverage),
        extra={**product.extra, "licences_seen": _licences_seen(sources)},
    )


def write_layer(
    entry: LayerPlan, members: Members, catalogue: Catalogue, folder: Path
) -> Provenance:
    """Build a layer from its files and write it with its record."""
    product = entry.build(members)
    draft = draft_record(entry, product, catalogue)
    if isinstance(product, VectorProduct):
        return write_vector(folder, product.table, draft)
    return write_raster(folder, product.image, draft, dtype=product.dtype)


def is_current(entry: LayerPlan, catalogue: Catalogue, folder: Path) -> bool:
    """Tell whether a folder holds the layer, whole, made from the pinned files."""
    store = LayerStore((folder,))
    try:
        record = store.provenance(entry.id)
        store.content(entry.id)
    except LayerError:
        return False
    return record.members == _members(entry, catalogue)


def _members(entry: LayerPlan, catalogue: Catalogue) -> tuple[Member, ...]:
    return tuple(catalogue.package(source).member(path) for source, path in entry.parts)


def _licences_seen(sources: list[Source]) -> list[dict[str, str]]:
    return [
        {
            "source": source.id,
            "licence": source.licence,
            "seen": source.licence_seen,
            "url": source.licence_url,
        }
        for source in sources
    ]


def _joined(texts: Iterable[str], separator: str = " ") -> str:
    return separator.join(dict.fromkeys(texts))
