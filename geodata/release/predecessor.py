"""Which release a new one follows: its areas lend their ids.

It is the last of the chain that the current release belongs to.  So ids stay in one
line even after an older release was made current again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import ReleaseError
from geodata.release.model import MANIFEST, SCHEMA_VERSION
from geodata.release.open import known_releases, open_release, pointed_release
from geodata.release.release import Release

NO_PREDECESSOR = ""
"""Given in place of an id: ids start anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What the manifest of a finished release says of where it stands.

    Attributes
    ----------
    id, inputs_id, predecessor : str
        As in :class:`geodata.release.model.Manifest`.
    """

    id: str
    inputs_id: str
    predecessor: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The release that a new one follows.

    Attributes
    ----------
    release : Release or None
        None when there is none, or none that can be read.
    note : str
        Why it is not the one that was looked for first; mostly empty.
    """

    release: Release | None
    note: str = ""

    @property
    def id(self) -> str:
        """Its id; empty when there is none."""
        return self.release.id if self.release else NO_PREDECESSOR


def of_same_inputs(releases: Path, inputs_id: str) -> list[Link]:
    """Find the finished releases of some inputs, the current one first, then newest."""
    current = pointed_release(releases)
    found = [link for link in links(releases) if link.inputs_id == inputs_id]
    return sorted(found, key=lambda link: link.id != current)


def choose_predecessor(releases: Path, inputs_id: str) -> Choice:
    """Choose which release a new one of some inputs follows.

    A release of the same inputs, damaged or it would not be built again, is followed in
    its place, so that the same release is built; else the last of the chain of the
    current release, or the newest that can be read.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases.
    inputs_id : str
        Hash of the inputs of the new release.
    """
    same = of_same_inputs(releases, inputs_id)
    if same and not same[0].predecessor:
        return Choice(None)
    built_again = [link.predecessor for link in same]
    current = pointed_release(releases)
    wanted = [*built_again, *([_last_of_chain(releases, current)] if current else [])]
    others = [link.id for link in links(releases) if link.inputs_id != inputs_id]
    first_reason = ""
    for name in dict.fromkeys((*wanted, *others)):
        try:
            return Choice(open_release(releases, name), first_reason)
        except ReleaseError as error:
            first_reason = first_reason or str(error)
    return Choice(None, first_reason)


def links(releases: Path) -> Iterator[Link]:
    """Read where each finished release stands, newest first.

    Those that cannot be read, or are of another version, are left out.
    """
    for name in known_releases(releases):
        try:
            told = json.loads((releases / name / MANIFEST).read_bytes())
            if told["schema_version"] == SCHEMA_VERSION:
                yield Link(
                    id=name,
                    inputs_id=str(told["inputs_id"]),
                    predecessor=str(told["predecessor"]),
                )
        except (OSError, ValueError, KeyError, TypeError):
            continue


def _last_of_chain(releases: Path, release_id: str) -> str:
    """Follow a release to the newest that descends from it."""
    newest: dict[str, str] = {}
    for link in links(releases):
        newest.setdefault(link.predecessor, link.id)
    seen: set[str] = set()
    while release_id in newest and release_id not in seen:
        seen.add(release_id)
        release_id = newest[release_id]
    return release_id
