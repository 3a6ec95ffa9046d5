"""Show a library one file, or one member of an archive, under a name of ours."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.archive import archive_members, find_member, unpacked
from geodata.readers.databases import geodatabase
from geodata.readers.formats import FORMATS, Format
from geodata.readers.limits import Limits
from geodata.readers.quoting import listed


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
