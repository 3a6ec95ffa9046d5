"""Servers that cut, lie, change their mind, send us elsewhere or nowhere at all."""

import gzip
import shutil
import socket
import ssl
import threading
import time
from contextlib import suppress

import pytest
import trustme

from geodata.checksums import file_checksum
from geodata.errors import (
    ChecksumError,
    FetchError,
    RefusedAddressError,
    StorageError,
    UnexpectedContentError,
)
from geodata.sources import Stop, obtain
from geodata.sources.catalogue import FIRST_SEEN
from tests.geodata.sources.fault_server import (
    HOST,
    Act,
    Canary,
    Tunnel,
    closing,
    connection_to,
    file_entry,
    look_up,
    publication,
    some_bytes,
)

BODY = some_bytes(6_000)
OTHER = some_bytes(6_000, seed=2)
PAGE = b"<!DOCTYPE html><html><title>Please log in</title></html>".ljust(2_000)
GOOD = Act(body=BODY)
SWEEP = (*range(12), *range(60, 140, 7), *range(140, 6_140, 50), *range(6_000, 6_074))
"""Where an answer is cut, bytes of head and body together; its head has about 73."""


def fetch(server, folder, *, body=BODY, entry=None, **how):
    entry = entry or file_entry(body)
    return obtain(
        publication(entry),
        entry,
        downloads=folder,
        connection=connection_to(server, **how),
    )


def left_in(folder):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != ".locks"
    )


WHOLE = ["ledger.json", "survey-grid/grid.nc"]
PART = ["survey-grid/grid.nc.part", "survey-grid/grid.nc.part.json"]


def test_a_file_is_brought_once_and_then_nothing_is_asked(server, tmp_path):
    server.plays(GOOD)
    first = fetch(server, tmp_path)
    second = fetch(server, tmp_path)
    assert (first.fresh, second.fresh) == (True, False)
    assert first.path.read_bytes() == BODY
    assert first.sha256 == file_checksum(first.path)
    assert left_in(tmp_path) == WHOLE
    assert len(server.seen) == 1
    assert server.seen[0].host == HOST
    assert server.seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_a_transfer_cut_anywhere_ends_in_the_same_file(server, tmp_path, chunked):
    good = GOOD.but(chunked=chunked)
    for k in SWEEP:
        server.seen.clear()
        server.plays(good.but(cut=k), good)
        found = fetch(server, tmp_path / str(k))
        assert found.path.read_bytes() == BODY, k
        assert left_in(tmp_path / str(k)) == WHOLE, k
        # What was here is not sent again; chunks have heads of their own.
        assert server.served <= len(BODY) + 200, k
    assert len(SWEEP) > 200


def test_a_transfer_cut_again_and_again_still_goes_on(server, tmp_path):
    for k in range(100, 2_000, 100):
        server.seen.clear()
        server.plays(GOOD.but(cut=1_500), GOOD.but(cut=k), GOOD.but(cut=k), GOOD)
        assert fetch(server, tmp_path / str(k)).path.read_bytes() == BODY
        assert server.served == len(BODY)


@pytest.mark.parametrize("cut", [0, 40, 90, 900, 3_000, 6_070])
def test_a_server_that_always_cuts_is_given_up_and_the_next_run_goes_on(
    server, tmp_path, cut
):
    server.plays(GOOD.but(cut=cut), *[Act(status=503)] * 4, GOOD)
    with pytest.raises(FetchError, match="after 5 attempts") as caught:
        fetch(server, tmp_path)
    is_useful = cut > 80
    assert left_in(tmp_path) == (PART if is_useful else [])
    assert ("bytes are kept" in str(caught.value)) == is_useful
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    assert left_in(tmp_path) == WHOLE
    assert server.served <= len(BODY)


def test_a_slow_but_living_server_is_not_given_up(server, tmp_path):
    body = some_bytes(9 << 20)
    steps = [Act(body=body, cut=(3 << 19) + 200)] * 6
    server.plays(*steps, Act(body=body))
    found = fetch(server, tmp_path, body=body, attempts=2)
    assert found.path.read_bytes() == body
    assert server.served == len(body)


def test_a_length_that_is_too_long_is_a_setback(server, tmp_path):
    server.plays(GOOD.but(length=7_000))
    with pytest.raises(FetchError, match="after 5 attempts"):
        fetch(server, tmp_path)
    server.plays(GOOD.but(length=7_000), GOOD)
    assert fetch(server, tmp_path / "again").path.read_bytes() == BODY
    assert WHOLE[1] not in left_in(tmp_path)


def test_a_length_that_is_too_short_is_no_file(server, tmp_path):
    server.plays(GOOD.but(length=5_000))
    with pytest.raises(ChecksumError, match="not the file we know"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == []


def test_a_flipped_bit_is_no_file_wherever_it_is(server, tmp_path):
    for place in (5, 1_023, 1_024, 3_000, 5_999):
        flipped = bytearray(BODY)
        flipped[place] ^= 1
        server.plays(Act(body=bytes(flipped)))
        with pytest.raises(ChecksumError):
            fetch(server, tmp_path)
        assert left_in(tmp_path) == []
    server.plays(GOOD)
    assert fetch(server, tmp_path).path.read_bytes() == BODY


def test_a_bit_flipped_in_one_piece_of_two_costs_one_more_transfer(server, tmp_path):
    flipped = Act(body=BODY[:4_000] + bytes([BODY[4_000] ^ 4]) + BODY[4_001:])
    server.plays(GOOD.but(cut=3_000), flipped, GOOD)
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    assert [("range" in entry.headers) for entry in server.seen] == [False, True, False]


def test_a_web_page_with_status_200_is_named_as_such(server, tmp_path):
    server.plays(Act(body=PAGE))
    for sha256 in (file_entry(BODY).sha256, FIRST_SEEN):
        with pytest.raises(UnexpectedContentError, match="is a web page"):
            fetch(server, tmp_path, entry=file_entry(BODY, sha256=sha256))
    assert left_in(tmp_path) == []
    assert len(server.seen) == 2


def test_a_server_that_wants_an_hour_is_not_waited_for(server, tmp_path):
    server.plays(Act(status=429, headers=(("Retry-After", "3600"),)))
    with pytest.raises(FetchError, match="come back in 3,600 s"):
        fetch(server, tmp_path)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204, 300, 304])
def test_a_clear_no_is_not_asked_twice(server, tmp_path, status):
    server.plays(Act(status=status))
    with pytest.raises(FetchError, match=f"status {status}.*by hand at"):
        fetch(server, tmp_path)
    assert len(server.seen) == 1
    assert left_in(tmp_path) == []


def test_a_file_that_changes_in_between_is_never_mixed(server, tmp_path):
    new = Act(body=OTHER, etag='"v2"')
    for liar in (new, new.but(knows_if_range=False)):
        server.plays(GOOD.but(cut=3_000), liar, new)
        folder = tmp_path / str(liar.knows_if_range)
        assert fetch(server, folder, body=OTHER).path.read_bytes() == OTHER
        server.plays(GOOD.but(cut=3_000), liar, new)
        with pytest.raises(ChecksumError):
            fetch(server, tmp_path / "pinned", body=BODY)
        assert left_in(tmp_path / "pinned") == []


def test_a_file_that_changes_under_the_same_tag_is_fetched_whole(server, tmp_path):
    server.plays(GOOD.but(cut=3_000), Act(body=OTHER))
    assert fetch(server, tmp_path, body=OTHER).path.read_bytes() == OTHER
    assert "range" not in server.seen[-1].headers


def test_a_server_without_ranges_begins_anew(server, tmp_path):
    server.plays(GOOD.but(cut=3_000, knows_ranges=False), GOOD.but(knows_ranges=False))
    assert fetch(server, tmp_path).path.read_bytes() == BODY


@pytest.mark.parametrize(
    "wrong",
    [
        GOOD.but(shift=100),
        GOOD.but(shift=-100),
        GOOD.but(total="7000"),
        GOOD.but(headers=(("Content-Range", "bytes 1-2/3"),)),
        Act(body=BODY[:50], status=206),
        GOOD.but(shift=9_000),
        GOOD.but(length=10),
        Act(body=BODY, status=206, headers=(("Content-Range", "bytes x-y/z"),)),
        Act(body=BODY + b"more", status=200, length=6_000),
    ],
)
def test_a_piece_that_does_not_fit_is_not_used(server, tmp_path, wrong):
    server.plays(GOOD.but(cut=3_000), wrong, GOOD)
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    server.plays(GOOD.but(cut=3_000), *[wrong] * 9)
    with suppress(FetchError, ChecksumError):
        assert fetch(server, tmp_path / "always").path.read_bytes() == BODY
        return
    assert WHOLE[1] not in left_in(tmp_path / "always")


def test_a_piece_of_an_unknown_whole_is_taken_when_the_rest_fits(server, tmp_path):
    server.plays(GOOD.but(cut=3_000), GOOD.but(total="*"))
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    assert server.served == len(BODY)


def test_the_stop_wakes_a_transfer_that_waits(server, tmp_path):
    stop, silence = Stop(), threading.Event()
    later = threading.Timer(0.1, stop.set)

    def watch(done, total):
        if done == 4_000:
            later.start()

    server.plays(GOOD.but(at=4_000, piece=1_000, hold=silence))
    entry = file_entry(BODY)
    begun = time.monotonic()
    try:
        with pytest.raises(FetchError, match=r"Stopped.*4,000 bytes are kept"):
            obtain(
                publication(entry),
                entry,
                downloads=tmp_path,
                connection=connection_to(server),
                advance=watch,
                stop=stop,
            )
    finally:
        silence.set()
        later.join()
    assert time.monotonic() - begun < 15  # the server is silent for 20 s
    assert left_in(tmp_path) == PART
    assert (tmp_path / PART[0]).read_bytes() == BODY[:4_000]
    server.seen.clear()
    fetch(server, tmp_path)
    assert server.served == 2_000


def test_an_interrupt_keeps_what_came(server, tmp_path):
    def interrupt(done, total):
        assert total == len(BODY)
        if done >= 3_000:
            raise KeyboardInterrupt

    server.plays(GOOD.but(piece=1_000))
    entry = file_entry(BODY)
    with pytest.raises(KeyboardInterrupt):
        obtain(
            publication(entry),
            entry,
            downloads=tmp_path,
            connection=connection_to(server),
            advance=interrupt,
        )
    assert left_in(tmp_path) == PART
    server.seen.clear()
    fetch(server, tmp_path)
    assert server.served <= 3_000


def test_a_file_compressed_for_the_way_is_refused(server, tmp_path):
    packed = Act(body=gzip.compress(BODY), headers=(("Content-Encoding", "gzip"),))
    server.plays(packed)
    with pytest.raises(UnexpectedContentError, match="compressed"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == []


def test_chunks_without_a_length_are_counted(server, tmp_path):
    server.plays(GOOD.but(chunked=True))
    entry = file_entry(BODY, limit_bytes=5_999)
    with pytest.raises(UnexpectedContentError, match="at most 5,999"):
        fetch(server, tmp_path, entry=entry)
    assert left_in(tmp_path) == []
    assert fetch(server, tmp_path).path.read_bytes() == BODY


def test_a_body_beyond_the_limit_is_not_read(server, tmp_path):
    huge = Act(body=bytes(16 << 20), no_length=True, chunked=True, piece=16_384)
    server.plays(Act(body=BODY, length=1 << 40), huge)
    entry = file_entry(BODY, limit_bytes=100_000, format="", name="grid.grd")
    for _ in range(2):
        with pytest.raises(UnexpectedContentError, match="at most 100,000"):
            fetch(server, tmp_path, entry=entry)
    assert left_in(tmp_path) == []
    server.close()
    assert server.seen[1].body_bytes < 8 << 20


def test_a_body_with_no_end_is_taken_only_against_a_checksum(server, tmp_path):
    server.plays(GOOD.but(no_length=True))
    assert fetch(server, tmp_path / "a").path.read_bytes() == BODY
    with pytest.raises(UnexpectedContentError, match="does not say where"):
        fetch(server, tmp_path / "b", entry=file_entry(BODY, sha256=FIRST_SEEN))
    server.plays(GOOD.but(no_length=True, cut=3_000))
    with pytest.raises(ChecksumError):
        fetch(server, tmp_path / "c")
    assert left_in(tmp_path / "b") == left_in(tmp_path / "c") == []


def test_a_redirect_to_an_allowed_host_is_followed(server, tmp_path):
    hops = (
        "https://cdn.example/store/grid%20one.nc?key=a%26b",
        "https://eu.files.example:443/x",
        "../data/grid Ã©.nc",  # as a server sends é
        "//cdn.example/y#part",
    )
    for number, location in enumerate(hops):
        server.plays(Act(status=302, headers=(("Location", location),)), GOOD)
        entry = file_entry(BODY, hosts=("cdn.example", ".files.example"))
        folder = tmp_path / str(number)
        assert fetch(server, folder, entry=entry).path.read_bytes() == BODY
    asked = [(entry.host, entry.target) for entry in server.seen[1::2]]
    assert asked == [
        ("cdn.example", "/store/grid%20one.nc?key=a%26b"),
        ("eu.files.example", "/x"),
        (HOST, "/data/grid%20%C3%A9.nc"),
        ("cdn.example", "/y"),
    ]


def test_a_transfer_goes_on_through_a_redirect(server, tmp_path):
    hop = Act(status=307, headers=(("Location", "https://cdn.example/x"),))
    server.plays(hop, path="/data/grid.nc")
    server.plays(GOOD.but(cut=3_000), GOOD, path="/x")
    entry = file_entry(BODY, hosts=("cdn.example",))
    assert fetch(server, tmp_path, entry=entry).path.read_bytes() == BODY
    assert server.served == len(BODY)


def test_redirects_in_a_circle_end(server, tmp_path):
    server.plays(Act(status=301, headers=(("Location", f"https://{HOST}/"),)))
    with pytest.raises(FetchError, match="more than 5 times"):
        fetch(server, tmp_path)
    assert len(server.seen) == 6


REFUSED = (
    "http://{host}/x",
    "http://{host}:{port}/x",
    "https://{host}:{port}/x",
    "https://127.0.0.1/x",
    "https://127.0.0.1:{port}/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0177.0.0.1/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]:{port}/x",
    "https://localhost/x",
    "https://user@{host}/x",
    "https://{host}@127.0.0.1/x",
    "https://{host}.evil.example/x",
    "https://evil{host}/x",
    "https://{host}./x",
    "https://{host}\\@evil.example/x",
    "ftp://{host}/x",
    "file:///etc/passwd",
    "//evil.example/x",
)
NO_ADDRESSES = (
    "https://[",
    "https://]",
    "https://[v1.x]/",
    "//[",
    "https://files.example:99999/",
    "https://files.example:x/",
    "https://xn--\xff.example/",
    f"https://{'a' * 70}.example/",
    "https://files.example\0.evil.example/",
    f"https://evil.example/{'a' * 20_000}",
)


@pytest.mark.parametrize("location", [*REFUSED, *NO_ADDRESSES])
def test_a_redirect_elsewhere_is_refused_and_nobody_is_asked(
    server, tmp_path, location
):
    with closing(Canary("127.0.0.2", server.port)) as canary:
        target = location.replace("{host}", HOST).replace("{port}", str(canary.port))
        server.plays(Act(status=302, headers=(("Location", target),)))
        with pytest.raises(RefusedAddressError, match="was not fetched"):
            fetch(server, tmp_path)
    assert canary.heard == b""
    assert len(server.seen) == 1
    assert left_in(tmp_path) == []


def test_a_name_that_leads_into_a_private_network_hears_nothing(
    server, tmp_path, monkeypatch
):
    monkeypatch.setattr(socket, "getaddrinfo", look_up("127.0.0.2"))
    with (
        closing(Canary("127.0.0.2", server.port)) as canary,
        pytest.raises(RefusedAddressError, match="not of the public internet"),
    ):
        fetch(server, tmp_path)
    assert canary.heard == b""
    assert server.seen == []


def test_by_default_the_loopback_is_no_public_network(server, tmp_path):
    with pytest.raises(RefusedAddressError):
        fetch(server, tmp_path, networks=())
    assert server.seen == []


def test_a_host_that_cannot_be_found_or_reached_is_said(server, tmp_path, monkeypatch):
    with closing(Canary()) as canary:
        port = canary.port
    with pytest.raises(FetchError, match=r"gave no answer .*refused"):
        fetch(server, tmp_path, port=port)

    def lost(host, port, *_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lost)
    with pytest.raises(FetchError, match="Name or service not known"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == []


def test_a_certificate_of_another_name_or_authority_is_refused(server, tmp_path):
    server.plays(GOOD)
    entry = file_entry(BODY, url="https://other.example/grid.nc")
    with pytest.raises(FetchError, match="certificate verify failed") as caught:
        fetch(server, tmp_path, entry=entry)
    assert "attempts" not in str(caught.value)
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trustme.CA().configure_trust(stranger)
    with pytest.raises(FetchError, match="certificate verify failed"):
        fetch(server, tmp_path, tls=stranger)
    assert server.seen == []


def test_the_name_is_checked_even_if_the_context_was_used_before(server, tmp_path):
    server.plays(GOOD)
    context = server.trusted()
    fetch(server, tmp_path / "a", tls=context)
    with pytest.raises(FetchError, match="certificate verify failed"):
        fetch(
            server,
            tmp_path / "b",
            tls=context,
            entry=file_entry(BODY, url="https://other.example/grid.nc"),
        )
    assert context.check_hostname


@pytest.mark.parametrize(
    ("etag", "modified", "resumes"),
    [
        ('"v1"', "", True),
        ("", "Mon, 02 Feb 2026 08:00:00 GMT", True),
        ('W/"v1"', "", False),
        ("", "", False),
        ('"v1', "", False),
    ],
)
def test_only_a_promise_of_equal_bytes_lets_a_transfer_go_on(
    server, tmp_path, etag, modified, resumes
):
    good = GOOD.but(etag=etag, modified=modified)
    server.plays(good.but(cut=3_000), good)
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    assert ("range" in server.seen[1].headers) == resumes
    server.plays(good.but(cut=3_000), Act(status=404))
    with pytest.raises(FetchError):
        fetch(server, tmp_path / "no")
    assert left_in(tmp_path / "no") == (PART if resumes else [])


@pytest.mark.parametrize(
    "words",
    ['{"url": "https', "[]", '{"colour": "red"}', '{"url": "https://files.example/b"}'],
)
def test_a_part_whose_words_are_of_something_else_is_not_used(server, tmp_path, words):
    folder = tmp_path / "survey-grid"
    folder.mkdir()
    (folder / "grid.nc.part").write_bytes(OTHER[:3_000])
    (folder / "grid.nc.part.json").write_text(words)
    server.plays(GOOD)
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    assert "range" not in server.seen[0].headers
    assert left_in(tmp_path) == WHOLE


def test_a_busy_server_is_asked_again_when_it_says(server, tmp_path):
    class Patient(Stop):
        def wait(self, timeout=None):
            waits.append(timeout)
            return self.is_set()

    waits = []
    soon = Act(status=503, headers=(("Retry-After", "7"),))
    server.plays(soon, Act(status=429), Act(status=500), GOOD)
    entry = file_entry(BODY)
    obtain(
        publication(entry),
        entry,
        downloads=tmp_path,
        connection=connection_to(server, pauses=True),
        stop=Patient(),
    )
    assert waits[0] == 7.0
    assert 0.5 <= waits[1] <= 1.0 <= waits[2] <= 2.0


def test_no_room_is_said_before_anything_is_written(server, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    server.plays(GOOD)
    with pytest.raises(StorageError, match=r"needs 1,054,576 bytes and 5,000 are free"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == []


def test_an_empty_answer_is_no_file(server, tmp_path):
    server.plays(Act(body=b""))
    with pytest.raises(FetchError, match="before a byte of the file came"):
        fetch(server, tmp_path, entry=file_entry(b"", sha256=FIRST_SEEN))
    assert left_in(tmp_path) == []


# Proxies, as Python reads them from the environment.


def test_a_proxy_looks_the_host_up_and_no_proxy_leaves_it_out(
    server, tmp_path, monkeypatch
):
    server.plays(GOOD)
    with closing(Tunnel(server.port)) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s%40fe@127.0.0.1:{tunnel.port}")
        found = fetch(server, tmp_path / "a", port=443, networks=())
        assert found.path.read_bytes() == BODY
        assert tunnel.asked[0].startswith(b"CONNECT files.example:443 ")
        assert b"basic bwu6c0bmzq==" in tunnel.asked[0].lower()
        monkeypatch.setenv("NO_PROXY", "other.example,files.example")
        fetch(server, tmp_path / "b")
        assert len(tunnel.asked) == 1
        monkeypatch.delenv("NO_PROXY")
        entry = file_entry(BODY, url="http://files.example/b.nc")
        with pytest.raises(RefusedAddressError):
            fetch(server, tmp_path / "c", entry=entry)
        assert len(tunnel.asked) == 1
    with pytest.raises(FetchError, match="gave no answer") as caught:
        fetch(server, tmp_path / "dead", attempts=1)
    assert "s%40fe" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy", ["http://[", "127.0.0.1:99999", "http://a:b\u20ac@h:1", "socks5://h:1"]
)
def test_a_proxy_that_is_no_address_is_refused_without_its_password(
    server, tmp_path, monkeypatch, proxy
):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(FetchError, match="HTTPS_PROXY") as caught:
        fetch(server, tmp_path, attempts=1)
    assert "\u20ac" not in str(caught.value)
    assert server.seen == []


# Servers that go on for ever a byte at a time.

OK = b"HTTP/1.1 200 OK\r\n"
IN_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ALL = b"%x\r\n%s\r\n" % (len(BODY), BODY)
IN_PART = OK + b"Content-Length: 6000\r\n\r\n" + BODY[:900]
PROMPT_S = 8.0  # far below what the server would go on for
ENDLESS = {
    "a header of single bytes": Act(begun=OK, drip=b"X"),
    "headers without end": Act(begun=OK, drip=b"X: y\r\n", pace_s=0.1),
    "a status of single bytes": Act(begun=b"HTTP/1.1 ", drip=b"2"),
    "nothing but interim answers": Act(drip=b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silence after the head": Act(begun=OK + b"\r\n", drip=b"-", pace_s=60),
    "silence in the body": Act(begun=IN_PART, drip=b"-", pace_s=60),
    "trailers": Act(begun=IN_CHUNKS + ALL + b"0\r\n", drip=b"X: y\r\n"),
    "a trailer of single bytes": Act(begun=IN_CHUNKS + ALL + b"0\r\n", drip=b"X"),
    "the head of a chunk": Act(begun=IN_CHUNKS + ALL, drip=b"0"),
}
BEFORE_TLS = Act(begun=b"\x16\x03\x03\x3f\xff", drip=b"\x02")
GIVEN_UP = r"within 0\.3 s|timed out"


def promptly(server, folder, *, stop=None, **how):
    entry = file_entry(BODY)
    begun = time.monotonic()
    try:
        return obtain(
            publication(entry),
            entry,
            downloads=folder,
            connection=connection_to(server, attempts=1, **how),
            stop=stop,
        )
    finally:
        assert time.monotonic() - begun < PROMPT_S


@pytest.mark.parametrize("act", list(ENDLESS.values()), ids=list(ENDLESS))
def test_an_answer_that_does_not_end_is_given_up_and_can_be_stopped(
    server, tmp_path, act
):
    server.plays(act)
    with pytest.raises(FetchError, match=GIVEN_UP):
        promptly(server, tmp_path, patience_s=0.3)
    assert not (tmp_path / "survey-grid" / "grid.nc").exists()
    stop = Stop()
    server.plays(act.but(when=stop.set))
    with pytest.raises(FetchError, match="Stopped while fetching"):
        promptly(server, tmp_path, stop=stop)


def test_a_handshake_that_does_not_end_is_given_up_and_can_be_stopped(server, tmp_path):
    server.instead_of_tls = BEFORE_TLS
    with pytest.raises(FetchError, match=GIVEN_UP):
        promptly(server, tmp_path, patience_s=0.3)
    stop = Stop()
    server.instead_of_tls = BEFORE_TLS.but(when=stop.set)
    with pytest.raises(FetchError, match="Stopped while fetching"):
        promptly(server, tmp_path, stop=stop)


def test_a_transfer_that_is_too_slow_is_given_up(server, tmp_path):
    server.plays(GOOD.but(piece=4))
    with pytest.raises(FetchError, match=r"only [\d,]+ bytes came in"):
        fetch(server, tmp_path, attempts=2, window_s=0.0, slowest_bytes_per_s=1e9)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 2147483648000 x\r\n\r\n",
        b"HTTP/1.1 -1 x\r\n\r\n",
        b"\x1b]0;title\x07[/x]\r\n\r\n",
        OK + b"Content-Length: " + b"9" * 6_000 + b"\r\n\r\nab",
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
        promptly(server, tmp_path, patience_s=0.5, window_s=0.3)
    assert type(caught.value).__module__ == "geodata.errors"
    assert str(caught.value).isprintable()
