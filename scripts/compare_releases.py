#!/usr/bin/env python3
"""Compare two releases number by number; exit 1 when a number changed."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def main(
    old: Annotated[Path, typer.Argument(help="Folder of the release before.")],
    new: Annotated[Path, typer.Argument(help="Folder of the release after.")],
) -> None:
    """Compare the tables, rasters and JSON files of two releases."""
    from rich.console import Console  # not needed for --help

    from geodata.release.compare import by_file, compare_releases

    found = compare_releases(old, new)
    out = Console(soft_wrap=True, markup=False, highlight=False)
    out.print(f"{found.same:,} values are the same, {len(found.changed)} kinds differ.")
    for title, lines in (
        ("Changed", found.changed),
        ("Only in the one before", found.went),
        ("Only in the one after", found.came),
    ):
        for line in by_file(lines):
            out.print(f"{title}: {line}")
    sys.exit(1 if found.changed else 0)


if __name__ == "__main__":
    typer.run(main)
