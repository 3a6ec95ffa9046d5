"""The folders of an installation, and the stamps that save doing a step twice."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from geodata.checksums import checksum, file_checksum, tree_checksum


class SetupError(Exception):
    """A step could not be done; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders of one installation.

    Attributes
    ----------
    project, home : Path
        The project, and the folder for downloads, layers and releases.
    """

    project: Path
    home: Path

    @property
    def venv(self) -> Path:
        """The Python environment."""
        return self.project / ".venv"

    @property
    def python(self) -> Path:
        """The Python of the environment."""
        return self.venv / "bin" / "python"

    @property
    def log(self) -> Path:
        """What pip says."""
        return self.home / "setup.log"

    @property
    def layers(self) -> Path:
        """Layers that are made on this machine."""
        return self.home / "layers"

    @property
    def releases(self) -> Path:
        """Releases, and the pointer to the one that is served."""
        return self.home / "releases"


def fingerprint(*parts: str | Path) -> str:
    """Return a checksum over words, files and folders; one that is absent counts.

    Where the files lie does not count, so a folder may be moved.

    >>> fingerprint("a", Path("no such file")) == fingerprint("a")
    False
    """
    return checksum("\0".join(map(_part, parts)).encode())


def _part(part: str | Path) -> str:
    if isinstance(part, str):
        return part
    if part.is_dir():
        return tree_checksum(part)
    return file_checksum(part) if part.is_file() else "absent"


def run_script(at: Places, name: str, *arguments: str) -> int:
    """Run one of our scripts, as loud as it is, and return its exit code."""
    return run_python(at, str(Path("scripts") / name), *arguments, quiet=False)


def run_python(at: Places, *arguments: str, quiet: bool = True) -> int:
    """Run the Python of the environment in the project and return its exit code."""
    to = subprocess.DEVNULL if quiet else None
    done = subprocess.run(  # noqa: S603  # no word of another's
        [at.python, *arguments],
        cwd=at.project,
        env={**os.environ, "ATLAS_HOME": str(at.home)},
        stdout=to,
        stderr=to,
        check=False,
    )
    return done.returncode


def read(path: Path) -> str:
    """Return what a small file says; nothing when it is not there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def say(text: str) -> None:
    """Say what is going on."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
