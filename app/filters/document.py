"""Filters as CQL2 JSON."""

import json
import math
from collections.abc import Mapping

import shapely

from app.errors import BadParameterError
from app.filters.tree import (
    DEEPEST,
    Literal,
    Node,
    Property,
    make_box,
    make_call,
    make_instant,
    make_members,
    read_shape,
    too_big,
)
from app.text import say

_TIMES = ("date", "timestamp", "interval")
_WHOLE = "$"
"""How a path names the whole document."""


def read_json(text: str) -> Node:
    """Read a filter written as CQL2 JSON.

    Raises
    ------
    BadParameterError
        If it is no JSON, says a key twice, or has a part that CQL2 does not know; the
        message says where.

    >>> read_json('{"op": "<=", "args": [{"property": "rank"}, 5]}').op
    '<='
    """
    try:
        document = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=float,
            parse_constant=_no_number,
        )
        json.dumps(document, ensure_ascii=False).encode()
    except RecursionError as error:
        raise too_big() from error
    except ValueError as error:
        raise BadParameterError(
            say("error.filter-json", reason=str(error)[:200])
        ) from error
    return _node(document, _WHOLE, 1)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its members, none of which may come twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadParameterError(say("error.filter-twice", key=twice[:40]))
    return made


def _no_number(text: str) -> float:
    raise BadParameterError(say("error.filter-number", given=text))


def _node(value: object, at: str, depth: int) -> Node:
    """Make a part of the filter of a part of the document."""
    if depth > DEEPEST:
        raise too_big()
    if isinstance(value, float):
        if not math.isfinite(value):
            return Literal(_no_number(str(value)))
        return Literal(value)
    if isinstance(value, (str, bool)):
        return Literal(value)
    if isinstance(value, list):
        items = [_node(item, f"{at}[{n}]", depth + 1) for n, item in enumerate(value)]
        return make_members(tuple(items))
    if isinstance(value, dict):
        return _object(value, at, depth)
    raise _fault(at)


def _object(value: Mapping[str, object], at: str, depth: int) -> Node:
    match dict(value):
        case {"op": str(op), "args": list(given), **rest} if not rest:
            args = [
                _node(item, f"{at}.args[{n}]", depth + 1)
                for n, item in enumerate(given)
            ]
            return make_call(op, tuple(args))
        case {"property": str(name), **rest} if not rest:
            return Property(name)
        case {"bbox": list(numbers), **rest} if not rest:
            return make_box(numbers)
        case {"type": str(), **rest} if rest.keys() in (
            {"coordinates"},
            {"geometries"},
        ):
            return read_shape(shapely.from_geojson, json.dumps(value))
    if len(value) == 1 and (kind := next(iter(value))) in _TIMES:
        return make_instant(kind, [value[kind]])
    raise _fault(at)


def _fault(at: str) -> BadParameterError:
    return BadParameterError(say("error.filter-part", at=at))
