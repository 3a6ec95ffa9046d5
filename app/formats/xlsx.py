"""A workbook: the table, what its columns mean, and what it does not tell."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from app.attribute_table import attribute_table, statement
from app.excerpt import Excerpt
from app.formats import Format
from app.text import say, say_many

_LONGEST_CELL = 32_767  # characters; a spreadsheet has no room for more
_FIXED = dt.datetime(2000, 1, 1)  # noqa: DTZ001  # a workbook has no time zone

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Sheet = Any  # the library has no types


def write(excerpt: Excerpt) -> bytes:
    """Write rows as a workbook of three sheets: data, columns, and about.

    Returns
    -------
    bytes
        Text is text, never a formula or a link.  Outlines stand as WKT where they fit
        into a cell; how many do not is said on the last sheet.  The date inside is
        fixed, so that the same rows give the same bytes.
    """
    import xlsxwriter  # noqa: PLC0415  # loaded when the first workbook is asked for

    made = io.BytesIO()
    table = _table(excerpt)
    with xlsxwriter.Workbook(made, _OPTIONS) as book:
        book.set_properties({"title": excerpt.collection.title, "created": _FIXED})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(say("file.data"))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table), len(table.column_names) - 1)
        left_out = 0
        for at, name in enumerate(table.column_names):
            sheet.write_string(0, at, name, bold)
            left_out += _write_column(sheet, at, table[name])
        _write_rows(book.add_worksheet(say("file.columns")), _meanings(excerpt))
        about = [
            (say(f"file.{name}"), text)
            for name, text in statement(excerpt.source).items()
        ]
        about.append((say("file.crs"), excerpt.crs_uri))
        if left_out:
            about.append((say("file.note"), say_many("file.too-long", left_out)))
        _write_rows(book.add_worksheet(say("file.about")), about)
    return made.getvalue()


def _table(excerpt: Excerpt) -> pa.Table:
    """Return the table to write: with outlines, and a place inside each of them."""
    table = attribute_table(excerpt)
    if excerpt.geometry is None or not excerpt.collection.geometry_type:
        return table
    if excerpt.crs.is_geographic:
        inside = shapely.point_on_surface(excerpt.geometry)
        for name, values in (
            ("lon", shapely.get_x(inside)),
            ("lat", shapely.get_y(inside)),
        ):
            if name not in table.column_names:
                known = pa.array(np.round(values, 6), pa.float64(), from_pandas=True)
                table = table.append_column(name, known)
    outlines = shapely.to_wkt(excerpt.geometry, rounding_precision=-1)
    return table.append_column("geometry_wkt", pa.array(outlines.tolist(), pa.string()))


def _write_column(sheet: Sheet, at: int, column: pa.ChunkedArray) -> int:
    """Write a column below its name; return how many cells are too long."""
    left_out = 0
    write = sheet.write_number
    if pa.types.is_boolean(column.type):
        write = sheet.write_boolean
    elif pa.types.is_string(column.type):
        write = sheet.write_string
    for row, value in enumerate(column.to_pylist(), start=1):
        if isinstance(value, str) and len(value) > _LONGEST_CELL:
            left_out += 1
        elif value is not None:
            write(row, at, value)
    return left_out


def _meanings(excerpt: Excerpt) -> list[tuple[str, ...]]:
    head = tuple(say(f"file.{name}") for name in ("column", "title", "kind", "unit"))
    return [
        head,
        *((item.name, item.title, item.kind, item.unit) for item in excerpt.columns),
    ]


def _write_rows(sheet: Sheet, rows: Sequence[tuple[str, ...]]) -> None:
    for row, cells in enumerate(rows):
        for at, text in enumerate(cells):
            sheet.write_string(row, at, text)


FORMAT = Format(
    name="xlsx",
    title="Excel",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    schema={"type": "string", "format": "binary"},
    write=write,
    position=8,
)
