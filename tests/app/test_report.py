"""A report on an area says what the release holds of it, in numbers that add up."""

import json
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient

ADDRESS = "/api/report"
GEOJSON = {"Content-Type": "application/geo+json"}


def area(shape: shapely.Geometry) -> str:
    return str(shapely.to_geojson(shape))


def report(client: TestClient, body: str) -> dict[str, Any]:
    answer = client.post(ADDRESS, content=body, headers=GEOJSON)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_report_of_everything_is_the_release(client: TestClient) -> None:
    found = report(client, area(shapely.box(40, 30, 95, 60)))
    listed = client.get("/api/collections/prospects/items?limit=1000").json()
    ids = [feature["id"] for feature in listed["features"]]
    assert [item["id"] for item in found["prospects"]] == ids
    assert {item["share_of_prospect"] for item in found["prospects"]} == {1.0}
    assert found["position"] == "partly"
    assert "of the area lies in the five states" in found["notes"][0]
    assert found["states"][0]["iso3"] == "KAZ"
    assert sum(item["area_km2"] for item in found["states"]) == pytest.approx(
        found["inside_km2"]
    )
    for item in found["deposit_types"]:
        shares = item["known_share"] + item["unknown_share"]
        assert shares == pytest.approx(1)
        for ranking in (item["expert"], item["learned"]):
            if ranking is None:
                continue
            classes = sum(one["area_km2"] for one in ranking["area_rank"])
            assert classes == pytest.approx(ranking["ranked_km2"])
            for best in ranking["best"]:
                assert best["share_of_best"] in (1.0, None)
    assert found["sites"]
    assert all(item["inside"] for item in found["sites"])
    assert found["release"]
    assert found["caution"]
    assert client.get(found["links"][0]["href"]).status_code == 200
    assert client.get(found["prospects"][0]["href"]).status_code == 200


def test_a_report_of_a_prospect_area_holds_it_whole(client: TestClient) -> None:
    listed = client.get("/api/collections/prospects/items?limit=3").json()
    for feature in listed["features"]:
        body = json.dumps(feature["geometry"])
        found = report(client, body)
        own = [item for item in found["prospects"] if item["id"] == feature["id"]]
        assert own[0]["share_of_prospect"] == pytest.approx(1, abs=1e-4)
        assert own[0]["share_of_area"] == pytest.approx(1, abs=1e-4)
        assert found["area_km2"] == pytest.approx(
            feature["properties"]["area_km2"], rel=0.01
        )
        kind = feature["properties"]["deposit_type"]
        (maps,) = [
            item for item in found["deposit_types"] if item["deposit_type"] == kind
        ]
        assert maps["expert"]["area_rank"][0]["area_km2"] > 0.5 * found["land_km2"]


def test_where_an_area_lies_is_told(client: TestClient) -> None:
    inside = report(client, area(shapely.box(70, 48, 71, 49)))
    assert inside["position"] == "inside"
    assert inside["notes"] == []
    assert len(inside["sheets"]) == 2  # 40′ high, one degree wide
    outside = report(client, area(shapely.box(0, 0, 1, 1)))
    assert outside["position"] == "outside"
    assert "outside the five states" in outside["notes"][0]
    assert outside["deposit_types"] == outside["prospects"] == outside["states"] == []
    sea = report(client, area(shapely.box(51, 42.0, 51.2, 42.2)))
    assert sea["land_km2"] < sea["area_km2"]
    bow = shapely.Polygon([(70, 48), (71, 49), (71, 48), (70, 49)])
    assert "put right" in report(client, area(bow))["notes"][0]
    hole = shapely.box(70, 48, 72, 50) - shapely.box(70.5, 48.5, 71.5, 49.5)
    whole = report(client, area(shapely.box(70, 48, 72, 50)))
    inner = report(client, area(shapely.box(70.5, 48.5, 71.5, 49.5)))
    assert report(client, area(hole))["land_km2"] == pytest.approx(
        whole["land_km2"] - inner["land_km2"], abs=0.01
    )


def test_an_area_may_be_a_feature_or_go_around_the_earth(client: TestClient) -> None:
    box = area(shapely.box(70, 48, 71, 49))
    plain = report(client, box)
    feature = f'{{"type": "Feature", "properties": {{}}, "geometry": {box}}}'
    assert report(client, feature) == plain
    one = f'{{"type": "FeatureCollection", "features": [{feature}]}}'
    assert report(client, one) == plain
    turned = report(client, area(shapely.box(430, 48, 431, 49)))
    assert turned["land_km2"] == pytest.approx(plain["land_km2"])
    unclosed = '{"type": "Polygon", "coordinates": [[[70,48],[71,48],[71,49],[70,49]]]}'
    assert report(client, unclosed)["land_km2"] == pytest.approx(plain["land_km2"])
    nothing = '{"type": "Polygon", "coordinates": [[[70,48],[71,48],[72,48],[70,48]]]}'
    empty = report(client, nothing)
    assert empty["area_km2"] == empty["land_km2"] == 0
    assert "encloses nothing" in empty["notes"][0]
    across = report(client, area(shapely.box(170, 40, 190, 50)))
    assert across["position"] == "outside"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"type": "Point", "coordinates": [70, 45]}', "got Point"),
        ('{"type": "Feature", "geometry": null}', "got None"),
        ('{"type": "FeatureCollection", "features": []}', "got 0"),
        ('{"type": "Polygon"}', "coordinates"),
        ('{"type": "Polygon", "coordinates": []}', "empty"),
        ('{"type": "Polygon", "coordinates": [[[1, 2]]]}', "coordinates"),
        ('{"type": "MultiPolygon", "coordinates": [7]}', "coordinates"),
        (area(shapely.box(700_000, 40, 700_100, 41)), "Are the two swapped"),
        (area(shapely.Point(70, 48).buffer(1, quad_segs=4_000)), "at most 10,000"),
    ],
)
def test_what_is_no_area_is_refused_with_a_reason(
    client: TestClient, body: str, said: str
) -> None:
    answer = client.post(ADDRESS, content=body, headers=GEOJSON)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_a_report_is_asked_for_with_post(client: TestClient) -> None:
    answer = client.get(ADDRESS)
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert "GET" not in answer.headers["allow"]
    assert "POST" in answer.json()["detail"]
