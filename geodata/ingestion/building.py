"""From a plan and its files to a layer on disk with its record."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from geodata.layers.plan import FilePlan, LayerPlan
from geodata.layers.product import (
    Members,
    Product,
    RasterProduct,
    TableProduct,
    VectorProduct,
)
from geodata.layers.storage.publication import stage
from geodata.layers.storage.shelf import Shelf
from geodata.layers.storage.store import (
    coverage_record,
    write_raster,
    write_table,
    write_vector,
)
from geodata.layers.storage.table_file import encode_csv
from geodata.provenance import Member, Provenance
from geodata.sources.catalogue import Catalogue, Source

PLAN_FACT = "plan"
"""In a published record: what kind of plan the layer was made by."""

EDITION_FACT = "edition"
"""In a published record: the edition of the plan; without it, the first."""

FROM_PACKAGES = "packages"
FROM_FILES = "files"
"""Made by ingestion, which has better sources than the packages."""


def draft_record(
    entry: LayerPlan | FilePlan,
    product: Product,
    catalogue: Catalogue,
    members: tuple[Member, ...],
    command: str,
) -> Provenance:
    """Return the record of a layer, without name, checksum and size of its file.

    Parameters
    ----------
    entry : LayerPlan or FilePlan
        How the layer is made.
    product : VectorProduct, RasterProduct or TableProduct
        What was made.
    catalogue : Catalogue
        What its sources are.
    members : tuple of Member
        The files that were read; only their sources are credited.
    command : str
        What makes the layer again.

    Returns
    -------
    Provenance
        Open only if every source is.
    """
    names = dict.fromkeys(member.source for member in members)
    sources = [catalogue[source] for source in names]
    coverage = None if isinstance(product, TableProduct) else product.coverage
    return Provenance(
        layer=entry.id,
        title=entry.title,
        kind=entry.kind,
        file="",
        sha256="",
        bytes=0,
        members=members,
        citation=_joined(source.citation for source in sources),
        licence=_joined((source.licence for source in sources), "; "),
        credit=_joined((source.credit for source in sources), "; "),
        open=all(source.open for source in sources),
        resolution=entry.resolution,
        resolution_km=entry.resolution_km,
        uncertainty=entry.uncertainty,
        command=command,
        coverage=coverage_record(coverage),
        extra={**product.extra, "licences_seen": _licences_seen(sources)},
    )


def draft_from_packages(
    entry: LayerPlan, product: Product, catalogue: Catalogue
) -> Provenance:
    """Return the draft of a layer that scripts/build_bundle.py makes."""
    command = f"python scripts/build_bundle.py --layer {entry.id}"
    return draft_record(
        entry,
        product,
        catalogue,
        members=package_members(entry, catalogue),
        command=command if entry.is_open(catalogue) else command + " --at-setup",
    )


def write_layer(
    entry: LayerPlan, members: Members, catalogue: Catalogue, folder: Path
) -> Provenance:
    """Build a layer from its files and write it, flat, with its record."""
    product = entry.build(members)
    return _write_flat(folder, product, draft_from_packages(entry, product, catalogue))


def stage_layer(
    folder: Path, entry: LayerPlan | FilePlan, product: Product, draft: Provenance
) -> Provenance:
    """Write a layer into the published store; nothing shows until it is published.

    The record also says what kind of plan made the layer, and the edition of a
    plan of packages after its first.  For errors see
    :func:`geodata.layers.storage.publication.stage`.
    """
    made = FROM_FILES if isinstance(entry, FilePlan) else FROM_PACKAGES
    facts = {**draft.extra, PLAN_FACT: made}
    if isinstance(entry, LayerPlan) and entry.edition > 1:
        facts[EDITION_FACT] = entry.edition
    return stage(folder, product, dataclasses.replace(draft, extra=facts))


def is_better(record: Provenance) -> bool:
    """Tell whether ingestion made a layer, from better sources than packages."""
    return record.extra.get(PLAN_FACT) == FROM_FILES


def is_current(entry: LayerPlan, catalogue: Catalogue, folder: Path) -> bool:
    """Tell whether a published store needs no layer from packages.

    That is so when it holds the layer, whole, made from the pinned files by this
    edition of the plan or, better, by ingestion.  A layer that came over from a flat
    folder is not current.

    Raises
    ------
    LayerFormatError
        If the manifest of the store is damaged.
    """
    record = Shelf(folder).intact(entry.id)
    if record is None or is_better(record):
        return record is not None
    return (
        PLAN_FACT in record.extra
        and record.extra.get(EDITION_FACT, 1) == entry.edition
        and record.members == package_members(entry, catalogue)
    )


def package_members(entry: LayerPlan, catalogue: Catalogue) -> tuple[Member, ...]:
    """Return the pinned files a layer is made from."""
    return tuple(catalogue.package(source).member(path) for source, path in entry.parts)


def _write_flat(folder: Path, product: Product, draft: Provenance) -> Provenance:
    if isinstance(product, VectorProduct):
        return write_vector(folder, product.table, draft)
    if isinstance(product, RasterProduct):
        return write_raster(folder, product.image, draft, dtype=product.dtype)
    return write_table(folder, encode_csv(product.table), draft)


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
