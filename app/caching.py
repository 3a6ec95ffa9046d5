"""Answers that a client can keep: strong ETags, 304, ranges, what is kept in memory."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from importlib import metadata, resources

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kept import AnswerCache, Body
from app.public_address import public_base
from app.ranges import cut
from app.templating import static_version
from geodata.checksums import tree_checksum

_LIBRARIES = ("fastapi", "geopandas", "orjson", "pyproj", "rio-tiler", "shapely")

REVALIDATE = "public, no-cache"
FOR_GOOD = "public, max-age=31536000, immutable"
"""What an address that names its release answers never changes."""


def answer(
    request: Request,
    make: Callable[[], bytes],
    *,
    media_type: str,
    file_name: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer a GET request, or say that the client has the answer already.

    Parameters
    ----------
    request : Request
        What is asked.
    make : function
        Makes the body; not called when the answer is at hand or not modified.
    media_type : str
        What the bytes are.
    file_name : str, optional
        Name under which a browser saves the answer.
    headers : mapping of str to str, optional
        What else belongs to the answer.

    Notes
    -----
    The tag is a hash of the release, the version of our code and of the libraries that
    write, the address and the form that is asked for, so it can be told without making
    the body: the same release gives the same bytes.
    """
    own = dict(headers or {})
    if file_name:
        own["Content-Disposition"] = f'attachment; filename="{file_name}"'
    tag = tag_of(request.scope)
    asked = request.headers
    known = asked.get("if-none-match", "").strip()
    if known and known != "*" and (found := _matching(tag, known)):
        return Response(status_code=304, headers=_common(request.scope, own, found))
    cache: AnswerCache = request.app.state.cache
    body = cache.get(tag)
    if body is None:
        body = Body(content=make(), media_type=media_type, headers=own)
        cache.put(tag, body)
    return respond(request.scope, body, tag)


def respond(scope: Scope, body: Body, tag: str) -> Response:
    """Answer with a body: packed, a part of it, or only that it has not changed."""
    asked = Headers(scope=scope)
    known = asked.get("if-none-match", "").strip()
    if known and (known == "*" or _matching(tag, known)):
        found = _matching(tag, known) or tag
        return Response(status_code=304, headers=_common(scope, body.headers, found))
    if "range" in asked:
        headers = _common(scope, body.headers, tag)
        return cut(asked, body.content, body.media_type, headers)
    packing = _packing(body, asked)
    if not packing:
        return Response(
            body.content,
            media_type=body.media_type,
            headers=_common(scope, body.headers, tag),
        )
    headers = _common(scope, body.headers, f"{tag}-{packing}")
    headers["Content-Encoding"] = packing
    return Response(
        body.in_encoding(packing), media_type=body.media_type, headers=headers
    )


class AnswerAgain:
    """Give an answer that is kept without asking the routes."""

    def __init__(self, app: ASGIApp, cache: AnswerCache) -> None:
        self._app = app
        self._cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            tag = tag_of(scope)
            body = self._cache.get(tag)
            packing = _packing(body, Headers(scope=scope)) if body else ""
            if body and (not packing or packing in body.packed):
                await respond(scope, body, tag)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _packing(body: Body, asked: Headers) -> str:
    return encoding_of(asked.get("accept-encoding", "")) if body.worth_packing else ""


def encoding_of(header: str) -> str:
    """Choose from ``Accept-Encoding``: ``br``, ``gzip`` or, as it is, nothing.

    >>> encoding_of("br, gzip;q=0.5"), encoding_of("gzip;q=0, *;q=0")
    ('br', '')
    >>> encoding_of("gzip"), encoding_of("identity"), encoding_of("br;q=0.1, gzip")
    ('gzip', '', 'gzip')
    """
    weights = _weights(header)
    both = {name: weights.get(name, weights.get("*", 0.0)) for name in ("br", "gzip")}
    best = max(both, key=lambda name: both[name])
    return best if both[best] > 0 else ""


def _weights(header: str) -> dict[str, float]:
    weights = {}
    for item in header.lower().split(","):
        name, _, parameter = item.replace(" ", "").partition(";")
        try:
            weights[name] = float(parameter.removeprefix("q=") or 1)
        except ValueError:
            weights[name] = 0.0
    return weights


class GzipIfAccepted(GZipMiddleware):
    """Compress as Starlette does, but not for who refuses it with ``gzip;q=0``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            weights = _weights(Headers(scope=scope).get("accept-encoding", ""))
            if not weights.get("gzip", weights.get("*", 0.0)) > 0:
                await self.app(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def tag_of(scope: Scope) -> str:
    """Return the tag of a request: release, versions, address and form asked for."""
    state = scope["state"]
    if "tag" not in state:
        identity = (
            state["atlas"].release.id,
            state["atlas"].published,
            state["release_prefix"],
            code_version(),
            static_version(),
            public_base(Request(scope)),
            scope["path"],
            scope["query_string"].decode("latin-1"),
            Headers(scope=scope).get("accept", ""),
        )
        digest = hashlib.sha256("\n".join(identity).encode("utf-8", "replace"))
        state["tag"] = digest.hexdigest()[:32]
    return str(state["tag"])


@functools.cache
def code_version() -> str:
    """Return a checksum over the Python text that answers are made by.

    The id of a release tells the version of the method, not that of the code, nor
    those of the libraries that write.
    """
    packages = (resources.files(name) for name in ("app", "geodata"))
    ours = tree_checksum(*packages, suffixes=(".py",))
    return " ".join((ours, *(metadata.version(name) for name in _LIBRARIES)))


def _matching(tag: str, header: str) -> str:
    """Return the tag a client has of an answer, in whichever encoding; else nothing."""
    given = {item.strip().removeprefix("W/").strip('"') for item in header.split(",")}
    forms = (tag, f"{tag}-br", f"{tag}-gzip")
    return next((form for form in forms if form in given), "")


def _common(scope: Scope, own: Mapping[str, str], tag: str) -> dict[str, str]:
    named = scope["state"]["release_prefix"]
    return {
        "Cache-Control": FOR_GOOD if named else REVALIDATE,
        "Vary": "Accept, Accept-Encoding",
        "Accept-Ranges": "bytes",
        **own,
        "ETag": f'"{tag}"',
    }
