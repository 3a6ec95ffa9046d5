"""When files of the open release are lost: another release, or a plain refusal."""

import logging
import threading
from typing import Any

from rasterio.errors import RasterioError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.atlas import Atlas, load_atlas
from app.caching import AnswerCache
from app.errors import answer_error
from geodata.errors import ReleaseError
from geodata.release import open_release

FAILED_READS = (OSError, ValueError, RasterioError, ReleaseError)
"""What reading a lost or spoilt file raises; the release is checked before blame."""

_log = logging.getLogger("atlas")
_lock = threading.Lock()


def reopen(state: State, failed: Atlas) -> bool:
    """Open another release in place of one that failed.

    Parameters
    ----------
    state : State
        Of the application; its atlas and its answers are replaced.
    failed : Atlas
        What was open when reading failed.

    Returns
    -------
    bool
        Whether something else is open now; False when the release is intact, so
        that the fault lies elsewhere.

    Raises
    ------
    ReleaseError
        If the release is damaged and no other can be served.
    """
    with _lock:
        if state.atlas is not failed:
            return True
        releases = state.settings.releases
        try:
            open_release(releases, failed.release.id)
        except ReleaseError as error:
            _log.error("%s", error)
        else:
            return False
        state.atlas = load_atlas(releases)
        state.cache = AnswerCache()
        return True


class RecoverRelease:
    """Answer from another release when files of the open one are lost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, twice if the first reading failed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: State = scope["app"].state
        failed: Atlas = state.atlas
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        again: dict[str, Any] = dict(scope)
        try:
            await self._app(scope, receive, watch)
        except FAILED_READS as error:
            if started:
                raise
            try:
                replaced = await run_in_threadpool(reopen, state, failed)
            except ReleaseError as refusal:
                answer = answer_error(Request(again), refusal)
                await answer(again, receive, send)
                return
            if not replaced:
                raise error from None
            await self._app(again, receive, send)
