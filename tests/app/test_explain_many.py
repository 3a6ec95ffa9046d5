"""Many places at once are explained as each alone, or refused with a reason."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.asked_places import MOST_PLACES

ADDRESS = "/api/explain"
KARAGANDY = {"lon": 73.1, "lat": 49.8}
STAMP = {"release", "caution", "credits"}


def ask(client: TestClient, body: Any, query: str = "") -> dict[str, Any]:
    answer = client.post(f"{ADDRESS}{query}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def alike(found: Any, expected: Any) -> None:
    """Compare to the rounding of the numbers; what they stand in must be the same."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            alike(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            alike(one, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
    else:
        assert found == expected


@pytest.mark.parametrize("deposit_type", ["overall", "carbonatite", "placer"])
def test_many_places_are_explained_as_each_alone(
    learned_client: TestClient, deposit_type: str
) -> None:
    places = [
        {"lon": 50 + 3.1 * column, "lat": 37 + 4.3 * row}
        for column in range(12)
        for row in range(4)
    ]
    body = {"places": places, "deposit_type": deposit_type}
    full = ask(learned_client, {**body, "detail": "full"})
    brief = ask(learned_client, body)
    assert full["asked"] == brief["asked"] == len(places)
    assert 0 < full["explained"] == brief["explained"] < len(places)
    for number, (place, told, short) in enumerate(
        zip(places, full["places"], brief["places"], strict=True)
    ):
        assert told["position"] == short["position"] == number
        assert {key: told[key] for key in place} == place
        alone = learned_client.get(
            ADDRESS, params={**place, "deposit_type": deposit_type}
        )
        if told["outcome"] == "outside-region":
            assert alone.status_code == 404
            assert told["reason"] == short["reason"]
            continue
        expected = {
            key: value for key, value in alone.json().items() if key not in STAMP
        }
        alike(told["explanation"], expected)
        for key, value in short["summary"].items():
            if key != "agreement":
                alike(value, expected[key])
        if expected["agreement"] is not None:
            for key, value in short["summary"]["agreement"].items():
                alike(value, expected["agreement"][key])


def test_points_of_geojson_are_asked_like_places(client: TestClient) -> None:
    at = [73.1, 49.8]
    point = {"type": "Point", "coordinates": [*at, 500.0]}
    feature = {"type": "Feature", "id": "f", "properties": None, "geometry": point}
    several = {"type": "MultiPoint", "coordinates": [at, [2.3, 48.9]]}
    plain = ask(client, {"places": [KARAGANDY]})["places"][0]
    assert ask(client, point)["places"] == [plain]
    assert ask(client, feature)["places"] == [{**plain, "id": "f"}]
    both = ask(client, several)
    assert both["places"][0] == plain
    assert both["places"][1]["outcome"] == "outside-region"
    collection = {
        "type": "FeatureCollection",
        "features": [feature, {**feature, "geometry": several, "id": 7}],
        "deposit_type": "placer",
    }
    found = ask(client, collection)
    assert found["deposit_type"] == "placer"
    assert [item["id"] for item in found["places"]] == ["f", 7, 7]
    assert [item["position"] for item in found["places"]] == [0, 1, 2]


def test_a_type_of_which_nothing_is_known_says_so(hostile_client: TestClient) -> None:
    places = [{"lon": 46.5 + number / 2, "lat": 48.5} for number in range(60)]
    found = ask(hostile_client, {"places": places, "deposit_type": "placer"})
    outcomes = {item["outcome"] for item in found["places"]}
    assert outcomes <= {"explained", "nothing-known", "outside-region"}
    for item in found["places"]:
        assert ("reason" in item) == (item["outcome"] != "explained")


def test_the_answer_says_its_release_and_where_the_credits_are(
    client: TestClient,
) -> None:
    found = ask(client, {"places": [KARAGANDY]})
    assert found["release"]
    assert found["caution"]
    (link,) = found["links"]
    assert client.get(link["href"]).status_code == 200


BAD = [
    (b"nothing", 400, "not JSON"),
    (b"[]", 400, "JSON object"),
    (b"{}", 400, "places: Field required"),
    (b'{"places": []}', 400, "no place"),
    (b'{"places": [{"lon": 70, "lat": 45}, {"lon": 70}]}', 400, "places.1.lat"),
    (b'{"places": [{"lon": 70, "lat": 91}]}', 400, "places.0.lat"),
    (b'{"places": [{"lon": "70", "lat": 45}]}', 400, "places.0.lon"),
    (b'{"places": [{"lon": 70, "lat": 45, "x": 1}]}', 400, "places.0.x"),
    (b'{"places": [{"lon": 70, "lat": 45}], "depth": 1}', 400, "depth"),
    (b'{"places": [{"lon": 70, "lat": 45}], "detail": "some"}', 400, "detail"),
    (b'{"places": [{"lon": true, "lat": 45}]}', 400, "places.0.lon"),
    (b'{"places": [{"lon": 70, "lat": 45}], "deposit_type": "gold"}', 404, "gold"),
    (b'{"type": "Polygon", "coordinates": []}', 400, "Expected GeoJSON of points"),
    (b'{"type": "Point", "coordinates": [70]}', 400, "coordinates.0"),
    (b'{"type": "MultiPoint", "coordinates": [[70, 45], 3]}', 400, "coordinates.1"),
    (b'{"type": "FeatureCollection"}', 400, "list of features"),
    (b'{"type": "FeatureCollection", "features": [7]}', 400, "features.0"),
    (b'{"type": "MultiPoint", "coordinates": []}', 400, "no place"),
]


@pytest.mark.parametrize(("body", "status", "said"), BAD)
def test_a_wrong_body_is_refused_and_the_place_is_named(
    client: TestClient, body: bytes, status: int, said: str
) -> None:
    answer = client.post(
        ADDRESS, content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_bodies_of_another_kind_or_too_large_are_refused(client: TestClient) -> None:
    assert client.post(ADDRESS, data={"lon": "70"}).status_code == 415
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.post(ADDRESS, content=b"x", headers=packed).status_code == 415
    large = b'{"places": [' + b" " * 1_000_001
    plain = {"Content-Type": "application/json"}
    assert client.post(ADDRESS, content=large, headers=plain).status_code == 413
    many = {"places": [KARAGANDY] * (MOST_PLACES + 1)}
    answer = client.post(ADDRESS, json=many)
    assert answer.status_code == 400
    assert "1,001" in answer.json()["detail"]
    assert ask(client, {"places": [KARAGANDY] * MOST_PLACES})["explained"] == 1000


def test_the_parameters_go_before_what_the_body_says(client: TestClient) -> None:
    body = {"places": [KARAGANDY], "detail": "summary", "deposit_type": "clay-hosted"}
    assert client.post(f"{ADDRESS}?type=placer", json=body).status_code == 400
    found = ask(client, body, "?detail=full&deposit_type=placer")
    assert found["places"][0]["explanation"]["deposit_type"] == "placer"
    assert "summary" not in found["places"][0]


@pytest.mark.parametrize("packing", ["gzip", "br", "identity"])
def test_the_answer_is_packed_as_the_client_takes_it(
    client: TestClient, packing: str
) -> None:
    body = {"places": [KARAGANDY] * 20}
    plain = client.post(ADDRESS, json=body, headers={"Accept-Encoding": "identity"})
    answer = client.post(ADDRESS, json=body, headers={"Accept-Encoding": packing})
    assert answer.headers.get("content-encoding", "identity") == packing
    assert answer.json() == plain.json()


def test_the_description_says_what_a_body_looks_like(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    for address in (ADDRESS, "/api/report"):
        body = described["paths"][address]["post"]["requestBody"]
        for form in ("application/json", "application/geo+json"):
            for example in body["content"][form]["examples"].values():
                answer = client.post(address, json=example["value"])
                assert answer.status_code == 200


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_every_place_on_earth_has_an_answer(
    client: TestClient, lon: float, lat: float
) -> None:
    alone = client.get(ADDRESS, params={"lon": lon, "lat": lat})
    assert alone.status_code in (200, 404)
    (one,) = ask(client, {"places": [{"lon": lon, "lat": lat}]})["places"]
    assert (one["outcome"] == "outside-region") == (alone.status_code == 404)


scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=9)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "places", "coordinates", "features", "geometry", "lon", "lat"]
            ),
            inner
            | st.sampled_from(
                ["Point", "MultiPoint", "Polygon", "Feature", "FeatureCollection"]
            ),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(document=documents)
@pytest.mark.parametrize("address", [ADDRESS, "/api/report"])
def test_no_document_brings_the_server_down(
    client: TestClient, address: str, document: Any
) -> None:
    try:
        body = json.dumps(document, allow_nan=False)
    except ValueError:
        body = "{}"
    answer = client.post(
        address, content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 400)
