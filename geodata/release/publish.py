"""Publish a release so that readers see all of it or none of it.

A release is written into a hidden folder beside the others.  Its manifest, which
lists every file with size and checksum, is written last; then the folder gets
its name in one step and the pointer to the current release is replaced in one
step.  A build that dies leaves only a hidden folder, which a later build removes.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geodata.errors import ReleaseError, StorageError
from geodata.provenance import file_checksum, sync_folder, write_atomically

MANIFEST = "manifest.json"
CURRENT = "current"
_BUILDING = ".building-"


@contextmanager
def new_folder(releases: Path, release_id: str, *, needed: int) -> Iterator[Path]:
    """Give a hidden folder to write a release into; remove it if that fails.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases; made if need be.
    release_id : str
        Id of the release being built.
    needed : int
        Bytes the build may need; checked against the free space first.

    Raises
    ------
    StorageError
        If the disk is full, before or during the build.
    """
    folder = releases / f"{_BUILDING}{release_id}-{os.getpid()}"
    try:
        releases.mkdir(parents=True, exist_ok=True)
        remove_orphans(releases)
        free = shutil.disk_usage(releases).free
        if free < needed:
            raise StorageError(
                f"A release needs about {needed / 1e6:,.0f} MB in {releases}, and only "
                f"{free / 1e6:,.0f} MB are free. Nothing was changed. Free some space, "
                "choose another folder with ATLAS_HOME, or take larger cells."
            )
        folder.mkdir()
        yield folder
    except OSError as error:
        raise StorageError(
            f"The release could not be written to {releases} "
            f"({error.strerror or error}). The last good release is untouched. Free "
            "some space or choose another folder with ATLAS_HOME, then run the command "
            "again."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # A thread that was writing when we were told to stop may have added a file.
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, releases: Path, manifest: dict[str, Any]) -> Path:
    """Seal a finished folder, give it its name and make it the current release.

    Parameters
    ----------
    folder : Path
        From :func:`new_folder`, with every file but the manifest.
    releases : Path
        Folder that holds the releases.
    manifest : dict
        Content of the manifest; ``files`` is added here.

    Returns
    -------
    Path
        The folder of the release.
    """
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": file_checksum(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name in files:
        _sync(folder / name)
    text = json.dumps(
        {**manifest, "files": files}, indent=1, sort_keys=True, ensure_ascii=False
    )
    write_atomically(folder / MANIFEST, (text + "\n").encode())
    final = releases / str(manifest["id"])
    if final.exists():  # damaged, or the caller would have used it
        shutil.rmtree(final)
    folder.rename(final)
    sync_folder(releases)
    make_current(releases, final.name)
    return final


def make_current(releases: Path, release_id: str) -> None:
    """Point ``current`` at a release, in one step."""
    if not (releases / release_id / MANIFEST).is_file():
        raise ReleaseError(
            f"Release '{release_id}' is not finished, so it cannot be made current."
        )
    write_atomically(releases / CURRENT, f"{release_id}\n".encode())


def remove_orphans(releases: Path) -> None:
    """Remove hidden folders whose build is no longer running."""
    for folder in releases.glob(f"{_BUILDING}*"):
        builder = folder.name.rpartition("-")[2]
        if builder.isdigit() and not _is_running(int(builder)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
