#!/usr/bin/env python3
"""Describe what each layer says of plain, hills and mountains."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from geodata.folders import BUNDLE, HOME


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder with the layers.")
    ] = HOME,
    out: Annotated[Path, typer.Option(help="File to write.")] = BUNDLE / "land.json",
    check: Annotated[
        bool,
        typer.Option(
            help="Write nothing: say whether the file follows from the layers."
        ),
    ] = False,
) -> None:
    """Read every measurement of the expert models on a 10 km grid and describe it.

    A release that lacks a layer then knows what land of a kind would have said on
    average, though not where.  What no layer here can tell stays out of the file.
    """
    # What a command needs is imported when it runs, not for --help.
    from rich.console import Console

    from geodata.checksums import write_atomically
    from geodata.errors import GeodataError
    from geodata.layers.store import LayerStore, ReadOnce
    from geodata.release.model import to_json
    from geodata.release.survey import describe_land
    from geodata.scoring.land import Layers

    console, errors = Console(markup=False), Console(stderr=True, markup=False)
    try:
        found = describe_land(ReadOnce(LayerStore((BUNDLE, home / "layers"))))
    except GeodataError as error:
        errors.print(f"Not described. {error}", style="red", highlight=False)
        sys.exit(1)
    if not check:
        write_atomically(out, to_json(found))
        console.print(f"{len(found.measurements)} measurements: {out}", highlight=False)
        return
    shipped = Layers.model_validate_json(out.read_bytes())
    differing = found.differing_from(shipped)
    for key in differing:
        errors.print(f"Not as shipped: {key}", style="red", highlight=False)
    if differing:
        errors.print("The file does not follow from these layers: run without --check.")
        sys.exit(1)
    console.print(f"{len(found.measurements)} measurements are as shipped.")


if __name__ == "__main__":
    typer.run(main)
