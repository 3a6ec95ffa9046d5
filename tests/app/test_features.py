"""Collections and features: what OGC API – Features and RFC 7946 ask."""

import json
import re
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from geojson_pydantic import FeatureCollection
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

ITEMS = "/api/collections/prospects/items"
COLLECTIONS = ("prospects", "occurrences", "states", "terranes")


def walk(client: TestClient, url: str) -> list[dict[str, Any]]:
    """Follow the links to the next page until there is none."""
    pages = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        pages.append(answer.json())
        links = {link["rel"]: link["href"] for link in pages[-1]["links"]}
        url = links.get("next", "")
    return pages


def test_the_landing_page_leads_to_everything(client: TestClient) -> None:
    landing = client.get("/api/").json()
    links = {link["rel"]: link["href"] for link in landing["links"]}
    for rel in ("self", "service-desc", "service-doc", "conformance", "data"):
        assert client.get(links[rel]).status_code == 200
    assert client.get("/api").json()["title"] == landing["title"]
    assert landing["caution"].startswith("Exploration aid")


def test_the_description_is_valid_and_refers_to_nothing_outside(
    client: TestClient,
) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    described = answer.json()
    validate(described)
    for reference in find_references(described):
        assert reference.startswith("#/")


def test_every_answer_fits_its_description(client: TestClient) -> None:
    described = client.get("/api/openapi-3.1.json").json()
    area = client.get(ITEMS).json()["features"][0]["id"]
    grids = client.get("/api/grids").json()
    given = {
        "collection_id": "prospects",
        "deposit_type": "placer",
        "feature_id": area,
        "file": "overall",
        "file_name": "prospects.fgb",
        "form": "png",
        "grid_id": next(one["id"] for one in grids["grids"] if "." in one["id"]),
        "matrix_set": "WebMercatorQuad",
        "place": "67,48",
        "prospect_id": area,
        "release_id": client.get("/api/").json()["release"],
        "z": "5",
        "x": "22",
        "y": "11",
        "zoom": "4",
        "row": "5",
        "column": "11",
    }
    itself = f"?a={given['release_id']}&b={given['release_id']}"
    place = {"/api/explain": "?lon=67&lat=48", "/api/compare": itself}
    for path, operations in described["paths"].items():
        if "get" not in operations:
            continue
        url = re.sub(r"\{(\w+)\}", lambda found: given[found[1]], path)
        answer = client.get(f"{url}{place.get(path, '')}")
        assert answer.status_code == 200, url
        media_type = answer.headers["content-type"].partition(";")[0]
        told = operations["get"]["responses"]["200"]["content"]
        content = {name.partition(";")[0]: value for name, value in told.items()}
        assert media_type in content, url
        if media_type.endswith("json"):
            schema = {
                **content[media_type]["schema"],
                "components": described["components"],
            }
            Draft202012Validator(schema).validate(answer.json())


def find_references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [ref for value in node.values() for ref in find_references(value)]
    if isinstance(node, list):
        return [ref for value in node for ref in find_references(value)]
    return []


def test_conformance_names_the_core(client: TestClient) -> None:
    classes = client.get("/api/conformance").json()["conformsTo"]
    assert any(name.endswith("features-1/1.0/conf/core") for name in classes)


def test_every_collection_is_described_and_can_be_read(client: TestClient) -> None:
    listed = client.get("/api/collections").json()["collections"]
    assert {item["id"] for item in listed} >= {"prospects", "occurrences", "states"}
    for item in listed:
        path = f"/api/collections/{item['id']}"
        assert client.get(path).json() == item
        page = client.get(f"{path}/items?limit=1000")
        assert page.headers["content-type"] == "application/geo+json"
        FeatureCollection.model_validate(page.json())
        if not item["geometryType"]:
            assert "extent" not in item
            assert all(one["geometry"] is None for one in page.json()["features"])
            continue
        columns = client.get(f"{path}/queryables").json()["properties"]
        told = page.json()["features"][0]["properties"]
        assert columns.keys() == {*told, "geometry"}
        west, south, east, north = item["extent"]["spatial"]["bbox"][0]
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90


def test_a_page_says_what_matched_and_carries_caution_and_licences(
    client: TestClient,
) -> None:
    page = client.get(f"{ITEMS}?limit=4").json()
    assert page["numberReturned"] == len(page["features"]) == 4
    assert page["numberMatched"] > 4
    assert page["release"]
    assert page["caution"].startswith("Exploration aid, not a resource estimate.")
    assert page["attribution"]
    assert page["licence"]
    assert page["credits"].endswith("/layers")


def test_paging_shows_each_feature_once_in_rank_order(client: TestClient) -> None:
    pages = walk(client, f"{ITEMS}?limit=3")
    features = [feature for page in pages for feature in page["features"]]
    assert len(features) == pages[0]["numberMatched"]
    assert len({feature["id"] for feature in features}) == len(features)
    ranks = [feature["properties"]["rank"] for feature in features]
    assert ranks == list(range(1, len(features) + 1))
    assert "prev" in {link["rel"] for link in pages[1]["links"]}


def test_a_limit_above_the_most_counts_as_the_most(client: TestClient) -> None:
    page = client.get(f"{ITEMS}?limit=100000").json()
    assert page["numberReturned"] == min(page["numberMatched"], 10_000)


@settings(max_examples=25, deadline=None)
@given(west=st.floats(44, 88), south=st.floats(34, 54), wide=st.floats(0, 12))
def test_a_box_finds_exactly_what_touches_it(
    client: TestClient, west: float, south: float, wide: float
) -> None:
    box = shapely.box(west, south, min(west + wide, 180), min(south + wide, 90))
    bounds = ",".join(f"{value:.9f}" for value in box.bounds)
    box = shapely.box(*(float(value) for value in bounds.split(",")))
    everything = client.get(f"{ITEMS}?limit=1000").json()["features"]
    expected = {item["id"] for item in everything if touches(item["geometry"], box)}
    found = client.get(f"{ITEMS}?limit=1000&bbox={bounds}").json()
    # Edges that touch within the error of the arithmetic may be counted or not.
    near = {
        item["id"]
        for item in everything
        if touches(item["geometry"], box.buffer(2e-6))
        and not touches(item["geometry"], box.buffer(-2e-6))
    }
    assert {item["id"] for item in found["features"]} - near == expected - near
    assert found["numberMatched"] == len(found["features"])


def touches(geometry: dict[str, Any], box: shapely.Geometry) -> bool:
    return bool(shapely.from_geojson(json.dumps(geometry)).intersects(box))


def test_a_box_across_the_antimeridian_is_understood(client: TestClient) -> None:
    everything = client.get(ITEMS).json()["numberMatched"]
    around = client.get(f"{ITEMS}?bbox=40,-90,30,90").json()
    assert around["numberMatched"] == everything
    assert client.get(f"{ITEMS}?bbox=170,-90,-170,90").json()["numberMatched"] == 0


def test_heights_in_a_box_are_left_out(client: TestClient) -> None:
    flat = client.get(f"{ITEMS}?bbox=60,40,80,50").json()["features"]
    tall = client.get(f"{ITEMS}?bbox=60,40,0,80,50,9000").json()["features"]
    assert flat == tall


def test_filters_are_those_of_the_map(client: TestClient) -> None:
    found = client.get(f"{ITEMS}?deposit_type=placer,carbonatite&state=KAZ&limit=1000")
    features = found.json()["features"]
    assert features
    for feature in features:
        assert feature["properties"]["deposit_type"] in {"placer", "carbonatite"}
        assert "KAZ" in feature["properties"]["state_codes"]
    assert client.get(f"{ITEMS}?min_coverage=1").json()["numberMatched"] == 0


def test_exterior_rings_run_anticlockwise_with_six_decimals(client: TestClient) -> None:
    for name in ("prospects", "states"):
        page = client.get(f"/api/collections/{name}/items?limit=1000").json()
        for feature in page["features"]:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            assert shape.is_valid
            for polygon in shapely.get_parts(shape):
                assert polygon.exterior.is_ccw
                assert not any(ring.is_ccw for ring in polygon.interiors)
                for number in polygon.exterior.coords[0]:
                    assert number == round(number, 6)


def test_an_occurrence_without_public_coordinates_has_no_geometry(
    client: TestClient,
) -> None:
    page = client.get("/api/collections/occurrences/items?limit=1000").json()
    unplaced = [item for item in page["features"] if item["geometry"] is None]
    assert unplaced
    assert all(item["properties"]["lon"] is None for item in unplaced)


def test_one_feature_is_the_one_of_the_list(client: TestClient) -> None:
    listed = client.get(ITEMS).json()["features"][0]
    one = client.get(f"{ITEMS}/{listed['id']}").json()
    assert {key: one[key] for key in listed} == listed
    assert one["caution"]


@pytest.mark.parametrize(
    "query",
    [
        "nosuch=1",
        "limit=0",
        "limit=ten",
        "limit=-1",
        "offset=-1",
        "offset=99999999999999999999",
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=nan,0,1,1",
        "bbox=60,50,80,40",
        "bbox=0,0,1,91",
        "bbox=1_0,0,11,1",
        "limit=1_0",
        "datetime=yesterday",
        "deposit_type=nosuch",
        "state=Kazakhstan",
        "min_coverage=2",
        "min_coverage=nan",
        "limit=1&limit=2",
        "filter=",
        "filter=nosuch>0.5",
        "filter=favourability>'a'",
        "filter=favourability>0.5&filter-lang=sql",
        "sortby=nosuch",
        "properties=nosuch",
        "crs=EPSG:1",
        "datetime=2020-13-45T99:99:99Z",
        "datetime=2021-01-01T00:00:00Z/2020-01-01T00:00:00Z",
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(
    client: TestClient, query: str
) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert len(problem["detail"]) > 20


@pytest.mark.parametrize("name", COLLECTIONS)
def test_dates_are_checked_and_match_everything(client: TestClient, name: str) -> None:
    path = f"/api/collections/{name}/items"
    plain = client.get(path).json()
    dated = client.get(f"{path}?datetime=2020-01-01T00:00:00Z/..").json()
    assert dated["numberMatched"] == plain["numberMatched"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections/nosuch",
        "/api/collections/nosuch/items",
        "/api/collections/prospects/items/nosuch",
        "/api/collections/prospects/items/..%2f..%2fetc",
        "/api/collections/prospects/items/%00",
        "/api/collections/%F0%9F%92%8E/items",
        "/api/prospects/nosuch/explanation",
        "/api/tiles/nosuch/WebMercatorQuad/5/22/11.png",
        "/api/tiles/..%2fmanifest/WebMercatorQuad/5/22/11.png",
        "/api/nosuch",
    ],
)
def test_what_is_not_there_is_a_problem_document(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
