"""What pages of other hosts may do, and which methods an address knows."""

import pytest
from fastapi.testclient import TestClient

PAGE = {"Origin": "https://page.example"}


@pytest.mark.parametrize(
    "names",
    [
        "if-none-match",
        "cache-control, x-requested-with",
        "traceparent",
        "authorization",
    ],
)
def test_a_page_may_send_any_simple_header(client: TestClient, names: str) -> None:
    asked = {
        **PAGE,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": names,
    }
    answer = client.options("/api/collections", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == names
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_only_addresses_that_take_an_area_or_places_may_be_posted_to(
    client: TestClient,
) -> None:
    asked = {**PAGE, "Access-Control-Request-Method": "POST"}
    methods = {
        path: client.options(path, headers=asked).headers[
            "access-control-allow-methods"
        ]
        for path in ("/api/explain", "/api/report", "/api/collections")
    }
    assert methods["/api/explain"] == methods["/api/report"] == "GET, HEAD, POST"
    assert methods["/api/collections"] == "GET, HEAD"


def test_a_header_that_is_no_name_is_not_repeated(client: TestClient) -> None:
    asked = {
        **PAGE,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "a<b>",
    }
    answer = client.options("/api/collections", headers=asked)
    assert answer.headers["access-control-allow-headers"] == "*"


def test_pages_are_not_for_other_hosts(client: TestClient) -> None:
    asked = {**PAGE, "Access-Control-Request-Method": "GET"}
    answer = client.options("/table", headers=asked)
    assert "access-control-allow-origin" not in answer.headers
    assert client.get("/table").headers["cross-origin-resource-policy"] == "same-origin"
    answer = client.get("/api/maps/overall.png")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_scripts_of_other_hosts_can_read_what_they_need(client: TestClient) -> None:
    told = client.get("/api/collections", headers=PAGE).headers[
        "access-control-expose-headers"
    ]
    for name in ("ETag", "Link", "X-Request-ID", "Retry-After", "Content-Range"):
        assert name in told


@pytest.mark.parametrize("path", ["/", "/api/collections", "/static/icon.svg"])
def test_an_address_tells_its_methods(client: TestClient, path: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    refused = client.delete(path)
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS"


def test_nothing_has_no_methods(client: TestClient) -> None:
    assert client.options("/nosuch").status_code == 404


@pytest.mark.parametrize("path", ["/table", "/api/collections", "/static/icon.svg"])
def test_asking_for_the_head_is_asking_without_the_body(
    client: TestClient, path: str
) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
