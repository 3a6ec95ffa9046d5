"""Run independent work side by side: threads here, or the workers of a cluster.

Blocks of cells do not depend on one another, so a map is made of the results of its
blocks, whoever works them out and in whatever order they are done.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Protocol, Self, TypeVar

Block = TypeVar("Block")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
P = ParamSpec("P")


class Task(Protocol[Result_co]):
    """Work that was handed over, as a future of ``concurrent.futures`` or of Dask."""

    def result(self) -> Result_co:
        """Wait until it is done; return what came of it, or raise what it raised."""

    def cancel(self) -> object:
        """Do not begin it, if it is not begun."""


class Scheduler(Protocol):
    """Who does the work: an executor, or a ``dask.distributed.Client`` as it is."""

    def submit(
        self, function: Callable[..., Result], /, *arguments: object
    ) -> Task[Result]:
        """Hand over one call."""


def no_progress(_share: float) -> None:
    """Tell nobody how far it is."""


def map_blocks(
    function: Callable[[Block], Result],
    blocks: Iterable[Block],
    *,
    scheduler: Scheduler | None = None,
    progress: Callable[[float], object] = no_progress,
) -> Iterator[Result]:
    """Apply a function to every block, several at once.

    Parameters
    ----------
    function : function of a block
        Pure: it returns its result and changes nothing that others read.
    blocks : iterable
        None depends on another.
    scheduler : Scheduler, optional
        Who does the work; a thread for each processor if None.
    progress : function of float
        Called in this thread with the share of the blocks done, up to 1.

    Yields
    ------
    result
        Of each block, in the order of the blocks.  Nothing begins before the first
        is asked for.

    Raises
    ------
    Exception
        That of the first block, in their order, that raised one; work that has not
        begun is cancelled.

    >>> list(map_blocks(abs, [-2, 1, -3]))
    [2, 1, 3]
    """
    if scheduler is None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from map_blocks(function, blocks, scheduler=pool, progress=progress)
        return
    tasks = deque(scheduler.submit(function, block) for block in blocks)
    count = len(tasks)
    try:
        while tasks:
            yield tasks.popleft().result()  # not kept: results can be large
            progress(1.0 - len(tasks) / count)
    finally:
        for task in tasks:
            task.cancel()


class BackgroundWriter:
    """Have tasks done by one other thread, in order, while the caller goes on.

    At the end of a ``with`` block all are done, and what the first of those that
    failed raised is raised.  If the block itself raises, no further task is begun.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._tasks: list[Future[object]] = []

    def begin(
        self, task: Callable[P, object], *arguments: P.args, **named: P.kwargs
    ) -> None:
        """Hand over a task; its arguments are let go as soon as it is done."""
        self._tasks.append(self._pool.submit(task, *arguments, **named))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                for task in self._tasks:
                    task.result()
        finally:
            self._pool.shutdown(cancel_futures=True)
