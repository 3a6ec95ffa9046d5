"""Pages: what stands in them, their headers, and what never does."""

import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from app.explanation_schemas import BlockBox
from app.routes.pages import short_title
from app.routes.prospect import block_corners
from tests.app.conftest import HOSTILE

PAGES = ("/", "/table", "/layers", "/validation", "/about", "/api/docs")
# What may never be said of anything computed here.
FORBIDDEN = re.compile(
    r"\b(reserves?|resources?|ores?|grades?|tonnages?|targets?|probabilit\w+)\b",
    re.IGNORECASE,
)


class Reader(HTMLParser):
    """Collects text, identifiers and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._skip = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._skip = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def first_id(client: TestClient) -> str:
    page = client.get("/api/collections/prospects/items?limit=1").json()
    return str(page["features"][0]["id"])


@pytest.fixture
def pages(client: TestClient) -> dict[str, str]:
    paths = (*PAGES, f"/prospects/{first_id(client)}")
    return {path: client.get(path).text for path in paths}


def test_every_page_has_language_title_heading_and_the_caution(
    client: TestClient, pages: dict[str, str]
) -> None:
    caution = client.get("/api/").json()["caution"]
    for path, text in pages.items():
        read = Reader(text)
        tags = [tag for tag, _ in read.tags]
        assert dict(read.tags)["html"]["lang"] == "en", path
        assert tags.count("h1") == 1, path
        assert "Rare-Earth Atlas" in text.partition("</title>")[0], path
        assert caution in read.text, path
        assert "user-scalable" not in text, path


def test_nothing_on_a_page_is_fetched_from_another_host(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        for tag, attributes in Reader(text).tags:
            for name in ("src", "href", "action", "srcset"):
                address = attributes.get(name) or ""
                if tag == "a" and address.startswith("https://"):
                    assert "noopener" in (attributes.get("rel") or ""), path
                else:
                    assert not address.startswith(("http", "//")), (path, address)
            assert "style" not in attributes, (path, tag)
            assert not any(name.startswith("on") for name in attributes), (path, tag)


def test_forbidden_words_stand_only_in_the_caution_and_in_sources(
    client: TestClient, pages: dict[str, str]
) -> None:
    caution = client.get("/api/").json()["caution"]
    for path in ("/", "/table"):
        text = Reader(pages[path]).text.replace(caution, "")
        for sentence in caution.split(". "):
            text = text.replace(sentence, "")
        assert not FORBIDDEN.search(text), (path, FORBIDDEN.search(text))


def test_scripts_run_by_nonce_or_from_us_only(client: TestClient) -> None:
    one, two = client.get("/"), client.get("/")
    policy = one.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([\w-]+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"' in one.text
    assert policy != two.headers["content-security-policy"]
    for part in ("default-src 'none'", "frame-ancestors 'self'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    inline = [
        a
        for tag, a in Reader(one.text).tags
        if tag == "script" and "src" not in a and a.get("type") != "application/json"
    ]
    assert [attributes.get("nonce") for attributes in inline] == [nonce[1]]


@pytest.mark.parametrize("path", [*PAGES, "/nosuch", "/api/", "/prospects.csv"])
def test_every_answer_carries_the_security_headers(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "content-security-policy" in headers


def test_other_hosts_may_read_the_api_and_not_the_pages(client: TestClient) -> None:
    origin = {"Origin": "https://example.org"}
    for path in ("/api/collections", "/prospects.geojson"):
        assert (
            client.get(path, headers=origin).headers["access-control-allow-origin"]
            == "*"
        )
    for path in ("/", "/table"):
        assert (
            "access-control-allow-origin"
            not in client.get(path, headers=origin).headers
        )


def test_the_table_lists_all_and_follows_the_filters(client: TestClient) -> None:
    everything = client.get("/prospects.geojson").json()["features"]
    assert client.get("/table").text.count("<tr>") == len(everything) + 1
    state = everything[0]["properties"]["state_codes"].split(",")[0]
    chosen = client.get(f"/prospects.geojson?state={state}").json()["features"]
    page = client.get(f"/table?state={state}&deposit_type=").text
    assert 0 < len(chosen) <= len(everything)
    assert page.count("<tr>") == len(chosen) + 1
    assert f'href="/prospects.gpkg?state={state}"' in page
    assert "No prospect area fits" in client.get("/table?min_coverage=1").text


def test_a_prospect_page_tells_place_blocks_sheets_and_sources(
    client: TestClient,
) -> None:
    name = first_id(client)
    area = client.get(f"/api/collections/prospects/items/{name}").json()["properties"]
    text = Reader(client.get(f"/prospects/{name}").text).text
    for part in (area["place"], area["label"], "North-west", "Licence", "′", "° N"):
        assert part in text
    for sheet in area["sheets"].split(", "):
        assert sheet in text
    assert f"{area['favourability']:.2f}" in text


def test_a_prospect_page_says_what_nothing_is_known_of(client: TestClient) -> None:
    listed = client.get("/prospects.geojson").json()["features"]
    area = next(
        item["properties"]
        for item in listed
        if item["properties"]["unknown_components"]
    )
    page = Reader(client.get(f"/prospects/{area['id']}").text)
    assert f"No data for {area['unknown_components']}." in page.text
    assert "8 of 10 trial runs" in page.text
    for row in client.get(f"/prospects/{area['id']}").text.split("<tr")[1:]:
        assert row.partition("</tr>")[0].count("no data here") <= 1
    assert f"no data for {area['unknown_components']}" in client.get("/table").text


def test_arguments_carry_credits_and_licences_stand_in_the_table_of_layers(
    client: TestClient,
) -> None:
    text = client.get(f"/prospects/{first_id(client)}").text
    arguments, _, layers = text.partition("<h2>Layers this rests on</h2>")
    assert "package GPL" not in arguments
    assert "Licence" in layers


def test_browsers_find_an_icon(client: TestClient) -> None:
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_the_about_page_names_sites_without_coordinates(client: TestClient) -> None:
    items = client.get("/api/collections/occurrences/items?limit=1000").json()
    placed = {
        item["properties"]["site"] for item in items["features"] if item["geometry"]
    }
    text = Reader(client.get("/about").text).text
    unplaced = [
        item["properties"]
        for item in items["features"]
        if item["properties"]["site"] not in placed
    ]
    assert unplaced
    firsts = {item["site"]: item["name"] for item in reversed(unplaced)}
    for name in firsts.values():
        assert " ".join(name.split()) in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nosuch", 404),
        ("/prospects/nosuch", 404),
        ("/prospects/..%2f..%2fmanifest.json", 404),
        ("//evil.example/%2e%2e/", 404),
        ("/static/../settings.py", 404),
        ("/figures/nosuch.png", 404),
        ("/table?state=Narnia", 400),
        ("/table?colour=red", 400),
    ],
)
def test_an_error_outside_the_api_is_a_readable_page(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>" in answer.text
    assert "evil" not in answer.text
    assert "Traceback" not in answer.text


def test_only_reading_is_possible(client: TestClient) -> None:
    for path in ("/api/collections", "/table"):
        answer = client.post(path, json={})
        assert answer.status_code == 405
        assert "GET" in answer.text


def test_hostile_names_are_shown_as_they_are(hostile_client: TestClient) -> None:
    name = first_id(hostile_client)
    for path in ("/", "/table", "/about", f"/prospects/{name}"):
        answer = hostile_client.get(path)
        assert answer.status_code == 200
        assert "<img" not in answer.text.replace('<img src="/', "")
        assert "<script>window" not in answer.text
        assert "javascript:" not in answer.text
        if path != "/":
            text = Reader(answer.text).text
            assert " ".join(HOSTILE.split()) in text
            assert "49 <img" not in text


def test_no_outside_text_reaches_the_map_page(hostile_client: TestClient) -> None:
    assert "window.hit" not in hostile_client.get("/").text


def test_every_address_is_described(client: TestClient) -> None:
    page = client.get("/api/docs").text
    document = client.get("/api/openapi-3.1.json").json()
    for path, operations in document["paths"].items():
        any_of_them = re.sub(r"(collections)/[a-z-]+/", r"\1/{collection_id}/", path)
        assert path in page or any_of_them in page
        for operation in operations.values():
            assert operation["description"]
            assert set(operation["responses"]) >= {"200", "400"}
            assert "422" not in operation["responses"]


def test_titles_fit_on_buttons() -> None:
    assert short_title("Phosphorite and uranium by-product") == "Phosphorite"
    assert short_title("Black shale") == "Black shale"


def test_corners_of_blocks_are_given_clockwise_from_the_north_west() -> None:
    corners = block_corners(
        BlockBox(count=450, west=75.0, south=43.0, east=75.5, north=43.25)
    )
    assert [corner["name"] for corner in corners] == [
        "North-west",
        "North-east",
        "South-east",
        "South-west",
    ]
    assert corners[0]["dms"] == "43° 15′ 00″ N, 75° 00′ 00″ E"


@pytest.mark.parametrize("path", ["/table", "/layers", "/validation", "/api/docs"])
def test_a_page_is_the_same_until_the_release_or_the_code_changes(
    client: TestClient, path: str
) -> None:
    first = client.get(path)
    again = [client.get(path) for _ in range(3)]
    assert {answer.content for answer in again} == {first.content}
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get(path, headers=known).status_code == 304
    policies = {item.headers["content-security-policy"] for item in (first, *again)}
    assert len(policies) == 4  # the mark of scripts differs; these pages have none


def test_a_page_of_an_area_is_kept_like_the_others(client: TestClient) -> None:
    listed = client.get("/api/collections/prospects/items?limit=1").json()
    path = f"/prospects/{listed['features'][0]['id']}"
    first = client.get(path)
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(path).content == client.get(path).content == first.content
