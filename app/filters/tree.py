"""What a filter is made of, whichever language it was written in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal as OneOf

import numpy as np
import shapely

from app.datetimes import parse_datetime
from app.errors import BadParameterError
from app.text import say

LONGEST = 8_000
"""Characters of a filter."""
MOST_NODES, DEEPEST, MOST_MEMBERS = 500, 50, 1_000
"""Parts of a filter, parts inside each other, values of a list."""
MOST_SLOW = 10
"""Tests of geometries and, as many again, different texts in another case or bare of
accents: what costs most a row."""

GEOMETRY = "geometry"
"""The name by which a filter asks of the geometry."""

SPATIAL = frozenset(
    f"s_{name}"
    for name in (
        "intersects",
        "disjoint",
        "equals",
        "touches",
        "within",
        "overlaps",
        "crosses",
        "contains",
    )
)
COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "div", "^"})
FOLDING = frozenset({"casei", "accenti"})

_ARGUMENTS = {
    **dict.fromkeys(COMPARISONS | ARITHMETIC | SPATIAL | {"like", "in"}, 2),
    **dict.fromkeys(("not", "isNull", "casei", "accenti"), 1),
    "between": 3,
}

_CLASS = "http://www.opengis.net/spec/cql2/1.0/conf/"
CONFORMANCE = tuple(
    _CLASS + name
    for name in (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "property-property",
        "arithmetic",
    )
)
"""The classes of CQL2 that filters conform to."""


@dataclass(frozen=True, slots=True)
class Property:
    """A column, or the geometry, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a finite number or a truth value."""

    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Instant:
    """A day or a moment, in UTC."""

    kind: OneOf["date", "timestamp"]
    moment: datetime


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry in the reference system of the filter; valid, finite, not empty."""

    geometry: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Box:
    """Lower corner, upper corner, in the reference system of the filter."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """The values of a list."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """An operator with as many arguments as it takes."""

    op: str
    args: tuple["Node", ...]


Node = Property | Literal | Instant | Shape | Box | Members | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter that has been read, within bounds; columns are not looked up yet.

    Attributes
    ----------
    root : Node
        The whole of it.
    """

    root: Node


def make_filter(root: Node) -> Filter:
    """Make a filter of its tree.

    Raises
    ------
    BadParameterError
        If it has too many parts, or too many inside each other.
    """
    spatial, folded = 0, set()
    for count, (node, depth) in enumerate(_parts(root), start=1):
        if isinstance(node, Call):
            spatial += node.op in SPATIAL
            if node.op in FOLDING and not isinstance(node.args[0], Literal):
                folded.add(node)
        slow = max(spatial, len(folded))
        if count > MOST_NODES or depth > DEEPEST or slow > MOST_SLOW:
            raise too_big()
    return Filter(root=root)


def make_call(op: str, args: tuple[Node, ...]) -> Call:
    """Make the use of an operator.

    Raises
    ------
    BadParameterError
        If there is no such operator, or it takes another number of arguments.
    """
    if op.startswith("t_"):
        raise BadParameterError(say("error.filter-temporal", given=op[:40]))
    if op in ("and", "or"):
        if len(args) >= 2:
            return Call(op, args)
        raise BadParameterError(say("error.filter-two", op=op))
    wanted = _ARGUMENTS.get(op)
    if wanted is None:
        known = ", ".join(sorted({"and", "or", *_ARGUMENTS}))
        raise BadParameterError(
            say("error.filter-function", given=op[:40], known=known)
        )
    if len(args) != wanted:
        raise BadParameterError(
            say("error.filter-arguments", op=op, wanted=wanted, given=len(args))
        )
    if (op == "in") != isinstance(args[-1], Members):
        raise BadParameterError(say("error.filter-list", op=op))
    return Call(op, args)


def make_members(items: tuple[Node, ...]) -> Members:
    """Make a list of values.

    Raises
    ------
    BadParameterError
        If it has none or too many, or one of them is a list.
    """
    if not items:
        raise BadParameterError(say("error.filter-empty-list"))
    if len(items) > MOST_MEMBERS:
        raise too_big()
    return Members(items)


def make_shape(geometry: shapely.Geometry) -> Shape:
    """Make a geometry, without its heights.

    Raises
    ------
    BadParameterError
        If it is empty, not valid, or has a coordinate that is no finite number.
    """
    flat = shapely.force_2d(geometry)
    if flat.is_empty or not np.isfinite(shapely.get_coordinates(flat)).all():
        raise BadParameterError(say("error.filter-coordinates"))
    if not flat.is_valid:
        reason = shapely.is_valid_reason(flat)
        raise BadParameterError(say("error.filter-geometry", reason=reason))
    return Shape(flat)


def read_shape(read: Callable[[str], shapely.Geometry], text: str) -> Shape:
    """Make a geometry of a text, by the reader of its format.

    Raises
    ------
    BadParameterError
        If the reader refuses it, or as :func:`make_shape` does.
    """
    try:
        with np.errstate(all="ignore"):
            geometry = read(text)
    except shapely.errors.GEOSException as error:
        reason = str(error).strip()[:200]
        raise BadParameterError(say("error.filter-geometry", reason=reason)) from error
    return make_shape(geometry)


def make_box(values: Sequence[object]) -> Box:
    """Make a box; heights are left out.

    Raises
    ------
    BadParameterError
        If it is not made of four or six numbers.
    """
    numbers = [value for value in values if isinstance(value, float)]
    if len(numbers) != len(values) or len(values) not in (4, 6):
        raise BadParameterError(say("error.filter-box"))
    if len(values) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    return Box(tuple(numbers))


def make_instant(kind: str, values: Sequence[object]) -> Instant:
    """Make a day or a moment.

    Raises
    ------
    BadParameterError
        If it is not one text as RFC 3339 writes it, or is an interval.
    """
    if kind not in ("date", "timestamp"):
        raise BadParameterError(say("error.filter-temporal", given=kind))
    (value,) = values if len(values) == 1 else (None,)
    if not isinstance(value, str) or ("t" in value.lower()) != (kind == "timestamp"):
        raise BadParameterError(say("error.filter-instant", kind=kind.upper()))
    moment = parse_datetime(value).start if "/" not in value else None
    if moment is None:
        raise BadParameterError(say("error.filter-instant", kind=kind.upper()))
    return Instant("date" if kind == "date" else "timestamp", moment)


def too_big() -> BadParameterError:
    """Return the error that tells how large a filter may be."""
    return BadParameterError(
        say(
            "error.filter-too-big",
            characters=LONGEST,
            parts=MOST_NODES,
            depth=DEEPEST,
            members=MOST_MEMBERS,
            slow=MOST_SLOW,
        )
    )


def _parts(root: Node) -> Iterator[tuple[Node, int]]:
    """Yield each part and its depth; literals in a list are no parts of their own."""
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        if isinstance(node, Call):
            waiting += [(arg, depth + 1) for arg in node.args]
        elif isinstance(node, Members):
            waiting += [
                (item, depth + 1)
                for item in node.items
                if not isinstance(item, Literal)
            ]
