"""Answers that a client can keep: strong ETags, 304, and gzip made once."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from app.templating import static_version

_SMALLEST_GZIP = 800  # bytes; below that it costs more than it saves
_PICTURES = "image/"
REVALIDATE = "public, no-cache"


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


class AnswerCache:
    """Answers of one release, the least used dropped first.

    Parameters
    ----------
    capacity : int
        Bytes to keep at most, compressed forms included.
    """

    def __init__(self, capacity: int = 128_000_000) -> None:
        self._capacity = capacity
        self._size = 0
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Body | None:
        """Return an answer kept earlier, or None."""
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
            return self._bodies.get(key)

    def put(self, key: str, body: Body) -> None:
        """Keep an answer."""
        with self._lock:
            if key in self._bodies:
                return
            self._bodies[key] = body
            self._size += len(body.content) + len(body.gzipped)
            while self._size > self._capacity:
                _, dropped = self._bodies.popitem(last=False)
                self._size -= len(dropped.content) + len(dropped.gzipped)


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
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": REVALIDATE, "Vary": "Accept-Encoding"}
    known = request.headers.get("if-none-match", "")
    for candidate in (f'"{key}"', f'"{key}-gzip"'):
        if known.strip() == "*" or candidate in known:
            return Response(status_code=304, headers={**headers, "ETag": candidate})
    cache: AnswerCache = request.app.state.cache
    body = cache.get(key)
    if body is None:
        body = _body(make(), media_type)
        cache.put(key, body)
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    if zipped and body.gzipped:
        headers |= {"Content-Encoding": "gzip", "ETag": f'"{key}-gzip"'}
        return Response(body.gzipped, media_type=media_type, headers=headers)
    headers["ETag"] = f'"{key}"'
    return Response(body.content, media_type=media_type, headers=headers)


def tag(request: Request) -> str:
    """Return the tag of a request: release, code version and full address."""
    identity = (request.app.state.atlas.release.id, static_version(), str(request.url))
    return hashlib.sha256("\n".join(identity).encode()).hexdigest()[:32]


def _body(content: bytes, media_type: str) -> Body:
    worth = len(content) >= _SMALLEST_GZIP and not media_type.startswith(_PICTURES)
    return Body(
        content=content,
        gzipped=gzip.compress(content, 6, mtime=0) if worth else b"",
        media_type=media_type,
    )
