"""The rows of an excerpt as an Arrow table, from which formats are written."""

import numpy as np
import pyarrow as pa
import shapely

from app.columns import Column
from app.excerpt import Excerpt, Source

GEOMETRY = "geometry"
"""Name of the column with the geometry, in every format that names it."""

_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}


def attribute_table(excerpt: Excerpt) -> pa.Table:
    """Return ids and attributes of the rows, without their geometry.

    Parameters
    ----------
    excerpt : Excerpt
        Rows and columns.

    Returns
    -------
    pyarrow.Table
        Text, int64, float64 and truth values by the kinds of the columns; null where a
        value is missing.  The feature ids stand first, as ``id``, where the collection
        has no such column.  Each column carries its title and unit for GDAL.
    """
    table = excerpt.collection.table
    fields, arrays = [], []
    if all(column.name != "id" for column in excerpt.columns):
        fields.append(pa.field("id", pa.string()))
        arrays.append(pa.array(excerpt.ids, pa.string()))
    for column in excerpt.columns:
        kind = _TYPES[column.kind]
        values = table[column.name].iloc[excerpt.rows]
        fields.append(pa.field(column.name, kind, metadata=_described(column)))
        arrays.append(pa.array(values, kind, from_pandas=True))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def with_geometry(table: pa.Table, excerpt: Excerpt) -> pa.Table:
    """Add the geometry as well-known binary; null where there is no position."""
    encoded = shapely.to_wkb(np.asarray(excerpt.geometry, dtype=object))
    return table.append_column(
        pa.field(GEOMETRY, pa.binary()), pa.array(encoded.tolist(), pa.binary())
    )


def statement(source: Source) -> dict[str, str]:
    """Return what a file says of where it comes from, by the names used in all."""
    return {
        "release": source.release,
        "caution": source.caution,
        "attribution": source.attribution,
        "licence": source.licence,
        "credits": source.about,
        "source": source.address,
    }


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, for formats that repeat it on each row.

    >>> first_sentence("An aid. It is no estimate.")
    'An aid.'
    """
    return f"{text.partition('. ')[0].rstrip('.')}."


def _described(column: Column) -> dict[str, str]:
    told = {"GDAL:OGR:alternative_name": column.title}
    if column.unit:
        told["GDAL:OGR:comment"] = column.unit
    return told
