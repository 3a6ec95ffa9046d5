"""Servers that cut, lie, change their mind, send us elsewhere or nowhere at all."""

import gzip
import itertools
import ssl
import threading
import time
from contextlib import suppress
from ipaddress import ip_network

import pytest
import trustme

from geodata.errors import (
    ChecksumError,
    FetchError,
    RefusedAddressError,
    StorageError,
    UnexpectedContentError,
)
from geodata.provenance import file_checksum
from geodata.sources import Door, obtain
from geodata.sources.catalogue import FIRST_SEEN
from geodata.sources.signature import HEAD_BYTES
from tests.geodata.sources.fault_server import (
    HOST,
    OLD_DATE,
    Act,
    Canary,
    FaultServer,
    Tunnel,
    closing,
    door_to,
    file_entry,
    publication,
    some_bytes,
)

BODY = some_bytes(6_000)
OTHER = some_bytes(6_000, seed=2)
PAGE = b"<!DOCTYPE html><html><title>Please log in</title></html>".ljust(2_000)
GOOD = Act(body=BODY)
SWEEP = (*range(12), *range(60, 140, 7), *range(140, 6_140, 50), *range(6_000, 6_074))
"""Where an answer is cut, bytes of head and body together; its head has about 73."""


def fetch(server, folder, *, body=BODY, entry=None, **door):
    entry = entry or file_entry(body)
    return obtain(
        publication(entry), entry, downloads=folder, door=door_to(server, **door)
    )


def left_in(folder):
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
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
        assert server.served <= len(BODY) + HEAD_BYTES + 200, k
    assert len(SWEEP) > 200


def test_a_transfer_cut_again_and_again_still_goes_on(server, tmp_path):
    for k in range(100, 2_000, 100):
        server.seen.clear()
        server.plays(GOOD.but(cut=1_500), GOOD.but(cut=k), GOOD.but(cut=k), GOOD)
        assert fetch(server, tmp_path / str(k)).path.read_bytes() == BODY
        assert server.served == len(BODY)


def test_a_rest_cut_in_its_headers_is_asked_for_again(server, tmp_path):
    for k in range(0, 140, 3):
        server.seen.clear()
        server.plays(GOOD.but(cut=3_000), GOOD.but(cut=k), GOOD)
        assert fetch(server, tmp_path / str(k)).path.read_bytes() == BODY, k
        assert left_in(tmp_path / str(k)) == WHOLE, k
        assert server.served <= len(BODY) + 3_000, k


@pytest.mark.parametrize("cut", [0, 40, 90, 900, 3_000, 6_070])
def test_a_server_that_always_cuts_is_given_up_and_the_next_run_goes_on(
    server, tmp_path, cut
):
    server.plays(GOOD.but(cut=cut), *[Act(status=503)] * 4, GOOD)
    with pytest.raises(FetchError, match="after 5 attempts") as caught:
        fetch(server, tmp_path)
    is_useful = cut > HEAD_BYTES
    assert left_in(tmp_path) == (PART if is_useful else [])
    assert ("bytes are kept" in str(caught.value)) == is_useful
    assert fetch(server, tmp_path).path.read_bytes() == BODY
    assert left_in(tmp_path) == WHOLE
    assert server.served <= len(BODY) + HEAD_BYTES


def test_a_slow_but_living_server_is_not_given_up(authority, tmp_path):
    body = some_bytes(9 << 20)
    with closing(FaultServer(authority)) as server:
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
        with pytest.raises(UnexpectedContentError, match="A web page came"):
            fetch(server, tmp_path, entry=file_entry(BODY, sha256=sha256))
    assert left_in(tmp_path) == []
    assert len(server.seen) == 2


def test_a_web_page_in_between_does_not_cost_what_is_here(server, tmp_path):
    server.plays(GOOD.but(cut=4_000), Act(body=PAGE, etag=""))
    with pytest.raises(UnexpectedContentError, match="A web page came"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == PART
    server.plays(GOOD)
    fetch(server, tmp_path)
    assert server.served == len(BODY) + len(PAGE)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(server, tmp_path, status):
    waits = []
    soon = Act(status=status, headers=(("Retry-After", "7"),))
    later = Act(
        status=status, headers=(("Retry-After", "Wed, 04 Mar 2026 12:00:30 GMT"),)
    )
    silent = Act(status=status)
    server.plays(soon, later, silent, GOOD)
    fetch(server, tmp_path, pause=lambda stop, s: bool(waits.append(s)))
    assert waits == [7.0, 30.0, 1.5]


def test_a_server_that_wants_an_hour_is_not_waited_for(server, tmp_path):
    server.plays(Act(status=429, headers=(("Retry-After", "3600"),)))
    with pytest.raises(FetchError, match="come back in 3,600 s"):
        fetch(server, tmp_path)
    assert len(server.seen) == 1


def test_pauses_double_and_are_never_the_same_for_everybody(server, tmp_path):
    waits = []
    server.plays(Act(status=500))
    with pytest.raises(FetchError, match="status 500"):
        fetch(
            server,
            tmp_path,
            attempts=9,
            jitter=lambda: 1.0,
            pause=lambda stop, s: bool(waits.append(s)),
        )
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]


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


def test_a_file_that_becomes_shorter_in_between_keeps_nothing_of_the_longer(
    server, tmp_path
):
    new = Act(body=OTHER[:3_000], etag='"v2"')
    server.plays(GOOD.but(cut=5_000), new)
    found = fetch(server, tmp_path, body=OTHER[:3_000])
    assert found.path.read_bytes() == OTHER[:3_000]
    assert found.bytes == 3_000


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


@pytest.mark.parametrize(
    ("etag", "modified", "resumes"),
    [
        ('"v1"', "", True),
        ("", OLD_DATE, True),
        ('W/"v1"', "", False),
        ('W/"v1"', OLD_DATE, False),
        ("", "Wed, 04 Mar 2026 11:59:30 GMT", False),
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


def test_a_drip_is_given_up(server, tmp_path):
    server.plays(GOOD.but(piece=4))
    ticks = itertools.count()
    with pytest.raises(FetchError, match=r"only [\d,]+ bytes came in"):
        fetch(server, tmp_path, clock=lambda: float(next(ticks)), attempts=2)
    server.plays(GOOD)
    assert fetch(server, tmp_path).path.read_bytes() == BODY


@pytest.mark.parametrize("at", [0, 2_000])
def test_a_server_that_falls_silent_is_given_up(server, tmp_path, at):
    silence = threading.Event()
    server.plays(
        GOOD.but(cut=30, body=b"", hold=silence)
        if at == 0
        else GOOD.but(at=at, piece=1_000, hold=silence)
    )
    try:
        with pytest.raises(FetchError, match="timed out"):
            fetch(server, tmp_path, read_s=0.1, attempts=2)
    finally:
        silence.set()
    server.plays(GOOD)
    assert fetch(server, tmp_path).path.read_bytes() == BODY


def test_the_stop_wakes_a_transfer_that_waits(server, tmp_path):
    stop, silence = threading.Event(), threading.Event()
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
                door=door_to(server, read_s=60),
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
            door=door_to(server),
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


def test_a_body_beyond_the_limit_is_not_read(authority, tmp_path):
    huge = Act(body=bytes(16 << 20), no_length=True, chunked=True, piece=16_384)
    with closing(FaultServer(authority)) as server:
        server.plays(Act(body=BODY, length=1 << 40), huge)
        entry = file_entry(BODY, limit_bytes=100_000, format="", name="grid.grd")
        for _ in range(2):
            with pytest.raises(UnexpectedContentError, match="at most 100,000"):
                fetch(server, tmp_path, entry=entry)
        assert left_in(tmp_path) == []
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


def test_no_room_is_said_before_anything_is_written(server, tmp_path):
    server.plays(GOOD)
    with pytest.raises(StorageError, match=r"needs 1,054,576 bytes and 5,000 are free"):
        fetch(server, tmp_path, free_bytes=lambda folder: 5_000)
    assert left_in(tmp_path) == []


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
    "https://private.example/x",
    "ftp://{host}/x",
    "file:///etc/passwd",
    "//evil.example/x",
)


@pytest.mark.parametrize("location", REFUSED)
def test_a_redirect_elsewhere_is_refused_and_nobody_is_asked(
    server, tmp_path, location
):
    with closing(Canary("127.0.0.2", server.port)) as canary:
        target = location.format(host=HOST, port=canary.port)
        server.plays(Act(status=302, headers=(("Location", target),)))
        with pytest.raises(RefusedAddressError):
            fetch(
                server,
                tmp_path,
                entry=file_entry(BODY, hosts=("private.example",)),
                resolve=lambda host, port: [
                    "127.0.0.2" if host == "private.example" else server.address
                ],
            )
        assert canary.hits == 0
    assert len(server.seen) == 1
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.2"],
        ["10.0.0.1", "192.168.1.1", "172.16.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],  # noqa: S104 - an address that is refused
        ["::1"],
        ["::ffff:127.0.0.2"],
        ["fe80::1%lo"],
        ["fd00::1"],
        ["64:ff9b::7f00:2"],
        ["2002:7f00:2::"],
    ],
)
def test_a_name_that_leads_into_a_private_network_is_refused(
    server, tmp_path, addresses
):
    with (
        closing(Canary("127.0.0.2", server.port)) as canary,
        pytest.raises(RefusedAddressError, match="not of the public internet"),
    ):
        fetch(server, tmp_path, resolve=lambda host, port: addresses)
    assert canary.hits == 0
    assert server.seen == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(server, tmp_path):
    answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["127.0.0.2"]))
    with closing(Canary("127.0.0.2", server.port)) as canary:
        server.plays(GOOD)
        fetch(server, tmp_path / "a", resolve=lambda host, port: next(answers))
        with pytest.raises(RefusedAddressError):
            fetch(server, tmp_path / "b", resolve=lambda host, port: next(answers))
        assert canary.hits == 0


def test_by_default_the_loopback_is_no_public_network(server, tmp_path):
    with pytest.raises(RefusedAddressError):
        fetch(server, tmp_path, networks=())
    assert server.seen == []


def test_of_several_addresses_the_first_that_answers_is_taken(server, tmp_path):
    server.plays(GOOD)
    found = fetch(
        server,
        tmp_path,
        networks=(ip_network("127.0.0.0/30"),),
        resolve=lambda host, port: ["10.1.2.3", "127.0.0.3", "127.0.0.1"],
    )
    assert found.path.read_bytes() == BODY


def test_a_host_that_cannot_be_found_or_reached_is_said(server, tmp_path):
    def lost(host, port):
        raise OSError(-2, "Name or service not known")

    with pytest.raises(FetchError, match="cannot be looked up"):
        fetch(server, tmp_path, resolve=lost)
    with closing(Canary()) as canary:
        port = canary.port
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(server, tmp_path, port=port)
    with pytest.raises(FetchError, match=r"cannot be reached \(no address\)"):
        fetch(server, tmp_path, resolve=lambda host, port: [])
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


def test_a_proxy_of_the_environment_is_used_and_looks_the_host_up(
    server, tmp_path, monkeypatch
):
    server.plays(GOOD)
    with closing(Tunnel(server.port)) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s%40fe@127.0.0.1:{tunnel.port}")
        proxy = Door().proxy
        found = fetch(server, tmp_path, proxy=proxy, port=443, networks=())
        assert found.path.read_bytes() == BODY
        assert tunnel.asked[0].startswith(b"CONNECT files.example:443 ")
        assert b"basic bwu6c0bmzq==" in tunnel.asked[0].lower()
        with pytest.raises(RefusedAddressError):
            fetch(
                server,
                tmp_path,
                proxy=proxy,
                entry=file_entry(BODY, name="b.nc", url="http://files.example/b.nc"),
            )
        assert len(tunnel.asked) == 1
    with pytest.raises(FetchError, match="gave no answer") as caught:
        fetch(server, tmp_path / "dead", proxy=proxy, attempts=1)
    assert "s%40fe" not in str(caught.value)
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(RefusedAddressError, match="begins with http"):
        Door()


def test_an_empty_answer_is_no_file(server, tmp_path):
    server.plays(Act(body=b""))
    with pytest.raises(UnexpectedContentError, match="empty file"):
        fetch(server, tmp_path, entry=file_entry(b"", sha256=FIRST_SEEN))
    assert left_in(tmp_path) == []
