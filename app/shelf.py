"""The releases a server answers from: the served one, and others by address."""

import logging
import threading
from collections import OrderedDict
from pathlib import Path

from app.agreement import Agreement
from app.atlas import Atlas, open_atlas
from app.errors import GoneError, NotFoundError, without_folder
from app.text import say
from geodata.errors import (
    DamagedReleaseError,
    NoReleaseError,
    OutdatedReleaseError,
    ReleaseError,
)
from geodata.release import known_releases, open_release, pointed_release

_log = logging.getLogger("atlas")

KEPT = 2
"""Releases kept open beside the one that is served."""

LOOK_S = 0.5
"""How often a server looks for a new release, seconds."""

_UNREADABLE = (DamagedReleaseError, NoReleaseError, OutdatedReleaseError)


class Shelf:
    """Open releases.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases.
    agreement : Agreement
        With the other processes of this server.

    Raises
    ------
    NoReleaseError, OutdatedReleaseError
        If there is none that can be served.
    """

    def __init__(self, releases: Path, agreement: Agreement | None = None) -> None:
        self.releases = releases
        self._agreement = agreement or Agreement()
        self._lock = threading.RLock()
        self._open: OrderedDict[str, Atlas] = OrderedDict()
        self._refused: dict[str, str] = {}  # release that cannot be opened → why
        self._stop = threading.Event()
        self._pointer = _stamp(releases)
        decided = self._agreement.decided()
        first = self._try(decided) if decided else None
        self._served = first or self._best()
        if not decided:
            self._agreement.decide(self._served.release.id)
        self._agreement.announce(self._served.release.id)

    @property
    def served(self) -> Atlas:
        """What is answered from now, as far as this process has it open."""
        return self._served

    @property
    def change_due(self) -> bool:
        """Whether the processes have agreed on another release than :attr:`served`."""
        return self._agreement.decided() != self._served.release.id

    def change(self) -> Atlas:
        """Answer from the release that was agreed on; open it first if need be."""
        with self._lock:
            decided = self._agreement.decided()
            if decided != self._served.release.id:
                atlas = self._try(decided)
                if atlas is None:  # lost meanwhile; the next look finds another
                    return self._served
                self._served = atlas
                _log.info("release %s is served from now on", decided)
            return self._served

    def opened(self, release_id: str) -> Atlas | None:
        """Return a release that is open already."""
        return self._open.get(release_id)

    def at(self, release_id: str) -> Atlas:
        """Return the atlas of a release named in an address.

        Raises
        ------
        NotFoundError
            If there never was such a release here, as far as is known.
        GoneError
            If there was, and it cannot be read any more.
        """
        with self._lock:
            known = known_releases(self.releases)
            if release_id not in known:
                key = "error.release-gone" if release_id in self._seen() else ""
                if key:
                    raise GoneError(say(key, release=release_id))
                raise NotFoundError(
                    say("error.no-release", known=", ".join(known) or "none")
                )
            atlas = self._try(release_id)
            if atlas is None:
                raise GoneError(say("error.release-unreadable", release=release_id))
            return atlas

    def is_refused(self, release_id: str) -> bool:
        """Say whether a release turned out to be damaged, or of another form."""
        return release_id in self._refused or self._agreement.is_spoilt(release_id)

    def wanted(self) -> tuple[str, str]:
        """Return the release that should be served, and why it is not, if it is not."""
        wanted = pointed_release(self.releases) or self._served.release.id
        if wanted == self._served.release.id:
            return wanted, self._served.warning
        opening = say("health.opening", release=wanted)
        return wanted, self._served.warning or self._refused.get(wanted, opening)

    def look(self) -> None:
        """Open a release that is new, and change over when every process has it."""
        with self._lock:
            wanted = pointed_release(self.releases)
            stamp = _stamp(self.releases)
            if stamp != self._pointer:  # also when the same one was built again
                self._pointer = stamp
                self._refused.pop(wanted, None)
                self._agreement.mend(wanted)
            if not wanted or wanted == self._agreement.decided():
                return
            if self._agreement.is_spoilt(wanted) or self._try(wanted) is None:
                return
            self._agreement.announce(wanted)
            if self._agreement.all_have(wanted):
                self._agreement.decide(wanted)

    def replace(self, failed: Atlas) -> bool:
        """Answer from another release in place of one whose files fail.

        Parameters
        ----------
        failed : Atlas
            What could not be read.

        Returns
        -------
        bool
            Whether something else is served now; False when the release is intact, so
            that the fault lies elsewhere.

        Raises
        ------
        ReleaseError
            If the release is damaged and no other can be served.
        """
        with self._lock:
            if self._served is not failed and self._open.get(failed.release.id) is None:
                return True
            try:
                open_release(self.releases, failed.release.id)
            except ReleaseError as error:
                _log.error("%s", error)
                self._agreement.spoil(failed.release.id)
                self._refused[failed.release.id] = self._plain(error)
                self._open.pop(failed.release.id, None)
            else:
                return False
            if self._served is failed:
                self._served = self._best()
                self._agreement.announce(self._served.release.id)
                self._agreement.decide(self._served.release.id)
            return True

    def watch(self) -> threading.Thread:
        """Look for a new release again and again, until :meth:`close`."""

        def run() -> None:
            while not self._stop.wait(LOOK_S):
                try:
                    self.look()
                except OSError as error:
                    _log.warning("cannot look for a new release: %s", error)

        thread = threading.Thread(target=run, name="releases", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Look no more."""
        self._stop.set()

    def _try(self, release_id: str) -> Atlas | None:
        """Return a release, opened if need be; None when it cannot be opened."""
        if release_id in self._open:
            self._open.move_to_end(release_id)
            return self._open[release_id]
        try:
            atlas = open_atlas(open_release(self.releases, release_id))
        except _UNREADABLE as error:
            if release_id not in self._refused:
                _log.error("%s", error)
            self._refused[release_id] = self._plain(error)
            return None
        return self._keep(atlas)

    def _keep(self, atlas: Atlas) -> Atlas:
        self._open[atlas.release.id] = atlas
        served = getattr(self, "_served", atlas)
        spare = [name for name in self._open if name != served.release.id]
        for name in spare[:-KEPT]:
            del self._open[name]
        return atlas

    def _best(self) -> Atlas:
        """Open the current release, or the newest intact one if that cannot be had."""
        try:
            wanted = pointed_release(self.releases)
            if wanted and self._agreement.is_spoilt(wanted):
                raise DamagedReleaseError(self._refused.get(wanted, wanted))
            return self._keep(open_atlas(open_release(self.releases)))
        except _UNREADABLE as error:
            return self._instead(error)

    def _instead(self, reason: ReleaseError) -> Atlas:
        for name in known_releases(self.releases):
            if self._agreement.is_spoilt(name):
                continue
            try:
                release = open_release(self.releases, name)
            except ReleaseError:
                continue
            warning = say("health.instead", reason=reason, release=name)
            _log.warning("%s", warning)
            return self._keep(
                open_atlas(release, without_folder(warning, self.releases))
            )
        if isinstance(reason, NoReleaseError | OutdatedReleaseError):
            raise reason
        raise NoReleaseError(
            say("health.nothing-intact", reason=reason, releases=self.releases)
        )

    def _seen(self) -> set[str]:
        """Return ids of releases that were served or named here and are gone."""
        return {*self._open, *self._refused, self._served.release.id}

    def _plain(self, error: ReleaseError) -> str:
        return without_folder(str(error), self.releases)


def _stamp(releases: Path) -> tuple[int, int]:
    """Return what changes when the pointer to the current release is written."""
    try:
        entry = (releases / "current").stat()
    except OSError:
        return (0, 0)
    return entry.st_mtime_ns, entry.st_ino
