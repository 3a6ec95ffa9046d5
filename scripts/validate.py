#!/usr/bin/env python3
"""Test the learned models on places they never saw, and write what came out."""

import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.errors import GeodataError, TrainingError
from geodata.folders import BUNDLE, HOME

if TYPE_CHECKING:  # what a command needs is imported when it runs, not for --help
    from geodata.scoring.validation.intervals import Estimate
    from geodata.scoring.validation.report import LearnedReport


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder with the layers.")
    ] = HOME,
    deposit_type: Annotated[
        list[str] | None, typer.Option(help="Only these deposit types (repeat).")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder to write <type>-validation.json to.")
    ] = BUNDLE / "learned",
) -> None:
    """Evaluate every learned model; releases built afterwards carry the report."""
    from geodata.checksums import write_atomically
    from geodata.layers.store import LayerStore
    from geodata.release.evaluation import evaluate
    from geodata.scoring.deposit_file import parse_all
    from geodata.scoring.deposit_type import choose, deposit_type_texts
    from geodata.scoring.learned.argument import parse_learned

    console, errors = Console(markup=False), Console(stderr=True, markup=False)
    store = LayerStore((BUNDLE, home / "layers"))
    try:
        texts = deposit_type_texts()
        experts = parse_all(texts)
        out.mkdir(parents=True, exist_ok=True)
        for name, text in choose(texts, tuple(deposit_type or ())).items():
            if (learned_type := parse_learned(name, text)) is None:
                continue
            started = time.monotonic()
            try:
                with errors.status(f"{name}: starting") as status:
                    report = evaluate(
                        learned_type,
                        experts[name],
                        store,
                        lambda task, name=name: status.update(f"{name}: {task}"),  # type: ignore[misc]  # a default binds the loop's value
                    )
            except TrainingError as error:
                errors.print(f"Not tested. {error}", style="yellow")
                continue
            path = out / f"{name}-validation.json"
            content = report.model_dump_json(indent=1) + "\n"
            write_atomically(path, content.encode())
            summary(report, console)
            took = time.monotonic() - started
            console.print(f"Written in {took:.0f} s: {path}", highlight=False)
    except GeodataError as error:
        errors.print(f"Not tested. {error}", style="red", highlight=False)
        sys.exit(1)


def summary(report: "LearnedReport", out: Console) -> None:
    """Print the figures with n and intervals."""
    from app.text.validation import map_name, scheme_name
    from geodata.scoring.validation.report import MODELS

    out.print(f"{report.title}: {report.n_world} examples to learn from")
    schemes = Table("held out", "against", "AUC", "95 %", "n", "on training places")
    for row in report.schemes:
        schemes.add_row(
            scheme_name(row),
            row.against,
            f"{row.auc.value:.3f}",
            interval(row.auc),
            str(row.auc.n),
            f"{row.resubstitution:.3f}",
        )
    out.print(schemes)
    region = report.regions
    out.print(
        f"Regions of the world left out one by one ({region.regions}): mean area "
        f"rank {region.mean_rank.value:.3f} ({interval(region.mean_rank)}), "
        f"n {region.n}, chance 0.5",
        highlight=False,
    )
    if not report.withheld.maps:
        out.print("No known example lies in the withheld region: not tested there.")
        return
    shares = (0.1, 0.2, 0.25)
    table = Table(
        "Central Asia, never seen", "mean rank", "95 %", *(f"{s:.0%}" for s in shares)
    )
    for test in report.withheld.maps:
        rank = test.every.mean_rank
        caught = {one.area: f"{one.sites}/{one.n}" for one in test.every.capture}
        known = not math.isnan(rank.value)
        table.add_row(
            map_name(test.map),
            f"{rank.value:.3f}" if known else "unknown everywhere",
            interval(rank),
            *(caught.get(share, "") for share in shares),
            style="bold" if test.map == MODELS[0] else "",
        )
    out.print(table)


def interval(found: "Estimate") -> str:
    """Write an interval; a dash where it is unknown."""
    known = not math.isnan(found.low) and not math.isnan(found.high)
    return f"{found.low:.2f} to {found.high:.2f}" if known else "–"


if __name__ == "__main__":
    typer.run(main)
