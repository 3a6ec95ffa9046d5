"""Which release a request is answered from, also when files of one are lost."""

import re
from typing import Any

from rasterio.errors import RasterioError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.atlas import Atlas
from app.errors import GoneError, NotFoundError, answer_error
from app.shelf import Shelf
from geodata.errors import ReleaseError

FAILED_READS = (OSError, ValueError, RasterioError, ReleaseError)
"""What reading a lost or spoilt file raises; the release is checked before blame."""

RELEASES = "/api/releases"
"""Below it stands every release by its id, each as the whole API."""

_NAMED = re.compile(rf"{RELEASES}/(?P<release>[^/]+)(?P<rest>/.*)?")


class FromRelease:
    """Give every request its release: that of its address, or the one served now.

    A request for ``/api/releases/{id}/…`` is answered as one for ``/api/…`` of that
    release.  The release is chosen once for each request; when reading its files fails,
    and they are damaged, the request is answered from another.
    """

    def __init__(self, app: ASGIApp, shelf: Shelf) -> None:
        self._app = app
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, twice if the first reading failed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            inner = await self._with_release(scope)
        except (GoneError, NotFoundError, ReleaseError) as refusal:
            await answer_error(Request(scope), refusal)(scope, receive, send)
            return
        failed: Atlas = inner["state"]["atlas"]
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(inner, receive, watch)
        except FAILED_READS as error:
            if started:
                raise
            try:
                replaced = await run_in_threadpool(self._shelf.replace, failed)
                if not replaced:
                    raise error from None
                again = await self._with_release(scope)
            except (GoneError, ReleaseError) as refusal:
                answer = answer_error(Request(scope), refusal)
                await answer(scope, receive, send)
                return
            await self._app(again, receive, send)

    async def _with_release(self, scope: Scope) -> dict[str, Any]:
        """Return the scope with its release, and the path inside that release."""
        path = _without_end_slash(scope["path"])
        named = _NAMED.fullmatch(path)
        state = dict(scope.get("state", {}))
        if named is None:
            prefix, atlas = "", self._shelf.served
            if self._shelf.change_due:
                atlas = await run_in_threadpool(self._shelf.change)
        else:
            release, rest = named["release"], named["rest"]
            opened = self._shelf.opened(release)
            if opened is None:
                opened = await run_in_threadpool(self._shelf.at, release)
            atlas = opened
            prefix = f"{RELEASES}/{release}"
            path = f"/api{rest}" if rest else path
        state |= {"atlas": atlas, "release_prefix": prefix}
        return {**scope, "path": path, "raw_path": path.encode(), "state": state}


def _without_end_slash(path: str) -> str:
    """Return the address that a path with a slash at its end means, too.

    >>> _without_end_slash("/api"), _without_end_slash("/api/collections/")
    ('/api/', '/api/collections')
    """
    if path in ("/api", "/api/"):
        return "/api/"
    return path.rstrip("/") or "/"
