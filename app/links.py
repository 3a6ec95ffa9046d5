"""Absolute links, made from the address that users see."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request

from app.public_address import public_base
from app.schemas import Link
from app.text import say

API = "/api"


def link(
    request: Request,
    rel: str,
    path: str,
    *,
    media_type: str,
    title: str = "",
    pinned: bool = False,
    length: int | None = None,
) -> Link:
    """Make a link to one of our own addresses.

    Parameters
    ----------
    request : Request
        What is answered.
    rel : str
        How the other address is related to this one.
    path : str
        The address without host, beginning with ``/``; one of the API is put into the
        release that the request names, if it names one.
    media_type, title : str
        What is there.
    pinned : bool
        Whether the link names the release in any case, so that it leads to the same
        bytes for good.
    length : int, optional
        Bytes of what is there.
    """
    return Link(
        href=f"{public_base(request)}{in_release(request, path, pinned=pinned)}",
        rel=rel,
        type=media_type,
        title=title or None,
        length=length,
    )


def link_into(
    request: Request,
    rel: str,
    release_id: str,
    path: str,
    *,
    media_type: str,
    title: str = "",
) -> Link:
    """Make a link to an address of the API in a release, whichever the request names.

    Parameters
    ----------
    request : Request
        What is answered.
    rel : str
        How the other address is related to this one.
    release_id : str
        The release.
    path : str
        The address, beginning with ``/api``.
    media_type, title : str
        What is there.
    """
    within = path.removeprefix(API)
    href = f"{public_base(request)}{API}/releases/{release_id}{within}"
    return Link(href=href, rel=rel, type=media_type, title=title)


def licences(request: Request) -> Link:
    """Link to the credit and the licence of every layer."""
    title = say("collection.licence")
    return link(request, "license", "/layers", media_type="text/html", title=title)


def in_release(request: Request, path: str, *, pinned: bool = False) -> str:
    """Return an address of the API inside the release of a request."""
    prefix: str = request.state.release_prefix
    if pinned:
        prefix = f"{API}/releases/{request.state.atlas.release.id}"
    if not prefix or not (path == API or path.startswith(f"{API}/")):
        return path
    return f"{prefix}{path.removeprefix(API)}"


def with_query(path: str, query: Mapping[str, str], **changed: int) -> str:
    """Return a path with a query in which some values are replaced.

    >>> with_query("/items", {"limit": "5"}, offset=5)
    '/items?limit=5&offset=5'
    """
    merged = {**query, **{name: str(value) for name, value in changed.items()}}
    return f"{path}?{urlencode(merged, safe=',/:')}" if merged else path


def link_header(links: list[Link]) -> str:
    """Write links as the value of a ``Link`` header (RFC 8288)."""
    return ", ".join(
        f'<{item.href}>; rel="{item.rel}"; type="{item.type}"' for item in links
    )
