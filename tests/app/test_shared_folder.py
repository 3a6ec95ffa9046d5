"""The folder of a server: private, named to its processes, and nothing left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.shared_folder import end_with_parent, shared_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("ATLAS_SHARED", "")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    return tmp_path


def test_it_is_there_while_the_server_runs(temporary: Path) -> None:
    with shared_folder() as folder:
        assert Path(os.environ["ATLAS_SHARED"]) == folder
        assert Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_dir()
        assert folder.stat().st_mode & 0o077 == 0
    assert list(temporary.iterdir()) == []


def test_what_killed_servers_left_is_removed_and_living_ones_are_let_alone(
    temporary: Path,
) -> None:
    (temporary / "atlas-serve-killed" / "metrics").mkdir(parents=True)
    (temporary / "atlas-serve-link").symlink_to(temporary / "other")
    (temporary / "other").mkdir()
    with shared_folder() as first, shared_folder() as second:
        found = {path.name for path in temporary.iterdir()}
        assert found == {first.name, second.name, "other", "atlas-serve-link"}


def test_a_process_ends_when_the_one_that_started_it_is_killed() -> None:
    program = (
        "import multiprocessing\n"
        "from tests.app.test_shared_folder import live_on\n"
        "if __name__ == '__main__':\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    child = context.Process(target=live_on)\n"
        "    child.start()\n"
        "    print('started', flush=True)\n"
        "    child.join()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert parent.stdout.readline() == "waits\n"
        parent.kill()
        assert parent.stdout.read() == ""  # until the child, too, has closed it


def live_on() -> None:
    """Wait for ever, unless the parent ends."""
    end_with_parent()
    sys.stdout.write("waits\n")
    sys.stdout.flush()
    signal.pause()
