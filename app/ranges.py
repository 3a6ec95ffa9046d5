"""Parts of an answer: one range of bytes, as RFC 9110 section 14 has it."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def cut(
    asked: Headers, content: bytes, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Answer a request that has a ``Range`` header.

    Parameters
    ----------
    asked : Headers
        Of the request; with ``If-Range`` the part is given only of the same bytes.
    content : bytes
        The whole answer.
    media_type : str
        What the bytes are.
    headers : mapping of str to str
        Of the answer, the ``ETag`` among them.

    Returns
    -------
    Response
        206 with one part; 416 where the range begins behind the end; 200 with the
        whole where the range is not understood, asks for several parts, or is about
        other bytes.
    """
    size = len(content)
    unlike = asked.get("if-range", headers["ETag"]) != headers["ETag"]
    span = None if unlike else span_of(asked["range"], size)
    if span is None:
        return Response(content, media_type=media_type, headers=dict(headers))
    first, last = span
    if first > last:
        beyond = {**headers, "Content-Range": f"bytes */{size}"}
        return Response(status_code=416, headers=beyond)
    part = {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    return Response(
        content[first : last + 1], status_code=206, media_type=media_type, headers=part
    )


def span_of(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of a range; None = the whole is to be given.

    >>> span_of("bytes=0-99", 1000), span_of("bytes=-10", 1000)
    ((0, 99), (990, 999))
    >>> span_of("bytes=990-", 1000), span_of("bytes=2000-", 1000)
    ((990, 999), (2000, 999))
    >>> span_of("bytes=5-2", 1000) is span_of("bytes=0-1,4-5", 1000) is None
    True
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (max(size - int(last), 0) if int(last) else size), size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1
