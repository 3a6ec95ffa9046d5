#!/usr/bin/env python3
"""Load a server with many clients, and tell its health and memory beside limits."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.folders import HOME

HEALTH_S = 0.25
GROWTH_BYTES = 200_000_000
MB = 1_000_000
LIMIT = 1000


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder with the releases.")
    ] = HOME,
    workers: Annotated[int, typer.Option(help="Server processes.")] = 2,
    clients: Annotated[int, typer.Option(help="Clients at once.")] = 64,
    seconds: Annotated[float, typer.Option(help="How long each load lasts.")] = 30.0,
    collection: Annotated[
        str, typer.Option(help="Collection that is asked for in boxes.")
    ] = "prospects",
) -> None:
    """Ask for never-seen boxes, then for everything; exit with 1 beyond a limit."""
    import numpy as np

    from scripts.benchmarks.serving import Load, boxes, everything, load, served

    console = Console(markup=False)
    loads: dict[str, Load] = {}
    with served(home, workers) as port:
        for what, paths in {
            f"boxes of {LIMIT}": boxes(collection, LIMIT),
            "everything": everything(collection),
            "everything, again": everything(collection),
        }.items():
            loads[what] = load(port, paths, clients=clients, seconds=seconds)
    table = Table(title=f"{clients} clients, {workers} processes")
    for heading in (
        "load",
        "answers/s",
        "MB/s",
        "p50 / p99 s",
        "healthz p50 / p99 / max ms",
        "statuses",
        "memory MB",
    ):
        table.add_column(heading)
    missed = []
    for what, told in loads.items():
        health = np.quantile(told.health_s, (0.5, 0.99, 1.0))
        answers = np.quantile(told.answer_s or [np.nan], (0.5, 0.99))
        table.add_row(
            what,
            f"{len(told.answer_s) / told.seconds:.0f}",
            f"{told.received_bytes / told.seconds / MB:.0f}",
            " / ".join(f"{value:.2f}" for value in answers),
            " / ".join(f"{1000 * value:.0f}" for value in health),
            ", ".join(f"{key}: {n}" for key, n in sorted(told.statuses.items())),
            f"{told.before_bytes / MB:.0f} → {told.after_bytes / MB:.0f}",
        )
        if health[1] > HEALTH_S:
            missed.append(f"{what}: healthz p99 above {HEALTH_S:.2f} s")
        if told.unannounced:
            missed.append(f"{what}: {told.unannounced} faults without Retry-After")
    first = loads[f"boxes of {LIMIT}"]
    if first.after_bytes - first.before_bytes > GROWTH_BYTES:
        missed.append(f"boxes: memory grew by more than {GROWTH_BYTES // MB} MB")
    console.print(table)
    for item in missed:
        console.print(f"missed: {item}")
    raise typer.Exit(1 if missed else 0)


if __name__ == "__main__":
    typer.run(main)
