"""Answers with a kept file: whole or one part, by a tag that is its checksum."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from fastapi import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.derived import KeptFile
from app.ranges import span_of

_CHUNK = 262_144  # bytes read at a time


def answer_file(
    request: Request, kept: KeptFile, *, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Answer a GET or HEAD request with a file.

    Parameters
    ----------
    request : Request
        Its ``If-None-Match``, ``Range`` and ``If-Range`` are honoured.
    kept : KeptFile
        The file.
    media_type : str
        What it is.
    headers : mapping of str to str
        What else belongs to the answer.

    Returns
    -------
    Response
        200, 206 with one part, 304, or 416 where the part begins behind the end.
    """
    asked, tag = request.headers, f'"{kept.sha256}"'
    told = {**headers, "ETag": tag, "Accept-Ranges": "bytes"}
    known = asked.get("if-none-match", "")
    if known.strip() == "*" or tag in {
        item.strip().removeprefix("W/") for item in known.split(",")
    }:
        return Response(status_code=304, headers=told)
    first, last, status = 0, kept.size - 1, 200
    if "range" in asked and asked.get("if-range", tag) == tag:
        span = span_of(asked["range"], kept.size)
        if span is not None:
            first, last = span
            if first > last:
                told["Content-Range"] = f"bytes */{kept.size}"
                return Response(status_code=416, headers=told)
            told["Content-Range"] = f"bytes {first}-{last}/{kept.size}"
            status = 206
    told["Content-Length"] = str(last - first + 1)
    if request.method == "HEAD":
        return Response(status_code=status, media_type=media_type, headers=told)
    opened = kept.path.open("rb")  # stays readable when the file is removed
    opened.seek(first)
    return _Part(opened, last - first + 1, status, media_type, told)


class _Part(StreamingResponse):
    """Bytes of an open file, closed when they are sent or the client has gone."""

    def __init__(
        self,
        opened: BinaryIO,
        size: int,
        status: int,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(_read(opened, size), status, headers, media_type)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._opened.close()


def _read(opened: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (chunk := opened.read(min(_CHUNK, size))):
        size -= len(chunk)
        yield chunk
