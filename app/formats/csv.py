"""A collection as CSV that spreadsheets and programs read without harm."""

import csv
import io
import re

import shapely

from app.attribute_table import first_sentence
from app.columns import values_of
from app.excerpt import CRS84_URI, Excerpt
from app.formats import Format

BOM = "\ufeff".encode()
"""Makes spreadsheets read the file as UTF-8."""

_SEPARATORS = r";|\t\r\n"
"""What begins a new cell where a spreadsheet does not split at commas."""

_BEGINS_FORMULA = re.compile(
    rf'(^|[{_SEPARATORS}])((?:[^\S\t\r\n]|")*)(?=[-=+@－＝＋＠])'
)


def neutralise(text: str) -> str:
    """Keep a spreadsheet from taking text, or a part of it, for a formula.

    >>> neutralise("=1+1"), neutralise("K-43-XII")
    ("'=1+1", 'K-43-XII')

    Where the list separator is a semicolon, as in Russian or Kazakh settings, a text
    is split at it:

    >>> neutralise("Kutessay; =1+1")
    "Kutessay;' =1+1"
    """
    safe = _BEGINS_FORMULA.sub(r"\1'\2", text)
    return f"'{safe}" if safe.startswith(("\t", "\r", "\n")) else safe


def write(excerpt: Excerpt) -> bytes:
    """Write rows as CSV, one line a feature.

    Returns
    -------
    bytes
        UTF-8; the outline as WKT, in the last columns release, the first sentence of
        the caution, and where to read the rest; before them the reference system, when
        it is another than longitude and latitude.
    """
    source = excerpt.source
    tail = [source.release, first_sentence(source.caution), source.about]
    names = [column.name for column in excerpt.columns]
    header = names if "id" in names else ["id", *names]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    with_geometry = excerpt.geometry is not None
    outline = ["geometry_wkt"] if with_geometry else []
    head = ["release", "caution", "credits"]
    if with_geometry and excerpt.crs_uri != CRS84_URI:
        head, tail = ["crs", *head], [excerpt.crs_uri, *tail]
    writer.writerow([*header, *outline, *head])
    table, rows = excerpt.collection.table, excerpt.rows.tolist()
    columns = [values_of(table[name], rows) for name in names]
    if header is not names:
        columns.insert(0, list(excerpt.ids))
    outlines = (
        shapely.to_wkt(excerpt.geometry, rounding_precision=-1)
        if with_geometry
        else None
    )
    for row in range(len(rows)):
        cells = [_cell(column[row]) for column in columns]
        place = [] if outlines is None else [outlines[row] or ""]
        writer.writerow([*cells, *place, *map(neutralise, tail)])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return neutralise(value)
    return "" if value is None else value


FORMAT = Format(
    name="csv",
    title="CSV",
    media_type="text/csv; charset=utf-8",
    schema={"type": "string"},
    write=write,
    position=2,
    readers={"bom": "true"},
)
