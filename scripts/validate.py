#!/usr/bin/env python3
"""Test the learned models on places they never saw, and the maps of a release."""

import json
import math
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.errors import GeodataError, NoReleaseError, TrainingError
from geodata.folders import BUNDLE, HOME
from scripts.map_tables import show_map_tests

if TYPE_CHECKING:  # what a command needs is imported when it runs, not for --help
    from geodata.release import Release
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
    only_maps: Annotated[
        bool,
        typer.Option("--only-maps", help="Train nothing: only the release's maps."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all figures as JSON, no tables.")
    ] = False,
) -> None:
    """Evaluate every learned model; releases built afterwards carry the report.

    Then tell what the release that stands says of its maps: within like ground, beside
    plain measurements, on deposits of other kinds.
    """
    from geodata.release import open_release

    console = Console(markup=False, quiet=as_json)
    errors = Console(stderr=True, markup=False)
    reports: dict[str, LearnedReport] = {}
    release = None
    try:
        if not only_maps:
            require_tools()
            reports = learned_models(home, deposit_type, out, console, errors)
        try:
            release = open_release(home / "releases")
        except NoReleaseError:
            if only_maps:
                raise
            console.print("No release stands here, so no map of one is tested.")
    except GeodataError as error:
        errors.print(f"Not tested. {error}", style="red", highlight=False)
        sys.exit(1)
    if release and not as_json:
        titles = {one.id: one.title for one in release.manifest.deposit_types}
        console.print(f"Maps of release {release.id}", highlight=False)
        show_map_tests(release.validation.map_tests, titles, console)
    if as_json:
        typer.echo(all_figures(reports, release))


def require_tools() -> None:
    """Refuse, before anything is read, what cannot be compared without its tools."""
    if find_spec("sklearn") is None:
        raise TrainingError(
            "Learned models are compared with those of scikit-learn, which is not "
            "installed: run scripts/setup --dev. --only-maps needs none."
        )


def learned_models(
    home: Path,
    deposit_type: list[str] | None,
    out: Path,
    console: Console,
    errors: Console,
) -> "dict[str, LearnedReport]":
    """Evaluate learned models, write and print the report of each."""
    from geodata.checksums import write_atomically
    from geodata.layers.store import LayerStore
    from geodata.release.evaluation import evaluate
    from geodata.scoring.deposit_file import parse_all
    from geodata.scoring.deposit_type import choose, deposit_type_texts
    from geodata.scoring.learned.argument import parse_learned

    store = LayerStore((BUNDLE, home / "layers"))
    texts = deposit_type_texts()
    experts = parse_all(texts)
    out.mkdir(parents=True, exist_ok=True)
    reports = {}
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
        reports[name] = report
    return reports


def all_figures(
    reports: "Mapping[str, LearnedReport]", release: "Release | None"
) -> str:
    """Return every figure as JSON: of the learned models, and of the release's maps."""
    return json.dumps(
        {
            "release": release.id if release else None,
            "learned": {
                name: report.model_dump(mode="json") for name, report in reports.items()
            },
            "map_tests": release.validation.map_tests.model_dump(mode="json")
            if release
            else None,
        },
        indent=1,
        ensure_ascii=False,
    )


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
