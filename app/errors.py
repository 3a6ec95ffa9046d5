"""Errors as answers: one table from error to status, two ways to say it."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match, Mount

from app.limits import RETRY_S
from app.links import link_header
from app.schemas import Link, Problem
from app.security import READ_API
from app.templating import render
from app.text import say
from geodata.errors import (
    AreaOfInterestError,
    OutsideRegionError,
    ReleaseError,
    UnknownDepositTypeError,
)

_log = logging.getLogger("atlas")

PROBLEM = "application/problem+json"

FOR_PROGRAMS = (*READ_API, "/healthz", "/readyz", "/metrics")
"""Addresses whose errors are documents for programs, not pages."""


class BadParameterError(Exception):
    """A query parameter is unknown, or its value cannot be used."""


class NotFoundError(Exception):
    """There is nothing under this address or with this id."""


class GoneError(Exception):
    """There was something under this address, and it is not kept any more."""


class RetiredError(GoneError):
    """An id is that of no area any more; links lead to what took its place.

    Parameters
    ----------
    text : str
        What to tell.
    links : sequence of Link
        To the successor and to where the area still is.
    """

    def __init__(self, text: str, links: Sequence[Link]) -> None:
        super().__init__(text)
        self.links = tuple(links)


class UnreadableReleaseError(Exception):
    """A release that is asked for, beside the one that is served, cannot be read."""


class NotAcceptableError(Exception):
    """A representation is asked for that this address does not have."""


class BusyError(Exception):
    """There is too much work at once, or it took too long."""


class TooLargeError(Exception):
    """A client sends more than the budget of one request."""


class TooOftenError(Exception):
    """A client asked more often than it may.

    Attributes
    ----------
    wait_s : int
        When it may ask again, seconds.
    """

    def __init__(self, text: str, *, wait_s: int) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class BodyTooLargeError(Exception):
    """More was sent than is taken."""


class MediaTypeError(Exception):
    """What was sent is of a kind that is not read."""


STATUS: dict[type[Exception], HTTPStatus] = {
    BadParameterError: HTTPStatus.BAD_REQUEST,
    AreaOfInterestError: HTTPStatus.BAD_REQUEST,
    BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotAcceptableError: HTTPStatus.NOT_ACCEPTABLE,
    GoneError: HTTPStatus.GONE,
    UnreadableReleaseError: HTTPStatus.SERVICE_UNAVAILABLE,
    OutsideRegionError: HTTPStatus.NOT_FOUND,
    UnknownDepositTypeError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooOftenError: HTTPStatus.TOO_MANY_REQUESTS,
    ReleaseError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What each error means to a client."""

_TITLES = {
    HTTPStatus.BAD_REQUEST: "error.bad-request",
    HTTPStatus.NOT_FOUND: "error.not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "error.only-read",
    HTTPStatus.REQUEST_TIMEOUT: "error.too-slow",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "error.too-large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "error.too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "error.too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "error.other-kind",
    HTTPStatus.TOO_MANY_REQUESTS: "error.too-often",
    HTTPStatus.NOT_ACCEPTABLE: "error.not-acceptable",
    HTTPStatus.GONE: "error.gone",
    HTTPStatus.SERVICE_UNAVAILABLE: "error.not-now",
    HTTPStatus.INTERNAL_SERVER_ERROR: "error.our-fault",
}
"""The keys of their titles."""


def add_error_handlers(app: FastAPI) -> None:
    """Make every error an answer that says what to do next."""
    for kind in set(STATUS) - {ReleaseError}:  # that one is first tried to be mended
        app.add_exception_handler(kind, answer_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone_away)
    app.add_exception_handler(Exception, _unexpected)


def answer_error(request: Request, error: Exception) -> Response:
    """Answer with the status of an error and with its text."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    releases = request.app.state.settings.releases
    links = error.links if isinstance(error, RetiredError) else ()
    answer = _answer(request, status, without_folder(str(error), releases), links)
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        answer.headers["Retry-After"] = str(getattr(error, "wait_s", RETRY_S))
    return answer


def without_folder(text: str, releases: Path) -> str:
    """Take the folder of the releases out of a text that readers will see.

    >>> without_folder("There is no release in /srv/atlas.", Path("/srv/atlas"))
    'There is no release in the folder of releases.'
    """
    return text.replace(str(releases), say("error.folder"))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # for the checker
    parts = [
        f"{'.'.join(str(step) for step in item['loc'][1:])}: {item['msg']}"
        for item in error.errors()
    ]
    text = say("error.correct", faults="; ".join(parts))
    return _answer(request, HTTPStatus.BAD_REQUEST, text)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # for the checker
    status = HTTPStatus(error.status_code)
    key = {
        HTTPStatus.NOT_FOUND: "error.no-address",
        HTTPStatus.METHOD_NOT_ALLOWED: "error.use-get",
    }.get(status)
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(methods_of(request))
        if "GET" not in headers["Allow"]:
            key = "error.use-post"
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    answer = _answer(request, status, say(key) if key else str(error.detail))
    answer.headers.update(headers)
    return answer


def methods_of(request: Request) -> list[str]:
    """Return what may be done with the address of a request."""
    scope = {**request.scope, "root_path": ""}  # a mounted part has changed it
    routes = request.app.routes
    files = [route for route in routes if isinstance(route, Mount)]  # match anything
    read, posted = (
        any(
            route.matches({**scope, "method": method})[0] is Match.FULL
            for route in routes
            if method == "GET" or route not in files
        )
        for method in ("GET", "POST")
    )
    return [
        *(("GET", "HEAD") if read else ()),
        "OPTIONS",
        *(("POST",) if posted else ()),
    ]


def _gone_away(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer nobody: who asked has hung up, which is no fault of ours."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


def _unexpected(request: Request, error: Exception) -> Response:
    _log.exception("%s failed", request.url.path, exc_info=error)
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, say("error.noted"))


def problem(status: HTTPStatus, detail: str, links: Sequence[Link] = ()) -> bytes:
    """Return the document that says what is wrong (RFC 9457)."""
    told = Problem(
        type="about:blank",
        title=_title(status),
        status=int(status),
        detail=detail,
        links=list(links) or None,
    )
    return told.model_dump_json(exclude_none=True).encode()


def _title(status: HTTPStatus) -> str:
    return say(_TITLES[status]) if status in _TITLES else status.phrase


def _answer(
    request: Request, status: HTTPStatus, text: str, links: Sequence[Link] = ()
) -> Response:
    headers = {}
    if links:  # what is gone for good may be kept unasked, and an id can come back
        headers = {"Link": link_header(list(links)), "Cache-Control": "no-cache"}
    if request.url.path.startswith(FOR_PROGRAMS):
        body = problem(status, text, links)
        return Response(body, status_code=status, media_type=PROBLEM, headers=headers)
    page = render(
        request,
        "error.html",
        title=_title(status),
        text=text,
        status=int(status),
        links=links,
    )
    return Response(page, status_code=status, media_type="text/html", headers=headers)
