"""How the files of the releases are: looked at beside the work, told at once."""

import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from app.atlas import Atlas, lost_file
from app.shelf import Shelf

PATIENCE_S = 0.01
"""How long an answer waits for a look, when the last one is not older than this:"""
RECENT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at the files found.

    Attributes
    ----------
    release : str
        Id of the open release.
    lost : str
        A file of it that is gone or has another size; empty where all are there.
    wanted, why : str
        Id of the release that should be served, and why it is not, if it is not.
    at_s : float
        When the look was over, by the clock of ``monotonic``.
    """

    release: str
    lost: str
    wanted: str
    why: str
    at_s: float


class Watch:
    """Looks at the files whenever it is asked, one look at a time.

    A look has a thread in which no request is worked on.  When the processors are busy
    it takes its time all the same; meanwhile the last look is told.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="watch")
        self._look: Future[Seen] | None = None
        self._seen: Seen | None = None

    async def see(self, atlas: Atlas) -> Seen:
        """Return what is known of the files now.

        Parameters
        ----------
        atlas : Atlas
            The open one.
        """
        last = self._seen
        if last is not None and last.release != atlas.release.id:
            last = self._look = None
        if self._look is None:
            self._look = self._threads.submit(self._seen_now, atlas)
        look = self._look
        recent = last is not None and time.monotonic() - last.at_s < RECENT_S
        patience = PATIENCE_S if recent else None
        await asyncio.wait({asyncio.wrap_future(look)}, timeout=patience)
        if look.done() or last is None:
            self._seen = look.result()
            if self._look is look:
                self._look = None
            return self._seen
        return last

    def _seen_now(self, atlas: Atlas) -> Seen:
        lost = lost_file(atlas.release)
        wanted, why = self._shelf.wanted()
        release = atlas.release.id
        return Seen(
            release=release, lost=lost, wanted=wanted, why=why, at_s=time.monotonic()
        )
