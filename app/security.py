"""What every answer carries: security headers, a nonce, CORS for the read API."""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}

READ_API = ("/api", "/prospects.")
"""Addresses that pages of other hosts may read."""


def new_nonce() -> str:
    """Return a word that marks the scripts of one answer as ours."""
    return secrets.token_urlsafe(16)


def content_policy(nonce: str) -> str:
    """Return the content security policy of one answer.

    >>> "unsafe" in content_policy("abc")
    False
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def security_headers(nonce: str) -> dict[str, str]:
    """Return the headers of one answer."""
    return {**_FIXED, "Content-Security-Policy": content_policy(nonce)}


class SecurityHeaders:
    """Add the headers and give each request its nonce; answer HEAD like GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = new_nonce()
        is_head = scope["method"] == "HEAD"
        inner = {
            **scope,
            "method": "GET" if is_head else scope["method"],
            "state": {**scope.get("state", {}), "nonce": nonce},
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in security_headers(nonce).items():
                    headers[name] = value
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(inner, receive, send_with_headers)


class CorsForReadApi:
    """Let pages of any host read the API and the exports, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._open = CORSMiddleware(
            app,
            allow_origins=("*",),
            allow_methods=("GET", "HEAD"),
            allow_headers=("If-None-Match",),
            expose_headers=("ETag", "Link"),
            max_age=86_400,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        readable = scope["type"] == "http" and scope["path"].startswith(READ_API)
        await (self._open if readable else self._plain)(scope, receive, send)
