"""Behind a proxy that shows the atlas below a path and takes the path away."""

import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Opener

PREFIX = "/atlas"
KEPT = ("Content-Type", "Content-Encoding", "Content-Security-Policy", "ETag")


@pytest.fixture(scope="module")
def proxied(address: str) -> Iterator[str]:
    """The address of the atlas as the proxy shows it."""
    behind = urlsplit(address).netloc

    class Strip(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(f"{PREFIX}/"):
                self.send_error(404)
                return
            asked = http.client.HTTPConnection(behind, timeout=30)
            asked.request(
                "GET",
                self.path.removeprefix(PREFIX),
                headers={
                    "Accept": self.headers.get("Accept", "*/*"),
                    "X-Forwarded-Host": self.headers["Host"],
                    "X-Forwarded-Prefix": PREFIX,
                    "X-Forwarded-Proto": "http",
                },
            )
            answer = asked.getresponse()
            body = answer.read()
            asked.close()
            self.send_response(answer.status)
            for name in KEPT:
                if value := answer.headers[name]:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Strip) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()
        thread.join()


def test_the_map_works_below_a_path(open_browser: Opener, proxied: str) -> None:
    watched = open_browser(proxied)
    page = watched.open("/")
    rows = page.locator("#rows button")
    rows.first.wait_for()
    rows.first.click()
    page.locator(".detail h2").first.wait_for()
    assert page.url.startswith(f"{proxied}/?")
    links = page.locator("a[href]").evaluate_all("found => found.map((a) => a.href)")
    own = [link for link in links if "127.0.0.1" in link]
    assert len(own) > 5
    assert [link for link in own if not link.startswith(proxied)] == []
    assert any("/WebMercatorQuad/" in url for url in watched.requests)


@pytest.mark.parametrize(
    "path", ["/table", "/layers", "/validation", "/about", "/api/docs"]
)
def test_every_page_links_below_the_path(
    open_browser: Opener, proxied: str, path: str
) -> None:
    page = open_browser(proxied).open(path)
    links = page.locator("[href], [src]").evaluate_all(
        "found => found.map((e) => e.href ?? e.src)"
    )
    own = [str(link) for link in links if "127.0.0.1" in str(link)]
    assert own
    assert [link for link in own if not link.startswith(proxied)] == []


def test_the_interface_links_below_the_path(open_browser: Opener, proxied: str) -> None:
    page = open_browser(proxied).page
    answer = page.request.get(f"{proxied}/api/collections/prospects/items?limit=1")
    links = answer.json()["links"]
    assert links
    assert all(link["href"].startswith(f"{proxied}/api/") for link in links)
