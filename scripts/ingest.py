"""Ingest public layers: bring their files, make the layers, say what is here."""

import json
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from geodata.errors import GeodataError
from geodata.folders import BUNDLE, HOME
from geodata.ingestion.gather import Outcome, Places, is_failure
from geodata.ingestion.plan import Plan, ingestion_plans
from geodata.ingestion.result import Ingestion, LayerResult
from geodata.ingestion.run import ingest
from geodata.layers.model import Part
from geodata.layers.storage.publication import collect_garbage
from geodata.layers.store import LayerStore
from geodata.release.holdings import Holding, holdings
from geodata.release.inventory import Shown, told_forecast, told_holdings, told_run
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.sources import Catalogue, load_catalogue
from geodata.sources.ledger import forget, retrieved

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells expect it."""

_WIDTH_OF_A_LOG = 160


class Screen:
    """Shows progress: a bar for each file that moves, and one for all of them."""

    def __init__(
        self, progress: Progress, catalogue: Catalogue, *, files: int, layers: int
    ) -> None:
        self._progress = progress
        self._catalogue = catalogue
        self._files = progress.add_task("all files", total=files, unit="files")
        self._layers = progress.add_task("all layers", total=layers, unit="layers")
        self._moving: dict[str, TaskID] = {}
        self._lock = threading.Lock()
        self._said: set[str] = set()

    def file_moved(self, part: Part, done: int, total: int) -> None:
        """Move the bar of one file."""
        with self._lock:
            if part[0] + part[1] not in self._moving:
                name = f"{part[0]}/{part[1]}"
                self._moving[part[0] + part[1]] = self._progress.add_task(name)
            bar = self._moving[part[0] + part[1]]
            self._progress.update(bar, completed=done, total=total or None)

    def file_settled(self, part: Part, outcome: Outcome) -> None:
        """Take the bar of one file away and move the total."""
        with self._lock:
            bar = self._moving.pop(part[0] + part[1], None)
            if bar is not None:
                self._progress.remove_task(bar)
            self._progress.advance(self._files)
        if is_failure(part, outcome, self._catalogue):
            self._say("/".join(part), outcome)

    def layer_started(self, layer: str) -> None:
        """Name the layer that is being made."""
        self._progress.update(self._layers, description=f"making {layer}")

    def layer_settled(self, result: LayerResult) -> None:
        """Move the total of the layers."""
        self._progress.advance(self._layers)
        if result.state != "missing":
            for problem in result.problems:
                if problem not in self._said:  # three layers may share one bad file
                    self._say(result.layer, problem)

    def _say(self, what: str, problem: object) -> None:
        self._said.add(str(problem))
        say(self._progress.console, what, problem)


def say(console: Console, what: str, problem: object) -> None:
    """Print a problem as it is: text of a file is no markup and moves no cursor."""
    words = "".join(
        sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}"
        for sign in str(problem)
    )
    console.print(Text.assemble((what, "bold red"), " ", words), soft_wrap=True)


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
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: _interrupt())
    if accept and (dry_run or status):
        raise typer.BadParameter(
            "--accept changes something; --dry-run and --status "
            "do not. Say it with --all or --layer."
        )
    catalogue = load_catalogue()
    places = Places(home=home, mirror=mirror)
    failed = False
    try:
        if status:
            ages = retrieved(places.downloads)
            shown = told_holdings(_holdings(places, catalogue), ages, catalogue)
        elif dry_run:
            chosen = _chosen(every, layer or [], catalogue)
            shown = told_forecast(chosen, catalogue, places)
        else:
            chosen = _chosen(every, layer or [], catalogue)
            for name in accept or ():
                source, _, file = name.partition("/")
                found = catalogue.published(source).file(file)
                forget(places.downloads, source, found.name)
            done = _run(chosen, catalogue, places, quiet=as_json, drop=drop)
            collect_garbage(places.layers)
            shown = told_run(done, _holdings(places, catalogue), catalogue)
            failed = done.failed
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
    if as_json:
        typer.echo(json.dumps(shown.document, allow_nan=False, ensure_ascii=False))
    else:
        _print(shown)
    if failed:
        raise typer.Exit(1)


def _print(shown: Shown) -> None:
    """Print tables as wide as they need where there is no screen to fold them."""
    out = Console(markup=False)
    if not out.is_terminal:
        out = Console(width=_WIDTH_OF_A_LOG, markup=False)
    for table in shown.tables:
        out.print(table)
    out.print(shown.words, highlight=False)


def _interrupt() -> None:
    raise KeyboardInterrupt


def _chosen(
    every: bool, names: Sequence[str], catalogue: Catalogue
) -> tuple[Plan, ...]:
    plans = ingestion_plans(catalogue)
    known = list(dict.fromkeys(entry.id for entry in plans))
    wrong = [name for name in names if name not in known]
    if wrong or not (every or names):
        asked = f"no layer {', '.join(wrong)}" if wrong else "nothing was asked for"
        raise typer.BadParameter(
            f"{asked}. Say --all, --status, or --layer with one of: {', '.join(known)}."
        )
    return plans if every else tuple(entry for entry in plans if entry.id in names)


def _run(
    plans: Sequence[Plan],
    catalogue: Catalogue,
    places: Places,
    *,
    quiet: bool,
    drop: bool,
) -> Ingestion:
    columns = (
        TextColumn("{task.description:<34}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %", markup=False),
        TimeElapsedColumn(),
    )
    parts = {part for entry in plans for part in entry.files}
    console = Console(stderr=True, quiet=quiet, markup=False)
    with Progress(*columns, console=console) as progress:
        screen = Screen(
            progress,
            catalogue,
            files=len(parts),
            layers=len({entry.id for entry in plans}),
        )
        return ingest(plans, catalogue, places, screen, may_lose_sources=drop)


def _holdings(places: Places, catalogue: Catalogue) -> tuple[Holding, ...]:
    return holdings(
        LayerStore((BUNDLE, places.layers)),
        parse_all(deposit_type_texts()).values(),
        {entry.id for entry in ingestion_plans(catalogue)},
    )


if __name__ == "__main__":
    typer.run(main)
