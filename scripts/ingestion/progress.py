"""Show on a terminal how an ingestion goes; text of a file is never a command."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from geodata.errors import printable
from geodata.ingestion.gather import Outcome, is_failure
from geodata.ingestion.result import LayerResult
from geodata.layers.model import Part
from geodata.sources import Catalogue


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
    words = Text.assemble((what, "bold red"), " ", printable(str(problem)))
    console.print(words, soft_wrap=True)


@contextmanager
def shown_progress(
    console: Console, catalogue: Catalogue, *, files: int, layers: int
) -> Iterator[Screen]:
    """Show bars while files come and layers are made."""
    columns = (
        TextColumn("{task.description:<34}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Screen(progress, catalogue, files=files, layers=layers)
