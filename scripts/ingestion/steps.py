"""What scripts/ingest.py does: look, forecast, or bring and make."""

from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from geodata.folders import BUNDLE
from geodata.ingestion.gather import Places
from geodata.ingestion.plan import Plan, ingestion_plans
from geodata.ingestion.result import Ingestion
from geodata.ingestion.run import ingest
from geodata.layers.storage.publication import collect_garbage
from geodata.layers.store import LayerStore
from geodata.release.holdings import Holding, holdings
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.sources import Catalogue, load_catalogue
from geodata.sources.ledger import forget, retrieved
from scripts.ingestion.progress import shown_progress
from scripts.ingestion.tables import (
    Report,
    forecast_report,
    run_report,
    status_report,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a user asked for, as the options of the command say it."""

    every: bool
    layers: tuple[str, ...]
    accept: tuple[str, ...]
    drop: bool
    status: bool
    dry_run: bool


def carry_out(
    choice: Choice, *, home: Path, mirror: Path | None, quiet: bool
) -> tuple[Report, bool]:
    """Do what was asked for.

    Returns
    -------
    Report
        What to print.
    bool
        True when a file or layer was wrong.
    """
    catalogue = load_catalogue()
    places = Places(home=home, mirror=mirror)
    if choice.status:
        ages = retrieved(places.downloads)
        return status_report(_holdings(places, catalogue), ages, catalogue), False
    plans = _chosen(choice, catalogue)
    if choice.dry_run:
        return forecast_report(plans, catalogue, places), False
    for name in choice.accept:
        source, _, file = name.partition("/")
        found = catalogue.published(source).file(file)
        forget(places.downloads, source, found.name)
    done = _run(plans, catalogue, places, quiet=quiet, drop=choice.drop)
    collect_garbage(places.layers)
    return run_report(done, _holdings(places, catalogue), catalogue), done.failed


def _chosen(choice: Choice, catalogue: Catalogue) -> tuple[Plan, ...]:
    plans = ingestion_plans(catalogue)
    known = list(dict.fromkeys(plan.id for plan in plans))
    wrong = [name for name in choice.layers if name not in known]
    if wrong or not (choice.every or choice.layers):
        asked = f"no layer {', '.join(wrong)}" if wrong else "nothing was asked for"
        raise typer.BadParameter(
            f"{asked}. Say --all, --status, or --layer with one of: {', '.join(known)}."
        )
    if choice.every:
        return plans
    return tuple(plan for plan in plans if plan.id in choice.layers)


def _run(
    plans: tuple[Plan, ...],
    catalogue: Catalogue,
    places: Places,
    *,
    quiet: bool,
    drop: bool,
) -> Ingestion:
    files = {part for plan in plans for part in plan.files}
    layers = {plan.id for plan in plans}
    console = Console(stderr=True, quiet=quiet, markup=False)
    with shown_progress(
        console, catalogue, files=len(files), layers=len(layers)
    ) as screen:
        return ingest(plans, catalogue, places, screen, may_lose_sources=drop)


def _holdings(places: Places, catalogue: Catalogue) -> tuple[Holding, ...]:
    return holdings(
        LayerStore((BUNDLE, places.layers)),
        parse_all(deposit_type_texts()).values(),
        {plan.id for plan in ingestion_plans(catalogue)},
    )
