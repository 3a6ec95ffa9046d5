"""Ingestion: bring files, make layers from them, publish each when it is whole."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Protocol

from geodata.errors import GeodataError, LayerError
from geodata.ingestion.build import needs_no_setup
from geodata.ingestion.gather import (
    Here,
    Outcome,
    Places,
    Watcher,
    gather_files,
    is_failure,
)
from geodata.ingestion.plan import Plan, by_layer, maker_checksum
from geodata.ingestion.result import Ingestion, LayerResult
from geodata.ingestion.workshop import Made, Order, Workshop
from geodata.layers.model import Part
from geodata.layers.storage.publication import publish
from geodata.layers.store import LayerStore
from geodata.sources.catalogue import Catalogue
from geodata.sources.connection import Connection, Stop

WORKERS = 2
_POLL_S = 0.2


class IngestionWatcher(Watcher, Protocol):
    """What is told besides about files."""

    def layer_started(self, layer: str) -> None:
        """Hear that a layer is being made."""

    def layer_settled(self, result: LayerResult) -> None:
        """Hear that a layer is published, was there, or will not be."""


def ingest(
    plans: Sequence[Plan],
    catalogue: Catalogue,
    places: Places,
    watcher: IngestionWatcher,
    *,
    connection: Connection | None = None,
    may_lose_sources: bool = False,
) -> Ingestion:
    """Make and publish layers.

    Parameters
    ----------
    plans : sequence of Plan
        Several of one layer are tried in this order.
    catalogue : Catalogue
        Their sources.
    places : Places
        Home folder, and mirror if any.
    watcher : IngestionWatcher
        Is told of progress.
    connection : Connection, optional
        How a publisher's server is reached.
    may_lose_sources : bool
        Whether a layer may be made anew without sources that it holds now.

    Returns
    -------
    Ingestion
        What came of every file and layer.  A layer that was there already, made
        from the same files by the same code, is left alone.

    Raises
    ------
    StorageError
        If the store cannot be written.
    KeyboardInterrupt
        In order: layers published by then stay, transfers can be resumed.
    """
    started = time.monotonic()
    grouped = by_layer(tuple(plans))
    standing = {
        plan.id
        for plan in plans
        if plan.from_packages and needs_no_setup(plan, catalogue, places.layers)
    }
    files = gather_files(
        (
            part
            for plan in plans
            if not plan.from_packages or plan.id not in standing
            for part in plan.files
        ),
        catalogue,
        places,
        watcher,
        connection=connection or Connection(),
        stop=Stop(),
    )
    store = LayerStore((places.layers,))
    wrong = frozenset(
        part for part, found in files.items() if is_failure(part, found, catalogue)
    )
    results: dict[str, LayerResult] = {}
    orders: list[Order] = []
    for layer, choices in grouped.items():
        chosen = next((plan for plan in choices if _can_make(plan, files)), None)
        if chosen is None:
            results[layer] = (
                LayerResult(layer=layer, state="unchanged")
                if layer in standing
                else _not_made(layer, choices, files, wrong)
            )
            continue
        order = Order(
            plan=chosen,
            files=_here(chosen, files),
            folder=places.layers,
            needed=frozenset() if may_lose_sources else _held(chosen, store),
            code=maker_checksum(chosen, catalogue),
            catalogue=catalogue,
        )
        lost = set() if may_lose_sources else _lost(order)
        if is_current(order, store):
            results[layer] = LayerResult(layer=layer, state="unchanged")
        elif lost:
            results[layer] = _kept(layer, lost, places)
        else:
            orders.append(order)
    for result in results.values():
        watcher.layer_settled(result)
    results |= _make_all(orders, places.layers, watcher)
    return Ingestion(
        files=files,
        wrong_files=wrong,
        results=tuple(results[layer] for layer in grouped),
        seconds=time.monotonic() - started,
    )


def is_current(order: Order, store: LayerStore) -> bool:
    """Tell whether the store holds the layer, whole, from these files and this code."""
    try:
        record = store.provenance(order.plan.id)
        store.content(order.plan.id)
    except LayerError:
        return False
    return record.members == order.members and record.extra.get("code") == order.code


def _held(plan: Plan, store: LayerStore) -> frozenset[str]:
    """Return the sources a merged layer holds now, of those its plan may merge."""
    if not plan.optional or plan.id not in store.ids():
        return frozenset()
    merged = {source for source, _ in plan.optional}
    members = store.provenance(plan.id).members
    return frozenset(member.source for member in members) & merged


def _lost(order: Order) -> set[str]:
    return set(order.needed) - {source for source, _ in order.files}


def _kept(layer: str, lost: set[str], places: Places) -> LayerResult:
    problem = (
        f"Layer '{layer}' was left as it is: made anew from the files at hand it would "
        f"lose {', '.join(sorted(lost))}. Put all files into one mirror, or those you "
        f"bring yourself into {places.downloads}/<source>/ and name the mirror with "
        "the others; or say --drop to do without them."
    )
    return LayerResult(layer=layer, state="kept", problems=(problem,))


def _here(plan: Plan, files: Mapping[Part, Outcome]) -> dict[Part, Here]:
    found = {part: files[part] for part in plan.files if part in files}
    return {part: here for part, here in found.items() if isinstance(here, Here)}


def _can_make(plan: Plan, files: Mapping[Part, Outcome]) -> bool:
    here = _here(plan, files)
    return bool(here) and all(part in here for part in plan.recipe.parts)


def _not_made(
    layer: str,
    choices: Sequence[Plan],
    files: Mapping[Part, Outcome],
    wrong: frozenset[Part],
) -> LayerResult:
    parts = dict.fromkeys(part for plan in choices for part in plan.files)
    failed = [part for part in parts if part in wrong]
    return LayerResult(
        layer=layer,
        state="failed" if failed else "missing",
        problems=tuple(
            dict.fromkeys(str(files[part]) for part in failed or parts if part in files)
        ),
    )


def _make_all(
    orders: Sequence[Order], store: Path, watcher: IngestionWatcher
) -> dict[str, LayerResult]:
    """Make layers, several at once."""
    results: dict[str, LayerResult] = {}

    def settle(layer: str, future: "Future[Made]") -> None:
        results[layer] = _settled(layer, future, store)
        watcher.layer_settled(results[layer])

    store.mkdir(parents=True, exist_ok=True)
    with Workshop(WORKERS) as workshop:
        waiting = list(orders)
        running: dict[Future[Made], Order] = {}
        while waiting or running:
            while waiting and len(running) < WORKERS:
                order = waiting.pop(0)
                watcher.layer_started(order.plan.id)
                running[workshop.submit(order)] = order
            done, _ = wait(running, _POLL_S, return_when=FIRST_COMPLETED)
            for future in done:
                settle(running.pop(future).plan.id, future)
    return results


def _settled(layer: str, future: "Future[Made]", store: Path) -> LayerResult:
    error = future.exception()
    if error is None:
        made = future.result()
        publish(store, [made.record])
        return LayerResult(
            layer=layer, state="built", made=made, problems=made.left_out
        )
    return LayerResult(layer=layer, state="failed", problems=(_problem(layer, error),))


def _problem(layer: str, error: BaseException) -> str:
    if isinstance(error, GeodataError):
        return str(error)
    return (
        f"Layer '{layer}' could not be made, by a fault of the atlas and not of yours "
        f"({type(error).__name__}: {error}). Nothing else was touched; please report "
        "it with this line."
    )
