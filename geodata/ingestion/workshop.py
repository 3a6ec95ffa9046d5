"""Make one layer in a confined process of its own.

Foreign files are read by a process that can write nowhere: this one writes the layer.
A reader that crashes, or asks for too much, ends that process and not the ingestion.
"""

import dataclasses
import functools
import resource
import time
import typing
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path
from types import TracebackType

from geodata.checksums import file_checksum
from geodata.errors import ChecksumError, UnreadableFileError, UnsafeFileError
from geodata.ingestion.build import draft_record, with_plan
from geodata.ingestion.gather import Here
from geodata.ingestion.plan import Plan
from geodata.layers.model import FileRecipe, Part, Product, RasterProduct
from geodata.layers.storage.publication import encoded, stage_content
from geodata.provenance import Member, Provenance
from geodata.readers.sandbox import DEFAULT_ALLOWANCE, run_confined
from geodata.sources import Catalogue, read_member

Answer = typing.TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made.

    Attributes
    ----------
    plan : Plan
        How.
    files : mapping of part to Here
        Verified files; for a package part the archive.
    folder : Path
        The layer store.
    needed : set of str
        Sources that the present version holds and the new one may not lose.
    code : str
        Checksum of the code that makes layers.
    catalogue : Catalogue
        What the sources are.
    """

    plan: Plan
    files: Mapping[Part, Here]
    folder: Path
    needed: frozenset[str] = frozenset()
    code: str
    catalogue: Catalogue

    @property
    def members(self) -> tuple[Member, ...]:
        """What the record says of the files."""
        return tuple(here.member for here in self.files.values())

    def can_do_without(self, parts: Collection[Part]) -> bool:
        """Tell whether the layer can be made, with the sources it needs, without."""
        return len(self.files) > len(parts) and all(
            part in self.plan.optional and part[0] not in self.needed for part in parts
        )

    def without(self, parts: Collection[Part]) -> "Order":
        """Return the order without some of its files."""
        files = {part: here for part, here in self.files.items() if part not in parts}
        return dataclasses.replace(self, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFile:
    """A layer as the child hands it over.

    Attributes
    ----------
    content : bytes
        The data file.
    suffix : str
        The ending of its name.
    draft : Provenance
        Its record, without name, checksum and size of the file.
    memory_mb : float
        Largest memory of the child, megabytes.
    left_out : tuple of str
        As in :class:`Made`.
    """

    content: bytes
    suffix: str
    draft: Provenance
    memory_mb: float
    left_out: tuple[str, ...]


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
        Largest memory of the process that made it, megabytes.
    left_out : tuple of str
        Why files were left out that the layer can do without: they were wrong.
    """

    record: Provenance
    seconds: float
    memory_mb: float
    left_out: tuple[str, ...] = ()


class Workshop:
    """Makes layers, each in a confined child of its own; use as a context.

    Parameters
    ----------
    workers : int
        Children at once.
    """

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers)

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            for process in active_children():
                process.kill()  # nothing is half-visible: they write nothing
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, order: Order) -> "Future[Made]":
        """Hand in an order."""
        return self._pool.submit(_make_confined, order)


def make(order: Order) -> LayerFile:
    """Build a layer and return it as a file.

    A file that the layer can do without and that is wrong is left out.

    Raises
    ------
    GeodataError
        If a file is not as expected; a lack of memory is told as such.
    """
    left_out: list[str] = []
    try:
        _require_unchanged(order)
        while True:
            try:
                product = _built(order)
                break
            except UnreadableFileError as error:
                if not order.can_do_without({error.part}):
                    raise
                left_out.append(str(error))
                order = order.without({error.part})
        draft = draft_record(
            order.plan,
            product,
            order.catalogue,
            members=order.members,
            command=f"python scripts/ingest.py --layer {order.plan.id}",
        )
        draft.extra["code"] = order.code
        draft.extra["size"] = _size(product)
        content, suffix = encoded(product)
    except MemoryError as error:
        raise _too_much(order) from error
    return LayerFile(
        content=content,
        suffix=suffix,
        draft=with_plan(draft, order.plan),
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        left_out=tuple(left_out),
    )


def _make_confined(order: Order) -> Made:
    """Make a layer in a child and stage it in the store."""
    started = time.monotonic()
    made = _from_child(order)
    record = stage_content(order.folder, made.content, made.draft, suffix=made.suffix)
    return Made(
        record=record,
        seconds=time.monotonic() - started,
        memory_mb=made.memory_mb,
        left_out=made.left_out,
    )


def _from_child(order: Order) -> LayerFile:
    """Make a layer in a child; without the files, if there are, that end the child.

    Which they are is found by reading each file that can be done without in a child
    of its own.
    """
    try:
        return _in_child(make, order)
    except UnsafeFileError:
        fatal = _fatal_files(order)
        if not fatal:
            raise
    if not order.can_do_without(fatal.keys()):
        raise UnsafeFileError(" ".join(fatal.values()))
    made = _in_child(make, order.without(fatal.keys()))
    return dataclasses.replace(made, left_out=(*fatal.values(), *made.left_out))


def _fatal_files(order: Order) -> dict[Part, str]:
    """Return the files that end a child which reads nothing else, and how."""
    found = {}
    for part in order.plan.optional:
        if part in order.files and len(order.files) > 1:
            others = {name for name in order.plan.optional if name != part}
            try:
                _in_child(_read_only, order.without(others))
            except UnsafeFileError as error:
                found[part] = f"{'/'.join(part)}: {error}"
    return found


def _in_child(work: Callable[[Order], Answer], order: Order) -> Answer:
    return run_confined(
        functools.partial(work, order),
        answer=typing.get_type_hints(work)["return"],
        readable=[here.path for here in order.files.values()],
        preload=(__name__,),
    )


def _read_only(order: Order) -> None:
    """Build a layer for nothing: only how that ends counts."""
    try:
        _built(order)
    except MemoryError as error:
        raise _too_much(order) from error
    except Exception as error:  # said when the layer is made from all its files
        if isinstance(error, UnsafeFileError):
            raise


def _too_much(order: Order) -> UnsafeFileError:
    most = DEFAULT_ALLOWANCE.memory_bytes / 1024**3
    return UnsafeFileError(
        f"Layer '{order.plan.id}' asked for more than {most:.0f} GB of memory. Look "
        "at its files; one may not be what it says it is."
    )


def _require_unchanged(order: Order) -> None:
    """Refuse files that changed since they were verified, in a mirror for example."""
    for here in order.files.values():
        if file_checksum(here.path) != here.member.sha256:
            raise ChecksumError(
                f"{here.path} has changed since it was checked. Let nobody write "
                "there while this runs, and run it again."
            )


def _built(order: Order) -> Product:
    recipe = order.plan.recipe
    if isinstance(recipe, FileRecipe):
        return recipe.build({part: here.path for part, here in order.files.items()})
    return recipe.build(
        {
            path: read_member(
                order.files[source, path].path,
                path,
                order.catalogue.package(source).members[path],
            )
            for source, path in recipe.parts
        }
    )


def _size(product: Product) -> str:
    if isinstance(product, RasterProduct):
        rows, columns = next(iter(product.image.bands.values())).shape
        return f"{columns:,} × {rows:,} × {len(product.image.bands)}"
    return f"{len(product.table):,} rows"
