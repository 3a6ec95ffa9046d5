"""Ingest public layers: bring their files, make the layers, say what is here."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from geodata.folders import HOME

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""


def main(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Make every layer that can be made.")
    ] = False,
    layer: Annotated[
        list[str] | None, typer.Option(help="Only this layer; may be repeated.")
    ] = None,
    mirror: Annotated[
        Path | None,
        typer.Option(
            help="Folder with <source-id>/<file>; nothing is downloaded then.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option(help="Say what would be brought; change nothing.")
    ] = False,
    status: Annotated[
        bool, typer.Option(help="Say what is here, what is not, and what that costs.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            help="SOURCE/FILE whose publisher changed it: take the new one from now on."
        ),
    ] = None,
    drop: Annotated[
        bool,
        typer.Option(help="Make a layer even if it loses sources that it holds now."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document instead of tables.")
    ] = False,
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder of this installation.")
    ] = HOME,
) -> None:
    """Bring public files, make layers from them, and publish each when it is whole.

    Layers that are here, made from the same files by the same code, are left alone.
    A new release uses what is new: run scripts/rank_prospects.py afterwards.
    Exit code 1: a file or layer was wrong. What nobody has brought is no error.
    """
    # What a command needs is imported when it runs, not for --help.
    from rich.console import Console

    from geodata.errors import GeodataError
    from scripts.ingestion.progress import say
    from scripts.ingestion.steps import Choice, carry_out

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    if accept and (dry_run or status):
        raise typer.BadParameter(
            "--accept changes something; --dry-run and --status "
            "do not. Say it with --all or --layer."
        )
    choice = Choice(
        every=every,
        layers=tuple(layer or ()),
        accept=tuple(accept or ()),
        drop=drop,
        status=status,
        dry_run=dry_run,
    )
    try:
        report, failed = carry_out(choice, home=home, mirror=mirror, quiet=as_json)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # one is enough
        Console(stderr=True, markup=False).print(
            "Stopped. Layers published so far are whole; half-brought files are kept "
            "and go on where they stopped when this is run again."
        )
        raise typer.Exit(INTERRUPTED) from None
    except GeodataError as error:
        say(Console(stderr=True, markup=False), "Not done.", error)
        raise typer.Exit(1) from error
    report.print(as_json=as_json)
    if failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
