"""Random filters, a second way to write them, and a second way to judge them."""

import math
import re

from hypothesis import strategies as st

NUMBERS, TEXTS = ("rank", "area"), ("name", "state")
NAMES = ("Köktör", "kokтor", "50% a_b", "o'Brien", "", "a\\b", "line\nbreak")
AMOUNTS = (-7.5, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 10.0)

OPERATORS = str.split("""
and or not = < <> like between in isNull casei accenti + / div ^ s_intersects s_equals
s_touches t_after a_contains eval
""")
SCRAPS = str.split("""
rank area name known geometry nosuch 1 -2 .5 1e400 'a' 'x''y' ' " "name" ( ( ) ) , = <>
<= + - * / % ^ AND OR NOT IN LIKE BETWEEN IS NULL TRUE DIV CASEI( ACCENTI( S_INTERSECTS(
POINT(1_2) POLYGON((0_0,1_0,1_1,0_0)) POINT Z ( EMPTY BBOX(1,2,3,4) DATE('2020-01-01')
INTERVAL( T_AFTER( f( ; -- \\ $ é 中
""")

scraps = st.sampled_from([re.sub("(?<=[0-9])_", " ", scrap) for scrap in SCRAPS])
"""Pieces of CQL2 text, not all of them whole."""
features = st.fixed_dictionaries(
    {
        "rank": st.sampled_from([1, 2, 3, 10]),
        "area": st.none() | st.sampled_from(AMOUNTS),
        "name": st.none() | st.sampled_from(NAMES),
        "state": st.none() | st.sampled_from(NAMES),
        "known": st.none() | st.booleans(),
    }
)


def call(op, *args):
    return {"op": op, "args": list(args)}


def calls(ops, *args):
    return st.builds(lambda op, given: call(op, *given), ops, st.tuples(*args))


def named(names):
    return st.sampled_from(names).map(lambda name: {"property": name})


_amounts = st.sampled_from(AMOUNTS)
_texts = st.sampled_from(NAMES)
_patterns = st.text("%_abkKö\\5", max_size=4) | st.sampled_from(["K%", "%a%", "_%"])
_comparison = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])

numbers = st.recursive(
    named(NUMBERS) | _amounts,
    lambda inner: calls(st.sampled_from("+-*/%"), inner, inner),
    max_leaves=4,
)
texts = named(TEXTS) | _texts
_folded = texts | calls(st.sampled_from(["casei"]), texts)
tests = st.one_of(
    named(["known"]),
    calls(_comparison, numbers, numbers),
    calls(_comparison, _folded, _folded),
    calls(st.just("between"), numbers, _amounts, numbers),
    calls(st.just("in"), numbers, st.lists(numbers, min_size=1, max_size=3)),
    calls(st.just("in"), texts, st.lists(_texts, min_size=1, max_size=3)),
    calls(st.just("like"), _folded, _patterns),
    calls(st.just("isNull"), named((*NUMBERS, *TEXTS, "known"))),
    calls(st.sampled_from(["=", "<>"]), named(["known"]), st.booleans()),
)
filters = st.recursive(
    tests,
    lambda inner: st.one_of(
        calls(st.just("not"), inner),
        st.builds(
            lambda op, parts: call(op, *parts),
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=6,
)
"""Filters whose parts go together."""

anything = st.recursive(
    named((*NUMBERS, *TEXTS, "known", "geometry", "nosuch"))
    | st.booleans()
    | _amounts
    | _texts
    | st.none()
    | st.sampled_from(
        [
            {"bbox": [60, 40, 70, 50]},
            {"bbox": [1, 2]},
            {"bbox": ["a", None, 1, 2]},
            {"type": "Point", "coordinates": [60, 40]},
            {"type": "Point", "coordinates": [1e300, 40]},
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0]]]},
            {"type": "GeometryCollection", "geometries": []},
            {"date": "2020-01-01"},
            {"timestamp": "2020"},
            {"interval": ["..", ".."]},
            {"property": 5},
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda op, args: call(op, *args),
            st.sampled_from(OPERATORS),
            st.lists(inner, max_size=3),
        ),
    ),
    max_leaves=8,
)
"""Filters whose parts need not go together."""


def as_text(node):
    """Write a filter of JSON as text."""
    match node:
        case bool():
            return str(node).upper()
        case int() | float():
            return repr(node)
        case str():
            doubled = node.replace("'", "''")
            return f"'{doubled}'"
        case list():
            return f"({', '.join(map(as_text, node))})"
        case {"property": name}:
            return f'"{name}"'
    op, args = node["op"], [as_text(item) for item in node["args"]]
    match op:
        case "not":
            return f"(NOT {args[0]})"
        case "isNull":
            return f"({args[0]} IS NULL)"
        case "between":
            return f"({args[0]} BETWEEN {args[1]} AND {args[2]})"
        case "casei" | "accenti":
            return f"{op.upper()}({args[0]})"
    return "(" + f" {op.upper()} ".join(args) + ")"


def judge(node, feature):
    """Return what a filter is for one feature: a value, or None where unknown."""
    match node:
        case {"property": name}:
            return feature[name]
        case {"op": "and" | "or" as op, "args": args}:
            given = [judge(arg, feature) for arg in args]
            decided = op == "or"
            return (
                decided if decided in given else None if None in given else not decided
            )
        case {"op": "isNull", "args": [arg]}:
            return judge(arg, feature) is None
        case {"op": "in", "args": [value, items]}:
            return judge(
                call("or", *(call("=", value, item) for item in items)), feature
            )
        case {"op": "between", "args": [value, low, high]}:
            tests = call(">=", value, low), call("<=", value, high)
            return judge(call("and", *tests), feature)
        case {"op": op, "args": args}:
            given = [judge(arg, feature) for arg in args]
            return None if None in given else _applied(op, *given)
    return node


def _applied(op, left, right=None):
    match op:
        case "not":
            return not left
        case "casei":
            return left.casefold()
        case "like":
            return _like(left, right)
        case "/" | "%" if right == 0:
            return None
        case "%":
            return math.fmod(left, right)
        case "=" | "<>":
            return (left == right) == (op == "=")
    return eval(f"left {op} right", {"left": left, "right": right})  # noqa: S307


def _like(text, pattern):
    """Match by going through both, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(text[at:], pattern[1:]) for at in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        pattern = pattern[1:]
    elif pattern[0] == "_":
        return bool(text) and _like(text[1:], pattern[1:])
    return text[:1] == pattern[0] and _like(text[1:], pattern[1:])
