"""Filters as CQL2 text: a reader that looks at every character once.

The ``cql2`` package reads the same language, but tries a parenthesis that does not
fit in two ways, and so takes twice as long for each one inside another: twenty-five
of them hold a processor for a minute.  It judges this reader in the tests instead.
"""

import math

import shapely

from app.errors import BadParameterError
from app.filters.tokens import Token, syntax_error, tokens, unquoted
from app.filters.tree import (
    COMPARISONS,
    DEEPEST,
    Literal,
    Node,
    Property,
    Shape,
    make_box,
    make_call,
    make_instant,
    make_members,
    read_shape,
    too_big,
)
from app.text import say

_OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _POWER = range(1, 8)
_STRENGTHS = {
    "OR": _OR,
    "AND": _AND,
    **dict.fromkeys((*COMPARISONS, "IS", "NOT", "BETWEEN", "LIKE", "IN"), _TEST),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys(("*", "/", "%", "DIV"), _PRODUCT),
    "^": _POWER,
}
"""How strongly what stands between two values binds them."""
_ONCE = (_TEST, _POWER)
"""What may not be chained: ``a < b < c`` means nothing."""

_POINTS = ("POINT", "LINESTRING", "POLYGON")
_GEOMETRIES = frozenset(
    (*_POINTS, *(f"MULTI{name}" for name in _POINTS), "GEOMETRYCOLLECTION")
)
_HEIGHTS = frozenset({"Z", "M", "ZM"})
_IN_GEOMETRIES = _GEOMETRIES | _HEIGHTS | {"(", ")", ",", "+", "-"}
_RESERVED = frozenset({*_STRENGTHS, "NULL"})


def read_text(text: str) -> Node:
    """Read a filter written as CQL2 text.

    Raises
    ------
    BadParameterError
        Telling at which character what else was expected.

    >>> read_text("rank <= 5").op
    '<='
    """
    reader = _Reader(text)
    root = reader.expression()
    if reader.now.kind != "end":
        raise reader.fault(say("filter.expected-end"))
    return root


class _Reader:
    """The tokens of a text, and how far they are read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tuple(tokens(text))
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    def fault(self, expected: str) -> BadParameterError:
        return syntax_error(self.text, self.now.start, expected)

    def took(self, *wanted: str) -> str:
        """Pass over the next token if it is one of these words or signs."""
        key = self.now.key
        if key not in wanted:
            return ""
        self.at += 1
        return key

    def pass_over(self, wanted: str) -> None:
        if not self.took(wanted):
            raise self.fault(wanted)

    def expression(self, least: int = 0) -> Node:
        """Read a value and all that is bound to it more strongly than ``least``."""
        node = self._negated() if least < _NOT and self.now.key == "NOT" else None
        node = node or self._signed()
        while (strength := _STRENGTHS.get(self.now.key, 0)) > least:
            node = self._bound(node, strength)
            if strength in _ONCE and _STRENGTHS.get(self.now.key) == strength:
                raise self.fault(say("filter.expected-end"))
        return node

    def _bound(self, left: Node, strength: int) -> Node:
        """Read what follows a value: an operator and its other values."""
        op = self.now.key
        self.at += 1
        if op in ("AND", "OR"):
            parts = [left, self.expression(strength)]
            while self.took(op):
                parts.append(self.expression(strength))
            return make_call(op.lower(), tuple(parts))
        if strength != _TEST or op in COMPARISONS:
            return make_call(op.lower(), (left, self.expression(strength)))
        negated = op == "NOT" or (op == "IS" and self.took("NOT") != "")
        node = self._tested(left, op)
        return make_call("not", (node,)) if negated else node

    def _tested(self, left: Node, op: str) -> Node:
        if op == "IS":
            self.pass_over("NULL")
            return make_call("isNull", (left,))
        word = self.took("BETWEEN", "LIKE", "IN") if op == "NOT" else op
        if word == "BETWEEN":
            low = self.expression(_TEST)
            self.pass_over("AND")
            return make_call("between", (left, low, self.expression(_TEST)))
        if word == "LIKE":
            return make_call("like", (left, self.expression(_TEST)))
        if word == "IN":
            self.pass_over("(")
            items = self._arguments(_TEST)
            return make_call("in", (left, make_members(items)))
        raise self.fault("BETWEEN, LIKE, IN")

    def _negated(self) -> Node:
        times = 0
        while self.took("NOT"):
            times += 1
        node = self.expression(_NOT)
        for _ in range(times):
            node = make_call("not", (node,))
        return node

    def _signed(self) -> Node:
        negative = False
        while sign := self.took("+", "-"):
            negative ^= sign == "-"
        node = self._operand()
        if not negative:
            return node
        if isinstance(node, Literal) and type(node.value) is float:
            return Literal(-node.value)
        return make_call("*", (Literal(-1.0), node))

    def _operand(self) -> Node:
        token, follows = self.now, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if token.key in _GEOMETRIES and (follows.key == "(" or follows.key in _HEIGHTS):
            return self._shape()
        if token.kind == "word" and follows.key == "(" and token.key not in _RESERVED:
            self.at += 2
            return self._called(token)
        self.at += 1
        if token.key == "(":
            items = self._arguments(0)
            if len(items) != 1:
                raise self.fault(say("filter.expected-value"))
            return items[0]
        if token.kind == "number":
            return self._number(token)
        if token.kind == "text":
            return Literal(unquoted(token.text))
        if token.kind == "quoted":
            return Property(token.text[1:-1].replace('""', '"'))
        if token.key in ("TRUE", "FALSE"):
            return Literal(token.key == "TRUE")
        if token.kind == "word" and token.key not in _RESERVED:
            return Property(token.text)
        self.at -= 1
        raise self.fault(say("filter.expected-value"))

    def _arguments(self, least: int) -> tuple[Node, ...]:
        """Read values up to the closing parenthesis; the first one is passed over."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise too_big()
        items: list[Node] = []
        while not self.took(")"):
            if items and not self.took(","):
                raise self.fault(", )")
            items.append(self.expression(least))
        self.depth -= 1
        return tuple(items)

    def _called(self, token: Token) -> Node:
        """Read the arguments of a name."""
        args, name = self._arguments(0), token.text.lower()
        if name == "bbox":
            return make_box([getattr(arg, "value", None) for arg in args])
        if name in ("date", "timestamp", "interval"):
            return make_instant(name, [getattr(arg, "value", None) for arg in args])
        return make_call(name, args)

    def _number(self, token: Token) -> Node:
        value = float(token.text)
        if not math.isfinite(value):
            raise BadParameterError(say("error.filter-number", given=token.text[:40]))
        return Literal(value)

    def _shape(self) -> Shape:
        """Read a geometry in WKT, whose own reader then judges it."""
        start, depth = self.now.start, 0
        while depth or self.now.start == start or self.now.key in (*_HEIGHTS, "("):
            token = self.now
            depth += (token.key == "(") - (token.key == ")")
            known = token.kind == "number" or token.key in _IN_GEOMETRIES
            if not known:
                raise self.fault(say("filter.expected-coordinates"))
            if depth > DEEPEST:
                raise too_big()
            self.at += 1
        return read_shape(shapely.from_wkt, self.text[start : self.now.start])
