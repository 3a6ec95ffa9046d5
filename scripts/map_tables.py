"""Print the tests of the maps of a release: the same figures and words as its page."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:  # what a command needs is imported when it runs, not for --help
    from app.text.map_tests import TypeTable
    from geodata.scoring.validation.districts import DistrictFigure
    from geodata.scoring.validation.map_tests import MapTests


def show_map_tests(tests: "MapTests", titles: Mapping[str, str], out: Console) -> None:
    """Print what the tests that can hurt found of every map.

    Parameters
    ----------
    tests : MapTests
        Of a release.
    titles : mapping of str to str
        Deposit type → title.
    out : Console
        Where to.
    """
    from app.text.map_tests import ground_names, left_beside, type_tables

    if left_beside(tests):
        out.print(left_beside(tests), highlight=False)
    grounds = ground_names(tests)
    for one in type_tables(tests, titles):
        if one.rows:
            out.print(_beside_plain(one, grounds))
        else:
            out.print(one.title, highlight=False)
        for said in (one.stand_in, *one.verdicts, one.circular):
            if said:
                out.print(said, highlight=False)
    _show_kinds(tests, titles, out)


def _beside_plain(one: "TypeTable", grounds: tuple[str, ...]) -> Table:
    table = Table(
        "map",
        "mean rank",
        *(f"within like {ground}" for ground in grounds),
        *(f"best {area:.0%}: sites, districts" for area in one.areas),
        title=one.title,
        title_justify="left",
    )
    for row in one.rows:
        table.add_row(
            row.name,
            figure(row.rank),
            *map(figure, row.within),
            *(
                f"{cell.sites.sites}/{cell.sites.n}, "
                f"{cell.districts.districts}/{cell.districts.n}"
                for cell in row.caught
            ),
            style="bold" if row.opinion else "",
        )
    return table


def _show_kinds(tests: "MapTests", titles: Mapping[str, str], out: Console) -> None:
    from app.text import say
    from app.text.specificity import heat_columns, heat_rows, in_short, too_few
    from geodata.scoring.validation.specificity import FEWEST_SITES

    found = tests.specificity
    for layer in found.missing:
        out.print(f"Deposits of other kinds: the layer {layer} is not here.")
    if not found.classes:
        return
    columns = heat_columns(found)
    table = Table(
        "AUC against all land",
        "own sites",
        *(f"{column.name}\n{column.count}" for column in columns),
        title_justify="left",
    )
    for row in heat_rows(found, titles):
        cells = (row.own, *row.cells)
        table.add_row(
            f"{row.title}, {row.opinion}",
            *(figure(cell.figure) if cell.figure else "–" for cell in cells),
        )
    out.print(table)
    for row in heat_rows(found, titles):
        out.print(f"{row.title}, {row.opinion}: {row.verdict}", highlight=False)
    if in_short(found):
        out.print(in_short(found), highlight=False)
    if too_few(found):
        left = say("hard.too-few", fewest=FEWEST_SITES, classes=too_few(found))
        out.print(left, highlight=False)


def figure(found: "DistrictFigure") -> str:
    """Write a figure with its interval, sites and districts; a dash without a site."""
    if not found.n:
        return "–"
    known = not math.isnan(found.low) and not math.isnan(found.high)
    interval = f" ({found.low:.2f} to {found.high:.2f})" if known else ""
    return f"{found.value:.2f}{interval}, n {found.n}, {found.districts} d."
