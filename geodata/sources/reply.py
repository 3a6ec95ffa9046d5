"""What a server's answer to a request for a file, or its rest, means.

Pure functions on status and headers; nothing here talks to anybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from geodata.errors import UnexpectedContentError
from geodata.sources.note import Note

LONGEST_RETRY_AFTER_S = 120.0
"""Seconds we wait when a server says when to come back; longer ends the run."""

_OK, _PARTIAL_CONTENT, _RANGE_NOT_SATISFIABLE = 200, 206, 416
BRINGING = (_OK, _PARTIAL_CONTENT)
"""Statuses of answers that bring a file, or its rest."""

_WORDS = {
    401: "it wants a log-in",
    403: "forbidden",
    404: "not found",
    410: "gone",
    429: "too many requests",
    500: "an error of the server",
    503: "not available now",
}
_OFTEN_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_SURE_AGE = timedelta(seconds=60)
# A younger date may stand for two versions of the file [RFC 9110, 8.8.2.2].


class SetbackError(Exception):
    """An attempt to fetch a file did not end well; never leaves this package.

    Parameters
    ----------
    reason : str
        What happened, as the middle of a sentence.
    wait_s : float, optional
        Seconds the server asks us to wait.
    restart : bool
        True when what is here already is of no use.
    is_final : bool
        True when another attempt would not do better.
    """

    def __init__(
        self,
        reason: str,
        *,
        wait_s: float | None = None,
        restart: bool = False,
        is_final: bool = False,
    ) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.restart = restart
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that brings bytes.

    Attributes
    ----------
    note : Note
        What to remember beside the partial file.
    is_rest : bool
        True when the bytes continue what is here; False when they begin anew.
    has_end : bool
        True when the answer itself tells a whole body from a cut one.
    """

    note: Note
    is_rest: bool
    has_end: bool


def headers_to_send(note: Note, offset: int) -> dict[str, str]:
    """Return the headers of a request for a file, or for what is missing of it.

    Parameters
    ----------
    note : Note
        What is known of the part that is here.
    offset : int
        Its size, bytes.
    """
    headers = {
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "User-Agent": "rare-earth-atlas/0.1",
    }
    if offset and note.validator:
        headers |= {"Range": f"bytes={offset}-", "If-Range": note.validator}
    return headers


def read_reply(
    status: int, headers: Mapping[str, str], note: Note, offset: int, *, now: datetime
) -> Reply:
    """Tell what an answer brings.

    Parameters
    ----------
    status : int
        No redirect: those are followed before.
    headers : mapping
        Of the answer; names in any case if the mapping does not mind.
    note, offset : Note, int
        What was sent with :func:`headers_to_send`.
    now : datetime
        With a time zone; for servers that name an hour to come back at.

    Raises
    ------
    SetbackError
        If it brings nothing of use.
    UnexpectedContentError
        If the bytes are compressed for the way.
    """
    if status not in BRINGING:
        raise _refusal(status, headers, offset, now)
    coding = headers.get("Content-Encoding", "").strip().lower()
    framing = headers.get("Transfer-Encoding", "").strip().lower()
    if coding not in ("", "identity") or framing not in ("", "identity", "chunked"):
        raise UnexpectedContentError(
            f"The server sends the file compressed ({coding or framing}) although it "
            "was asked for the file as it is. Nothing was kept; bring it by hand."
        )
    length = -1 if framing == "chunked" else _number(headers.get("Content-Length"))
    has_end = framing == "chunked" or length >= 0
    if status == _OK:
        fresh = Note(
            url=note.url,
            etag=headers.get("ETag", "").strip(),
            last_modified=_sure_date(headers),
            total=max(length, 0),
        )
        return Reply(note=fresh, is_rest=False, has_end=has_end)
    if not (offset and note.validator):
        raise SetbackError("it sent a piece nobody asked for", restart=True)
    return Reply(
        note=_continued(headers, note, offset, length), is_rest=True, has_end=True
    )


def words_of(error: Exception) -> str:
    """Return what an error of a library says, without names of classes and pools.

    Signs that would steer a terminal become question marks.
    """
    text = str(error.args[-1] if error.args else error).rpartition("): ")[2].strip()
    plain = "".join(sign if sign.isprintable() else "?" for sign in text[:160])
    return plain or type(error).__name__


def _continued(
    headers: Mapping[str, str], note: Note, offset: int, length: int
) -> Note:
    """Return the note of the whole, or refuse a piece that does not fit."""
    match = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if match is None:
        raise SetbackError("it does not say which piece it sent", restart=True)
    first, last = int(match[1]), int(match[2])
    total = note.total if match[3] == "*" else int(match[3])
    fits = (
        first == offset <= last < total
        and total == (note.total or total)
        and length in (-1, last - first + 1)
        and headers.get("ETag", note.etag).strip() == note.etag
        and (not note.last_modified or _same_date(headers, note))
    )
    if not fits:
        raise SetbackError("it sent another piece than the one asked for", restart=True)
    return Note(
        url=note.url, etag=note.etag, last_modified=note.last_modified, total=total
    )


def _same_date(headers: Mapping[str, str], note: Note) -> bool:
    date = headers.get("Last-Modified", note.last_modified).strip()
    return date == note.last_modified


def _sure_date(headers: Mapping[str, str]) -> str:
    """Return Last-Modified when it is old enough to mean one version only."""
    text = headers.get("Last-Modified", "").strip()
    date, sent = _date(text), _date(headers.get("Date", ""))
    return text if date and sent and sent - date >= _SURE_AGE else ""


def _refusal(
    status: int, headers: Mapping[str, str], offset: int, now: datetime
) -> SetbackError:
    words = f"it answered with status {status}"
    if status in _WORDS:
        words += f", {_WORDS[status]}"
    if status == _RANGE_NOT_SATISFIABLE and offset:
        return SetbackError(words, restart=True)
    if status not in _OFTEN_PASSING:
        return SetbackError(words, is_final=True)
    wait_s = _retry_after(headers.get("Retry-After", ""), now)
    if wait_s is not None and wait_s > LONGEST_RETRY_AFTER_S:
        words += f", and asks us to come back in {wait_s:,.0f} s"
        return SetbackError(words, is_final=True)
    return SetbackError(words, wait_s=wait_s)


def _retry_after(text: str, now: datetime) -> float | None:
    text = text.strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    date = _date(text)
    return max(0.0, (date - now).total_seconds()) if date else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,18}", text.strip()) else -1
