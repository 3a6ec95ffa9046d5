#!/usr/bin/env python3
"""Test the learned models on places they never saw, and write what came out."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from geodata.checksums import write_atomically
from geodata.errors import GeodataError, TrainingError
from geodata.folders import BUNDLE, HOME
from geodata.layers.store import LayerStore
from geodata.release.evaluation import evaluate
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned.argument_file import (
    learned_type_texts,
    parse_learned_type,
)
from geodata.scoring.learned.model_file import FOLDER, checksum

PACKAGE = Path(__file__).parents[1] / "geodata"


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder with the layers.")
    ] = HOME,
    deposit_type: Annotated[
        list[str] | None, typer.Option(help="Only these deposit types (repeat).")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder to write <type>-validation.json to.")
    ] = PACKAGE / FOLDER,
) -> None:
    """Evaluate every learned model; releases built afterwards carry the report."""
    told, errors = Console(markup=False), Console(stderr=True, markup=False)
    store = LayerStore((BUNDLE, home / "layers"))
    experts = parse_all(deposit_type_texts())
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in learned_type_texts().items():
            if deposit_type and name not in deposit_type:
                continue
            started = time.monotonic()
            try:
                with errors.status(f"{name}: starting") as status:
                    report = evaluate(
                        parse_learned_type(name, text),
                        experts.get(name),
                        store,
                        lambda task, name=name: status.update(f"{name}: {task}"),  # type: ignore[misc]  # a default binds the loop's value
                    )
            except TrainingError as error:
                errors.print(f"Not tested. {error}", style="yellow")
                continue
            report["arguments_sha256"] = checksum(text)
            path = out / f"{name}-validation.json"
            content = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
            write_atomically(path, (content + "\n").encode())
            summary(report, told)
            told.print(
                f"Written in {time.monotonic() - started:.0f} s: {path}",
                highlight=False,
            )
    except GeodataError as error:
        errors.print(f"Not tested. {error}", style="red", highlight=False)
        sys.exit(1)


def summary(report: dict[str, Any], out: Console) -> None:
    """Print the figures with n and intervals."""
    out.print(f"{report['title']}: {report['n_world']} examples to learn from")
    schemes = Table("held out", "against", "AUC", "95 %", "n", "on training places")
    for row in report["schemes"]:
        found = row["auc"]
        schemes.add_row(
            row["name"],
            row["against"],
            f"{found['value']:.3f}",
            interval(found),
            str(found["n"]),
            f"{row['resubstitution']:.3f}",
        )
    out.print(schemes)
    region = report["regions"]
    out.print(
        f"Regions of the world left out one by one ({region['regions']}): mean area "
        f"rank {region['mean_rank']['value']:.3f} ({interval(region['mean_rank'])}), "
        f"n {region['n']}, chance 0.5",
        highlight=False,
    )
    if not report["withheld"]["models"]:
        out.print("No known example lies in the withheld region: not tested there.")
        return
    table = Table(
        "Central Asia, never seen", "mean rank", "95 %", "10 %", "20 %", "25 %"
    )
    for model in report["withheld"]["models"]:
        found = model["all"]
        if not found["capture"]:
            table.add_row(model["name"], "unknown everywhere", "", "", "", "")
            continue
        caught = {row["area"]: f"{row['sites']}/{row['n']}" for row in found["capture"]}
        table.add_row(
            model["name"],
            f"{found['mean_rank']['value']:.3f}",
            interval(found["mean_rank"]),
            caught[0.1],
            caught[0.2],
            caught[0.25],
        )
    out.print(table)


def interval(found: dict[str, float | None]) -> str:
    """Write an interval; a dash where it is unknown."""
    low, high = found["low"], found["high"]
    return "–" if low is None or high is None else f"{low:.2f} to {high:.2f}"


if __name__ == "__main__":
    typer.run(main)
