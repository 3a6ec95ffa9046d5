"""Ids that are retired, and what changed between releases, over HTTP."""

import json
import shutil

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from geodata.release import open_release
from tests.app.sealing import seal
from tests.conftest import Once
from tests.geodata.release.chains import build_chain, ids_in_order


@pytest.fixture(scope="module")
def home(once: Once):
    return once("chain", build_chain)


@pytest.fixture(scope="module")
def ids(home):
    return ids_in_order(home / "releases")


@pytest.fixture(scope="module")
def served(home):
    with TestClient(create_app(Settings(home=home))) as client:
        yield client


@pytest.fixture(scope="module")
def now(home):
    return open_release(home / "releases")


@pytest.fixture
def retired(home, ids, now):
    """An id of the first release that the last one has no more."""
    first = open_release(home / "releases", ids[0])
    return min(set(first.prospects["id"]) - set(now.prospects["id"]))


ADDRESSES = [
    "/api/collections/prospects/items/{id}",
    "/api/prospects/{id}/explanation",
    "/prospects/{id}",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_retired_id_is_gone_and_says_since_when(served, now, retired, address):
    answer = served.get(address.format(id=retired))
    assert answer.status_code == 410
    told = now.retired(retired)
    assert retired in answer.text
    assert told.last_release in answer.text
    assert 'rel="predecessor-version"' in answer.headers["link"]
    assert answer.headers["cache-control"] == "no-cache"  # an id may come back


def test_where_an_area_still_is_can_be_followed(served, retired):
    answer = served.get(f"/api/collections/prospects/items/{retired}")
    assert answer.headers["content-type"] == "application/problem+json"
    (link,) = (
        each for each in answer.json()["links"] if each["rel"] == "predecessor-version"
    )
    assert served.get(link["href"]).json()["id"] == retired


@pytest.fixture
def followed(home, ids, tmp_path):
    """A home whose last release names the area that succeeded a retired one."""
    shutil.copytree(home / "releases", tmp_path / "releases")
    folder = tmp_path / "releases" / ids[-1]
    path = folder / "retired.parquet"
    table = gpd.read_parquet(path)
    successor = gpd.read_parquet(folder / "prospects.parquet")["id"][0]
    table["successor"] = successor
    table["overlap"] = 0.25
    table.to_parquet(path, index=False)
    seal(folder)
    return tmp_path, table["id"][0], successor


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_successor_is_named_and_linked(followed, address):
    home, retired, successor = followed
    with TestClient(create_app(Settings(home=home))) as served:
        answer = served.get(address.format(id=retired))
        assert answer.status_code == 410
        assert successor in answer.text
        assert "25" in answer.text
        target = f"http://testserver{address.format(id=successor)}"
        assert f'<{target}>; rel="successor-version"' in answer.headers["link"]
        assert served.get(target).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_id_that_was_never_given_is_not_found(served, address):
    assert served.get(address.format(id="plac-a01-01")).status_code == 404


def test_a_release_answers_for_its_own_ids_for_good(served, ids, retired):
    path = f"/api/releases/{ids[0]}/collections/prospects/items/{retired}"
    assert served.get(path).json()["id"] == retired


def test_what_changed_is_told_from_the_release_before_by_default(served, now, ids):
    answer = served.get("/api/compare")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["before"], told["after"]) == (ids[1], ids[2])
    changes = now.manifest.id_changes
    totals = told["totals"]
    assert totals["kept"] == changes.kept
    assert (totals["new"], totals["retired"]) == (changes.new, changes.retired)
    assert str(changes.kept) in told["summary"]
    assert told["caution"] == now.manifest.caution
    (kind,) = told["deposit_types"]
    assert {area["id"] for area in (*kind["kept"], *kind["new"])} == set(
        now.prospects["id"]
    )
    assert all(area["id"] == area["id_before"] for area in kind["kept"])
    assert all(0.5 <= area["overlap"] <= 1 for area in kind["kept"])
    assert told["inputs"]["deposit_types"]["changed"] == ["placer"]
    assert told["inputs"]["settings"] == []


def test_any_two_releases_are_compared_either_way_round(served, ids):
    forth = served.get("/api/compare", params={"a": ids[0], "b": ids[2]}).json()
    back = served.get("/api/compare", params={"a": ids[2], "b": ids[0]}).json()
    assert forth["totals"]["new"] == back["totals"]["retired"]
    assert forth["totals"]["kept"] == back["totals"]["kept"]
    for link in forth["links"]:
        assert served.get(link["href"]).status_code == 200


def test_inside_a_release_that_one_is_the_later_and_the_answer_stands(served, ids):
    answer = served.get(f"/api/releases/{ids[1]}/compare")
    assert (answer.json()["before"], answer.json()["after"]) == (ids[0], ids[1])
    assert "immutable" in answer.headers["cache-control"]
    first = served.get(f"/api/releases/{ids[0]}/compare")
    assert first.status_code == 404
    assert all(name in first.json()["detail"] for name in ids)


@pytest.mark.parametrize("name", ["nosuch", "../..", "a" * 64, "\N{SNOWMAN}"])
def test_an_unknown_release_is_not_found_with_those_there_are(served, ids, name):
    for query in ({"a": name}, {"b": name}):
        answer = served.get("/api/compare", params=query)
        assert answer.status_code == 404
        assert all(known in answer.json()["detail"] for known in ids)


@pytest.mark.parametrize("query", ["a=", "b=", f"a={'a' * 65}", "c=1", "a=x&a=y"])
def test_a_query_that_cannot_be_meant_is_refused(served, query):
    assert served.get(f"/api/compare?{query}").status_code == 400


def test_a_damaged_release_is_refused_and_the_served_one_goes_on(home, ids, tmp_path):
    shutil.copytree(home / "releases", tmp_path / "releases")
    (tmp_path / "releases" / ids[0] / "prospects.parquet").write_bytes(b"spoilt")
    manifest = tmp_path / "releases" / ids[1] / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"schema_version": 1}))
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        damaged = client.get("/api/compare", params={"a": ids[0]})
        assert damaged.status_code == 503
        assert "prospects.parquet" in damaged.json()["detail"]
        assert str(tmp_path) not in damaged.text
        assert client.get("/api/compare", params={"a": ids[1]}).status_code == 410
        assert client.get("/api/").json()["release"] == ids[2]


def test_the_list_of_releases_says_what_changed(served, ids, now):
    listed = {
        item["id"]: item for item in served.get("/api/releases").json()["releases"]
    }
    assert listed[ids[0]].get("predecessor") is None
    assert listed[ids[2]]["predecessor"] == ids[1]
    assert f"kept {now.manifest.id_changes.kept}" in listed[ids[2]]["changes"]
    links = {link["rel"]: link["href"] for link in listed[ids[2]]["links"]}
    assert served.get(links["related"]).json()["before"] == ids[1]
    assert served.get(links["predecessor-version"]).json()["release"] == ids[1]
