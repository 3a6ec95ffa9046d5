"""What ingestion did and what is here, as tables for a terminal and as JSON."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from geodata.ingestion.gather import Here, Places, way_of
from geodata.ingestion.plan import Plan, ingestion_plans
from geodata.ingestion.result import Ingestion
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is printed: one JSON document, or tables and a closing line."""

    document: dict[str, Any]
    tables: tuple[Table, ...]
    words: str


def told_run(done: Ingestion, items: Iterable[Holding], catalogue: Catalogue) -> Shown:
    """Tell what a run of ingestion made, and what nobody has brought."""
    known = {item.layer: item for item in items}
    made = _table("Layers", ("layer", "state", *_HEADINGS, "s"))
    missing = _table("Not here: nobody has brought", ("layer", "file"))
    for result in done.results:
        seconds = f"{result.made.seconds:.1f}" if result.made else ""
        if result.state == "missing":
            missing.add_row(result.layer, _files_for(result.layer, catalogue))
        else:
            item = known[result.layer]
            made.add_row(result.layer, result.state, *_cells(item), seconds)
    size = sum(file.bytes for file in done.files.values() if isinstance(file, Here))
    built = sum(result.state == "built" for result in done.results)
    return Shown(
        document={
            **done.to_dict(),
            "holdings": [known[result.layer].to_dict() for result in done.results],
        },
        tables=(made, missing) if missing.rows else (made,),
        words=(
            f"{len(done.files)} files asked for, {size / 1e6:,.1f} MB here; {built} "
            f"layers built in {done.seconds:.1f} s; largest process "
            f"{done.memory_mb:,.0f} MB."
            + (" A new release uses them: scripts/rank_prospects.py" if built else "")
        ),
    )


def told_holdings(
    items: Sequence[Holding], ages: Mapping[Part, str], catalogue: Catalogue
) -> Shown:
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
    off = "off without it: share of the model's weight"
    lacking = _table("Not here", ("layer", off, "how to get it"))
    for item in items:
        if item.record:
            age = oldest_file(item, ages)[:_DATE] or _unknown_age(item)
            origin = ", ".join(item.origins)
            here.add_row(item.layer, age, *_cells(item), origin)
        else:
            costs = (
                f"{use.deposit_type}: {use.evidence} {use.weight_share:.0%}"
                for use in item.uses
            )
            cost = "; ".join(costs) or "nothing: it only orients"
            lacking.add_row(item.layer, cost, _remedy(item.layer, catalogue))
    documents = [
        {**item.to_dict(), "retrieved": oldest_file(item, ages)} for item in items
    ]
    return Shown(
        document={"layers": documents},
        tables=(here, lacking),
        words=f"{sum(item.record is not None for item in items)} layers are here.",
    )


def told_forecast(plans: Sequence[Plan], catalogue: Catalogue, places: Places) -> Shown:
    """Say for each file where it would come from; nothing is asked of the network."""
    parts = dict.fromkeys(part for plan in plans for part in plan.files)
    ways = [way_of(part, catalogue, places) for part in parts]
    table = _table("What would be brought", ("file", "MB", "from", "licence"))
    for way in ways:
        size = f"{way.bytes / 1e6:.1f}" if way.bytes else "?"
        table.add_row(way.file, size, way.origin, _shortened(way.licence))
    return Shown(
        document={"files": [asdict(way) for way in ways]},
        tables=(table,),
        words=f"{len(ways)} files; nothing was changed.",
    )


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
