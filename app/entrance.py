"""The outermost layer: what is believed of a request, and what every answer carries."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.forwarded import NAMES as FORWARDED_NAMES
from app.forwarded import Forwarded, is_trusted, read_forwarded
from app.public_address import PublicAddress, address_seen, address_set
from app.security import READ_API, new_nonce, preflight, security_headers
from app.settings import Settings

_NOTHING = Forwarded()
_READ = {
    b"host",
    b"origin",
    b"access-control-request-method",
    b"access-control-request-headers",
    *FORWARDED_NAMES,
}
_UNKNOWN_SERVER = ("localhost", None)


class Service(FastAPI):
    """An application whose every answer, a fault's too, passes the entrance."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the entrance before everything else."""
        return Entrance(super().build_middleware_stack(), self.state.settings)


class Entrance:
    """Judge what a request says of itself; add what every answer carries.

    Its ``state`` then holds ``address``, the public address, and ``nonce``.  HEAD is
    answered as GET, without the body.

    Parameters
    ----------
    app : ASGI application
        What answers.
    settings : Settings
        The public address and the proxies that are trusted.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

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
        path: str = inner["path"]
        nonce: str = inner["state"]["nonce"]
        is_open = path.startswith(READ_API)
        is_head = scope["method"] == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = security_headers(nonce, is_open=is_open)
                message["headers"] = [*message["headers"], *more]
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        if is_open and _is_preflight(scope, given):
            headers = preflight(path, given.get(b"access-control-request-headers", b""))
            await send(
                {"type": "http.response.start", "status": 204, "headers": headers}
            )
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(inner, receive, send_with_headers)

    def _judged(self, scope: Scope, given: dict[bytes, bytes]) -> Scope:
        """Return the request as it is believed: client, address, path, method."""
        client, said = scope.get("client"), _NOTHING
        trusted = self._settings.trusted_proxies
        if len(given) > 1 and client and is_trusted(client[0], trusted):
            said = read_forwarded(given, trusted)
        address = self._address(scope, given.get(b"host", b""), said)
        inner = {
            **scope,
            "method": "GET" if scope["method"] == "HEAD" else scope["method"],
            "scheme": address.scheme,
            "client": (said.client, 0) if said.client else client,
            "state": {
                **scope.get("state", {}),
                "address": address,
                "nonce": new_nonce(),
            },
        }
        host = address.host.encode()
        if given.get(b"host") != host:
            others = [item for item in scope["headers"] if item[0] != b"host"]
            inner["headers"] = [(b"host", host), *others]
        prefix = address.prefix
        if prefix and f"{scope['path']}/".startswith(f"{prefix}/"):  # not taken away
            inner["path"] = scope["path"].removeprefix(prefix) or "/"
            raw: bytes = scope.get("raw_path", b"")
            inner["raw_path"] = raw.removeprefix(prefix.encode()) or b"/"
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
