"""Filters in CQL2, text or JSON, as masks over the columns of a table."""

from typing import Literal

from app.errors import BadParameterError
from app.filters.document import read_json
from app.filters.evaluate import Queryable, rows_matching
from app.filters.tree import (
    CONFORMANCE,
    GEOMETRY,
    LONGEST,
    Filter,
    make_filter,
    too_big,
)
from app.filters.written import read_text
from app.text import say

__all__ = [
    "CONFORMANCE",
    "GEOMETRY",
    "Filter",
    "Language",
    "Queryable",
    "parse_filter",
    "rows_matching",
]

Language = Literal["cql2-text", "cql2-json"]


def parse_filter(text: str, *, lang: Language) -> Filter:
    """Read a filter; columns are looked up by :func:`rows_matching`.

    Parameters
    ----------
    text : str
        At most :data:`app.filters.tree.LONGEST` characters.
    lang : {"cql2-text", "cql2-json"}
        How it is written.

    Returns
    -------
    Filter

    Raises
    ------
    BadParameterError
        If it is empty, too large or written wrongly; the message says where.

    >>> parse_filter("rank <= 5", lang="cql2-text").root.op
    '<='
    """
    if not text.strip():
        raise BadParameterError(say("error.filter-empty"))
    if len(text) > LONGEST:
        raise too_big()
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadParameterError(say("error.filter-characters")) from error
    return make_filter(read_text(text) if lang == "cql2-text" else read_json(text))
