"""Publish a release so that readers see all of it or none of it.

A release is written into a hidden folder beside the others, of a name by chance, while
its builder holds the lock beside it.  Its manifest, which lists every file with size
and checksum, is written last; then the folder gets its name in one step and the pointer
to the current release is replaced in one step.  A build that dies, on whatever machine,
leaves only a hidden folder whose lock is free: a later build removes it.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from geodata.checksums import exclusive, file_checksum, sync_folder, write_atomically
from geodata.errors import ReleaseError, StorageError
from geodata.release.model import CURRENT, MANIFEST, FileEntry, Manifest, to_json

_BUILDING, _LOCK = ".building-", ".lock"
_PUBLISHING = ".publishing.lock"


@contextmanager
def new_folder(releases: Path, *, needed: int) -> Iterator[Path]:
    """Give a hidden folder to write a release into; remove it in the end.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases; made if need be.
    needed : int
        Bytes the build may need; checked against the free space first.

    Raises
    ------
    StorageError
        If the disk is full, before or during the build.
    """
    folder = releases / f"{_BUILDING}{secrets.token_hex(8)}"
    lock = _lock_of(folder)
    with exclusive(lock):  # before there is a folder that another could remove
        try:
            remove_orphans(releases)
            _check_space(releases, needed)
            folder.mkdir()
            yield folder
        except OSError as error:
            raise StorageError(
                f"The release could not be written to {releases} "
                f"({error.strerror or error}). The last good release is untouched. "
                "Free some space or choose another folder with ATLAS_HOME, then run "
                "the command again."
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            # A thread that was writing when we were told to stop may have added one.
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _check_space(releases: Path, needed: int) -> None:
    free = shutil.disk_usage(releases).free
    if free < needed:
        raise StorageError(
            f"A release needs about {needed / 1e6:,.0f} MB in {releases}, and only "
            f"{free / 1e6:,.0f} MB are free. Nothing was changed. Free some space, "
            "choose another folder with ATLAS_HOME, or take larger cells."
        )


def publish(folder: Path, releases: Path, manifest: Manifest) -> Path:
    """Seal a finished folder, give it its name and make it the current release.

    Parameters
    ----------
    folder : Path
        From :func:`new_folder`, with every file but the manifest.
    releases : Path
        Folder that holds the releases.
    manifest : Manifest
        All of it but its list of files, which is added here.

    Returns
    -------
    Path
        The folder of the release; that of another builder, who came first with the
        same inputs, when it is intact.
    """
    files = {
        path.relative_to(folder).as_posix(): FileEntry(
            bytes=path.stat().st_size, sha256=file_checksum(path)
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name in files:
        _sync(folder / name)
    sealed = manifest.model_copy(update={"files": files})
    write_atomically(folder / MANIFEST, to_json(sealed))
    final = releases / manifest.id
    with exclusive(releases / _PUBLISHING):
        if not (final / MANIFEST).is_file() or fault_of(final, files):
            if final.exists():  # damaged, or of an older version
                final.rename(releases / f"{_BUILDING}{secrets.token_hex(8)}")
            folder.rename(final)
            sync_folder(releases)
        make_current(releases, final.name)
    return final


def fault_of(folder: Path, files: Mapping[str, FileEntry]) -> str:
    """Say what is wrong with the files of a release; empty when all is well."""
    for name, expected in files.items():
        path = folder / name
        if not path.is_file():
            return f"the file {name} is missing"
        if path.stat().st_size != expected.bytes or (
            file_checksum(path) != expected.sha256
        ):
            return f"the file {name} is not the one it was built with"
    return ""


def make_current(releases: Path, release_id: str) -> None:
    """Point ``current`` at a release, in one step."""
    if not (releases / release_id / MANIFEST).is_file():
        raise ReleaseError(
            f"Release '{release_id}' is not finished, so it cannot be made current."
        )
    write_atomically(releases / CURRENT, f"{release_id}\n".encode())


def remove_orphans(releases: Path) -> None:
    """Remove hidden folders whose builder no longer holds their lock."""
    for folder in releases.glob(f"{_BUILDING}*"):
        if folder.name.endswith(_LOCK):
            continue
        lock = _lock_of(folder)
        try:
            with exclusive(lock, patience_s=0.0):
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)
        except StorageError:  # still being built
            continue


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
