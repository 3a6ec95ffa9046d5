"""Write the tables of data sources into the documents, from the catalogue."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geodata.sources import (
    PackageSource,
    PublishedSource,
    Source,
    SourceFile,
    load_catalogue,
)
from geodata.sources.catalogue import FIRST_SEEN, ROLES

ROOT = Path(__file__).resolve().parent.parent
START = "<!-- sources: written by scripts/list_sources.py -->\n"
END = "<!-- end of sources -->\n"
SOFTWARE = {"leaflet"}
"""Entries that carry no data; NOTICE speaks of them."""

BETWEEN = """
Files that publishers offer, for `scripts/ingest.py` ([Bring in more
layers](#bring-in-more-layers)). *Opened*: whether anybody here has had the very file in
hand. *Rebuilt copy*: a mirror may hold real rows in the publisher's layout instead.
*km*: native resolution, a judgement for lines, polygons and points. *?*: size unknown.

"""


def overview(sources: list[Source]) -> str:
    """Return the two tables of the README: one row per source."""
    packages = [s for s in sources if isinstance(s, PackageSource)]
    published = [s for s in sources if isinstance(s, PublishedSource)]
    published.sort(key=lambda source: (ROLES.index(source.role), source.id))
    return package_table(packages) + BETWEEN + published_table(published)


def package_table(sources: Iterable[PackageSource]) -> str:
    """Return the table of what registry packages carry."""
    return table(
        (
            "data",
            "used for",
            "package that carries it",
            "licence",
            "layers made from it",
        ),
        (
            (
                cell(source.title),
                cell(source.used_for),
                f"`{source.package}` {source.version}{unseen(source)}",
                cell(source.licence),
                place(source),
            )
            for source in sources
        ),
    )


def published_table(sources: Iterable[PublishedSource]) -> str:
    """Return the table of what publishers offer as files."""
    heads = ("source", "role", "layers", "files, MB", "covers", "km", "licence")
    return table(
        (*heads, "opened", "how it comes"),
        (
            (
                f"`{source.id}`",
                source.role,
                cell(source.used_for),
                f"{len(source.files)}, {megabytes(source.files)}",
                brief(source.states),
                resolution(source.files),
                brief(source.licence),
                opened(source.files),
                way(source.files),
            )
            for source in sources
        ),
    )


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table.

    >>> print(table(("a", "b"), [("1", "2")]), end="")
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [heads, *rows]
    texts = [f"| {' | '.join(line)} |" for line in lines]
    texts.insert(1, "|" + "---|" * len(heads))
    return "\n".join(texts) + "\n"


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
                *origin(source),
                *(f"- **Known fault:** {fault}" for fault in source.faults),
                "",
            ]
        )
        for source in sources
    )


def unseen(source: Source) -> str:
    """Say that nobody here has opened a source; nothing otherwise."""
    return "" if source.seen else " (not seen)"


def terms(source: Source) -> list[str]:
    """Return the line with the address of the terms, if there is one."""
    return [f"- **Terms:** <{source.licence_url}>"] if source.licence_url else []


def origin(source: Source) -> list[str]:
    """Return the lines that say which published files a source is."""
    if not isinstance(source, PublishedSource):
        return []
    doi = [f"- **DOI:** <https://doi.org/{source.doi}>"] if source.doi else []
    return [
        *doi,
        f"- **Id and files:** `{source.id}`: {', '.join(map(offered, source.files))}",
        f"- **Opened by us:** {opened(source.files)}",
    ]


def offered(file: SourceFile) -> str:
    """Return the name of a file, with its address when one is known."""
    return f"[`{file.name}`]({file.url})" if file.url else f"`{file.name}` (bring it)"


def megabytes(files: Iterable[SourceFile]) -> str:
    """Return the size of files together, ``?`` where the publisher's is unknown."""
    sizes = [file.bytes for file in files]
    known = f"{sum(sizes) / 1e6:.1f}" if any(sizes) else ""
    return " + ".join(filter(None, (known, "" if all(sizes) else "?")))


def resolution(files: Iterable[SourceFile]) -> str:
    """Return the native resolution, or its range, in kilometres."""
    sizes = sorted({file.resolution_km for file in files})
    return f"{sizes[0]:g}" if len(sizes) == 1 else f"{sizes[0]:g}–{sizes[-1]:g}"


def opened(files: Iterable[SourceFile]) -> str:
    """Say whether somebody here has opened the files as they are published."""
    seen = {file.sha256 != FIRST_SEEN and not file.rebuilt_sha256 for file in files}
    return "in part" if len(seen) > 1 else "yes" if seen == {True} else "no"


def way(files: Iterable[SourceFile]) -> str:
    """Say how the files come: from the publisher, by the user, rebuilt in a mirror."""
    files = tuple(files)
    ways = [
        "download" if any(file.url for file in files) else "",
        "you bring it" if any(not file.url for file in files) else "",
        "rebuilt copy" if any(file.rebuilt_sha256 for file in files) else "",
    ]
    return " / ".join(filter(None, ways))


def place(source: Source) -> str:
    """Say where the layers made from a source are."""
    if isinstance(source, PublishedSource):
        return f"made on your machine, {'may be' if source.open else 'not'} handed on"
    if source.open:
        return "in the repository"
    from geodata.ingestion.plan import package_plans  # not needed for --help

    at_setup = any(source.id in plan.source_ids for plan in package_plans())
    return f"made {'at setup' if at_setup else 'when you ask for it'}, not handed on"


def brief(text: str) -> str:
    """Return the part of a field that fits a cell, without its asides.

    >>> brief("all five (as far as known): 12 rows; few in the west")
    'all five'
    """
    return cell(re.split("[;:]", re.sub(r" \([^)]*\)", "", text))[0])


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
    console = Console(markup=False)
    sources = sorted(
        (source for source in load_catalogue() if source.id not in SOFTWARE),
        key=lambda source: source.id,
    )
    outdated = []
    for name, generated in DOCUMENTS.items():
        path = ROOT / name
        document = path.read_text(encoding="utf-8")
        wanted = replaced(document, generated(sources))
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
