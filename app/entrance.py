"""The outermost layer: what is believed of a request, and what every answer carries."""

import math
import re
from collections.abc import Iterable
from functools import lru_cache

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.chance import Words
from app.errors import TooLargeError, TooOftenError, answer_error
from app.forwarded import NAMES as FORWARDED_NAMES
from app.forwarded import Forwarded, is_trusted, read_forwarded
from app.journal import Lines
from app.limits import MAX_BODY_BYTES
from app.metrics import Metrics
from app.public_address import PublicAddress, address_seen, address_set
from app.rates import RateLimit
from app.security import READ_API, preflight, security_headers
from app.settings import Settings
from app.shelf import Shelf
from app.text import say
from app.visit import Visit, given_id
from app.work import APART, Work

_NOTHING = Forwarded()
_READ = {
    b"host",
    b"x-request-id",
    b"content-length",
    b"origin",
    b"access-control-request-method",
    b"access-control-request-headers",
    *FORWARDED_NAMES,
}
_UNKNOWN_SERVER = ("localhost", None)
_RELEASE = re.compile(r"^/api/releases/([^/]+)(?=/)")
_LONGEST_NUMBER = 20
_ANSWERED = {200, 206, 304}


class Service(FastAPI):
    """An application whose every answer, a fault's too, passes the entrance."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the entrance before everything else."""
        self.user_middleware.append(Middleware(Work))  # the innermost
        return Entrance(super().build_middleware_stack(), self)


class Entrance:
    """Judge what a request says of itself; add what every answer carries.

    Its ``state`` then holds ``address``, the public address, ``nonce`` and ``visit``.
    HEAD is answered as GET, without the body.  What was asked and what it cost is
    counted and written down.

    Parameters
    ----------
    app : ASGI application
        What answers.
    service : Service
        Whose settings, routes and metrics are used.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        settings: Settings = service.state.settings
        self._app = app
        self._settings = settings
        self._metrics: Metrics = service.state.metrics
        self._shelf: Shelf = service.state.shelf
        self._words = Words()
        self._lines = Lines(settings.log_form)
        self._allowance = settings.requests_per_minute
        self._rates = RateLimit(self._allowance, settings.shared)
        self._template = lru_cache(maxsize=4096)(
            lambda path: template_of(service.routes, path)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                given.setdefault(name, value)
        inner = self._judged(scope, given)
        visit: Visit = inner["state"]["visit"]
        nonce: str = inner["state"]["nonce"]
        is_open = visit.path.startswith(READ_API)
        is_head = scope["method"] == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", visit.request_id.encode()),
                    *security_headers(nonce, is_open=is_open),
                ]
            elif is_head:
                message = {**message, "body": b""}
            else:
                visit.sent_bytes += len(message.get("body", b""))
            await send(message)

        self._metrics.begin()
        try:
            if is_open and _is_preflight(scope, given):
                await _send_preflight(visit, given, send)
            elif (wait := self._wait_s(visit)) > 0:
                refusal = _too_often(inner, self._allowance, wait)
                await refusal(inner, receive, send_with_headers)
            elif _is_too_large(given.get(b"content-length", b"")):
                error = TooLargeError(say("error.refused-413"))
                refusal = answer_error(Request(inner), error)
                await refusal(inner, receive, send_with_headers)
            else:
                await self._app(inner, receive, send_with_headers)
        finally:
            self._end(visit)

    def _wait_s(self, visit: Visit) -> float:
        if not self._allowance or visit.path.startswith(APART):
            return 0.0
        return self._rates.wait_s(visit.client)

    def _end(self, visit: Visit) -> None:
        worked = bool(visit.route)
        if not worked:
            visit.route = self._template(visit.path)
        kept = not worked and visit.status in _ANSWERED and visit.method != "OPTIONS"
        if kept:
            named = _RELEASE.match(visit.path)
            visit.release = named[1] if named else self._shelf.served.release.id
        self._metrics.end(visit, kept=kept)
        self._lines.write(visit)

    def _judged(self, scope: Scope, given: dict[bytes, bytes]) -> Scope:
        """Return the request as it is believed: client, address, path, method."""
        client, said = scope.get("client"), _NOTHING
        trusted = self._settings.trusted_proxies
        if len(given) > 1 and client and is_trusted(client[0], trusted):
            said = read_forwarded(given, trusted)
        address = self._address(scope, given.get(b"host", b""), said)
        prefix, path = address.prefix, scope["path"]
        inner = {
            **scope,
            "method": "GET" if scope["method"] == "HEAD" else scope["method"],
            "scheme": address.scheme,
            "client": (said.client, 0) if said.client else client,
        }
        host = address.host.encode()
        if given.get(b"host") != host:
            others = [item for item in scope["headers"] if item[0] != b"host"]
            inner["headers"] = [(b"host", host), *others]
        if prefix and f"{path}/".startswith(f"{prefix}/"):  # not taken away
            path = inner["path"] = path.removeprefix(prefix) or "/"
            raw: bytes = scope.get("raw_path", b"")
            inner["raw_path"] = raw.removeprefix(prefix.encode()) or b"/"
        visit = Visit(
            request_id=given_id(given.get(b"x-request-id")) or self._words.draw(),
            method=scope["method"],
            path=path,
            query_bytes=len(scope["query_string"]),
            client=said.client or (client[0] if client else ""),
        )
        inner["state"] = {
            **scope.get("state", {}),
            "address": address,
            "nonce": self._words.draw(),
            "visit": visit,
        }
        return inner

    def _address(self, scope: Scope, host: bytes, said: Forwarded) -> PublicAddress:
        if self._settings.public_url:
            return address_set(self._settings.public_url)
        scheme = said.scheme or scope["scheme"]
        if said.host:
            return PublicAddress(scheme=scheme, host=said.host, prefix=said.prefix)
        server = tuple(scope.get("server") or _UNKNOWN_SERVER)
        return address_seen(scheme, host.decode("latin-1"), server, said.prefix)


def _is_preflight(scope: Scope, given: dict[bytes, bytes]) -> bool:
    return (
        scope["method"] == "OPTIONS"
        and b"origin" in given
        and b"access-control-request-method" in given
    )


async def _send_preflight(visit: Visit, given: dict[bytes, bytes], send: Send) -> None:
    visit.status = 204
    wanted = given.get(b"access-control-request-headers", b"")
    headers = preflight(visit.path, wanted)
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _too_often(scope: Scope, allowance: int, wait_s: float) -> ASGIApp:
    seconds = math.ceil(wait_s)
    text = say("error.rate", limit=allowance, n=seconds)
    return answer_error(Request(scope), TooOftenError(text, wait_s=seconds))


def _is_too_large(length: bytes) -> bool:
    return length.isdigit() and int(length[:_LONGEST_NUMBER]) > MAX_BODY_BYTES


def template_of(routes: Iterable[BaseRoute], path: str) -> str:
    """Return the template of the route that answers a path; empty where none does."""
    path = _RELEASE.sub("/api", path)
    scope: Scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            found = child.get("route", route)
            return str(getattr(found, "path", ""))
    return ""
