"""Which rows of a table a filter keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from app.crs import Crs
from app.errors import BadParameterError
from app.filters.patterns import matching
from app.filters.spatial import place_of, present, related
from app.filters.tree import (
    ARITHMETIC,
    COMPARISONS,
    FOLDING,
    GEOMETRY,
    SPATIAL,
    Box,
    Call,
    Filter,
    Instant,
    Literal,
    Members,
    Node,
    Property,
    Shape,
)
from app.filters.values import (
    Mask,
    Moment,
    Numbers,
    Place,
    Truth,
    Value,
    Words,
    among,
    both,
    compared,
    computed,
    either,
    folded,
    known,
    mismatch,
    missing,
    negated,
    without_accents,
)
from app.text import say


class Queryable(Protocol):
    """What a filter must know of a column."""

    @property
    def name(self) -> str:
        """Its name in the table and in filters."""

    @property
    def kind(self) -> str:
        """``string``, ``integer``, ``number`` or ``boolean``."""

    @property
    def unit(self) -> str | None:
        """What its numbers are in; empty or None if they have no unit."""


_LOGICAL: Mapping[str, Callable[[Sequence[Truth]], Truth]] = {
    "and": both,
    "or": either,
    "not": lambda parts: negated(parts[0]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    table: gpd.GeoDataFrame
    columns: Mapping[str, Queryable]
    names: Sequence[str]
    tree: shapely.STRtree
    crs: Crs
    folded: dict[Call, Words] = field(default_factory=dict)


def rows_matching(
    filter: Filter,  # noqa: A002 - the word of the standard
    table: gpd.GeoDataFrame,
    columns: Sequence[Queryable],
    tree: shapely.STRtree,
    *,
    crs: Crs,
) -> Mask:
    """Tell which rows a filter keeps.

    Parameters
    ----------
    filter : Filter
        As :func:`app.filters.parse_filter` makes it.
    table : GeoDataFrame
        EPSG:4326; NaN and None are unknown.
    columns : sequence of Queryable
        The columns a filter may name; it may also ask of the geometry if any row
        has one.
    tree : shapely.STRtree
        Index over the geometries; its positions are rows.
    crs : Crs
        What geometries of the filter are in.

    Returns
    -------
    array of bool, shape (rows,)
        True where the filter is true; false where it is false or unknown, as it is
        where a value that it asks for is missing.

    Raises
    ------
    BadParameterError
        If it names a column that is not there, or puts together what does not go
        together; the message tells the kinds and units.
    """
    named = {column.name: column for column in columns}
    missing_everywhere = shapely.is_missing(table.geometry.to_numpy()).all()
    names = [*named] if missing_everywhere else [*named, GEOMETRY]
    rows = _Rows(table=table, columns=named, names=names, tree=tree, crs=crs)
    with np.errstate(all="ignore"):
        truth = _value(filter.root, rows)
    if not isinstance(truth, Truth):
        raise BadParameterError(say("error.filter-no-test", given=truth.told))
    return np.array(np.broadcast_to(truth.yes, len(table)))


def _value(node: Node, rows: _Rows) -> Value:
    """Return what a part of a filter is for all rows."""
    match node:
        case Call():
            return _call(node, rows)
        case Property(name):
            return _column(name, rows)
        case Literal(bool() as value):
            return known(value)
        case Literal(str() as value):
            return Words(value, f"'{value[:40]}'")
        case Literal(value):
            return Numbers(np.asarray(value, dtype=np.float64), f"{value:.12g}")
        case Instant(kind, moment):
            return Moment(kind, moment, kind.upper())
        case Shape() | Box():
            return place_of(node, rows.crs)
        case Members():
            raise BadParameterError(say("error.filter-list", op="IN"))


def _call(node: Call, rows: _Rows) -> Value:
    """Return what an operator makes of its arguments."""
    op = node.op
    if op == "in" and isinstance(node.args[1], Members):
        items = [_value(item, rows) for item in node.args[1].items]
        return among(_value(node.args[0], rows), items)
    if op in FOLDING and node in rows.folded:
        return rows.folded[node]
    args = [_value(arg, rows) for arg in node.args]
    if op in FOLDING:
        fold = str.casefold if op == "casei" else without_accents
        return rows.folded.setdefault(node, folded(args[0], op, fold))
    if op in COMPARISONS:
        return compared(op, *args)
    if op in ARITHMETIC:
        return computed(op, *args)
    if op in SPATIAL:
        left, right = args
        if isinstance(left, Place) and isinstance(right, Place):
            return related(op, left, right, rows.table, rows.tree)
        raise mismatch(op, left, right)
    if op in _LOGICAL:
        return _LOGICAL[op]([_truth(op, arg) for arg in args])
    match op:
        case "between":
            value, low, high = args
            return both([compared(">=", value, low), compared("<=", value, high)])
        case "like":
            return matching(*args)
        case _:  # isNull is the last of them
            return _missing(args[0], rows)


def _truth(op: str, value: Value) -> Truth:
    if isinstance(value, Truth):
        return value
    raise BadParameterError(say("error.filter-truth", op=op, given=value.told))


def _missing(value: Value, rows: _Rows) -> Truth:
    if isinstance(value, Place) and value.geometry is None:
        return known(~present(rows.table.geometry.to_numpy()))
    return missing(value)


def _column(name: str, rows: _Rows) -> Value:
    """Return the values of a column, by the kind that its description states."""
    if name not in rows.names:
        raise BadParameterError(
            say("error.filter-property", given=name[:40], known=", ".join(rows.names))
        )
    if name == GEOMETRY:
        return Place(None, name)
    column = rows.columns[name]
    told = f"{name} ({', '.join(filter(None, (column.kind, column.unit)))})"
    values = rows.table[name]
    if column.kind == "string":
        texts = pa.array(values, type=pa.large_string(), from_pandas=True)
        return Words(_one_piece(texts), told)
    if column.kind == "boolean":
        flags = _one_piece(pa.array(values, type=pa.bool_(), from_pandas=True))
        yes = flags.fill_null(False).to_numpy(zero_copy_only=False)
        return Truth(yes, ~flags.fill_null(True).to_numpy(zero_copy_only=False), told)
    return Numbers(values.to_numpy(dtype=np.float64, na_value=np.nan), told)


def _one_piece(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
