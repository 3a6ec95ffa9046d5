"""What those who run the atlas see and set: metrics, records, readiness, allowances."""

import json
import logging
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from app.journal import REQUESTS, AsJson, Lines, log_config
from app.limits import THREADS
from app.main import create_app
from app.rates import RateLimit
from app.settings import Settings
from app.visit import Visit
from app.work import Work
from tests.app.serving import get, serving


@pytest.fixture(scope="module")
def watched(release_home: Path) -> Iterator[TestClient]:
    """An atlas of its own, so that nobody else is counted."""
    app = create_app(Settings(home=release_home))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def counted(client: TestClient, name: str) -> dict[str, float]:
    """Return labels → value of one metric."""
    text = client.get("/metrics").text
    found = re.findall(rf"(?m)^{name}({{.*}})? (\S+)$", text)
    return {labels: float(value) for labels, value in found}


def test_requests_are_counted_by_template_method_and_status(
    watched: TestClient,
) -> None:
    for name in ("towns", "occurrences", "nosuch"):
        watched.get(f"/api/collections/{name}/items")
    watched.head("/api/collections/towns/items")
    watched.get("/made/up")
    watched.request("BREW", "/")
    requests = counted(watched, "atlas_requests_total")
    items = 'route="/api/collections/{collection_id}/items"'
    assert sum(value for key, value in requests.items() if items in key) == 4
    labels = " ".join(requests)
    assert 'method="HEAD"' in labels
    assert 'method="other"' in labels
    assert "BREW" not in labels
    assert "made" not in labels
    assert "nosuch" not in labels


def test_a_thousand_addresses_make_no_more_labels(watched: TestClient) -> None:
    before = len(counted(watched, "atlas_requests_total"))
    for number in range(1_000):
        watched.get(f"/nosuch/{number}")
    assert len(counted(watched, "atlas_requests_total")) <= before + 1


def test_the_release_the_processes_and_their_memory_are_told(
    watched: TestClient,
) -> None:
    release = watched.get("/healthz").json()["release"]
    assert counted(watched, "atlas_release_info") == {f'{{release="{release}"}}': 1.0}
    assert counted(watched, "atlas_processes") == {"": 1.0}
    assert counted(watched, "process_resident_memory_bytes")[""] > 50_000_000
    assert counted(watched, "atlas_requests_running") == {"": 1.0}  # this very one


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_operations_take_no_parameters(watched: TestClient, path: str) -> None:
    assert watched.get(path).status_code == 200
    refused = watched.get(f"{path}?debug=1")
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


def test_without_its_files_the_atlas_is_not_ready(
    release_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        assert client.get("/readyz").json()["ready"] is True
        release = client.get("/readyz").json()["release"]
        shutil.rmtree(tmp_path / "releases" / release / "favourability")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert answer.headers["retry-after"] == "2"


def test_a_request_keeps_the_name_its_client_gave_it(watched: TestClient) -> None:
    given = {"X-Request-ID": "trace-0123456789"}
    assert watched.get("/", headers=given).headers["x-request-id"] == "trace-0123456789"
    for bad in ("short", "a" * 65, "<script>alert(1)</script>", "a b c d e f g h"):
        made = watched.get("/nosuch", headers={"X-Request-ID": bad})
        assert re.fullmatch(r"[\w-]{24}", made.headers["x-request-id"])


def test_a_request_is_one_line_that_programs_can_read(
    watched: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    answer = watched.get("/api/collections/towns?token=secret")
    said = json.loads(caplog.messages[-1])
    assert said["request_id"] == answer.headers["x-request-id"]
    assert said["path"] == "/api/collections/towns"
    assert said["route"] == "/api/collections/{collection_id}"
    assert (said["method"], said["status"]) == ("GET", answer.status_code)
    assert said["bytes"] == len(answer.content)
    assert said["query_bytes"] == len("token=secret")
    assert "secret" not in caplog.text


def test_a_client_is_written_down_as_its_network(
    release_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    app = create_app(Settings(home=release_home))
    client = TestClient(app, client=("127.0.0.1", 50_000))
    client.get("/healthz", headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.77"})
    assert json.loads(caplog.messages[-1])["client"] == "192.0.2.0/24"


@pytest.mark.parametrize(("status", "lines"), [(200, 0), (404, 1), (500, 1)])
def test_a_person_is_told_of_what_went_wrong_only(
    status: int, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    visit = Visit(request_id="x" * 8, method="GET", path="/", query_bytes=0, client="")
    visit.status = status
    Lines("text").write(visit)
    assert len(caplog.messages) == lines


def test_what_the_server_says_otherwise_is_json_too() -> None:
    record = logging.LogRecord("atlas", 30, "", 0, "it's %s", ("late",), None)
    assert json.loads(AsJson().format(record))["text"] == "it's late"
    for form in ("json", "text"):
        assert REQUESTS in log_config(form, "info")["loggers"]


def test_an_allowance_can_be_used_at_once_and_comes_back() -> None:
    rates = RateLimit(60)
    waits = [rates.wait_s("192.0.2.1") for _ in range(61)]
    assert waits[:60] == [0.0] * 60
    assert 0 < waits[60] <= 1.0
    assert rates.wait_s("192.0.2.2") == 0.0


def test_addresses_of_one_network_of_version_six_are_one_client() -> None:
    rates = RateLimit(1)
    assert rates.wait_s("2001:db8::1") == 0.0
    assert rates.wait_s("2001:db8::2") > 0
    assert rates.wait_s("2001:db8:0:1::1") == 0.0


def test_processes_count_together(tmp_path: Path) -> None:
    one, two = RateLimit(2, tmp_path), RateLimit(2, tmp_path)
    assert [one.wait_s("192.0.2.1"), two.wait_s("192.0.2.1")] == [0.0, 0.0]
    assert one.wait_s("192.0.2.1") > 0
    assert two.wait_s("192.0.2.1") > 0


def test_a_flood_of_clients_neither_grows_the_table_nor_shuts_anybody_out() -> None:
    rates = RateLimit(10)
    for number in range(50_000):
        assert (
            rates.wait_s(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}") == 0
        )


def test_who_asks_too_often_is_told_when_to_come_again(release_home: Path) -> None:
    app = create_app(Settings(home=release_home, rate_limit=5))
    client = TestClient(app, client=("192.0.2.9", 50_000))
    statuses = [client.get("/api/conformance").status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    refused = client.get("/api/conformance", headers={"Origin": "https://a.example"})
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 12
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "5 times a minute" in refused.json()["detail"]
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path).status_code == 200
    other = TestClient(app, client=("192.0.2.10", 50_000))
    assert other.get("/api/conformance").status_code == 200


@pytest.mark.parametrize(
    ("host", "limit"),
    [("127.0.0.1", 0), ("::1", 0), ("localhost", 0), ("192.0.2.1", 1200), ("::", 1200)],
)
def test_only_other_machines_are_limited_unless_it_is_said(
    host: str, limit: int
) -> None:
    assert Settings(host=host).requests_per_minute == limit
    assert Settings(host=host, rate_limit=7).requests_per_minute == 7


def test_a_body_that_is_too_large_is_refused(watched: TestClient) -> None:
    answer = watched.post("/api/explain", content=bytes(1_000_001))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1 MB" in answer.json()["detail"]


def test_an_answer_that_takes_too_long_is_refused_in_time(release_home: Path) -> None:
    app = create_app(Settings(home=release_home))
    let_go = threading.Event()

    @app.get("/api/slow")
    def slow() -> str:
        let_go.wait(30)
        return "done"

    app.user_middleware.append(Middleware(Work, most=1, longest_s=0.3))
    with serving(app) as port:
        late = get(port, "/api/slow")
        assert late.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 2" in late
        assert b"too long" in late
        more = get(port, "/api/slow")  # the first is still being worked on
        assert more.startswith(b"HTTP/1.1 503")
        assert b"much to do" in more
        for path in ("/healthz", "/readyz", "/metrics"):
            assert get(port, path).startswith(b"HTTP/1.1 200")
        let_go.set()


def test_health_waits_for_no_thread_that_works(release_home: Path) -> None:
    app = create_app(Settings(home=release_home))
    let_go, begun = threading.Event(), threading.Semaphore(0)

    @app.get("/api/slow")
    def slow() -> str:
        begun.release()
        let_go.wait(30)
        return "done"

    with serving(app) as port, ThreadPoolExecutor(8) as clients:
        asked = [clients.submit(get, port, "/api/slow") for _ in range(8)]
        for _ in range(THREADS):
            assert begun.acquire(timeout=30)
        for path in ("/healthz", "/readyz", "/metrics"):
            assert get(port, path).startswith(b"HTTP/1.1 200")
        let_go.set()
        assert all(b"done" in answer.result(30) for answer in asked)


def test_what_is_kept_from_before_is_counted(watched: TestClient) -> None:
    name = "/api/collections/states/items?limit=2"
    for _ in range(2):  # what is asked for twice is kept
        watched.get(name)
    before = counted(watched, "atlas_answers_from_memory_total")[""]
    watched.get(name)
    kept = counted(watched, "atlas_answers_from_memory_total")[""]
    assert kept == before + 1
    routes = " ".join(counted(watched, "atlas_requests_total"))
    assert "/api/collections/states" not in routes
