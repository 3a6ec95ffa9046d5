"""Open a zip archive from outside: what it claims is checked before it is unpacked."""

import contextlib
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from geodata.errors import LayerFormatError, StorageError, UnsafeFileError
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.quoting import listed, quoted, reason

_MIB = 1024**2
_CHUNK = _MIB
_LOCAL_HEADER = 30  # bytes before the name of a member
_DIRECTORY_MARK = b"PK\x01\x02"  # before every line of the directory
_LONGEST_NAME = 255
_HIDDEN = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # what terminals obey
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def archive_members(path: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """Return the names of the files of a zip archive, all of it checked.

    Parameters
    ----------
    path : Path
        The archive.
    limits : Limits
        Members, unpacked bytes and ratio are checked against it.

    Raises
    ------
    UnsafeFileError
        If any member has an unsafe name, is a link, a device or encrypted, comes
        twice or shares its bytes with another, or the archive is beyond the limits.
    LayerFormatError
        If the file is not a zip archive.
    """
    with _opened(path, limits) as archive:
        return tuple(entry.filename for entry in _files(archive))


def find_member(path: Path, names: Iterable[str], *, ending: str) -> str:
    """Return the one name that is ``ending`` or ends with it.

    Parameters
    ----------
    path : Path
        The archive, for messages.
    names : iterable of str
        What :func:`archive_members` returns; what macOS adds is passed over.
    ending : str
        A file name, with or without its folder, matched with its case; or, when it
        begins with a full stop, a suffix, matched without.

    Raises
    ------
    LayerFormatError
        If no name fits, or more than one.
    """
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if ending.startswith("."):
        found = [name for name in names if name.lower().endswith(ending.lower())]
    else:
        found = [name for name in names if f"/{name}".endswith(f"/{ending}")]
    if ending in found:
        return ending
    if len(found) != 1:
        raise LayerFormatError(
            f"{path.name} holds {len(found)} files that end with '{ending}'; expected "
            f"exactly one. It holds: {listed(names)}. Name the member in the "
            "catalogue."
        )
    return found[0]


def read_archive_member(
    path: Path, member: str, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """Return the bytes of one file of a zip archive, matched exactly.

    Raises
    ------
    UnsafeFileError, LayerFormatError
        As for :func:`archive_members`; or if the file has more bytes than
        ``limits.text_bytes``, is not there, or is damaged.
    """
    with _opened(path, limits) as archive:
        entry = _entry(archive, path, member)
        if entry.file_size > limits.text_bytes:
            raise UnsafeFileError(
                f"{quoted(member)} in {path.name} has {entry.file_size:,} bytes; at "
                f"most {limits.text_bytes:,} are read into memory. If the file is "
                "right, raise the limit."
            )
        return b"".join(_chunks(archive, path, entry))


@contextlib.contextmanager
def unpacked(
    path: Path, members: Iterable[str], limits: Limits = DEFAULT_LIMITS
) -> Iterator[Path]:
    """Unpack files of a zip archive into a private folder, removed afterwards.

    Parameters
    ----------
    path : Path
        The archive.
    members : iterable of str
        Exact names; each file lies in the folder by its last part alone.

    Yields
    ------
    Path
        The folder, readable by its owner only.

    Raises
    ------
    UnsafeFileError, LayerFormatError
        As for :func:`archive_members`; or if a member is absent or damaged, or two
        have the same last part.
    StorageError
        If the disk does not take them.
    """
    with (
        _opened(path, limits) as archive,
        tempfile.TemporaryDirectory(prefix="atlas-") as folder,
    ):
        for member in members:
            entry = _entry(archive, path, member)
            target = Path(folder, member.rpartition("/")[2])
            try:
                with target.open("xb") as stream:
                    for chunk in _chunks(archive, path, entry):
                        stream.write(chunk)
            except FileExistsError as error:
                raise LayerFormatError(
                    f"{path.name} holds two files called {quoted(target.name)} in "
                    "different folders; expected one. Name the member in the catalogue."
                ) from error
            except OSError as error:
                raise StorageError(
                    f"{quoted(member)} of {path.name} could not be unpacked into "
                    f"{folder} ({error}): {entry.file_size:,} bytes are needed. Make "
                    "room there."
                ) from error
        yield Path(folder)


@contextlib.contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose directory has passed every check."""
    try:
        with path.open("rb") as stream:
            _require_short_directory(path, stream, limits)
            with zipfile.ZipFile(stream) as archive:
                _require_safe(path, archive, limits)
                yield archive
    except zipfile.BadZipFile as error:
        raise LayerFormatError(
            f"{path.name} is not an intact zip archive ({reason(error)}). Fetch it "
            "again; if it is the same again, look at what the publisher sends."
        ) from error
    except (NotImplementedError, UnicodeDecodeError) as error:
        raise UnsafeFileError(
            f"{path.name} is packed in a way we do not open ({reason(error)})."
        ) from error
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise LayerFormatError(f"{path} cannot be opened ({error}).") from error


def _require_short_directory(path: Path, stream: IO[bytes], limits: Limits) -> None:
    """Count the lines of the directory before anything makes objects of them."""
    count, tail = 0, b""
    while chunk := stream.read(_CHUNK):
        count += (tail + chunk).count(_DIRECTORY_MARK)
        tail = chunk[-3:]
    if count > 10 * limits.members:  # an archive stored inside brings its own
        raise UnsafeFileError(
            f"{path.name} holds about {count:,} members; at most {limits.members:,} "
            "are read. Do not use this archive."
        )
    stream.seek(0)


def _require_safe(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    entries = archive.infolist()
    if len(entries) > limits.members:
        raise UnsafeFileError(
            f"{path.name} holds {len(entries):,} members; at most {limits.members:,} "
            "are read. Do not use this archive."
        )
    names = set()
    for entry in entries:
        reason = _danger(entry, limits)
        if entry.filename.lower() in names:
            reason = "comes twice"
        if reason:
            raise UnsafeFileError(
                f"The member {quoted(entry.orig_filename)} of {path.name} {reason}. Do "
                "not use this archive."
            )
        names.add(entry.filename.lower())
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked_bytes:
        raise UnsafeFileError(
            f"{path.name} unpacks to {total:,} bytes; at most "
            f"{limits.unpacked_bytes:,} are accepted. If the file is right, raise the "
            "limit."
        )
    _require_apart(path, archive, entries)


def _danger(entry: zipfile.ZipInfo, limits: Limits) -> str:
    name = entry.orig_filename
    parts = name.removesuffix("/").split("/")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if any(part in {"", ".", ".."} or len(part) > _LONGEST_NAME for part in parts):
        return "has an unsafe name: expected a relative path without '.' and '..'"
    if any(letter in "\\:" or letter < " " or _HIDDEN.match(letter) for letter in name):
        return "has an unsafe name: expected no backslash, colon or control character"
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link or a device; expected files and folders"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if entry.compress_type not in _PLAIN_METHODS:
        return "is neither stored nor deflated"
    if entry.file_size > max(_MIB, limits.ratio * entry.compress_size):
        return (
            f"claims {entry.file_size:,} bytes from {entry.compress_size:,}, more than "
            f"{limits.ratio} to one"
        )
    return ""


def _require_apart(
    path: Path, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> None:
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    starts = [entry.header_offset for entry in ordered[1:]] + [archive.start_dir]
    for entry, following in zip(ordered, starts, strict=bool(ordered)):
        header = _LOCAL_HEADER + len(entry.orig_filename)
        if entry.header_offset + header + entry.compress_size > following:
            raise UnsafeFileError(
                f"The member {quoted(entry.orig_filename)} of {path.name} shares bytes "
                "with what follows it: members overlap. Do not use this archive."
            )


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [entry for entry in archive.infolist() if not entry.is_dir()]


def _entry(archive: zipfile.ZipFile, path: Path, member: str) -> zipfile.ZipInfo:
    for entry in _files(archive):
        if entry.filename == member:
            return entry
    names = listed(entry.filename for entry in _files(archive))
    raise LayerFormatError(
        f"{path.name} does not hold {quoted(member)}. It holds: {names}. Check the "
        "member in the catalogue."
    )


def _chunks(
    archive: zipfile.ZipFile, path: Path, entry: zipfile.ZipInfo
) -> Iterator[bytes]:
    """Yield a member's bytes; never more than the directory claims."""
    left = entry.file_size
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
    except (zlib.error, EOFError, RuntimeError) as error:
        raise LayerFormatError(
            f"{quoted(entry.filename)} in {path.name} is damaged ({reason(error)}). "
            "Fetch it again."
        ) from error
    if left:
        raise UnsafeFileError(
            f"{quoted(entry.filename)} in {path.name} has not the "
            f"{entry.file_size:,} bytes that the directory claims. Do not use this "
            "archive."
        )
