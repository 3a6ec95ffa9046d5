"""Bodies that clients send: JSON, bounded, refused with what was expected."""

from typing import Annotated, Any

import orjson
from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.caching import encoding_of
from app.errors import BadParameterError, BodyTooLargeError, MediaTypeError
from app.kept import Body
from app.limits import MAX_BODY_BYTES
from app.responses import GEOJSON, JSON
from app.text import say

_MOST_FAULTS = 5  # told at once

Document = dict[str, Any]


async def read_body(request: Request) -> bytes:
    """Read the body of a request, as long as it is JSON and not too large.

    Raises
    ------
    MediaTypeError
        If it says that it is something else, or is packed.
    BodyTooLargeError
        As soon as more has come than is taken.
    """
    given = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if given not in (JSON, GEOJSON):
        raise MediaTypeError(say("body.media-type", given=given[:80]))
    packing = request.headers.get("content-encoding", "identity").lower()
    if packing != "identity":
        raise MediaTypeError(say("body.packed", given=packing[:80]))
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise BodyTooLargeError(say("body.too-large", bytes=f"{MAX_BODY_BYTES:,}"))
    return b"".join(parts)


BodyNow = Annotated[bytes, Depends(read_body)]


def read_object(body: bytes) -> Document:
    """Read a JSON object.

    Raises
    ------
    BadParameterError
        If it is none.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadParameterError(say("body.not-json", fault=error)) from None
    if not isinstance(found, dict):
        raise BadParameterError(say("body.not-an-object"))
    return found


def said(error: ValidationError) -> str:
    """Say what is wrong with a body, and where."""
    faults = [
        f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False)
    ]
    more = len(faults) - _MOST_FAULTS
    if more > 0:
        faults = [*faults[:_MOST_FAULTS], say("body.more-faults", count=more)]
    return say("body.correct", faults="; ".join(faults))


def unkept(request: Request, content: bytes) -> Response:
    """Answer a request that has a body: JSON, packed if that is taken, not kept."""
    body = Body(content=content, media_type=JSON)
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    wanted = request.headers.get("accept-encoding", "")
    packing = encoding_of(wanted) if body.worth_packing else ""
    if packing:
        headers["Content-Encoding"] = packing
        content = body.in_encoding(packing)
    return Response(content, media_type=JSON, headers=headers)


def geojson_schema(kind: str, **members: Document) -> Document:
    """Describe a GeoJSON object: its ``type`` and the schemas of its members."""
    return {
        "type": "object",
        "properties": {"type": {"const": kind}, **members},
        "required": ["type", *members],
    }


def described(what: str, schema: Document, *examples: Document) -> dict[str, Any]:
    """Describe a body, its schema and examples, for the description of the API."""
    return {
        "requestBody": {
            "required": True,
            "description": what,
            "content": {
                kind: {
                    "schema": schema,
                    "examples": {
                        str(number): {"value": example}
                        for number, example in enumerate(examples, start=1)
                    },
                }
                for kind in (JSON, GEOJSON)
            },
        }
    }
