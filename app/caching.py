"""Answers that a client can keep: strong ETags, 304, and gzip made once."""

import functools
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Generic, TypeVar

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.public_address import public_base
from app.templating import static_version
from geodata.checksums import tree_checksum

_SMALLEST_GZIP = 800  # bytes; below that it costs more than it saves
_PICTURES = "image/"
REVALIDATE = "public, no-cache"

Key = TypeVar("Key")
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The bytes of an answer and what they are.

    Attributes
    ----------
    content, gzipped : bytes
        As they are, and compressed; the second is empty where it is not worth it.
    media_type : str
        What the bytes are.
    """

    content: bytes
    gzipped: bytes
    media_type: str


class BoundedCache(Generic[Key, Kept]):
    """Values that are kept while there is room, the least used dropped first.

    Parameters
    ----------
    capacity : int
        Bytes to keep at most.
    size : function
        Bytes of a value.
    """

    def __init__(self, capacity: int, size: Callable[[Kept], int]) -> None:
        self._capacity = capacity
        self._size_of = size
        self._size = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """Return a value kept earlier, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, value: Kept) -> None:
        """Keep a value."""
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = value
            self._size += self._size_of(value)
            while self._size > self._capacity:
                _, dropped = self._kept.popitem(last=False)
                self._size -= self._size_of(dropped)


class AnswerCache(BoundedCache[str, Body]):
    """Answers of one release, compressed forms included.

    Parameters
    ----------
    capacity : int
        Bytes to keep at most.
    """

    def __init__(self, capacity: int = 128_000_000) -> None:
        super().__init__(capacity, lambda body: len(body.content) + len(body.gzipped))


def answer(
    request: Request,
    make: Callable[[], bytes],
    *,
    media_type: str,
    file_name: str = "",
) -> Response:
    """Answer a GET request, or say that the client has the answer already.

    Parameters
    ----------
    request : Request
        Its address, query included, is what is asked.
    make : function
        Makes the body; not called when the answer is at hand or not modified.
    media_type : str
        What the bytes are.
    file_name : str, optional
        Name under which a browser saves the answer.

    Notes
    -----
    The tag is a hash of the release, the version of our code and the address, so
    it can be told without making the body: the same release gives the same bytes.
    """
    key = tag(request)
    headers = {"Cache-Control": REVALIDATE, "Vary": "Accept-Encoding"}
    known = request.headers.get("if-none-match", "").strip()
    for candidate in (f'"{key}"', f'"{key}-gzip"'):
        if candidate in known:
            return Response(status_code=304, headers={**headers, "ETag": candidate})
    cache: AnswerCache = request.app.state.cache
    body = cache.get(key)
    if body is None:
        body = _body(make(), media_type)
        cache.put(key, body)
    if known == "*":  # whatever there is; made first, for there may be nothing
        return Response(status_code=304, headers={**headers, "ETag": f'"{key}"'})
    zipped = accepts_gzip(request.headers.get("accept-encoding", ""))
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    if zipped and body.gzipped:
        headers |= {"Content-Encoding": "gzip", "ETag": f'"{key}-gzip"'}
        return Response(body.gzipped, media_type=media_type, headers=headers)
    headers["ETag"] = f'"{key}"'
    return Response(body.content, media_type=media_type, headers=headers)


def accepts_gzip(header: str) -> bool:
    """Tell from ``Accept-Encoding`` whether a client takes gzip.

    >>> accepts_gzip("br, gzip;q=0.5"), accepts_gzip("gzip;q=0, *")
    (True, False)
    >>> accepts_gzip("*;q=0.1"), accepts_gzip("identity")
    (True, False)
    """
    weights = {}
    for item in header.lower().split(","):
        name, _, parameter = item.replace(" ", "").partition(";")
        try:
            weights[name] = float(parameter.removeprefix("q=") or 1)
        except ValueError:
            weights[name] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


class GzipIfAccepted(GZipMiddleware):
    """Compress as Starlette does, but not for who refuses it with ``gzip;q=0``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and not accepts_gzip(
            Headers(scope=scope).get("accept-encoding", "")
        ):
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def tag(request: Request) -> str:
    """Return the tag of a request: release, code version and full address."""
    release = request.app.state.atlas.release.id
    address = f"{public_base(request)}{request.url.path}?{request.url.query}"
    identity = (release, code_version(), static_version(), address)
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()[:32]


@functools.cache
def code_version() -> str:
    """Return a checksum over the Python text that answers are made by.

    The id of a release tells the version of the method, not that of the code.
    """
    packages = (resources.files(name) for name in ("app", "geodata"))
    return tree_checksum(*packages, suffixes=(".py",))


def _body(content: bytes, media_type: str) -> Body:
    worth = len(content) >= _SMALLEST_GZIP and not media_type.startswith(_PICTURES)
    return Body(
        content=content,
        gzipped=gzip.compress(content, 6, mtime=0) if worth else b"",
        media_type=media_type,
    )
