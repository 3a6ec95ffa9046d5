"""How much is worked on at once, and how long at most: the innermost layer."""

import asyncio
import logging
import sys

import anyio.to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import limits
from app.errors import BusyError, answer_error
from app.text import say
from app.visit import Visit

APART = ("/healthz", "/readyz", "/metrics", "/static/")
"""Addresses that never wait for work and are never sent away."""

_log = logging.getLogger("atlas")


class Work:
    """Let a bounded number of requests in, and answer each within its time.

    Those let in share :data:`limits.THREADS` threads; the others of them wait for one.
    A request counts until its answer begins, so that slow readers keep nobody out.

    Parameters
    ----------
    app : ASGI application
        What does the work.
    most : int, optional
        Requests let in at once.
    longest_s : float, optional
        Seconds within which an answer must begin.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int = limits.MAX_AT_WORK,
        longest_s: float = limits.REQUEST_S,
    ) -> None:
        self._app = app
        self._most = most
        self._longest_s = longest_s
        self._at_work = 0
        self._has_threads = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit: Visit = scope["state"]["visit"]
        try:
            if scope["path"].startswith(APART):
                await self._app(scope, receive, send)
            elif self._at_work >= self._most:
                await _refuse(scope, receive, send, "error.busy")
            else:
                await self._within_time(scope, receive, send)
        finally:
            visit.route = _template(scope)
            atlas = scope["state"].get("atlas")
            visit.release = atlas.release.id if atlas else ""

    async def _within_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._has_threads:  # only a running event loop has them
            limiter = anyio.to_thread.current_default_thread_limiter()
            limiter.total_tokens = limits.THREADS
            sys.setswitchinterval(limits.TURN_S)
            self._has_threads = True
        begun = given_up = False
        refusal: asyncio.Future[None] | None = None
        self._at_work += 1

        async def send_in_time(message: Message) -> None:
            nonlocal begun
            if given_up:
                return
            if not begun:
                begun = True
                self._at_work -= 1
            await send(message)

        def give_up() -> None:
            nonlocal given_up, refusal
            if not begun:
                given_up = True
                refusal = asyncio.ensure_future(
                    _refuse(scope, receive, send, "error.too-long")
                )

        timer = asyncio.get_running_loop().call_later(self._longest_s, give_up)
        try:
            await self._app(scope, receive, send_in_time)
        except Exception:
            if not given_up:
                raise
            _log.exception("%s failed when its time was over", scope["path"])
        finally:
            timer.cancel()
            if not begun:
                self._at_work -= 1
            if refusal is not None:
                await refusal


async def _refuse(scope: Scope, receive: Receive, send: Send, key: str) -> None:
    answer = answer_error(Request(scope), BusyError(say(key)))
    await answer(scope, receive, send)


def _template(scope: Scope) -> str:
    """Return the template of the address that answered; empty where none did."""
    route = scope.get("route")
    if route is not None:
        return str(getattr(route, "path", ""))
    return "/static" if scope["path"].startswith("/static/") else ""
