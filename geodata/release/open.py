"""Open a finished release: find it, read its manifest, check every file of it."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from geodata.errors import (
    DamagedReleaseError,
    NoReleaseError,
    OutdatedReleaseError,
)
from geodata.release.model import (
    CURRENT,
    MANIFEST,
    SCHEMA_VERSION,
    Manifest,
    schema_version_of,
)
from geodata.release.publish import fault_of
from geodata.release.release import Release


def open_release(
    releases: Path,
    release_id: str | None = None,
    *,
    check: Collection[str] | None = None,
) -> Release:
    """Open a release and check every file of it.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases.
    release_id : str, optional
        Which one; by default the current one.
    check : collection of str, optional
        The only files that will be read, by their path inside the release; no other is
        checked then.

    Raises
    ------
    NoReleaseError
        If there is none, or not this one.
    DamagedReleaseError
        If a file is missing or changed; says which.
    OutdatedReleaseError
        If it was built by a version that wrote releases otherwise.
    """
    if release_id is None:
        release_id = pointed_release(releases)
        if not release_id:
            raise NoReleaseError(
                f"There is no release in {releases}. Run scripts/rank_prospects.py, "
                "or scripts/serve, which does it for you."
            )
    folder = releases / release_id
    if not release_id.isalnum() or not folder.is_dir():
        raise NoReleaseError(
            f"There is no release '{release_id}' in {releases}; there are: "
            f"{', '.join(known_releases(releases)) or 'none'}. Run "
            "scripts/rank_prospects.py to build one."
        )
    manifest = read_manifest(folder)
    files = {
        name: entry
        for name, entry in manifest.files.items()
        if check is None or name in check
    }
    if fault := fault_of(folder, files):
        raise _damaged(folder, fault)
    return Release(folder, manifest)


def pointed_release(releases: Path) -> str:
    """Return the id of the release to be served, opened or not; empty if none."""
    pointer = releases / CURRENT
    if not pointer.exists():
        return ""
    return pointer.read_bytes().decode("ascii", errors="replace").strip()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a finished release; its other files are not looked at.

    Raises
    ------
    DamagedReleaseError
        If it cannot be read.
    OutdatedReleaseError
        If it was built by a version that wrote releases otherwise.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        version = schema_version_of(text)
        if version == SCHEMA_VERSION:
            return Manifest.model_validate_json(text)
    except (OSError, ValueError) as error:
        raise _damaged(folder, f"its {MANIFEST} cannot be read ({error})") from error
    older = version is None or (isinstance(version, int) and version < SCHEMA_VERSION)
    raise OutdatedReleaseError(
        f"Release {folder.name} was built by {'an older' if older else 'a newer'} "
        f"version of the atlas (it is written in form {version or 1}, this version "
        f"reads form {SCHEMA_VERSION}). Run scripts/setup --release, which builds it "
        "anew from the same layers."
    )


def published_at(folder: Path) -> str:
    """Return when a release was finished on this machine, RFC 3339, in UTC."""
    seconds = _finished(folder) // 1_000_000_000
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%SZ}"


def _finished(folder: Path) -> int:
    """Return when the last file of a release was written, nanoseconds."""
    return (folder / MANIFEST).stat().st_mtime_ns


def known_releases(releases: Path) -> list[str]:
    """Return the ids of the finished releases of a folder, newest first."""
    found = [path.parent for path in releases.glob(f"*/{MANIFEST}")]
    found.sort(key=_finished, reverse=True)
    return [folder.name for folder in found if not folder.name.startswith(".")]


def _damaged(folder: Path, what: str) -> DamagedReleaseError:
    return DamagedReleaseError(
        f"Release {folder.name} is damaged: {what}. A release is never repaired: run "
        "scripts/rank_prospects.py, which builds the same one again from the same "
        "inputs. Other releases are not affected."
    )
