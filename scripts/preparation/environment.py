"""The Python environment of an installation: locked packages, held to checksums."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.preparation.places import Places, SetupError, fingerprint, read, say

LIBRARIES = "import numpy, rasterio, pyogrio"
_PIP = ("-m", "pip", "install", "--progress-bar", "off")
_PROJECT_ALONE = ("--no-deps", "--no-build-isolation", "--no-index", "-e", ".")
"""What pip needs to know to put the project itself in, without a network."""


def environment(at: Places, *, dev: bool) -> None:
    """Make ``.venv`` with the locked packages, held against their checksums.

    Raises
    ------
    SetupError
        With the reason in plain words.
    """
    lock = "requirements-dev.lock" if dev else "requirements.lock"
    wanted = fingerprint(sys.version, at.project / "pyproject.toml", at.project / lock)
    stamp, owner = at.venv / f".atlas-{lock}", at.venv / ".atlas-home"
    ours = f"{at.project}\n{sys.version}"
    folder, _, version = read(owner).partition("\n")
    if at.python.exists() and read(owner) == ours and read(stamp) == wanted:
        return
    started = time.monotonic()
    at.log.write_text("", encoding="utf-8")
    is_usable = at.python.exists() and version == sys.version
    if is_usable and folder != str(at.project):
        say(f"The project was moved here from {folder}: mending .venv")
        is_usable = mend(at, Path(folder))
        if is_usable and read(stamp) == wanted:
            owner.write_text(ours, encoding="utf-8")
            return
    say(f"Python {platform.python_version()}: installing the packages of {lock}")
    say("  (about 200 MB to download, once; 1 GB on the disk)")
    if not is_usable:
        _make_environment(at)
        owner.write_text(ours, encoding="utf-8")
        (at.venv / ".atlas-python").write_text(sys.executable, encoding="utf-8")
    for old in at.venv.glob(".atlas-requirements*"):
        old.unlink()
    _install(at, "--require-hashes", "--only-binary=:all:", "-r", lock)
    _install(at, *_PROJECT_ALONE)
    problem = _problem_of_libraries(at)
    if problem:
        raise SetupError(
            f"The packages are installed but do not start: {problem}. If it names a "
            "missing libexpat, install that: apt-get install libexpat1 on Debian or "
            "Ubuntu. Then run this again."
        )
    owner.write_text(ours, encoding="utf-8")
    stamp.write_text(wanted, encoding="utf-8")
    if dev:  # it holds what serving needs, in the same versions
        smaller = at.project / "requirements.lock"
        (at.venv / ".atlas-requirements.lock").write_text(
            fingerprint(sys.version, at.project / "pyproject.toml", smaller),
            encoding="utf-8",
        )
    say(f"  done in {time.monotonic() - started:.0f} s")


def mend(at: Places, before: Path) -> bool:
    """Make an environment that was moved with its folder work here, without a network.

    Parameters
    ----------
    before : Path
        Where the project was when the environment was made.

    Returns
    -------
    bool
        False when it does not work all the same.
    """
    steps = (
        [sys.executable, "-m", "venv", "--upgrade", "--without-pip", str(at.venv)],
        [str(at.python), *_PIP, *_PROJECT_ALONE],
    )
    redirect_commands(at.venv, before / ".venv")
    for step in steps:
        if _run(step, at, quiet=True) != 0:
            return False
    return not _problem_of_libraries(at)


def redirect_commands(venv: Path, before: Path) -> None:
    """Let the commands of an environment start its own Python, not one elsewhere."""
    for command in (venv / "bin").iterdir():
        if command.is_file() and not command.is_symlink():
            content = command.read_bytes()
            head, rest = content[:1024], content[1024:]
            moved = head.replace(os.fsencode(before), os.fsencode(venv))
            if head.startswith(b"#!") and moved != head:
                command.write_bytes(moved + rest)


def explain(said: str, log: Path) -> str:
    """Return in plain words why pip failed.

    Parameters
    ----------
    said : str
        All it said.
    log : Path
        Where that can be read again.
    """

    def is_said(pattern: str) -> bool:
        return re.search(pattern, said, re.IGNORECASE) is not None

    if is_said("do not match the hashes"):
        words = (
            "A downloaded package is not the one this project was tested with: its "
            "checksum differs from the lock. Nothing of it was installed. Try again; "
            "if it happens twice, ask whoever runs your package mirror."
        )
    elif is_said("no space left"):
        words = (
            "The disk is full: the Python packages need about 1 GB in .venv. Free some "
            "space and run this again."
        )
    elif is_said(
        "connection|resol(ve|ution)|timed? ?out|proxy|ssl|certificate|unreachable"
    ):
        words = (
            "The Python package registry could not be reached, so the locked packages "
            "were not installed. The first start needs it once; later starts do not. "
            "Check the network, or point pip to a mirror (pip config set "
            "global.index-url …), and run this again."
        )
    elif found := re.search(
        r"no matching distribution found for (\S+)", said, re.IGNORECASE
    ):
        words = (
            f"The registry has no ready-made package {found[1]} for Python "
            f"{platform.python_version()} on this machine ({platform.system()} "
            f"{platform.machine()}). Python 3.11 to 3.13 on 64-bit Linux is what was "
            "tested; choose one with PYTHON=…"
        )
    else:
        last = " / ".join(said.strip().splitlines()[-3:])
        words = f"Installing the Python packages failed: {last}."
    return f"{words} Details: {log}"


def _make_environment(at: Places) -> None:
    for part in ("venv", "ensurepip"):
        if importlib.util.find_spec(part) is None:
            version = "{}.{}".format(*sys.version_info[:2])
            raise SetupError(
                f"Python {version} is here, but its '{part}' part is not. On Debian or "
                f"Ubuntu install it with: apt-get install python{version}-venv ; "
                "elsewhere install a complete Python. Then run this again."
            )
    if _run([sys.executable, "-m", "venv", "--clear", str(at.venv)], at, quiet=True):
        raise SetupError(
            f"The Python environment {at.venv} could not be made. Details: {at.log}"
        )


def _install(at: Places, *arguments: str) -> None:
    if _run([str(at.python), *_PIP, *arguments], at) != 0:
        said = at.log.read_text(encoding="utf-8", errors="replace")
        raise SetupError(explain(said, at.log))


def _problem_of_libraries(at: Places) -> str:
    """Return the last line of what went wrong; empty when all is well."""
    code = f"{LIBRARIES}, geodata, sys; sys.exit(geodata.__file__)"
    done = subprocess.run(  # noqa: S603  # no word of another's
        [at.python, "-P", "-c", code], capture_output=True, text=True, check=False
    )
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return "" if Path(last) == at.project / "geodata" / "__init__.py" else last


def _run(command: Sequence[str], at: Places, *, quiet: bool = False) -> int:
    """Run a program, its words in the log and a line of them on a screen."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET")
    }
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    environment |= {"PYTHONUNBUFFERED": "1"}
    is_shown = sys.stdout.isatty() and not quiet
    width = shutil.get_terminal_size().columns - 1
    with (
        at.log.open("a", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603  # no word of another's
            command,
            cwd=at.project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            if is_shown and re.match(r"Collecting|Installing|\s*Downloading", line):
                sys.stdout.write(f"\r\033[K{line.strip()[:width]}")
                sys.stdout.flush()
    if is_shown:
        sys.stdout.write("\r\033[K")
    return process.returncode
