"""How commands print: as it is, one way for all."""

from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from geodata.errors import printable

WIDTH_OF_A_LOG = 160


class Tabular(Protocol):
    """A table whose cells are text."""

    @property
    def title(self) -> str:
        """One line above it."""

    @property
    def headings(self) -> tuple[str, ...]:
        """One a column."""

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Cells."""

    @property
    def note(self) -> str:
        """Below it; may be empty."""


def show(item: Tabular | str) -> None:
    """Print a sentence or a table, its numbers to the right."""
    out = console()
    if isinstance(item, str):
        out.print(Text(printable(item)), soft_wrap=True)
        return
    title = Text(printable(item.title), "table.title", no_wrap=True, overflow="ignore")
    table = Table(title=title, title_justify="left", caption=item.note or None)
    for heading in item.headings:
        table.add_column(heading, justify="right")
    for row in item.rows:
        table.add_row(*map(printable, row))
    out.print(table)


def console(*, stderr: bool = False) -> Console:
    """Return a console to which no text is markup; wide where nobody looks on."""
    found = Console(stderr=stderr, markup=False, highlight=False)
    if found.is_terminal or stderr:
        return found
    return Console(width=WIDTH_OF_A_LOG, markup=False, highlight=False)


def refusal(what: str, problem: object) -> Text:
    """Return what went wrong, its first words in red."""
    return Text.assemble((what, "bold red"), " ", printable(str(problem)))
