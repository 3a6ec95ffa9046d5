"""Absolute links, made from the request or from the address a proxy shows."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request

from app.public_address import public_base
from app.schemas import Link


def base_url(request: Request) -> str:
    """Return what stands before the path in every link."""
    return public_base(request)


def link(
    request: Request, rel: str, path: str, *, media_type: str, title: str = ""
) -> Link:
    """Make a link to one of our own addresses."""
    return Link(
        href=f"{base_url(request)}{path}", rel=rel, type=media_type, title=title
    )


def with_query(path: str, query: Mapping[str, str], **changed: int) -> str:
    """Return a path with a query in which some values are replaced.

    >>> with_query("/items", {"limit": "5"}, offset=5)
    '/items?limit=5&offset=5'
    """
    merged = {**query, **{name: str(value) for name, value in changed.items()}}
    return f"{path}?{urlencode(merged, safe=',/:')}" if merged else path
