#!/usr/bin/env python3
"""Measure speed and memory beside a stated limit or a peer, in one run, as ratios."""

import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.folders import HOME


def main(
    *,
    cells: Annotated[
        str, typer.Option(help="Cell sizes of the releases to build, metres.")
    ] = "10000,5000,2000,1000",
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder with the layers.")
    ] = HOME,
    mirror: Annotated[
        Path | None, typer.Option(help="Ingest this folder of public files, too.")
    ] = None,
    only: Annotated[
        str, typer.Option(help="Of those named by default; the rest is left out.")
    ] = "kernels,maps,ingestion,formats,tiles,answers,features,releases",
    polygons: Annotated[
        Path | None, typer.Option(help="GeoParquet of polygons that peers serve, too.")
    ] = None,
    peers: Annotated[
        str,
        typer.Option(help="Feature services that run: tipg=http://127.0.0.1:5403,…"),
    ] = "",
) -> None:
    """Build releases at several cell sizes, time the kernels, and what is served."""
    from scripts.benchmarks.answers import answers
    from scripts.benchmarks.features import features
    from scripts.benchmarks.figure import Figure
    from scripts.benchmarks.formats import written
    from scripts.benchmarks.maps import maps
    from scripts.benchmarks.releases import ingestion, kernels, releases
    from scripts.benchmarks.tiles import tiles

    console = Console(markup=False)
    figures = []
    works: dict[str, Callable[[], Iterable[Figure]]] = {
        "kernels": kernels,
        "maps": maps,
        "ingestion": lambda: ingestion(mirror, home) if mirror else (),
        "formats": written,
        "tiles": lambda: tiles(home),
        "answers": lambda: answers(home),
        "features": lambda: features(home, polygons, peers) if polygons else (),
        "releases": lambda: releases(cells, home),
    }
    for name in only.split(","):
        for figure in works[name]():
            console.print(f"measured: {figure.what}", highlight=False)
            figures.append(figure)
    table = Table(title=f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for heading in ("what", "ours", "against", "theirs", "ours / theirs"):
        table.add_column(heading)
    for figure in figures:
        there = not math.isnan(figure.theirs)
        table.add_row(
            figure.what,
            f"{figure.ours:,.3g} {figure.unit}",
            figure.against,
            f"{figure.theirs:,.3g} {figure.unit}" if there else "not installed",
            f"{figure.ours / figure.theirs:.3g}" if there else "",
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
