#!/usr/bin/env python3
"""Turn comparisons of arguments into weights, ready for a deposit-type file."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from geodata.errors import GeodataError
from scripts.terminal import console


def main(
    comparisons: Annotated[
        Path,
        typer.Argument(
            help="CSV. A matrix: names in the first row and column, then how many "
            "times more the row counts than the column (1/3 for a third). Or the "
            "columns evidence, best_to_others, others_to_worst."
        ),
    ],
) -> None:
    """Print weights, how well the comparisons agree, and lines to paste."""
    from geodata.methods.comparisons import (
        USUAL_LIMIT,
        agreement_in_words,
        clean,
        to_paste,
        weigh,
    )
    from geodata.methods.pairwise import Hierarchy

    out = console()
    try:
        names, found = weigh(comparisons)
    except GeodataError as error:
        console(stderr=True).print(clean(str(error)), style="red")
        sys.exit(1)
    table = Table(title="Weights", title_justify="left")
    for heading in ("evidence", "weight", "low", "high"):
        table.add_column(heading)
    rows = list(zip(names, found.weights, found.low, found.high, strict=True))
    for name, *numbers in rows:
        table.add_row(name, *(f"{number:.3f}" for number in numbers))
    out.print(table)
    how = agreement_in_words(found, names)
    out.print(f"{how}.", soft_wrap=True)
    if isinstance(found, Hierarchy) and found.consistency_ratio > USUAL_LIMIT:
        out.print(
            f"Above {USUAL_LIMIT}: look at the comparisons again.", style="yellow"
        )
    out.print("\nLines to paste; low and high: what parts of the answers give alone.")
    for name, *numbers in rows:
        out.print(to_paste(name, *numbers, how=how), soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
