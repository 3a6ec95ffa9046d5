"""What one run of ingestion did, file by file and layer by layer."""

import resource
from collections.abc import Mapping
from dataclasses import dataclass

from geodata.ingestion.gather import Outcome
from geodata.ingestion.workshop import Made
from geodata.layers.model import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerResult:
    """What became of one layer.

    Attributes
    ----------
    layer : str
        Id.
    state : str
        ``built``, ``unchanged``, ``kept`` (made anew it would lose sources),
        ``missing`` (files nobody has brought) or ``failed`` (something is wrong
        with what came).
    made : Made or None
        When built.
    problems : tuple of str
        Why it is missing or failed, one sentence or more each; when built, why
        files were left out that it can do without.
    """

    layer: str
    state: str
    made: Made | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingestion:
    """What one run did.

    Attributes
    ----------
    files : mapping of part to outcome
        Every file asked for.
    wrong_files : frozenset of part
        Those that came and were wrong, or whose server failed; a file that nobody
        has brought yet is not among them.
    results : tuple of LayerResult
        One for each layer asked for, in the order of the table.
    seconds : float
        Time of the whole run.
    """

    files: Mapping[Part, Outcome]
    wrong_files: frozenset[Part]
    results: tuple[LayerResult, ...]
    seconds: float

    @property
    def failed(self) -> bool:
        """True when something came and was wrong; missing files are no failure."""
        return bool(self.wrong_files) or any(
            result.problems and result.state != "missing" for result in self.results
        )

    @property
    def memory_mb(self) -> float:
        """Largest memory of any one process of the run, megabytes."""
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        made = [result.made for result in self.results if result.made]
        return max([own, *(item.memory_mb for item in made)])
