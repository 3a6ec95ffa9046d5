"""Whole files: the same bytes for all, in pieces if wanted, and read by address."""

import hashlib
import io
import json
import threading
import zipfile
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.derived import DerivedFiles
from app.errors import BusyError
from app.main import create_app
from app.settings import Settings

PROSPECTS = "/api/collections/prospects"


@pytest.fixture(scope="module")
def listed(client: TestClient) -> list[dict]:
    return client.get(f"{PROSPECTS}/files").json()["files"]


def test_a_collection_links_to_a_file_in_every_format(client: TestClient) -> None:
    links = client.get(PROSPECTS).json()["links"]
    files = {link["href"]: link for link in links if link["rel"] == "enclosure"}
    endings = {href.rpartition(".")[2] for href in files}
    assert endings >= {"geojson", "geojsonseq", "csv", "fgb", "gpkg", "kml", "parquet"}
    assert endings >= {"xlsx", "pmtiles"}
    for href, link in files.items():
        answer = client.get(href)
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == link["type"]
        assert link["title"]


def test_the_list_has_size_and_checksum_of_the_bytes(
    client: TestClient, listed: list[dict]
) -> None:
    for told in listed:
        answer = client.get(told["href"])
        assert len(answer.content) == told["length"]
        assert hashlib.sha256(answer.content).hexdigest() == told["sha256"]
        assert answer.headers["etag"] == f'"{told["sha256"]}"'


def test_a_file_of_a_named_release_is_immutable_and_says_its_release(
    client: TestClient, listed: list[dict]
) -> None:
    release = client.get("/api/").json()["release"]
    named, served = listed[0]["href"], f"{PROSPECTS}/files/prospects.geojson"
    assert f"/api/releases/{release}/" in named
    answer = client.get(named)
    assert "immutable" in answer.headers["cache-control"]
    assert release in answer.headers["content-disposition"]
    assert "immutable" not in client.get(served).headers["cache-control"]
    assert client.get(served).content == answer.content


def test_a_file_is_given_in_pieces(client: TestClient, listed: list[dict]) -> None:
    for told in listed:
        href, content = told["href"], client.get(told["href"]).content
        first = client.get(href, headers={"range": "bytes=0-99"})
        assert (first.status_code, first.content) == (206, content[:100])
        assert first.headers["content-range"] == f"bytes 0-99/{len(content)}"
        last = client.get(href, headers={"range": "bytes=-10"})
        assert last.content == content[-10:]
        beyond = client.get(href, headers={"range": f"bytes={len(content)}-"})
        assert beyond.status_code == 416
        assert beyond.headers["content-range"] == f"bytes */{len(content)}"


def test_a_piece_is_given_only_of_the_same_bytes(
    client: TestClient, listed: list[dict]
) -> None:
    href, tag = listed[0]["href"], f'"{listed[0]["sha256"]}"'
    same = client.get(href, headers={"range": "bytes=0-9", "if-range": tag})
    other = client.get(href, headers={"range": "bytes=0-9", "if-range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)
    known = client.get(href, headers={"if-none-match": f'"x", {tag}'})
    assert (known.status_code, known.content) == (304, b"")


def test_head_tells_the_size_without_the_bytes(
    client: TestClient, listed: list[dict]
) -> None:
    answer = client.head(listed[0]["href"])
    assert answer.headers["content-length"] == str(listed[0]["length"])
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == b""


@pytest.mark.parametrize(
    "path",
    ["prospects.docx", "towns.gpkg", "..%2fcurrent.gpkg", "prospects", "a.b.gpkg"],
)
def test_another_name_is_refused_with_those_there_are(
    client: TestClient, path: str
) -> None:
    answer = client.get(f"{PROSPECTS}/files/{path}")
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_file_does_not_change_with_the_host_that_was_asked(
    application: FastAPI, listed: list[dict]
) -> None:
    with TestClient(application, base_url="http://127.0.0.1:9") as other:
        files = other.get(f"{PROSPECTS}/files").json()["files"]
    assert [told["sha256"] for told in files] == [told["sha256"] for told in listed]


def test_a_file_is_made_once_for_many_who_ask_at_once(tmp_path: Path) -> None:
    stores = [DerivedFiles(tmp_path / "derived") for _ in range(2)]
    made, begin = [], threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        return b"content"

    found = []

    def ask(store: DerivedFiles) -> None:
        begin.wait()
        found.append(store.get("group", "name.bin", make))

    threads = [threading.Thread(target=ask, args=(stores[at % 2],)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert {kept.sha256 for kept in found} == {hashlib.sha256(b"content").hexdigest()}


def test_a_file_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    store = DerivedFiles(tmp_path)
    kept = store.get("group", "name.bin", lambda: b"content")
    kept.path.write_bytes(b"con")
    assert store.get("group", "name.bin", lambda: b"content").path.stat().st_size == 7


def test_the_oldest_files_go_when_there_are_too_many_bytes(tmp_path: Path) -> None:
    store = DerivedFiles(tmp_path, capacity=2_500)
    kept = [store.get(f"group{at}", "a", lambda: bytes(1_000)) for at in range(4)]
    assert kept[3].path.exists()
    assert not kept[0].path.exists()
    here = sum(path.stat().st_size for path in tmp_path.glob("*/*"))
    assert here <= 2_500


def test_a_home_that_cannot_be_written_costs_no_file(tmp_path: Path) -> None:
    blocked = tmp_path / "derived"
    blocked.write_text("a file where the folder should be")
    kept = DerivedFiles(blocked).get("group", "name.bin", lambda: b"content")
    assert kept.path.read_bytes() == b"content"


def test_a_fault_of_the_writer_is_told_each_time(tmp_path: Path) -> None:
    store = DerivedFiles(tmp_path)

    def fail() -> bytes:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            store.get("group", "name.bin", fail)
    assert store.get("group", "name.bin", lambda: b"a").size == 1


def test_who_comes_while_a_file_is_made_is_asked_to_come_again(tmp_path: Path) -> None:
    store, go_on = DerivedFiles(tmp_path), threading.Event()

    def make() -> bytes:
        go_on.wait()
        return b"content"

    with pytest.raises(BusyError, match=r"name\.bin"):
        store.get("group", "name.bin", make, patience_s=0)
    go_on.set()
    assert store.get("group", "name.bin", make).size == 7


def test_not_ready_is_503_with_the_time_to_wait(
    release_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = create_app(Settings(home=release_home))

    def never(*_arguments: object, **_options: object) -> None:
        raise BusyError("It is being made.")

    monkeypatch.setattr(application.state.derived, "get", never)
    with TestClient(application) as opened:
        answer = opened.get(f"{PROSPECTS}/files/prospects.gpkg")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_whole_release_is_one_file(client: TestClient) -> None:
    release = client.get("/api/").json()["release"]
    answer = client.get(f"/api/releases/{release}/release.zip")
    assert "immutable" in answer.headers["cache-control"]
    assert release in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert package.testzip() is None
        names = set(package.namelist())
        readme = package.read("README.txt").decode()
        manifest = json.loads(package.read("release/manifest.json"))
        for name, told in manifest["files"].items():
            content = package.read(f"release/{name}")
            assert hashlib.sha256(content).hexdigest() == told["sha256"]
    assert client.get("/api/").json()["caution"] in readme
    for item in client.get("/api/collections").json()["collections"]:
        assert f"collections/{item['id']}.gpkg" in names
    links = {link["href"] for link in client.get("/api/").json()["links"]}
    assert any(href.endswith(f"/{release}/release.zip") for href in links)
