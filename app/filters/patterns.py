"""Texts that are like a pattern."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from app.errors import BadParameterError
from app.filters.values import Truth, Value, Words, known, mismatch, of_arrow
from app.text import say

LONGEST_PATTERN = 200
"""Characters; each may stand for any text, and all rows are read."""

_WILD = {"%": ".*", "_": "."}
_PART = re.compile(r"\\(.)|(%+)|(_)|(.)", re.DOTALL)


def matching(value: Value, pattern: Value) -> Truth:
    r"""Tell which texts are like a pattern.

    Parameters
    ----------
    value : Words
        The texts.
    pattern : Words
        One text: ``%`` is any text, ``_`` any character; ``\`` before them, or before
        itself, takes them as they are.

    Raises
    ------
    BadParameterError
        If they are no texts, or the pattern is a column, or too long.
    """
    if not (isinstance(value, Words) and isinstance(pattern, Words)):
        raise mismatch("like", value, pattern)
    if not isinstance(pattern.values, str):
        raise BadParameterError(say("error.filter-pattern", given=pattern.told))
    if len(pattern.values) > LONGEST_PATTERN:
        raise BadParameterError(
            say("error.filter-long-pattern", longest=LONGEST_PATTERN)
        )
    expression = as_expression(pattern.values)
    if isinstance(value.values, str):
        # By the same engine, whose time does not explode as that of ``re`` may.
        (found,) = pc.match_substring_regex(pa.array([value.values]), expression)
        return known(found.as_py())
    return of_arrow(pc.match_substring_regex(value.values, expression))


def as_expression(pattern: str) -> str:
    r"""Turn a pattern into a regular expression of the whole text.

    >>> as_expression(r"a_\%%")
    '(?s)^a.%.*$'
    """
    made = "".join(
        _WILD[part[2][0]]
        if part[2]
        else "."
        if part[3]
        else re.escape(part[1] or part[4])
        for part in _PART.finditer(pattern)
    )
    return f"(?s)^{made}$"
