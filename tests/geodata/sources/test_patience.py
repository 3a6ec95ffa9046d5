"""Servers that go on for ever a byte at a time, and addresses that are none."""

import threading
import time

import pytest

from geodata.errors import FetchError, RefusedAddressError
from geodata.sources import obtain
from tests.geodata.sources.fault_server import (
    Act,
    door_to,
    file_entry,
    publication,
    some_bytes,
)

BODY = some_bytes(6_000)
OK = b"HTTP/1.1 200 OK\r\n"
IN_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PROMPT_S = 8.0  # far below the 60 s and more the doors of these tests would wait

HEADERS = {
    "a header of single bytes": Act(begun=OK, drip=b"X"),
    "headers without end": Act(begun=OK, drip=b"X: y\r\n", pace_s=0.1),
    "a status of single bytes": Act(begun=b"HTTP/1.1 ", drip=b"2"),
    "nothing but interim answers": Act(drip=b"HTTP/1.1 100 Continue\r\n\r\n"),
}
ENDS = {
    "trailers": Act(
        begun=IN_CHUNKS + b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY), drip=b"X: y\r\n"
    ),
    "a trailer of single bytes": Act(
        begun=IN_CHUNKS + b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY), drip=b"X"
    ),
    "the head of a chunk": Act(
        begun=IN_CHUNKS + b"%x\r\n%s\r\n" % (len(BODY), BODY), drip=b"0"
    ),
}
BEFORE_TLS = Act(begun=b"\x16\x03\x03\x3f\xff", drip=b"\x02")
PROXY = Act(begun=b"HTTP/1.1 200 OK\r\nX: ", drip=b"y")


def named(cases):
    return pytest.mark.parametrize("act", list(cases.values()), ids=list(cases))


def fetch(server, folder, *, stop=None, **door):
    entry = file_entry(BODY)
    begun = time.monotonic()
    try:
        return obtain(
            publication(entry),
            entry,
            downloads=folder,
            door=door_to(server, read_s=60, **door),
            stop=stop,
        )
    finally:
        assert time.monotonic() - begun < PROMPT_S


@named(HEADERS)
def test_headers_that_do_not_end_are_given_up(server, tmp_path, act):
    server.plays(act)
    with pytest.raises(
        FetchError, match=r"headers.* within 0\.2 s\), after 2 attempts"
    ):
        fetch(server, tmp_path, answer_s=0.2, attempts=2)
    server.plays(act, Act(body=BODY))
    assert fetch(server, tmp_path, answer_s=1).path.read_bytes() == BODY


@named(HEADERS)
def test_the_stop_ends_headers_that_do_not_end(server, tmp_path, act):
    stop = threading.Event()
    server.plays(act.but(when=stop.set))
    with pytest.raises(FetchError, match="Stopped while fetching"):
        fetch(server, tmp_path, stop=stop, attempts=1)
    assert len(server.seen) == 1


@named(ENDS)
def test_a_body_that_does_not_end_is_given_up(server, tmp_path, act):
    server.plays(act)
    with pytest.raises(FetchError, match=r"no end of it came within 0\.2 s"):
        fetch(server, tmp_path, window_s=0.2, slowest_bytes_per_s=1, attempts=1)
    assert not (tmp_path / "survey-grid" / "grid.nc").exists()


@named(ENDS)
def test_the_stop_ends_a_body_that_does_not_end(server, tmp_path, act):
    stop = threading.Event()
    server.plays(act.but(when=stop.set))
    with pytest.raises(FetchError, match="Stopped while fetching"):
        fetch(server, tmp_path, stop=stop, attempts=1)


@pytest.mark.parametrize("act", [BEFORE_TLS, PROXY], ids=["tls", "proxy"])
def test_a_handshake_that_does_not_end_is_given_up_and_can_be_stopped(
    server, tmp_path, act
):
    way = {"proxy": f"http://127.0.0.1:{server.port}"} if act is PROXY else {}
    server.instead_of_tls = act
    with pytest.raises(FetchError, match=r"headers.* within 0\.2 s"):
        fetch(server, tmp_path, answer_s=0.2, connect_s=60, attempts=1, **way)
    stop = threading.Event()
    server.instead_of_tls = act.but(when=stop.set)
    with pytest.raises(FetchError, match="Stopped while fetching"):
        fetch(server, tmp_path, stop=stop, connect_s=60, attempts=1, **way)


def test_the_limit_counts_redirects_too(server, tmp_path):
    hop = Act(status=302, headers=(("Location", "/data/grid.nc"),))
    ticks = iter(range(0, 10**6, 40))
    server.plays(hop)
    with pytest.raises(FetchError, match="within 90 s"):
        fetch(server, tmp_path, clock=lambda: float(next(ticks)), attempts=1)


@pytest.mark.parametrize(
    "location",
    [
        "https://[",
        "https://]",
        "https://[v1.x]/",
        "https://[::1",
        "//[",
        "https://files.example:99999/",
        "https://files.example:x/",
        "https://xn--\xff.example/",
        f"https://{'a' * 70}.example/",
        f"https://{'a.' * 2_000}example/",
        "https://files.example\0.evil.example/",
        f"https://evil.example/{'a' * 20_000}",
    ],
)
def test_a_redirect_to_what_is_no_address_is_refused(server, tmp_path, location):
    server.plays(Act(status=302, headers=(("Location", location),)))
    with pytest.raises(RefusedAddressError, match="was not fetched"):
        fetch(server, tmp_path, attempts=1)


def test_a_redirect_to_an_allowed_name_no_resolver_takes_is_a_failure(server, tmp_path):
    name = "xn--" + "z" * 58 + ".files.example"
    entry = file_entry(BODY, hosts=(".files.example",))
    for host in (name, f"{'a.' * 300}files.example"):
        server.plays(Act(status=302, headers=(("Location", f"https://{host}/x"),)))
        with pytest.raises(FetchError):
            obtain(
                publication(entry),
                entry,
                downloads=tmp_path,
                door=door_to(
                    server,
                    attempts=1,
                    resolve=lambda host, port: host.encode("idna") and ["127.0.0.1"],
                ),
            )


@pytest.mark.parametrize(
    "proxy", ["http://[", "http://127.0.0.1:99999", "http://a:b\u20ac@h:1", "http://"]
)
def test_a_proxy_that_is_no_address_is_refused_without_its_password(
    server, tmp_path, proxy
):
    with pytest.raises(FetchError, match="HTTPS_PROXY") as caught:
        fetch(server, tmp_path, proxy=proxy, attempts=1)
    assert "\u20ac" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 2147483648000 x\r\n\r\n",
        b"HTTP/1.1 -1 x\r\n\r\n",
        b"\x1b]0;title\x07[/x]\r\n\r\n",
        OK + b"Content-Length: " + b"9" * 6_000 + b"\r\n\r\nab",
        OK + b"Last-Modified: Mon, 01 Jan 99999999999 00:00:00 GMT\r\n\r\nab",
        b"HTTP/1.1 429 x\r\nRetry-After: Mon, 01 Jan 99999999999 00:00:00 GMT\r\n\r\n",
        b"HTTP/1.1 429 x\r\nRetry-After: Mon, 01 Jan 0001 00:00:00 -2359\r\n\r\n",
        IN_CHUNKS + b"-5\r\nabcdefg",
        IN_CHUNKS + b"z\r\nabcdefg",
        IN_CHUNKS + b"f" * 6_000 + b"\r\nabcdefg",
    ],
)
def test_an_answer_of_nonsense_is_a_typed_error(server, tmp_path, answer):
    # What comes after it is more nonsense, until the client hangs up.
    server.plays(Act(begun=answer, drip=b"\r\n"))
    with pytest.raises(Exception) as caught:  # noqa: PT011
        fetch(server, tmp_path, attempts=1, window_s=0.3, answer_s=1)
    assert type(caught.value).__module__ == "geodata.errors"
    assert str(caught.value).isprintable()
