"""Show a library one file, or one member of an archive, under a name of ours.

Of a file geodatabase it is seen first that it holds rows and no more.
"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.archive import archive_members, find_member, unpacked
from geodata.readers.before_gdal import require_plain_geodatabase
from geodata.readers.formats import FORMATS, Format
from geodata.readers.limits import Limits
from geodata.readers.quoting import listed, quoted

_PARTS = re.compile(
    r"a[0-9a-f]{8}(\.[A-Za-z0-9_]+)?\.(gdbtable|gdbtablx|gdbindexes|atx|spx|freelist|"
    r"horizon)|gdb|timestamps"
)
_CATALOGUE = "a00000001.gdbtable"
_VERSIONS = (b"\x03\0\0\0", b"\x04\0\0\0")


@contextlib.contextmanager
def staged(
    path: Path, name: str, zipped: bool, member: str | None, limits: Limits
) -> Iterator[Path]:
    """Yield the main file in a private folder, its names in small letters."""
    known = FORMATS[name]
    endings = (*known.endings, *known.beside)
    with contextlib.ExitStack() as stack:
        private = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-"))
        )
        if name == "filegdb":
            if path.is_dir() == zipped:
                raise LayerFormatError(
                    f"Expected a folder for 'filegdb' and an archive for "
                    f"'filegdb-zip'; got {path.name}."
                )
            yield stack.enter_context(
                geodatabase(path, limits, member=member, private=private)
            )
            return
        if zipped:
            names = archive_members(path, limits)
            main = _main_member(path, names, member, known)
            stem = main[: -len(Path(main).suffix)]
            family = [one for one in names if Path(one).suffix.lower() in endings]
            family = [one for one in family if one[: -len(Path(one).suffix)] == stem]
            folder = stack.enter_context(unpacked(path, {main, *family}, limits))
            files = [folder / one.rpartition("/")[2] for one in {main, *family}]
            files.sort(key=lambda file: file.name != main.rpartition("/")[2])
        else:
            files = [path, *_beside(path, known)]
            if not path.is_file():
                raise LayerFormatError(f"{path} cannot be opened: it is not a file.")
        size = sum(file.stat().st_size for file in files)
        if size > limits.unpacked_bytes:
            raise UnsafeFileError(
                f"{path.name} has {size:,} bytes; at most {limits.unpacked_bytes:,} "
                "are read. If the file is right, raise the limit."
            )
        here = {known.endings[0]: files[0]}
        here |= {file.suffix.lower(): file for file in files[1:]}
        for needed in known.needed:
            if needed not in here:
                raise LayerFormatError(
                    f"'{files[0].stem}{needed}' is not beside {files[0].name}; there "
                    f"is: {listed(sorted(file.name for file in files))}. It needs "
                    f"{', '.join(known.needed)}."
                )
        for ending, file in here.items():
            (private / f"data{ending}").symlink_to(file.resolve())
        yield private / f"data{known.endings[0]}"


def _main_member(
    path: Path, names: tuple[str, ...], member: str | None, known: Format
) -> str:
    if member is not None:
        return find_member(path, names, ending=member)
    there = [
        ending
        for ending in known.endings
        if any(name.lower().endswith(ending) for name in names)
    ]
    return find_member(path, names, ending=(there or known.endings)[0])


def _beside(path: Path, known: Format) -> list[Path]:
    """Return the files that go with one, whose folder cannot be listed in a child."""
    spelt = [
        path.with_suffix(f".{write(ending[1:])}")
        for ending in known.beside
        for write in (str.lower, str.upper, str.capitalize)
    ]
    return [other for other in spelt if other.is_file()]


@contextlib.contextmanager
def geodatabase(
    path: Path, limits: Limits, *, member: str | None, private: Path
) -> Iterator[Path]:
    """Yield a folder that holds a file geodatabase and nothing else.

    Parameters
    ----------
    path : Path
        The ``.gdb`` folder, or a zip archive that holds it.
    limits : Limits
    member : str, optional
        Name of the folder inside the archive; without it, the only ``.gdb``.
    private : Path
        Where it is made.

    Raises
    ------
    UnsafeFileError
        If files have names or a beginning that no geodatabase has, or the limits
        are exceeded.
    LayerFormatError
        If the archive does not hold exactly one.
    """
    with contextlib.ExitStack() as stack:
        if path.is_dir():
            source = path
            names = [entry.name for entry in path.iterdir() if _is_part(entry.name)]
            links = [name for name in names if (path / name).is_symlink()]
            if links:
                raise UnsafeFileError(
                    f"{quoted(links[0])} in {path.name} is a link; expected files."
                )
        else:
            inside = _folder_inside(path, archive_members(path, limits), member)
            source = stack.enter_context(unpacked(path, inside, limits))
            names = [name.rpartition("/")[2] for name in inside]
        _require_geodatabase(path, source, names, limits)
        folder = private / "data.gdb"
        folder.mkdir()
        for name in names:
            (folder / name).symlink_to((source / name).resolve())
        yield folder


def _is_part(name: str) -> bool:
    return _PARTS.fullmatch(name) is not None


def _folder_inside(path: Path, names: tuple[str, ...], member: str | None) -> list[str]:
    parts = [name for name in names if _is_part(name.rpartition("/")[2])]
    folders = {name.rpartition("/")[0] for name in parts}
    if member is not None:
        folders = {name for name in folders if f"/{name}".endswith(f"/{member}")}
    if len(folders) != 1:
        raise LayerFormatError(
            f"{path.name} holds {len(folders)} geodatabases"
            f"{f' called {member!r}' if member else ''}; expected one. It holds: "
            f"{listed(names)}."
        )
    folder = folders.pop()
    return [name for name in parts if name.rpartition("/")[0] == folder]


def _require_geodatabase(
    path: Path, folder: Path, names: list[str], limits: Limits
) -> None:
    first = b""
    if _CATALOGUE in names:
        with (folder / _CATALOGUE).open("rb") as stream:
            first = stream.read(4)
    if first not in _VERSIONS:
        raise UnsafeFileError(
            f"{path.name} is not a file geodatabase: its {_CATALOGUE} is missing or "
            f"begins with {first!r}."
        )
    require_plain_geodatabase([folder / name for name in names], path.name)
    size = sum((folder / name).stat().st_size for name in names)
    if size > limits.unpacked_bytes:
        raise UnsafeFileError(
            f"{path.name} has {size:,} bytes; at most {limits.unpacked_bytes:,} are "
            "read. If the file is right, raise the limit."
        )
