"""Starting: settings, a damaged release, a port in use, a fault inside."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from app.__main__ import (
    EXIT_NO_RELEASE,
    PortInUseError,
    check_port,
    choose_loop,
    main,
)
from app.main import create_app
from app.settings import Settings
from geodata.errors import NoReleaseError, OutdatedReleaseError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def two_releases(release_home: Path, tmp_path: Path) -> Path:
    """A home whose current release has a damaged file, beside an intact copy."""
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    folder = next(path for path in (tmp_path / "releases").iterdir() if path.is_dir())
    shutil.copytree(folder, folder.with_name("0ld"))
    with (folder / "prospects.parquet").open("ab") as stream:
        stream.write(b"x")
    return tmp_path


def test_every_setting_has_a_working_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ATLAS_{name.upper()}", raising=False)
    settings = Settings()
    assert settings.port == 8000
    assert settings.releases == ROOT / "var" / "releases"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_PORT", "8123")
    monkeypatch.setenv("ATLAS_HOME", "/srv/atlas")
    assert Settings().port == 8123
    assert Settings().releases == Path("/srv/atlas/releases")
    monkeypatch.setenv("ATLAS_PORT", "99999")
    with pytest.raises(ValidationError):
        Settings()


def test_every_setting_is_explained() -> None:
    for name in Settings.model_fields:
        assert f"{name} :" in str(Settings.__doc__)


def test_an_intact_release_is_served_as_ok(client: TestClient) -> None:
    health = client.get("/healthz")
    assert health.json()["status"] == "ok"
    assert health.headers["cache-control"] == "no-store"
    assert health.json()["versions"].keys() >= {"python", "gdal_rasterio"}


def test_a_damaged_release_is_replaced_by_an_intact_one_and_said_so(
    two_releases: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(Settings(home=two_releases))) as client:
        health = client.get("/healthz").json()
        assert health["status"] == "degraded"
        assert "prospects.parquet" in health["warning"]
        assert "prospects.parquet" in caplog.text
        assert "prospects.parquet" in client.get("/about").text
        assert client.get("/").status_code == 200


def test_with_only_damaged_releases_nothing_is_served(two_releases: Path) -> None:
    (two_releases / "releases" / "0ld" / "explanations.json").write_text("{}")
    with pytest.raises(NoReleaseError, match=r"prospects\.parquet"):
        create_app(Settings(home=two_releases))


def _make_older(folder: Path) -> None:
    """Take its version out of a manifest, as it was before there was one."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["schema_version"]
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_a_release_of_an_older_version_is_refused_with_what_to_do(
    release_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    folder = next(path for path in (tmp_path / "releases").iterdir() if path.is_dir())
    newer = folder.with_name("0ld")
    shutil.copytree(folder, newer)
    _make_older(folder)
    app = create_app(Settings(home=tmp_path))
    assert app.state.shelf.served.release.folder.name == "0ld"
    assert "older version" in app.state.shelf.served.warning
    with TestClient(app) as client:
        shutil.rmtree(newer / "favourability")
        answer = client.get("/api/explain?lon=67&lat=48")
    assert answer.status_code == 503
    assert "older version" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text
    with pytest.raises(OutdatedReleaseError, match="Run scripts/setup"):
        create_app(Settings(home=tmp_path))


@pytest.mark.parametrize("pointer", [None, b"", b"nosuch", b"../..", b"\xff\x00"])
def test_without_a_good_pointer_the_newest_intact_release_is_served(
    two_releases: Path, pointer: bytes | None
) -> None:
    current = two_releases / "releases" / "current"
    current.unlink()
    if pointer is not None:
        current.write_bytes(pointer)
    app = create_app(Settings(home=two_releases))
    assert app.state.shelf.served.release.folder.name == "0ld"
    assert "instead" in app.state.shelf.served.warning
    assert str(two_releases) not in app.state.shelf.served.warning


@pytest.fixture
def served(release_home: Path, tmp_path: Path) -> tuple[TestClient, Path]:
    """An open atlas, and the folder of the release it serves."""
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    app = create_app(Settings(home=tmp_path))
    client = TestClient(app, raise_server_exceptions=False)
    return client, app.state.shelf.served.release.folder


READS = (
    "/",
    "/api/explain?lon=67&lat=48",
    "/api/tiles/placer/WebMercatorQuad/5/22/11.png",
    "/healthz",
)


@pytest.mark.parametrize("path", READS)
def test_when_files_are_lost_and_nothing_else_is_there_it_says_so(
    served: tuple[TestClient, Path], path: str
) -> None:
    client, folder = served
    shutil.rmtree(folder / "favourability")
    answer = client.get(path)
    assert answer.status_code == 503
    assert "favourability/" in answer.text
    assert "Traceback" not in answer.text
    assert str(folder.parent) not in answer.text
    assert client.get("/healthz").json()["status"] == "failed"


@pytest.mark.parametrize("path", ["/", "/api/explain?lon=67&lat=48", "/healthz"])
def test_with_all_releases_gone_no_answer_names_a_folder(
    served: tuple[TestClient, Path], path: str
) -> None:
    client, folder = served
    shutil.rmtree(folder.parent)
    answer = client.get(path)
    assert answer.status_code == 503
    assert str(folder.parent) not in answer.text


@pytest.mark.parametrize("path", ["/", "/api/tiles/placer/WebMercatorQuad/5/22/11.png"])
def test_when_files_are_lost_another_release_answers(
    served: tuple[TestClient, Path], path: str
) -> None:
    client, folder = served
    good = client.get("/api/explain?lon=66&lat=48").json()
    shutil.copytree(folder, folder.with_name("0ld"))
    shutil.rmtree(folder / "favourability")
    assert client.get(path).status_code == 200
    assert client.get("/api/explain?lon=66&lat=48").json() == good
    health = client.get("/healthz")
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert "favourability/" in health.json()["warning"]


def test_health_tells_of_a_loss_with_503_once_and_mends_it(
    served: tuple[TestClient, Path],
) -> None:
    client, folder = served
    shutil.copytree(folder, folder.with_name("0ld"))
    (folder / "explanations.json").write_text("{}", encoding="utf-8")
    first = client.get("/healthz")
    assert (first.status_code, first.json()["status"]) == (503, "degraded")
    assert "explanations.json" in first.json()["warning"]
    assert client.get("/healthz").status_code == 200


def test_a_release_that_is_spoilt_inside_is_replaced_too(
    served: tuple[TestClient, Path],
) -> None:
    client, folder = served
    shutil.copytree(folder, folder.with_name("0ld"))
    path = folder / "explanations.json"
    path.write_bytes(b"x" * path.stat().st_size)
    name = json.loads((folder / "manifest.json").read_text())["id"]
    listed = client.get("/api/collections/prospects/items?limit=1").json()
    area = listed["features"][0]["id"]
    assert client.get(f"/prospects/{area}").status_code == 200
    assert client.get("/healthz").json()["release"] == name


def test_a_fault_inside_is_not_shown(
    release_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(Settings(home=release_home))
    app.state.cache = None
    with TestClient(app, raise_server_exceptions=False) as client:
        for path in ("/api/collections", "/figures/capture.png"):
            answer = client.get(path)
            assert answer.status_code == 500
            assert "NoneType" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"
            policy = answer.headers["content-security-policy"]
            assert re.search(r"'nonce-[\w-]{20,}'", policy)


def test_links_show_the_address_that_a_proxy_shows(release_home: Path) -> None:
    settings = Settings(home=release_home, public_url="https://atlas.example/")
    with TestClient(create_app(settings)) as client:
        links = client.get("/api/").json()["links"]
        assert all(link["href"].startswith("https://atlas.example/") for link in links)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_told_with_a_way_out(taken: int) -> None:
    with pytest.raises(PortInUseError, match=f"ATLAS_PORT={taken + 1}"):
        check_port("127.0.0.1", taken)


def test_an_address_of_another_machine_is_told_as_such() -> None:
    with pytest.raises(PortInUseError, match="an address of this machine"):
        check_port("192.0.2.1", 8000)


def test_several_processes_run_on_the_fast_loop() -> None:
    assert choose_loop(2) == "uvloop"


@pytest.mark.parametrize(
    ("settings", "code", "word"),
    [
        ({"PORT": "0"}, 1, "ATLAS_PORT"),
        ({"PORT": "{taken}"}, 1, "cannot be used"),
        ({"HOME": "{empty}"}, EXIT_NO_RELEASE, "no release"),
        ({"HOME": "{empty}", "WORKERS": "2"}, EXIT_NO_RELEASE, "no release"),
    ],
)
def test_starting_in_vain_says_why_in_one_paragraph(  # noqa: PLR0917  # fixtures
    settings: dict[str, str],
    code: int,
    word: str,
    taken: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ATLAS_PORT", str(probe.getsockname()[1]))
    for name, value in settings.items():
        monkeypatch.setenv(f"ATLAS_{name}", value.format(taken=taken, empty=tmp_path))
    assert main() == code
    said = capsys.readouterr().err
    assert word in said
    assert len(said.strip().splitlines()) == 1


def test_the_program_ends_with_the_code_that_asks_for_a_release(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, "ATLAS_HOME": str(tmp_path), "ATLAS_PORT": "8001"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == EXIT_NO_RELEASE
    assert "Traceback" not in done.stderr
