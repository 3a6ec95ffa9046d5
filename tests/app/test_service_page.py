"""The page of the API for readers, and those of its collections."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.app.serving import get, serving

BLOCK = re.compile(
    r'<pre [^>]*data-language="(\w+)"[^>]*><code>(.*?)</code>', re.DOTALL
)
RUN = {"bash": ["bash", "-euc"], "python": [sys.executable, "-c"]}
EXAMPLE = re.compile(r'<a href="([^"]+)"><code>')


@pytest.fixture(scope="module")
def page(client: TestClient) -> str:
    return client.get("/api/docs").text


def test_every_example_of_an_address_answers(client: TestClient, page: str) -> None:
    found = [html.unescape(path) for path in EXAMPLE.findall(page)]
    assert len(found) > 40
    refused = {path: client.get(path).status_code for path in found}
    compared = {path for path in found if path.startswith("/api/compare")}
    assert {path for path, status in refused.items() if status >= 400} <= compared


def test_the_examples_of_programs_run_as_they_stand(
    application: FastAPI, tmp_path: Path
) -> None:
    with serving(application) as port:
        text = get(port, "/api/docs").decode()
        blocks = BLOCK.findall(
            text.replace("http://localhost/", f"http://127.0.0.1:{port}/")
        )
        assert {language for language, _ in blocks} == set(RUN)
        for language, code in blocks:
            command = [*RUN[language], html.unescape(code)]
            told = subprocess.run(
                command,
                check=False,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert told.returncode == 0, told.stderr
    files = {path.suffix: path.read_bytes() for path in tmp_path.iterdir()}
    assert files[".gpkg"].startswith(b"SQLite format 3")
    assert files[".tif"].startswith(b"II")


def test_addresses_stand_under_their_subjects(client: TestClient, page: str) -> None:
    document = client.get("/api/openapi-3.1.json").json()
    tags = {
        operation["tags"][0].lower()
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    for tag in tags:
        assert f'href="#{tag}"' in page
        assert f'<h2 id="{tag}">' in page


def test_parameters_tell_their_values(page: str) -> None:
    assert "1 to 10,000; 10 if it is not given" in page
    assert "json, html" in page


def test_the_page_names_its_own_address_and_release(
    client: TestClient, page: str
) -> None:
    release = client.get("/api/").json()["release"]
    assert f"/api/releases/{release}/grids/overall.tif" in page


def test_what_is_unknown_is_said_and_numbers_are_short(client: TestClient) -> None:
    listed = client.get("/api/collections/prospects/items?limit=1").json()
    feature = listed["features"][0]
    path = f"/api/collections/prospects/items/{feature['id']}"
    text = client.get(f"{path}?f=html").text
    favourability = feature["properties"]["favourability"]
    assert f'<td class="num">{favourability:.2f}</td>' in text
    assert f'<td class="num">{feature["properties"]["lon"]:.4f}</td>' in text
    assert feature["properties"]["learned_rank"] is None
    assert '<td class="none num">not known</td>' in text


def test_a_page_of_features_comes_in_every_format(client: TestClient) -> None:
    path = "/api/collections/prospects/items?limit=2&sortby=-area_km2"
    text = html.unescape(client.get(f"{path}&f=html").text)
    section = text.partition('<ul class="links">')[2].partition("</ul>")[0]
    found = re.findall(r'href="([^"]+)"', section)
    assert len(found) > 1
    for link in found:
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.headers["ogc-numberreturned"] == "2"


@pytest.mark.parametrize(
    "path",
    ["", "/prospects", "/prospects/items", "/sites-without-position/items"],
)
def test_pages_lead_back_up(client: TestClient, path: str) -> None:
    text = client.get(f"/api/collections{path}?f=html").text
    crumbs = text.partition('class="crumbs"')[2].partition("</nav>")[0]
    for link in re.findall(r'href="([^"]+)"', crumbs):
        assert client.get(html.unescape(link)).status_code == 200
    assert crumbs.count("<li>") == path.count("/") + 1
