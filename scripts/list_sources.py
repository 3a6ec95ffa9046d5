"""Write the tables of data sources into the documents, from the catalogue."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geodata.sources import PackageSource, Source, load_catalogue

ROOT = Path(__file__).resolve().parent.parent
START = "<!-- sources: written by scripts/list_sources.py -->\n"
END = "<!-- end of sources -->\n"
SOFTWARE = {"leaflet"}
"""Entries that carry no data; NOTICE speaks of them."""


def overview(sources: list[Source]) -> str:
    """Return the table of the README: one row per source."""
    rows = [
        "| data | used for | package that carries it | licence | layers made from it |",
        "|---|---|---|---|---|",
    ]
    rows += [
        f"| {cell(source.title)} | {cell(source.used_for)} "
        f"| {carrier(source)}{'' if source.seen else ' (not seen)'} "
        f"| {cell(source.licence)} | {place(source)} |"
        for source in sources
    ]
    return "\n".join(rows) + "\n"


def particulars(sources: list[Source]) -> str:
    """Return the sections of DATA_LICENCES.md: one per source."""
    return "\n".join(
        "\n".join(
            [
                f"### {source.title}",
                "",
                f"- **Publisher:** {source.publisher}",
                f"- **Cite as:** {source.citation}",
                f"- **Licence:** {source.licence} (read in: {source.licence_seen})",
                *terms(source),
                f"- **Credit line:** {source.credit}",
                f"- **Layers made from it:** {place(source)}",
                *(f"- **Known fault:** {fault}" for fault in source.faults),
                "",
            ]
        )
        for source in sources
    )


def terms(source: Source) -> list[str]:
    """Return the line with the address of the terms, if there is one."""
    return [f"- **Terms:** <{source.licence_url}>"] if source.licence_url else []


def carrier(source: Source) -> str:
    """Say what brings a source: a package of a version, or the publisher."""
    if isinstance(source, PackageSource):
        return f"`{source.package}` {source.version}"
    return "publisher"


def place(source: Source) -> str:
    """Say where the layers made from a source are."""
    return "in the repository" if source.open else "made at setup, not handed on"


def cell(text: str) -> str:
    r"""Return text that cannot break a Markdown table.

    >>> print(cell("Left | Right"))
    Left \| Right
    """
    return " ".join(text.split()).replace("|", "\\|")


def replaced(document: str, table: str) -> str:
    """Return a document with the part between the two marks replaced.

    >>> replaced(START + "old" + END, "new") == START + "new" + END
    True
    """
    before, mark, rest = document.partition(START)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise typer.BadParameter(
            f"the document lacks the marks {START.strip()} and {END.strip()}"
        )
    return before + mark + table + end + after


DOCUMENTS: dict[str, Callable[[list[Source]], str]] = {
    "README.md": overview,
    "DATA_LICENCES.md": particulars,
}


def main(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail when out of date.")
    ] = False,
) -> None:
    """Bring the tables of sources in README.md and DATA_LICENCES.md up to date."""
    console = Console()
    sources = sorted(
        (source for source in load_catalogue() if source.id not in SOFTWARE),
        key=lambda source: source.id,
    )
    outdated = []
    for name, table in DOCUMENTS.items():
        path = ROOT / name
        document = path.read_text(encoding="utf-8")
        wanted = replaced(document, table(sources))
        if wanted != document:
            outdated.append(name)
            if not check:
                path.write_text(wanted, encoding="utf-8")
    if check and outdated:
        console.print(
            f"Out of date: {', '.join(outdated)}. "
            "Run: .venv/bin/python scripts/list_sources.py"
        )
        raise typer.Exit(1)
    console.print(f"{len(sources)} sources; written: {' '.join(outdated) or 'nothing'}")


if __name__ == "__main__":
    typer.run(main)
