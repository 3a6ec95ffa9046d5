"""What can be asked of a collection: place, condition, order, columns, system, form."""

import json
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.columns import tidied

COLLECTIONS = ("prospects", "occurrences", "terranes", "states", "towns")


def ask(client: TestClient, name: str, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/collections/{name}/items?limit=10000&{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_feature_is_found_by_a_box_of_its_own_coordinates(
    client: TestClient, name: str
) -> None:
    placed = [item for item in ask(client, name)["features"] if item["geometry"]]
    for feature in placed[:: max(1, len(placed) // 40)]:
        bounds = shapely.from_geojson(json.dumps(feature["geometry"])).bounds
        box = ",".join(map(repr, bounds))
        assert feature["id"] in ids(ask(client, name, f"bbox={box}"))


@pytest.mark.parametrize("name", COLLECTIONS)
def test_all_that_have_a_place_are_found_by_the_extent(
    client: TestClient, name: str
) -> None:
    info = client.get(f"/api/collections/{name}").json()
    box = ",".join(map(repr, info["extent"]["spatial"]["bbox"][0]))
    every = ask(client, name)["features"]
    placed = [item["id"] for item in every if item["geometry"]]
    assert ids(ask(client, name, f"bbox={box}")) == placed


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_has_one_type_of_geometry_and_says_which(
    client: TestClient, name: str
) -> None:
    info = client.get(f"/api/collections/{name}").json()
    schema = client.get(f"/api/collections/{name}/schema").json()["properties"]
    types = {
        item["geometry"]["type"]
        for item in ask(client, name)["features"]
        if item["geometry"]
    }
    assert types == {info["geometryType"]}
    assert schema["geometry"]["format"] == f"geometry-{info['geometryType'].lower()}"


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_schema_tells_the_kind_of_every_value(
    client: TestClient, name: str
) -> None:
    schema = client.get(f"/api/collections/{name}/schema").json()["properties"]
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    for feature in ask(client, name)["features"]:
        for column, value in feature["properties"].items():
            assert value != ""
            if value is not None:
                assert isinstance(value, kinds[schema[column]["type"]]), column
                assert value in schema[column].get("enum", [value])


def test_a_map_that_scrolls_around_the_world_finds_the_same(client: TestClient) -> None:
    assert ids(ask(client, "prospects", "bbox=-418.4,-20,554.8,85")) == ids(
        ask(client, "prospects")
    )
    near = ids(ask(client, "prospects", "bbox=60,40,80,50"))
    assert ids(ask(client, "prospects", "bbox=420,40,440,50")) == near
    assert ids(ask(client, "prospects", "bbox=60,40,-5,80,50,9000")) == near


@settings(max_examples=40, deadline=None)
@given(
    column=st.sampled_from(["rank", "favourability", "coverage", "area_km2"]),
    operator=st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
    value=st.floats(0, 50, allow_nan=False).map(lambda number: round(number, 2)),
)
def test_a_filter_keeps_what_it_says_and_no_more(
    client: TestClient, column: str, operator: str, value: float
) -> None:
    tests = {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
        "=": np.equal,
        "<>": np.not_equal,
    }
    every = ask(client, "prospects")["features"]
    expected = [
        item["id"]
        for item in every
        if tests[operator](item["properties"][column], value)
    ]
    condition = quote(f"{column} {operator} {value}")
    assert ids(ask(client, "prospects", f"filter={condition}")) == expected
    told = quote(json.dumps({"op": operator, "args": [{"property": column}, value]}))
    query = f"filter={told}&filter-lang=cql2-json"
    assert ids(ask(client, "prospects", query)) == expected


def test_what_is_missing_matches_no_comparison_and_is_found_as_null(
    client: TestClient,
) -> None:
    every = ids(ask(client, "occurrences"))
    none = ids(ask(client, "occurrences", "filter=lon%20IS%20NULL"))
    some = ids(ask(client, "occurrences", "filter=lon%20%3E%20-999"))
    other = ids(ask(client, "occurrences", "filter=NOT%20(lon%20%3E%20-999)"))
    assert none
    assert other == []
    assert sorted(none + some) == sorted(every)


def test_an_order_puts_the_greatest_first_and_pages_keep_it(client: TestClient) -> None:
    page = ask(client, "prospects", "sortby=-favourability")
    values = [item["properties"]["favourability"] for item in page["features"]]
    assert values == sorted(values, reverse=True)
    walked: list[str] = []
    url = "/api/collections/prospects/items?limit=4&sortby=-favourability"
    while url:
        part = client.get(url).json()
        walked += ids(part)
        links = {item["rel"]: item["href"] for item in part["links"]}
        assert f"/api/releases/{part['release']}/" in links["self"]
        url = links.get("next", "")
    assert walked == ids(page)


@pytest.mark.parametrize(("offset", "limit"), [(5, 10), (4, 2), (1000, 10), (3, 3)])
def test_the_page_before_shares_nothing_with_this_one(
    client: TestClient, offset: int, limit: int
) -> None:
    url = f"/api/collections/prospects/items?offset={offset}&limit={limit}"
    page = client.get(url).json()
    links = {item["rel"]: item["href"] for item in page["links"]}
    before = client.get(links["prev"]).json()
    assert before["features"]
    assert not set(ids(before)) & set(ids(page))
    every = ids(ask(client, "prospects"))
    assert ids(before) == every[: min(offset, len(every))][-len(ids(before)) :]


def test_columns_and_geometry_can_be_left_out(client: TestClient) -> None:
    page = ask(client, "prospects", "properties=rank,place&skipGeometry=true")
    for feature in page["features"]:
        assert feature["properties"].keys() == {"rank", "place"}
        assert feature["geometry"] is None


@pytest.mark.parametrize("code", [4326, 3857, 32642, 28413])
def test_answers_in_another_system_have_its_axes_in_its_order(
    client: TestClient, code: int
) -> None:
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    answer = client.get(f"/api/collections/towns/items?limit=50&crs={uri}")
    assert answer.headers["content-crs"] == f"<{uri}>"
    plain = ask(client, "towns")["features"][:50]
    into = pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=False)
    for there, here in zip(answer.json()["features"], plain, strict=True):
        expected = into.transform(*here["geometry"]["coordinates"])
        reach = 20 if code == 28413 else 1e-6 if code == 4326 else 0.02
        assert there["geometry"]["coordinates"] == pytest.approx(expected, abs=reach)


def test_the_grid_of_the_maps_can_be_asked_for_and_is_defined(
    client: TestClient,
) -> None:
    uri = client.get("/api/collections/towns").json()["crs"][-1]
    defined = pyproj.CRS.from_json(client.get(uri).text)
    answer = client.get("/api/collections/towns/items", params={"crs": uri})
    town = answer.json()["features"][0]["geometry"]["coordinates"]
    plain = ask(client, "towns")["features"][0]["geometry"]["coordinates"]
    into = pyproj.Transformer.from_crs("OGC:CRS84", defined, always_xy=True)
    assert town == pytest.approx(into.transform(*plain), abs=0.02)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/geo+json"),
        ("application/json", "application/geo+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("text/csv", "text/csv"),
    ],
)
def test_the_accept_header_is_honoured(
    client: TestClient, accept: str, media_type: str
) -> None:
    answer = client.get("/api/collections/prospects/items", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in answer.headers["vary"]


def test_what_no_form_fits_is_refused_with_those_there_are(client: TestClient) -> None:
    items = "/api/collections/prospects/items"
    refused = client.get(items, headers={"Accept": "application/xml"})
    assert refused.status_code == 406
    assert "text/csv" in refused.json()["detail"]
    unknown = client.get(f"{items}?f=gml")
    assert unknown.status_code == 400
    assert "geojson" in unknown.json()["detail"]
    assert client.get(f"{items}?f=json").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/collections", "/api/collections/prospects/items", "/table"]
)
def test_a_slash_at_the_end_makes_no_difference(client: TestClient, path: str) -> None:
    assert client.get(f"{path}/").status_code == 200


def test_a_page_is_given_in_parts(client: TestClient) -> None:
    url = "/api/collections/towns/items?limit=1000"
    whole = client.get(url, headers={"Accept-Encoding": "identity"})
    part = client.get(url, headers={"Range": "bytes=10-29"})
    assert part.status_code == 206
    assert part.content == whole.content[10:30]
    assert part.headers["content-range"] == f"bytes 10-29/{len(whole.content)}"
    other = {"Range": "bytes=10-29", "If-Range": '"another"'}
    assert client.get(url, headers=other).status_code == 200
    beyond = client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("path", ["", "/prospects", "/prospects/items"])
def test_collections_have_pages_for_readers(client: TestClient, path: str) -> None:
    page = client.get(f"/api/collections{path}?f=html")
    assert page.headers["content-type"].startswith("text/html")
    assert "Prospect areas" in page.text
    first = ids(ask(client, "prospects"))[0]
    one = client.get(f"/api/collections/prospects/items/{first}?f=html")
    assert first in one.text


def test_a_status_that_nobody_knows_is_missing_whatever_the_source_writes() -> None:
    table = gpd.GeoDataFrame(
        {"status": ["unknown", "mine", ""], "name": ["unknown", "a", "b"]},
        geometry=gpd.points_from_xy([60, 61, 62], [40, 41, 42]),
        crs=4326,
    )
    tidy = tidied(table)
    assert tidy["status"].tolist() == [None, "mine", None]
    assert tidy["name"].tolist() == ["unknown", "a", "b"]
