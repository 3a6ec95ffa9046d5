"""The explanation adds up, and says plainly what is not known."""

import math
from typing import Any

import pytest
from fastapi.testclient import TestClient

KARAGANDY = "lon=73.1&lat=49.8"


def parts(explanation: dict[str, Any]) -> float:
    return sum(
        item["part"]
        for component in explanation["components"]
        for item in component["evidence"]
    )


def check_sum(explanation: dict[str, Any]) -> None:
    log = explanation["log_favourability"]
    assert math.isclose(parts(explanation), log, abs_tol=1e-5)
    assert 0 <= explanation["coverage"] <= 1
    share = explanation["better_share"]  # null where nothing is ranked for the type
    assert share is None or 0 <= share <= 1
    assert explanation["release"]
    assert explanation["caution"]


@pytest.mark.parametrize(
    "deposit_type", ["carbonatite", "peralkaline", "placer", "black-shale"]
)
def test_the_parts_of_a_cell_sum_to_its_score(
    client: TestClient, deposit_type: str
) -> None:
    answer = client.get(f"/api/explain?{KARAGANDY}&deposit_type={deposit_type}")
    explanation = answer.json()
    assert explanation["deposit_type"] == deposit_type
    check_sum(explanation)
    assert math.isclose(
        math.exp(explanation["log_favourability"]),
        explanation["favourability"],
        rel_tol=1e-5,
    )


def test_the_parts_of_every_prospect_sum_to_its_score(client: TestClient) -> None:
    listed = client.get("/prospects.geojson").json()["features"]
    for feature in listed:
        answer = client.get(f"/api/prospects/{feature['id']}/explanation")
        check_sum(answer.json())


def test_without_a_type_the_best_one_is_explained(client: TestClient) -> None:
    found = client.get(f"/api/explain?{KARAGANDY}").json()
    assert found["leading"] is True
    shares = [
        client.get(f"/api/explain?{KARAGANDY}&deposit_type={item}").json()[
            "better_share"
        ]
        for item in ("carbonatite", "placer", "black-shale", "clay-hosted")
    ]
    assert None in shares  # of a type that ranks no land here
    ranked = [share for share in shares if share is not None]
    assert found["better_share"] <= min(ranked) + 0.02


def test_unknown_evidence_has_no_score_and_counts_as_such_land_does(
    client: TestClient,
) -> None:
    found = client.get(f"/api/explain?{KARAGANDY}&deposit_type=carbonatite").json()
    unknown = [
        item
        for component in found["components"]
        for item in component["evidence"]
        if not item["known"]
    ]
    assert unknown
    for item in unknown:
        assert item["state"] in {"not-mapped", "layer-missing", "not-applicable"}
        assert item["value"] is None or item["base"] is not None
        assert item["part_of_average"] == item["part"] or item["base"] is not None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("lon=2.35&lat=48.86", 404),
        ("lon=51.5&lat=41.5", 404),  # in the Caspian Sea
        ("lon=73&lat=49&deposit_type=nosuch", 404),
        ("lon=73", 400),
        ("lon=nan&lat=49", 400),
        ("lon=inf&lat=49", 400),
        ("lon=400&lat=49", 400),
        ("lon=73&lat=49&type=placer", 400),
        ("lon=-113&lat=-46", 404),  # where the projection of the maps has no end
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_reason(
    client: TestClient, query: str, status: int
) -> None:
    answer = client.get(f"/api/explain?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20
