"""The Python environment: what pip's failures mean, and folders that are moved."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.preparation.environment import environment, explain, redirect_commands
from scripts.preparation.places import Places, SetupError, fingerprint

LOG = Path("setup.log")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "checksum differs"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        (
            "Retrying after connection broken\nERROR: No matching distribution found",
            "registry could not be reached",
        ),
        ("SSLError(SSLCertVerificationError(1))", "registry could not be reached"),
        ("ERROR: No matching distribution found for edt==3.1", "package edt==3.1 for"),
        ("something new\nand strange", "something new / and strange"),
    ],
)
def test_what_pip_says_is_told_in_plain_words(said, word):
    assert word in explain(said, LOG)
    assert "setup.log" in explain(said, LOG)


@pytest.fixture
def at(tmp_path):
    """A project with an environment whose Python is a stand-in."""
    project = tmp_path / "project"
    places = Places(project=project, home=project / "var")
    (project / "var").mkdir(parents=True)
    (project / "pyproject.toml").write_text("[project]")
    (project / "requirements.lock").write_text("numpy")
    (places.venv / "bin").mkdir(parents=True)
    put_python(places)
    return places


def put_python(at, *, pip=0, imports_from="geodata/__init__.py"):
    """It notes what it is asked for, and says what a user's would."""
    at.python.write_text(
        f"""#!/bin/sh
echo "$*" >> {at.home}/asked
case "$*" in
    *"pip install"*) echo "no route: connection refused"; exit {pip} ;;
    *) echo "{at.project / imports_from}" >&2; exit 1 ;;
esac
"""
    )
    at.python.chmod(0o755)


def stamp(at, *, folder):
    """Leave the stamps of an installation that was made in some folder."""
    (at.venv / ".atlas-home").write_text(f"{folder}\n{sys.version}")
    lock = at.project / "requirements.lock"
    (at.venv / ".atlas-requirements.lock").write_text(
        fingerprint(sys.version, at.project / "pyproject.toml", lock)
    )


def asked(at):
    path = at.home / "asked"
    words = path.read_text() if path.exists() else ""
    path.unlink(missing_ok=True)
    return words


def test_an_environment_that_stands_is_left_alone(at):
    stamp(at, folder=at.project)
    environment(at, dev=False)
    assert asked(at) == ""


def test_a_changed_lock_is_installed_with_checksums_and_stamped(at):
    stamp(at, folder=at.project)
    (at.project / "requirements.lock").write_text("numpy, newer")
    environment(at, dev=False)
    assert "--require-hashes --only-binary=:all: -r requirements.lock" in asked(at)
    environment(at, dev=False)
    assert asked(at) == ""


def test_an_installation_that_fails_leaves_no_stamp_and_says_why(at):
    put_python(at, pip=1)
    stamp(at, folder=at.project)
    (at.project / "requirements.lock").write_text("numpy, newer")
    for _ in range(2):
        with pytest.raises(SetupError, match="registry could not be reached"):
            environment(at, dev=False)


def test_packages_that_do_not_start_are_said_with_the_usual_cause(at):
    put_python(at, imports_from="libexpat.so.1 is missing")
    stamp(at, folder=at.project)
    (at.project / "requirements.lock").write_text("numpy, newer")
    with pytest.raises(SetupError, match="apt-get install libexpat1"):
        environment(at, dev=False)


def test_only_commands_that_name_the_old_place_are_redirected(tmp_path):
    venv, old = tmp_path / "new" / ".venv", tmp_path / "old" / ".venv"
    (venv / "bin").mkdir(parents=True)
    commands = {
        "binary": b"\x7fELF %s",
        "mypy": b"#!%s/bin/python\nimport mypy\n",
        "long": b"#!/bin/sh\n'''exec' %s/bin/python \"$0\" \"$@\"\n",
    }
    for name, text in commands.items():
        (venv / "bin" / name).write_bytes(text % bytes(old))
    (venv / "bin" / "python").symlink_to(sys.executable)
    redirect_commands(venv, old)
    for name, text in commands.items():
        place = old if name == "binary" else venv
        assert (venv / "bin" / name).read_bytes() == text % bytes(place)


def test_a_moved_folder_is_mended_without_the_registry(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    project = tmp_path / "project"
    at = Places(project=project, home=project / "var")
    at.home.mkdir(parents=True)
    (project / "pyproject.toml").write_text("[project]")
    (project / "requirements.lock").write_text("")
    made = [sys.executable, "-m", "venv", "--without-pip", at.venv]
    subprocess.run(made, check=True)
    package = next((at.venv / "lib").glob("python*")) / "site-packages"
    # Of the libraries and of pip only what is looked for here.
    for name in ("numpy", "rasterio", "pyogrio"):
        (package / f"{name}.py").write_text("")
    (package / "pip.py").write_text(
        "import pathlib, sys\n"
        "assert '--no-index' in sys.argv\n"
        "place = pathlib.Path(__file__).with_name('project.pth')\n"
        "place.write_text(str(pathlib.Path.cwd()))\n"
    )
    (project / "geodata").mkdir()
    (project / "geodata" / "__init__.py").write_text("")
    stamp(at, folder=tmp_path / "before")
    environment(at, dev=False)
    said = capsys.readouterr().out
    assert "was moved here from" in said
    assert "to download" not in said
    environment(at, dev=False)
    assert capsys.readouterr().out == ""


def test_setup_starts_with_the_standard_library_alone():
    root = Path(__file__).resolve().parents[3]
    code = "import sys; sys.path.insert(0, sys.argv[1]); import scripts.prepare"
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", code, root], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
