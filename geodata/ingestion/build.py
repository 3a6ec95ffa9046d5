"""From a plan and its files to a layer on disk with its record."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from geodata.ingestion.plan import Plan
from geodata.layers.model import (
    Members,
    PackageRecipe,
    Product,
    TableProduct,
    VectorProduct,
)
from geodata.layers.storage.manifest import LayerFolder
from geodata.layers.storage.publication import stage
from geodata.layers.storage.table_file import coverage_record, rounded
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
    plan: Plan,
    product: Product,
    catalogue: Catalogue,
    members: tuple[Member, ...],
    command: str,
) -> Provenance:
    """Return the record of a layer, without name, checksum and size of its file.

    Parameters
    ----------
    plan : Plan
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
        layer=plan.id,
        title=plan.title,
        kind=plan.layer.kind,
        file="",
        sha256="",
        bytes=0,
        members=members,
        citation=_joined(source.citation for source in sources),
        licence=_joined((source.licence for source in sources), "; "),
        credit=_joined((source.credit for source in sources), "; "),
        open=all(source.open for source in sources),
        resolution=plan.recipe.resolution,
        resolution_km=plan.recipe.resolution_km,
        uncertainty=plan.recipe.uncertainty,
        command=command,
        coverage=coverage_record(coverage),
        extra={**product.extra, "licences_seen": _licences_seen(sources)},
    )


def draft_from_packages(
    plan: Plan, product: Product, catalogue: Catalogue
) -> Provenance:
    """Return the draft of a layer that scripts/build_bundle.py makes."""
    command = f"python scripts/build_bundle.py --layer {plan.id}"
    return draft_record(
        plan,
        product,
        catalogue,
        members=package_members(plan, catalogue),
        command=command if plan.is_open(catalogue) else command + " --at-setup",
    )


def stage_for_bundle(
    folder: Path, plan: Plan, members: Members, catalogue: Catalogue
) -> Provenance:
    """Build a layer of the bundle from packages and stage it.

    Places are rounded to about one metre, to keep the repository small.
    """
    product = built_from_packages(plan, members)
    draft = draft_from_packages(plan, product, catalogue)
    if isinstance(product, VectorProduct):
        product = dataclasses.replace(product, table=rounded(product.table))
    return stage(folder, product, draft)


def built_from_packages(plan: Plan, members: Members) -> Product:
    """Run the builder of a plan of packages."""
    return _package_recipe(plan).build(members)


def stage_layer(
    folder: Path, plan: Plan, product: Product, draft: Provenance
) -> Provenance:
    """Write a layer into the published store; nothing shows until it is published.

    The record also says how it was made, as :func:`with_plan` has it.  For errors see
    :func:`geodata.layers.storage.publication.stage`.
    """
    return stage(folder, product, with_plan(draft, plan))


def with_plan(draft: Provenance, plan: Plan) -> Provenance:
    """Return a record that says what kind of plan made the layer.

    Of a recipe of packages it says the edition too, after the first.
    """
    facts = {**draft.extra, PLAN_FACT: FROM_FILES}
    if isinstance(plan.recipe, PackageRecipe):
        facts[PLAN_FACT] = FROM_PACKAGES
        if plan.recipe.edition > 1:
            facts[EDITION_FACT] = plan.recipe.edition
    return dataclasses.replace(draft, extra=facts)


def is_better(record: Provenance) -> bool:
    """Tell whether ingestion made a layer, from better sources than packages."""
    return record.extra.get(PLAN_FACT) == FROM_FILES


def needs_no_setup(plan: Plan, catalogue: Catalogue, folder: Path) -> bool:
    """Tell whether a published store needs no layer from packages.

    That is so when it holds the layer, whole, made from the pinned files by this
    edition of the recipe or, better, by ingestion.

    Raises
    ------
    LayerFormatError
        If the manifest of the store is damaged.
    """
    record = LayerFolder(folder).intact(plan.id)
    if record is None or is_better(record):
        return record is not None
    return (
        PLAN_FACT in record.extra
        and record.extra.get(EDITION_FACT, 1) == _package_recipe(plan).edition
        and record.members == package_members(plan, catalogue)
    )


def package_members(plan: Plan, catalogue: Catalogue) -> tuple[Member, ...]:
    """Return the pinned files a layer is made from."""
    return tuple(
        catalogue.package(source).member(path) for source, path in plan.recipe.parts
    )


def _package_recipe(plan: Plan) -> PackageRecipe:
    if not isinstance(plan.recipe, PackageRecipe):
        raise TypeError(f"'{plan.id}' is not made from packages by this plan")
    return plan.recipe


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
