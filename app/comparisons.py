"""Two releases beside each other: which, and in a line what changed."""

from collections.abc import Sequence
from pathlib import Path

from app.errors import (
    GoneError,
    NotFoundError,
    UnreadableReleaseError,
    without_folder,
)
from app.text import say
from geodata.errors import DamagedReleaseError, NoReleaseError, OutdatedReleaseError
from geodata.release import (
    Comparison,
    Manifest,
    Release,
    known_releases,
    open_release,
)
from geodata.release.comparison import compare

_READ = ("prospects.parquet",)


def compare_named(
    releases: Path, now: Release, before: str | None, after: str | None
) -> Comparison:
    """Compare two releases of a folder.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases.
    now : Release
        What is answered from.
    before, after : str or None
        Their ids; by default the predecessor of the later one, and ``now``.

    Raises
    ------
    NotFoundError
        If there is none of this id, or none to compare with; names those there are.
    GoneError
        If one was written by another version of the atlas.
    UnreadableReleaseError
        If one is damaged.
    """
    known = known_releases(releases)
    later = _open(releases, now, after or now.id, known)
    before = before or later.manifest.predecessor
    if not before:
        told = say("compare.no-predecessor", release=later.id, known=", ".join(known))
        raise NotFoundError(told)
    return compare(_open(releases, now, before, known), later)


def what_changed(manifest: Manifest) -> str:
    """Say in a line what became of the ids of the release before; empty without one."""
    changes = manifest.id_changes
    if changes is None:
        return ""
    return say(
        "compare.ids", release=manifest.predecessor, **changes.model_dump(mode="json")
    )


def _open(releases: Path, now: Release, name: str, known: Sequence[str]) -> Release:
    """Open a release as far as it is compared."""
    if name == now.id:
        return now
    try:
        if name not in known:
            raise NoReleaseError(name)
        return open_release(releases, name, check=_READ)
    except NoReleaseError:
        told = say("error.no-release", known=", ".join(known))
        raise NotFoundError(told) from None
    except OutdatedReleaseError:
        raise GoneError(say("error.release-unreadable", release=name)) from None
    except DamagedReleaseError as error:
        raise UnreadableReleaseError(without_folder(str(error), releases)) from None
