"""The folder of a server: private, named to its processes, and nothing left behind."""

import os
from pathlib import Path

import pytest

from app.shared_folder import shared_folder


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
