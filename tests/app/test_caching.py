"""ETags, 304, compression: the same release gives the same bytes."""

import gzip
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.kept import AnswerCache, Body
from app.main import create_app
from app.settings import Settings

READABLE = (
    "/api/",
    "/api/collections",
    "/api/collections/prospects/items?limit=3",
    "/api/tiles/placer/WebMercatorQuad/5/22/11.png?theme=dark",
    "/api/maps/backdrop.json",
    "/api/explain?lon=67&lat=48&deposit_type=placer",
    "/prospects.geojson",
    "/prospects.csv",
    "/figures/capture.png",
)


@pytest.mark.parametrize("url", READABLE)
def test_an_answer_is_not_sent_twice(client: TestClient, url: str) -> None:
    first = client.get(url)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = client.get(url, headers={"If-None-Match": f'"other", {tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert client.get(url).content == first.content


@pytest.mark.parametrize("url", READABLE)
def test_head_gives_the_headers_alone(client: TestClient, url: str) -> None:
    full, head = client.get(url), client.head(url)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == full.headers["etag"]


def test_compressed_and_plain_hold_the_same_and_have_their_own_tags(
    client: TestClient,
) -> None:
    url = "/prospects.geojson"
    plain = client.get(url, headers={"Accept-Encoding": "identity"})
    zipped = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]


@pytest.mark.parametrize("url", ["/prospects.geojson", "/static/js/main.js"])
def test_who_refuses_gzip_gets_none(client: TestClient, url: str) -> None:
    refused = client.get(url, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
    taken = client.get(url, headers={"Accept-Encoding": "gzip;q=0.1"})
    assert taken.headers["content-encoding"] == "gzip"
    assert taken.content == refused.content


def test_what_is_not_there_has_not_stayed_the_same(client: TestClient) -> None:
    anything = {"If-None-Match": "*"}
    off_the_map = "/api/explain?lon=0&lat=0&deposit_type=placer"
    assert client.get(off_the_map, headers=anything).status_code == 404
    assert client.get("/prospects.csv", headers=anything).status_code == 304


def test_another_query_has_another_tag(client: TestClient) -> None:
    one = client.get("/prospects.csv?state=KAZ").headers["etag"]
    two = client.get("/prospects.csv?state=KGZ").headers["etag"]
    assert one != two


def test_another_start_gives_the_same_bytes_and_tags(
    client: TestClient, release_home: Path
) -> None:
    with TestClient(create_app(Settings(home=release_home))) as other:
        for url in READABLE:
            assert other.get(url).content == client.get(url).content
            assert other.get(url).headers["etag"] == client.get(url).headers["etag"]


def test_the_cache_keeps_to_its_size() -> None:
    cache = AnswerCache(capacity=400)
    for number in range(10):
        for _ in range(2):
            cache.put(str(number), Body(content=bytes(40), media_type="x"))
    assert cache.get("0") is None
    assert cache.get("9") is not None


def test_what_is_asked_for_once_pushes_nothing_out() -> None:
    cache = AnswerCache(capacity=200)
    for _ in range(2):
        cache.put("wanted", Body(content=bytes(40), media_type="x"))
    for number in range(1000):
        cache.put(f"junk-{number}", Body(content=bytes(40), media_type="x"))
    assert cache.get("wanted") is not None
    assert cache.get("junk-999") is None


def test_the_same_bytes_are_packed_the_same() -> None:
    assert gzip.compress(b"", mtime=0) == gzip.compress(b"", mtime=0)
