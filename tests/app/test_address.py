"""The address of the atlas: set, seen, or said by a proxy; never a stranger's."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from app.main import create_app
from app.public_address import is_well_formed
from app.settings import Settings

EVIL = "evil.example"
Ask = Callable[..., str]


@pytest.fixture(scope="module")
def ask(release_home: Path) -> Iterator[Ask]:
    """Ask as the machine itself does, and return the first link of the answer."""
    app = create_app(Settings(home=release_home))
    with TestClient(app, client=("127.0.0.1", 50_000)) as client:
        yield lambda **headers: _first_link(client, headers)


def _first_link(client: TestClient, headers: dict[str, str]) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.get("/api/", headers=named)
    assert answer.status_code == 200
    return str(answer.json()["links"][0]["href"])


@pytest.mark.parametrize(
    "host",
    [EVIL, f"{EVIL}:80", "a/b", "a?b=c", "a#b", "", "[::1", "user@testserver", "é"],
)
def test_a_host_that_is_not_ours_is_not_repeated(ask: Ask, host: str) -> None:
    assert ask(Host=host.encode()) == "http://testserver/api/"


@pytest.mark.parametrize(
    "host", ["testserver", "localhost:8000", "192.0.2.7:8000", "[2001:db8::7]:8000"]
)
def test_a_host_that_can_be_ours_is_kept(ask: Ask, host: str) -> None:
    assert ask(Host=host) == f"http://{host}/api/"


@pytest.mark.parametrize(
    ("port", "good"),
    [("0", True), ("65535", True), ("65536", False), ("", False), ("8_0", False)],
)
def test_a_port_is_a_whole_number_up_to_65535(port: str, *, good: bool) -> None:
    assert is_well_formed(f"localhost:{port}") is good


def test_a_trusted_proxy_says_scheme_host_and_prefix(ask: Ask) -> None:
    said = {
        "X_Forwarded_Proto": "https",
        "X_Forwarded_Host": "maps.example",
        "X_Forwarded_Prefix": "/atlas/",
    }
    assert ask(**said) == "https://maps.example/atlas/api/"


def test_of_several_proxies_the_last_counts(ask: Ask) -> None:
    assert ask(X_Forwarded_Host=f"{EVIL}, maps.example").startswith("http://maps.")


@pytest.mark.parametrize(
    "said",
    [
        {"X_Forwarded_Proto": "javascript"},
        {"X_Forwarded_Host": "a b"},
        {"X_Forwarded_Prefix": "//evil.example"},
        {"X_Forwarded_Prefix": "/.."},
        {"X_Forwarded_Prefix": '/a"b'},
        {"X_Forwarded_Prefix": "atlas"},
        {"X_Forwarded_For": "no number"},
    ],
)
def test_what_a_proxy_says_must_make_sense(ask: Ask, said: dict[str, str]) -> None:
    assert ask(**said) == "http://testserver/api/"


def test_nobody_else_is_believed(release_home: Path) -> None:
    app = create_app(Settings(home=release_home, trusted_proxies="10.0.0.0/8"))
    said = {"X-Forwarded-Host": EVIL, "X-Forwarded-Prefix": "/x"}
    for number, trusted in (("127.0.0.1", False), ("10.1.2.3", True)):
        client = TestClient(app, client=(number, 50_000))
        assert (EVIL in _first_link(client, said)) is trusted


def test_the_address_that_is_set_counts_whatever_anybody_says(
    release_home: Path,
) -> None:
    settings = Settings(home=release_home, public_url="https://maps.example/atlas/")
    client = TestClient(create_app(settings), client=("127.0.0.1", 50_000))
    said = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Prefix": "/x"}
    for path in ("/api/", "/atlas/api/"):  # taken away by the proxy, or not
        links = client.get(path, headers=said).json()["links"]
        assert links[0]["href"] == "https://maps.example/atlas/api/"


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "https://maps.example/api"},
        {"public_url": "https://maps.example/static/x"},
        {"public_url": "https://maps.example/../x"},
        {"trusted_proxies": "my-proxy"},
    ],
)
def test_an_address_that_would_half_work_is_refused_at_the_start(
    settings: dict[str, str],
) -> None:
    with pytest.raises(ValidationError):
        Settings(**settings)


def test_an_answer_kept_for_one_address_is_not_given_under_another(ask: Ask) -> None:
    assert ask(X_Forwarded_Prefix="/one") == "http://testserver/one/api/"
    assert ask(X_Forwarded_Prefix="/two") == "http://testserver/two/api/"


def test_a_fault_carries_the_same_headers(release_home: Path, tmp_path: Path) -> None:
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    app = create_app(Settings(home=tmp_path))
    app.state.cache = None
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get("/api/collections", headers={"Origin": "https://a.example"})
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == "*"
