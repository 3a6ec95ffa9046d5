#!/usr/bin/env python3
"""Build a release: score, delineate, rank and explain, then print a summary."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from geodata.errors import GeodataError
from geodata.folders import BUNDLE, HOME

if TYPE_CHECKING:  # what a command needs is imported when it runs, not for --help
    from geodata.release import Release
    from geodata.release.survey import Progress as Report
    from geodata.scoring.validation.site_rank import SiteRank


def stop(_signal: int, _frame: object) -> None:
    """Leave in an orderly way when asked to end, so nothing half-built stays."""
    sys.exit("Stopped. Nothing was published; the last good release is untouched.")


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder for layers and releases.")
    ] = HOME,
    cell_m: Annotated[
        float | None,
        typer.Option(help="Side of a cell, metres, 30 to 50000; 5000 if not given."),
    ] = None,
    deposit_type: Annotated[
        list[str] | None, typer.Option(help="Only these deposit types (repeat).")
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(help="Folder with your own deposit-type files (*.toml)."),
    ] = None,
    *,
    predecessor: Annotated[
        str | None,
        typer.Option(
            help="Release whose areas lend their ids, or 'none'; the last one if not "
            "given."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option(help="Print the release id only.")] = False,
) -> None:
    """Build the release that follows from the layers and models, and rank it."""
    from geodata.layers.store import LayerStore
    from geodata.release import open_release
    from geodata.release.build import build_release
    from geodata.release.inputs import Parameters
    from geodata.scoring.deposit_type import choose, deposit_type_texts, read_folder

    errors, out = Console(stderr=True, markup=False), Console(markup=False)
    started = time.monotonic()
    signal.signal(signal.SIGTERM, stop)
    try:
        texts = choose(
            read_folder(models) if models else deposit_type_texts(),
            tuple(deposit_type or ()),
        )
        with bars(Console(stderr=True, quiet=quiet, markup=False)) as progress:
            built = build_release(
                LayerStore((BUNDLE, home / "layers")),
                texts,
                home / "releases",
                parameters=Parameters()
                if cell_m is None
                else Parameters(cell_m=cell_m),
                predecessor="" if predecessor == "none" else predecessor,
                progress=progress,
            )
        release = open_release(home / "releases", built.folder.name)
    except GeodataError as error:
        errors.print(f"Not built. {error}", style="red", highlight=False)
        sys.exit(1)
    if quiet:
        out.print(release.id, highlight=False)
        return
    try:
        summary(release, out)
    except Exception as error:  # noqa: BLE001  # the release is published all the same
        errors.print(f"The summary could not be printed: {error!r}", style="yellow")
    if built.note:
        errors.print(
            f"Ids do not follow the release before. {built.note}",
            style="yellow",
            highlight=False,
        )
    print_ids(release, out)
    how = f"built in {time.monotonic() - started:.1f} s" if built.fresh else "was there"
    out.print(f"Release {release.id} {how}: {built.folder}", highlight=False)


@contextmanager
def bars(console: Console) -> Iterator["Report"]:
    """Show a bar for each task that is reported."""
    with Progress(
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %", markup=False),
        TimeElapsedColumn(),
        console=console,
    ) as shown:
        tasks: dict[str, TaskID] = {}

        def progress(task: str, share: float) -> None:
            if task not in tasks:
                tasks[task] = shown.add_task(task, total=1.0)
            shown.update(tasks[task], completed=share)

        yield progress


def summary(release: "Release", out: Console) -> None:
    """Print the best areas, coverage per type and where known sites fall."""
    best = Table(title="Prospect areas, best ten", title_justify="left")
    for heading in ("#", "area", "place", "states", "km²", "fav.", "p10–p90", "cov."):
        best.add_column(heading, justify="right" if heading in "#km²" else "left")
    for row in release.prospects.head(10).itertuples():
        best.add_row(
            str(row.rank),
            str(row.label),
            str(row.place),
            str(row.states),
            f"{row.area_km2:,.0f}",
            f"{row.favourability:.2f}",
            f"{row.p10:.2f}–{row.p90:.2f}",
            f"{row.coverage:.0%}",
        )
    out.print(best)
    known = release.validation.known_sites
    types = Table(title="Deposit types", title_justify="left")
    for heading in ("type", "areas", "mean coverage"):
        types.add_column(heading)
    for item in release.manifest.deposit_types:
        covered = known.coverage[item.id].mean
        types.add_row(item.title, str(item.prospects), f"{covered:.0%}")
    out.print(types)
    from app.text import say
    from geodata.ingestion.plan import package_plans

    makeable = {plan.id for plan in package_plans()}
    lacking = [
        item.layer for item in release.manifest.missing_layers if item.layer in makeable
    ]
    if lacking:
        out.print(
            f"Poorer than it could be: {', '.join(lacking)} are not here. "
            "Run scripts/setup, which makes them, and rank again.",
            style="yellow",
            highlight=False,
        )
    sites = Table(
        title="Known sites: share of the area that scores at least as high "
        "(mean over the circle of error; random: 50 %)",
        title_justify="left",
    )
    for heading in ("site", "own type", "own map", "all types"):
        sites.add_column(heading)
    for site in known.sites:
        sites.add_row(
            site.site,
            site.deposit_type or "none of ours",
            rank_in_words(site.own, circular=site.circular),
            rank_in_words(site.overall, circular=site.circular_overall),
        )
    out.print(sites)
    for tested, found in (
        ("Maps of their own type", known.own),
        ("Map of all types", known.overall),
    ):
        if found.n == 0:
            continue
        words = "better than chance" if found.better_than_chance else "no better"
        out.print(
            f"{tested}: mean {found.mean:.0%} of {found.n} sites, "
            f"limit of chance {found.limit:.0%}: {words}.",
            highlight=False,
        )
        for alone in found.beaten_by:
            name = say(f"known-sites.measurement.{alone}")
            beaten = say("known-sites.beaten", names=name)
            out.print(f"  {beaten}", highlight=False)
    if any(site.circular for site in known.sites):
        out.print("* the site's own record is in a layer the model reads: no test.")


def print_ids(release: "Release", out: Console) -> None:
    """Say what became of the ids of the areas of the release before."""
    manifest = release.manifest
    if (since := manifest.id_changes) is not None:
        out.print(
            f"Ids since release {manifest.predecessor}: {since.kept} kept, "
            f"{since.new} new, {since.retired} retired.",
            highlight=False,
        )


def rank_in_words(rank: "SiteRank | None", *, circular: bool) -> str:
    """Return an area rank in words; a star marks what is no test."""
    if rank is None:
        return "–"
    return f"{rank.mean:.0%}{' *' if circular else ''}"


if __name__ == "__main__":
    typer.run(main)
