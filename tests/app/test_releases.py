"""Releases at addresses of their own, and a running server that takes up a new one."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.agreement import Agreement
from app.main import create_app
from app.settings import Settings
from app.shelf import Shelf
from tests.app.sealing import seal

ITEMS = "/api/collections/prospects/items"


def add_release(releases: Path, name: str) -> Path:
    """Add a release of another id that lacks the last prospect area."""
    folder = next(path for path in sorted(releases.iterdir()) if path.is_dir())
    other = releases / name
    shutil.copytree(folder, other)
    table = gpd.read_parquet(other / "prospects.parquet")
    table.iloc[:-1].to_parquet(other / "prospects.parquet", index=False)
    path = other / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["id"] = name
    path.write_text(json.dumps(manifest), encoding="utf-8")
    seal(other)
    return other


def point_to(releases: Path, name: str) -> None:
    part = releases / "pointer"
    part.write_text(f"{name}\n", encoding="ascii")
    part.replace(releases / "current")


@pytest.fixture
def home(release_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    return tmp_path


@pytest.fixture
def first(home: Path) -> str:
    return (home / "releases" / "current").read_text(encoding="ascii").strip()


def matched(client: TestClient, prefix: str = "/api") -> int:
    answer = client.get(f"{prefix}/collections/prospects/items?limit=1")
    return int(answer.json()["numberMatched"])


def client_of(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def test_a_new_release_is_served_without_a_new_start(home: Path, first: str) -> None:
    app = create_app(Settings(home=home))
    client = client_of(app)
    before = matched(client)
    add_release(home / "releases", "b" * 16)
    point_to(home / "releases", "b" * 16)
    waiting = client.get("/healthz").json()
    assert (waiting["status"], waiting["release"]) == ("degraded", first)
    assert waiting["should_serve"] == "b" * 16
    app.state.shelf.look()
    assert matched(client) == before - 1
    health = client.get("/healthz").json()
    assert (health["status"], health["release"]) == ("ok", "b" * 16)
    point_to(home / "releases", first)
    app.state.shelf.look()
    assert matched(client) == before


def test_a_release_stays_at_its_address(home: Path, first: str) -> None:
    app = create_app(Settings(home=home))
    client = client_of(app)
    old = f"/api/releases/{first}"
    before = client.get(f"{old}/collections/prospects/items?limit=2")
    assert before.headers["cache-control"].endswith("immutable")
    assert "immutable" not in client.get(ITEMS).headers["cache-control"]
    add_release(home / "releases", "b" * 16)
    point_to(home / "releases", "b" * 16)
    app.state.shelf.look()
    again = client.get(f"{old}/collections/prospects/items?limit=2")
    assert again.content == before.content
    assert again.headers["etag"] == before.headers["etag"]
    assert matched(client, f"/api/releases/{'b' * 16}") == matched(client, old) - 1


def test_a_walk_over_a_change_stays_in_its_release(home: Path, first: str) -> None:
    app = create_app(Settings(home=home))
    client = client_of(app)
    page = client.get(f"{ITEMS}?limit=5").json()
    add_release(home / "releases", "b" * 16)
    point_to(home / "releases", "b" * 16)
    app.state.shelf.look()
    walked: list[dict[str, Any]] = [page]
    while links := [item for item in page["links"] if item["rel"] == "next"]:
        page = client.get(links[0]["href"]).json()
        walked.append(page)
    assert {item["release"] for item in walked} == {first}
    ids = [feature["id"] for item in walked for feature in item["features"]]
    assert len(ids) == len(set(ids)) == page["numberMatched"]


def test_every_link_of_a_named_release_stays_inside_it(client: TestClient) -> None:
    release = client.get("/api/").json()["release"]
    root = f"/api/releases/{release}"
    landing = client.get(root).json()
    assert landing == client.get(f"{root}/").json()
    for name in ("", "/collections", "/collections/prospects"):
        for link in client.get(f"{root}{name}").json()["links"]:
            path = link["href"].partition("://")[2].partition("/")[2]
            if path.startswith("api"):
                assert path.startswith(f"api/releases/{release}"), link
                assert client.get(link["href"]).status_code == 200, link


def test_the_releases_are_listed_with_the_one_that_is_served(
    home: Path, first: str
) -> None:
    add_release(home / "releases", "b" * 16)
    client = client_of(create_app(Settings(home=home)))
    listed = client.get("/api/releases").json()
    assert listed["served"] == first
    served = {item["id"]: item["served"] for item in listed["releases"]}
    assert served == {first: True, "b" * 16: False}
    for item in listed["releases"]:
        assert client.get(item["links"][0]["href"]).json()["release"] == item["id"]


def test_what_was_never_here_is_404_and_what_is_gone_410(
    home: Path, first: str
) -> None:
    add_release(home / "releases", "b" * 16)
    app = create_app(Settings(home=home))
    client = client_of(app)
    unknown = client.get("/api/releases/nosuch/collections")
    assert unknown.status_code == 404
    assert first in unknown.json()["detail"]
    point_to(home / "releases", "b" * 16)
    app.state.shelf.look()
    matched(client)
    shutil.rmtree(home / "releases" / first)
    for _ in range(3):  # it is still open here
        assert client.get(f"/api/releases/{first}/collections").status_code == 200
    other = create_app(Settings(home=home))
    (home / "releases" / first).mkdir()
    (home / "releases" / first / "manifest.json").write_text("{}", encoding="utf-8")
    gone = client_of(other).get(f"/api/releases/{first}/collections")
    assert gone.status_code == 410
    assert str(home) not in gone.text


def test_a_new_release_that_is_damaged_is_not_taken_up_and_said_so(
    home: Path, first: str
) -> None:
    app = create_app(Settings(home=home))
    client = client_of(app)
    other = add_release(home / "releases", "b" * 16)
    (other / "explanations.json").write_text("{}", encoding="utf-8")
    point_to(home / "releases", "b" * 16)
    app.state.shelf.look()
    health = client.get("/healthz").json()
    assert (health["release"], health["should_serve"]) == (first, "b" * 16)
    assert "explanations.json" in health["warning"]
    assert str(home) not in health["warning"]


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


class Process(Agreement):
    """One of several processes of a server, though it runs in this one."""

    def __init__(self, folder: Path, number: int) -> None:
        super().__init__(folder, process=number)


def test_processes_change_over_only_when_all_have_the_new_release(
    home: Path, first: str, shared: Path
) -> None:
    living = (os.getpid(), os.getppid())
    one, two = (Shelf(home / "releases", Process(shared, pid)) for pid in living)
    add_release(home / "releases", "b" * 16)
    point_to(home / "releases", "b" * 16)
    one.look()
    assert not one.change_due
    assert not two.change_due
    two.look()
    assert one.change_due
    assert two.change_due
    assert {shelf.change().release.id for shelf in (one, two)} == {"b" * 16}
    third = Shelf(home / "releases", Process(shared, living[0]))
    assert third.served.release.id == "b" * 16


def test_a_process_that_died_keeps_nobody_waiting(
    home: Path, first: str, shared: Path
) -> None:
    dead = next(number for number in range(4_000_000, 5_000_000) if not runs(number))
    Agreement(shared, process=dead).announce(first)
    one = Shelf(home / "releases", Process(shared, os.getpid()))
    add_release(home / "releases", "b" * 16)
    point_to(home / "releases", "b" * 16)
    one.look()
    assert one.change().release.id == "b" * 16


def runs(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_processes_agree_also_over_a_damaged_release(
    home: Path, first: str, shared: Path
) -> None:
    add_release(home / "releases", "b" * 16)
    living = (os.getpid(), os.getppid())
    one, two = (Shelf(home / "releases", Process(shared, pid)) for pid in living)
    path = home / "releases" / first / "explanations.json"
    path.write_bytes(b"x" * path.stat().st_size)
    assert one.replace(one.served)
    assert two.change_due
    assert one.change().release.id == two.change().release.id == "b" * 16
    for shelf in (one, two):
        shelf.look()
        assert not shelf.change_due
    third = Shelf(home / "releases", Process(shared, living[1]))
    assert third.served.release.id == "b" * 16


def test_a_release_that_turned_out_damaged_is_listed_as_not_readable(
    home: Path, first: str
) -> None:
    other = add_release(home / "releases", "b" * 16)
    client = client_of(create_app(Settings(home=home)))
    spoilt = other / "places.parquet"
    spoilt.write_bytes(b"x" * spoilt.stat().st_size)
    assert client.get(f"/api/releases/{'b' * 16}/collections").status_code == 410
    listed = client.get("/api/releases").json()["releases"]
    assert {item["id"]: item["readable"] for item in listed} == {
        first: True,
        "b" * 16: False,
    }
    catalogue = client.get("/api/stac/catalog.json").text
    assert "b" * 16 not in catalogue
