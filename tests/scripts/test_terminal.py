"""What commands print is what was said: no markup, no moved cursor."""

from dataclasses import dataclass

import pytest

from scripts.terminal import refusal, show


@dataclass(frozen=True)
class Table:
    title: str
    headings: tuple[str, ...] = ("group",)
    rows: tuple[tuple[str, ...], ...] = (("[/b]",),)
    note: str = "[red]"


@pytest.mark.parametrize(
    "name", ["[red]faults[/].tif", "a-name-much-longer-than-its-table-is-wide" * 2]
)
def test_names_are_printed_as_they_are_and_titles_on_one_line(capsys, name):
    show(Table(name))
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == name
    assert "[red]" in lines[-1]
    assert any("[/b]" in line for line in lines)


def test_no_text_moves_the_cursor(capsys):
    show("a\x1b[2Jb")
    assert capsys.readouterr().out == "a\N{REPLACEMENT CHARACTER}[2Jb\n"
    assert str(refusal("Not done.", "a\rb")) == "Not done. a\N{REPLACEMENT CHARACTER}b"
