"""Layers that can be switched on, where they know nothing, and the page of them all."""

import gzip

import pytest
from fastapi.testclient import TestClient

from app.overlays import GAPS
from app.routes.knowledge import is_everywhere, origins
from tests.app.conftest import HOSTILE
from tests.app.test_pages import Reader

HAND_MADE = [
    "faults",
    "sutures",
    "provinces",
    "craton-margins",
    "intrusions",
    "magmatic-belts",
    "railways",
    "roads",
    "mines",
    "palaeolithology",
    "context-occurrences",
    "mineral-localities",
]
LIGHT_ENOUGH = 300_000  # bytes of one layer, compressed


def collection_ids(client: TestClient) -> set[str]:
    answer = client.get("/api/collections").json()
    return {item["id"] for item in answer["collections"]}


def test_a_release_with_layers_offers_them_as_collections(
    layered_client: TestClient,
) -> None:
    assert {*HAND_MADE, GAPS} <= collection_ids(layered_client)
    for name in (*HAND_MADE, GAPS):
        for path in ("", "/queryables", "/items?limit=1000"):
            answer = layered_client.get(f"/api/collections/{name}{path}")
            assert answer.status_code == 200, (name, path)
        page = answer.json()
        assert page["numberReturned"] == page["numberMatched"] > 0
        assert len(gzip.compress(answer.content)) < LIGHT_ENOUGH
        feature = page["features"][0]
        one = layered_client.get(f"/api/collections/{name}/items/{feature['id']}")
        assert one.json()["geometry"] == feature["geometry"]


def test_a_release_without_layers_does_not_offer_them(client: TestClient) -> None:
    absent = set(HAND_MADE) - collection_ids(client)
    for name in absent:
        assert client.get(f"/api/collections/{name}/items").status_code == 404
        assert f'data-layer="{name}"' not in client.get("/").text


def test_the_area_without_faults_is_a_feature_named_like_the_layer(
    layered_client: TestClient,
) -> None:
    found = layered_client.get(f"/api/collections/{GAPS}/items/faults").json()
    assert found["properties"]["layer"] == "faults"
    assert 0 < found["properties"]["unknown_share"] < 1
    assert found["geometry"]["type"] in {"Polygon", "MultiPolygon"}


def test_faults_keep_only_known_columns_and_names_stay_text(
    layered_client: TestClient,
) -> None:
    page = layered_client.get("/api/collections/faults/items").json()
    assert set(page["features"][0]["properties"]) == {"name", "kind", "sets"}
    assert page["features"][0]["properties"]["name"] == HOSTILE


def test_the_map_has_a_switch_with_its_source_for_every_layer(
    layered_client: TestClient,
) -> None:
    read = Reader(layered_client.get("/").text)
    boxes = {
        attributes["data-layer"]: attributes
        for tag, attributes in read.tags
        if tag == "input" and "data-overlay" in attributes
    }
    assert list(boxes) == HAND_MADE
    assert boxes["faults"]["data-credit"] == "Credit of faults"
    assert boxes["faults"]["data-gap"] == "faults"
    assert "data-gap" not in boxes["roads"]
    assert all("checked" not in box for box in boxes.values())
    choices = [a["value"] for tag, a in read.tags if tag == "option"]
    assert {"faults", "phosphatic-rocks"} <= set(choices)


def test_the_page_of_layers_tells_what_is_known_where(
    layered_client: TestClient,
) -> None:
    read = Reader(layered_client.get("/layers").text)
    text = read.text
    assert "What the atlas knows, and where" in text
    assert "where faults were mapped" in text
    assert "Faulted ground: mapped fault, 100 %" in text
    assert "TKM 0 %" in text
    assert "a reconstruction in the publisher’s layout" in text
    assert "from a mirror" in text
    assert "out of a registry package" in text
    links = [a.get("href") or "" for tag, a in read.tags if tag == "a"]
    assert any(link.endswith(",faults") for link in links)
    assert "/?unknown=phosphatic-rocks" in links


def test_the_page_of_layers_tells_what_is_missing_and_what_that_costs(
    layered_client: TestClient,
) -> None:
    text = Reader(layered_client.get("/layers").text).text
    missing = text.partition("What is missing, and what that costs")[2]
    assert "Radiometrics thorium, uranium and potassium at the surface" in missing
    assert "Intraplate carbonatite: thorium at surface, 11 %" in missing
    assert "Faults" not in missing


def test_pages_lead_to_the_page_of_layers(layered_client: TestClient) -> None:
    for path in ("/", "/table", "/about"):
        assert 'href="/layers"' in layered_client.get(path).text, path


def test_the_page_of_layers_refuses_unknown_parameters(client: TestClient) -> None:
    assert client.get("/layers?colour=red").status_code == 400


def test_sites_that_are_no_test_are_told_on_the_page(
    layered_client: TestClient, client: TestClient
) -> None:
    text = Reader(layered_client.get("/about").text).text
    assert "is no test of that model" in text
    assert "That is so for 1 of the sites in their own type" in text
    assert text.count("no test: its record made a layer") == 1


def test_hostile_names_of_layers_run_nothing_in_a_page(
    layered_client: TestClient,
) -> None:
    for path in ("/", "/layers", "/about"):
        text = layered_client.get(path).text
        assert "<img src=x" not in text, path
        assert "49 " not in text.partition(HOSTILE[:4])[2][:20], path


def test_a_collection_that_the_page_draws_says_how(layered_client: TestClient) -> None:
    shown = {
        item["id"]: item.get("display")
        for item in layered_client.get("/api/collections").json()["collections"]
    }
    assert shown["states"] is None
    assert shown["roads"]["form"] == "lines"
    assert shown["roads"]["tooltip"] == [["{name}", "Road"]]
    assert shown["roads"]["style"]["colour"] == "#6d6a62"


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"origin": "publisher", "package": ""}, "from the publisher"),
        ({"origin": "", "package": "world-atlas"}, "out of a registry package"),
        ({"origin": "", "package": ""}, "written by the atlas"),
        ({"package": "older-record"}, "out of a registry package"),
    ],
)
def test_the_origin_of_a_layer_is_told_in_words(
    member: dict[str, str], words: str
) -> None:
    assert origins([member]) == words


def test_a_state_without_data_is_not_everywhere() -> None:
    assert not is_everywhere({"KAZ": 1.0, "TKM": 0.0})
