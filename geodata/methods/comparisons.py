"""Comparisons in a file: read, weighed by the method they fit, ready to paste."""

import csv
import json
import re
from fractions import Fraction
from pathlib import Path

from geodata.errors import printable
from geodata.methods.best_worst import BestWorst, best_worst_weights
from geodata.methods.pairwise import ComparisonError, Hierarchy, hierarchy_weights

FARTHEST = 1_000  # no scale of comparisons goes farther than 9
_COMPARISON = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?( ?/ ?[1-9][0-9]{0,8})?")
_LEAST = 1e-6  # a smaller weight is the rounding of the solver

TWO_LISTS = ["best_to_others", "others_to_worst"]
USUAL_LIMIT = 0.1  # of the consistency ratio, Saaty (1980)


def to_paste(name: str, weight: float, low: float, high: float, *, how: str) -> str:
    """Return the lines of an argument; without a weight where none is left."""
    if weight < _LEAST:
        return f"# {name}: no weight is left. Leave it out, or compare again."
    reference = json.dumps(f"our judgement: {how}", ensure_ascii=False)
    return (
        f"# {name}\n"
        f"weight = {{ value = {weight:.4g}, low = {low:.4g}, high = {high:.4g}, "
        f'basis = "expert", reference = {reference} }}'
    )


def weigh(path: Path) -> tuple[list[str], Hierarchy | BestWorst]:
    """Read comparisons and derive the weights of the arguments they name."""
    head, *rows = read(path)
    names = [row[0] for row in rows]
    numbers = [[number(cell, path) for cell in row[1:]] for row in rows]
    if head[1:] == TWO_LISTS:
        ahead, above = zip(*numbers, strict=True)
        return names, best_worst_weights(ahead, above, names)
    if head[1:] != names:
        raise ComparisonError(
            f"{path.name} must be a matrix with the same names, in the same order, in "
            f"its first row and column; got {head[1:]} and {names}. For the "
            f"best–worst method name the columns evidence, {', '.join(TWO_LISTS)}."
        )
    return names, hierarchy_weights(numbers, names)


def read(path: Path) -> list[list[str]]:
    """Return the cleaned cells of a comma-separated file, rows of one length."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [[clean(cell) for cell in row] for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ComparisonError(
            f"{path} could not be read as comma-separated text: {error}."
        ) from error
    if len(rows) < 2 or len({len(row) for row in rows}) > 1 or len(rows[0]) < 2:
        raise ComparisonError(
            f"{path.name} needs a first row of names and a row for each argument, all "
            f"of one length and separated by commas; got rows of "
            f"{[len(row) for row in rows]} cells."
        )
    return rows


def clean(words: str) -> str:
    r"""Return words in one line, without signs that could move the cursor.

    >>> clean(" old\n granite ")
    'old granite'
    """
    return printable(" ".join(words.split()))


def number(cell: str, path: Path) -> float:
    """Return a comparison, which may be written as a fraction.

    >>> number("1/4", Path("a.csv")), number("3", Path("a.csv"))
    (0.25, 3.0)
    """
    written = _COMPARISON.fullmatch(cell)
    found = float(Fraction(written[0].replace(" ", ""))) if written else 0.0
    if not 1 / FARTHEST <= found <= FARTHEST:
        raise ComparisonError(
            f"A comparison in {path.name} must be a number such as 3 or 1/3, from "
            f"1/{FARTHEST} to {FARTHEST}; got {cell[:40]!r}. Give every cell one."
        )
    return found


def agreement_in_words(found: Hierarchy | BestWorst, names: list[str]) -> str:
    """Say in one line how well the comparisons agree."""
    if isinstance(found, Hierarchy):
        return (
            f"all pairs of {len(names)} compared, consistency ratio "
            f"{found.consistency_ratio:.3f} (index {found.consistency_index:.3f})"
        )
    return (
        f"{len(names)} compared with the best ({names[found.best]}) and the worst "
        f"({names[found.worst]}), ksi {found.ksi:.3f}, input-based consistency ratio "
        f"{found.input_ratio:.3f}"
    )
