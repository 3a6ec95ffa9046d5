"""What a server's answer means, whatever it says."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import UnexpectedContentError
from geodata.sources.note import Note
from geodata.sources.reply import SetbackError, headers_to_send, read_reply

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NOTE = Note(url="https://files.example/a", etag='"v1"', total=100)
FRESH = Note(url="https://files.example/a")


def test_a_whole_file_is_asked_for_when_nothing_of_use_is_here():
    weak = Note(url="https://files.example/a", etag='W/"v1"', total=100)
    for note, offset in ((NOTE, 0), (FRESH, 50), (weak, 50)):
        assert not {"Range", "If-Range"} & set(headers_to_send(note, offset))
    asked = headers_to_send(NOTE, 50)
    assert (asked["Range"], asked["If-Range"]) == ("bytes=50-", '"v1"')


def test_the_rest_of_a_file_is_known_as_such():
    headers = {"Content-Range": "bytes 50-99/100", "Content-Length": "50"}
    reply = read_reply(206, headers, NOTE, 50, now=NOW)
    assert (reply.is_rest, reply.note, reply.has_end) == (True, NOTE, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": "bytes 49-99/100"},
        {"Content-Range": "bytes 51-99/100"},
        {"Content-Range": "bytes 50-100/100"},
        {"Content-Range": "bytes 50-49/100"},
        {"Content-Range": "bytes 50-99/101"},
        {"Content-Range": "bytes 50-99/100", "Content-Length": "49"},
        {"Content-Range": "bytes 50-99/100", "ETag": '"v2"'},
        {"Content-Range": "bytes 50-99/100", "ETag": 'W/"v1"'},
        {"Content-Range": "bytes 50-99/100, bytes 50-99/100"},
        {},
    ],
)
def test_a_piece_that_does_not_fit_is_thrown_away_with_what_is_here(headers):
    with pytest.raises(SetbackError, match="piece") as caught:
        read_reply(206, headers, NOTE, 50, now=NOW)
    assert caught.value.restart


def test_a_piece_of_another_date_does_not_fit():
    note = Note(url=NOTE.url, last_modified="Mon, 02 Feb 2026 08:00:00 GMT", total=100)
    headers = {"Content-Range": "bytes 50-99/100"}
    assert read_reply(206, headers, note, 50, now=NOW).note == note
    headers["Last-Modified"] = "Tue, 03 Feb 2026 08:00:00 GMT"
    with pytest.raises(SetbackError):
        read_reply(206, headers, note, 50, now=NOW)


def test_a_piece_nobody_asked_for_is_not_taken():
    headers = {"Content-Range": "bytes 0-99/100"}
    for note, offset in ((NOTE, 0), (FRESH, 50)):
        with pytest.raises(SetbackError, match="nobody asked for"):
            read_reply(206, headers, note, offset, now=NOW)


def test_a_whole_file_makes_a_new_note():
    headers = {"ETag": '"v2"', "Content-Length": "70"}
    reply = read_reply(200, headers, NOTE, 50, now=NOW)
    assert not reply.is_rest
    assert reply.note == Note(url=NOTE.url, etag='"v2"', total=70)
    chunks = {"Transfer-Encoding": "chunked", "Content-Length": "70"}
    assert read_reply(200, chunks, FRESH, 0, now=NOW).note.total == 0
    assert not read_reply(200, {}, FRESH, 0, now=NOW).has_end
    for nonsense in ("-1", "x", "1 2", "9" * 30):
        reply = read_reply(200, {"Content-Length": nonsense}, FRESH, 0, now=NOW)
        assert (reply.note.total, reply.has_end) == (0, False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("Wed, 04 Mar 2026 12:00:09 GMT", 9.0),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-3", None),
    ],
)
def test_a_server_says_when_to_come_back(text, seconds):
    with pytest.raises(SetbackError) as caught:
        read_reply(503, {"Retry-After": text}, FRESH, 0, now=NOW)
    assert caught.value.wait_s == seconds
    assert not caught.value.is_final


TEXTS = st.text(string.printable + "é", max_size=30) | st.sampled_from(
    ['"v1"', '"v2"', 'W/"v1"', "bytes 50-99/100", "bytes 50-99/*", "chunked", "50"]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("Content-Range", "Content-Length", "ETag", "Last-Modified", "Date"),
            *("Content-Encoding", "Transfer-Encoding", "Retry-After"),
        ]
    ),
    TEXTS,
)


@settings(deadline=None)
@given(
    status=st.sampled_from([200, 206, 416, 503]) | st.integers(100, 999),
    headers=HEADERS,
    note=st.sampled_from([NOTE, FRESH]),
    offset=st.sampled_from([0, 50]),
)
def test_whatever_a_server_says_a_piece_fits_or_is_not_taken(
    status, headers, note, offset
):
    try:
        reply = read_reply(status, headers, note, offset, now=NOW)
    except (SetbackError, UnexpectedContentError):
        return
    assert status in (200, 206)
    if reply.is_rest:
        assert (note, offset, status) == (NOTE, 50, 206)
        assert headers["Content-Range"].startswith("bytes 50-")
        assert reply.note == NOTE
