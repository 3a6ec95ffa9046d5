"""What ingestion did and what is here, as tables for a terminal and as JSON."""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from geodata.errors import printable
from geodata.ingestion.gather import Here, Places, way_of
from geodata.ingestion.plan import Plan, ingestion_plans
from geodata.ingestion.result import Ingestion, LayerResult
from geodata.layers.model import Part
from geodata.region import STATES
from geodata.release.holdings import Holding, oldest_file
from geodata.sources import Catalogue, PackageSource

_CODES = tuple(state.iso3 for state in STATES)
_HEADINGS = ("rows or cells", *_CODES, "km", "licence")
_RIGHT = (*_CODES, "km", "s", "MB")
_WHOLE = ("layer", "state", "rows or cells", *_RIGHT)
_SHORT = 24
_DATE = len("2026-01-01")
_WIDTH_OF_A_LOG = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is printed: one JSON document, or tables and a closing line."""

    document: dict[str, object]
    tables: tuple[Table, ...]
    words: str

    def print(self, *, as_json: bool) -> None:
        """Print it, as wide as it needs where there is no screen to fold it."""
        if as_json:
            text = json.dumps(self.document, allow_nan=False, ensure_ascii=False)
            sys.stdout.write(text + "\n")
            return
        out = Console(markup=False)
        if not out.is_terminal:
            out = Console(markup=False, width=_WIDTH_OF_A_LOG)
        for table in self.tables:
            out.print(table)
        out.print(self.words, highlight=False)


def run_report(
    done: Ingestion, items: Iterable[Holding], catalogue: Catalogue
) -> Report:
    """Tell what a run of ingestion made, and what nobody has brought."""
    known = {item.layer: item for item in items}
    made = _table("Layers", ("layer", "state", *_HEADINGS, "s"))
    missing = _table("Not here: nobody has brought", ("layer", "file"))
    for result in done.results:
        seconds = f"{result.made.seconds:.1f}" if result.made else ""
        if result.state == "missing":
            _add(missing, result.layer, _files_for(result.layer, catalogue))
        else:
            item = known[result.layer]
            _add(
                made,
                result.layer,
                _state(result, done, catalogue),
                *_cells(item),
                seconds,
            )
    size = sum(file.bytes for file in done.files.values() if isinstance(file, Here))
    built = sum(result.state == "built" for result in done.results)
    return Report(
        document={
            **_run_document(done),
            "holdings": [_holding(known[result.layer]) for result in done.results],
        },
        tables=(made, missing) if missing.rows else (made,),
        words=(
            f"{len(done.files)} files asked for, {size / 1e6:,.1f} MB here; {built} "
            f"layers built in {done.seconds:.1f} s; largest process "
            f"{done.memory_mb:,.0f} MB."
            + (" A new release uses them: scripts/rank_prospects.py" if built else "")
        ),
    )


def status_report(
    items: Sequence[Holding], ages: Mapping[Part, str], catalogue: Catalogue
) -> Report:
    """Tell what is here, how old and how good it is, and what is missing.

    Parameters
    ----------
    items : sequence of Holding
        Every layer.
    ages : mapping of (source id, file) to str
        When each file was brought, ISO 8601.
    catalogue : Catalogue
        The sources of what is missing.
    """
    here = _table("Here", ("layer", "brought", *_HEADINGS, "from"))
    off = "off without it: share of the model's weight"
    lacking = _table("Not here", ("layer", off, "how to get it"))
    for item in items:
        if item.record:
            age = oldest_file(item, ages)[:_DATE] or _unknown_age(item)
            origin = ", ".join(item.origins)
            _add(here, item.layer, age, *_cells(item), origin)
        else:
            costs = (
                f"{use.deposit_type}: {use.evidence} {use.weight_share:.0%}"
                for use in item.uses
            )
            cost = "; ".join(costs) or "nothing: it only orients"
            _add(lacking, item.layer, cost, _remedy(item.layer, catalogue))
    documents = [
        {**_holding(item), "retrieved": oldest_file(item, ages)} for item in items
    ]
    return Report(
        document={"layers": documents},
        tables=(here, lacking),
        words=f"{sum(item.record is not None for item in items)} layers are here.",
    )


def forecast_report(
    plans: Sequence[Plan], catalogue: Catalogue, places: Places
) -> Report:
    """Say for each file where it would come from; nothing is asked of the network."""
    parts = dict.fromkeys(part for plan in plans for part in plan.files)
    ways = [way_of(part, catalogue, places) for part in parts]
    table = _table("What would be brought", ("file", "MB", "from", "licence"))
    for way in ways:
        size = f"{way.bytes / 1e6:.1f}" if way.bytes else "?"
        _add(table, way.file, size, way.origin, _shortened(way.licence))
    return Report(
        document={"files": [asdict(way) for way in ways]},
        tables=(table,),
        words=f"{len(ways)} files; nothing was changed.",
    )


def _state(result: LayerResult, done: Ingestion, catalogue: Catalogue) -> str:
    """Say what became of a layer; also how many wrong files it was made without."""
    plans = (plan for plan in ingestion_plans(catalogue) if plan.id == result.layer)
    wrong = {part for plan in plans for part in plan.optional} & done.wrong_files
    left_out = len(wrong) + (len(result.problems) if result.state == "built" else 0)
    return f"{result.state}, {left_out} left out" if left_out else result.state


def _cells(item: Holding) -> tuple[str, ...]:
    """Return size, share of each state, resolution and licence as texts."""
    record = item.record
    if record is None:
        return ("", *("" for _ in STATES), "", "")
    shares = (item.shares[state.iso3] for state in STATES)
    return (
        str(record.extra.get("size", "")),
        *("–" if math.isnan(share) else f"{share:.0%}" for share in shares),
        f"{record.resolution_km:g}",
        _shortened(record.licence),
    )


def _shortened(licence: str) -> str:
    """Return the first words of a licence; DATA_LICENCES.md has them all."""
    return licence if len(licence) <= _SHORT else licence[: _SHORT - 1] + "…"


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in _RIGHT else "left",
            no_wrap=heading in _WHOLE,
        )
    return table


def _add(table: Table, *cells: str) -> None:
    """Add a row of texts: none of them is markup, none moves the cursor."""
    table.add_row(*(Text(printable(cell)) for cell in cells))


def _run_document(done: Ingestion) -> dict[str, object]:
    layers = [
        {
            "layer": result.layer,
            "state": result.state,
            "seconds": result.made.seconds if result.made else None,
            "problems": list(result.problems),
        }
        for result in done.results
    ]
    files = [
        {
            "file": "/".join(part),
            "here": isinstance(found, Here),
            "fresh": found.fresh if isinstance(found, Here) else None,
            "bytes": found.bytes if isinstance(found, Here) else None,
            "problem": None if isinstance(found, Here) else str(found),
        }
        for part, found in done.files.items()
    ]
    return {
        "layers": layers,
        "files": files,
        "seconds": done.seconds,
        "largest_process_mb": done.memory_mb,
        "failed": done.failed,
    }


def _holding(item: Holding) -> dict[str, object]:
    """Return one layer as JSON-ready values; a share that is NaN is null."""
    record = item.record
    return {
        "layer": item.layer,
        "here": record is not None,
        "title": record.title if record else None,
        "licence": record.licence if record else None,
        "resolution_km": record.resolution_km if record else None,
        "size": record.extra.get("size") if record else None,
        "sha256": record.sha256 if record else None,
        "origins": list(item.origins),
        "coverage": {
            code: None if math.isnan(share) else share
            for code, share in item.shares.items()
        },
        "uses": [asdict(use) for use in item.uses],
    }


def _unknown_age(item: Holding) -> str:
    """Say why no date is known: from packages, or brought before a file changed."""
    return "by setup" if set(item.origins) <= {"package"} else "not known"


def _files_for(layer: str, catalogue: Catalogue) -> str:
    """Name the files a layer is made from, plan by plan."""
    plans = (plan for plan in ingestion_plans(catalogue) if plan.id == layer)
    ways = (", ".join("/".join(part) for part in plan.files) for plan in plans)
    return "; or ".join(ways)


def _remedy(layer: str, catalogue: Catalogue) -> str:
    """Say how a layer that is not here can be had."""
    plans = [plan for plan in ingestion_plans(catalogue) if plan.id == layer]
    if not plans:
        return "no public source of the region is known"
    parts = [part for plan in plans for part in plan.files]
    if any(_has_address(part, catalogue) for part in parts):
        return f"scripts/ingest.py --layer {layer}"
    return "bring " + _files_for(layer, catalogue)


def _has_address(part: Part, catalogue: Catalogue) -> bool:
    source = catalogue[part[0]]
    return isinstance(source, PackageSource) or bool(
        catalogue.published(part[0]).file(part[1]).url
    )
