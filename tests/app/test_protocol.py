"""Hostile connections on real sockets: refused early, timed out, never in the way."""

import re
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import ClassVar

import pytest
from starlette.types import Receive, Scope, Send

from app.limits import raise_descriptor_limit
from app.main import create_app
from app.protocol import Connection
from app.settings import Settings
from tests.app.serving import ask, connect, get, rest, serving

PIECE = 65_536
A_LOT = 200_000_000
POST = b"POST /api/explain HTTP/1.1\r\nHost: a\r\n"


class Hasty(Connection):
    """A connection that waits for nobody, so that the tests need not either."""

    head_s: ClassVar[float] = 0.2
    body_s: ClassVar[float] = 0.2
    stall_s: ClassVar[float] = 0.2
    most: ClassVar[int] = 100


@pytest.fixture(scope="module")
def port(release_home: Path) -> Iterator[int]:
    with serving(create_app(Settings(home=release_home))) as opened:
        yield opened


@pytest.fixture(scope="module")
def hasty(release_home: Path) -> Iterator[int]:
    app = create_app(Settings(home=release_home))
    with serving(app, connection=Hasty) as opened:
        yield opened


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def send_without_end(port: int, start: bytes, piece: bytes) -> tuple[int, bytes]:
    """Send the start, then the piece again and again; how much went, and the answer."""
    sent = 0
    with connect(port) as connection:
        connection.settimeout(5)
        with suppress(OSError):
            connection.sendall(start)
            while sent < A_LOT:
                connection.sendall(piece)
                sent += len(piece)
        return sent, rest(connection)


@pytest.mark.parametrize(
    ("start", "piece", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"a" * PIECE, 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", b"X-Small: y\r\n" * 5_000, 431),
        (b"GET /", b"a" * PIECE, 414),
        (b"GET /?", b"a" * PIECE, 414),
        (b"", b"\r\n" * 30_000, 431),
        (
            POST + b"Content-Length: 200000000\r\n\r\n",
            b"a" * PIECE,
            413,
        ),
        (
            POST + b"Transfer-Encoding: chunked\r\n\r\n",
            b"400\r\n" + b"a" * 1024 + b"\r\n",
            413,
        ),
        (
            POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
            b"X-Late: y\r\n" * 5_000,
            431,
        ),
        (
            POST + b"Transfer-Encoding: chunked\r\n\r\n1;",
            b"a" * PIECE,
            413,
        ),
    ],
    ids=[
        "header",
        "headers",
        "path",
        "query",
        "blank",
        "body",
        "chunks",
        "trailers",
        "extension",
    ],
)
def test_what_has_no_end_is_refused_early(
    port: int, start: bytes, piece: bytes, status: int
) -> None:
    before = resident_bytes()
    sent, answer = send_without_end(port, start, piece)
    assert sent < 20_000_000
    assert resident_bytes() - before < 40_000_000
    if answer:  # a reset may overtake it
        assert int(answer.split()[1]) in {status, 405}
    begun = time.monotonic()
    assert get(port, "/healthz").startswith(b"HTTP/1.1 200")
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 66_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431),
        (b"GET /" + b"a" * 8_200 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_a_refusal_says_why_as_a_document(
    port: int, request_bytes: bytes, status: int
) -> None:
    head, _, body = ask(port, request_bytes).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    assert f'"status":{status}'.encode() in body


def test_refusals_are_counted(port: int) -> None:
    ask(port, b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n")
    told = get(port, "/metrics").decode()
    found = re.search(r'atlas_connections_refused_total{status="414"} (\S+)', told)
    assert found
    assert float(found[1]) >= 1


def test_what_is_just_small_enough_is_answered(port: int) -> None:
    long = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: %s\r\n\r\n"
    assert ask(port, long % (b"a" * 60_000)).startswith(b"HTTP/1.1 200")
    many = b"".join(b"X-%d: y\r\n" % number for number in range(97))
    start = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    assert ask(port, start + many + b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET /healthz HT", b"408"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"408"),
        (b"POST /api/explain HTTP/1.1\r\nContent-Length: 9\r\n\r\n{", b"40"),
    ],
    ids=["nothing", "line", "headers", "body"],
)
def test_what_does_not_come_is_not_waited_for(
    hasty: int, sent: bytes, status: bytes
) -> None:
    answer = ask(hasty, sent)
    assert answer.partition(b" ")[2].startswith(status)


def test_blank_lines_keep_no_connection_open(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(PIECE).startswith(b"HTTP/1.1 200")
        connection.sendall(b"\r\n")
        assert b"408" in rest(connection)


def test_an_answer_that_nobody_reads_is_given_up() -> None:
    given_up = threading.Event()

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            body = {"type": "http.response.body", "body": bytes(50_000_000)}
            await send({**body, "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                pass
            given_up.set()

    with serving(large, connection=Hasty) as opened, connect(opened) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(1) == b"H"
        assert given_up.wait(10)


def test_requests_sent_without_waiting_are_answered_in_order(port: int) -> None:
    first = b"GET /api/conformance HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /nosuch HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = ask(port, first * 5 + last)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200"] * 5 + [b"404"]


def test_thousands_of_them_are_not_kept(port: int) -> None:
    before = resident_bytes()
    ask(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 100_000)
    assert resident_bytes() - before < 40_000_000
    assert get(port, "/healthz").startswith(b"HTTP/1.1 200")


def test_too_many_connections_make_room_for_new_ones(hasty: int) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(connect(hasty)) for _ in range(250)]
        for connection in held:
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert get(hasty, "/healthz").startswith(b"HTTP/1.1 200")


def test_half_sent_requests_leave_the_health_check_alone(release_home: Path) -> None:
    raise_descriptor_limit()
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 4_096:
        pytest.skip("waits for a system that allows 4,096 open files")
    app = create_app(Settings(home=release_home))
    with serving(app) as port, ExitStack() as stack:
        for _ in range(1_500):
            connection = stack.enter_context(connect(port))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
        begun = time.monotonic()
        assert get(port, "/healthz").startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begun < 2


def test_an_offer_to_speak_another_protocol_is_passed_over(port: int) -> None:
    head = (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings"
        b", close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
    )
    assert ask(port, head).startswith(b"HTTP/1.1 200")
