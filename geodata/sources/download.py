"""Bring one file of a publisher: attempts, resumption, limits."""

import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import InvalidHeader

from geodata.errors import FetchError, UnexpectedContentError
from geodata.sources.connection import Connection, Exchange, SetbackError, Stop
from geodata.sources.partial import Partial, Version

LONGEST_RETRY_AFTER_S = 120.0

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_WORTH_BYTES = 1 << 20  # so much progress makes up for earlier setbacks
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
_WORDS = {401: ", it wants a log-in", 403: ", forbidden", 404: ", not found"}
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")

Advance = Callable[[int, int], None]
"""Is told how many bytes are here and how many there are in all, 0 while unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be brought, who may be asked for it, and how large it may be.

    Attributes
    ----------
    partial : Partial
        Where it goes, and its address.
    hosts : tuple of str
        Hosts that may be asked: that of the address and those of its redirects.
    limit_bytes : int
        A larger file is refused.
    advance : callable
        Is told of progress.
    stop : Stop
        Ends the transfer; what came is kept where it is of use.
    """

    partial: Partial
    hosts: tuple[str, ...]
    limit_bytes: int
    advance: Advance
    stop: Stop

    def require_size(self, size: int) -> None:
        """Refuse a file that is too large, and leave nothing of it."""
        if size > self.limit_bytes:
            self.partial.discard()
            raise UnexpectedContentError(
                f"{self.partial.url} has {size:,} bytes or more; at most "
                f"{self.limit_bytes:,} are accepted. Nothing was kept. If the file is "
                "right, raise 'limit_bytes' of its entry in geodata/sources/catalogue."
            )

    def require_going_on(self) -> None:
        """End here when the user wants it."""
        if self.stop.is_set():
            raise FetchError(
                f"Stopped while fetching {self.partial.url}; {self._kept_words()}. "
                "Run the command again."
            )

    def failure(self, setback: Exception, attempts: int) -> FetchError:
        """Return the error that says that no further attempt is made."""
        often = f", after {attempts} attempts" if attempts > 1 else ""
        return FetchError(
            f"{self.partial.url} did not bring the file: {setback}{often}; "
            f"{self._kept_words()}. Check the network (and HTTPS_PROXY, if it needs a "
            "proxy) and run the command again, or put the file by hand at "
            f"{self.partial.path.with_suffix('')}."
        )

    def _kept_words(self) -> str:
        size = self.partial.kept()[1]
        if size:
            return f"{size:,} bytes are kept and the next run goes on from there"
        return "nothing is kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What the server said of the file, and whether it came in more than one piece."""

    version: Version
    in_pieces: bool


def download(order: Order, connection: Connection) -> Brought:
    """Bring what is missing of a file until all the server promised is here.

    Raises
    ------
    FetchError
        If the server does not bring it, or the transfer was stopped.
    RefusedAddressError
        If an address is not one we may ask.
    UnexpectedContentError
        If it is too large, or compressed for the way.
    StorageError
        If there is no room for it.
    """
    failures, furthest = 0, order.partial.kept()[1]
    try:
        while True:
            version, here = order.partial.kept()
            if 0 < here == version.total:
                return Brought(version=version, in_pieces=True)
            try:
                return _attempt(order, connection)
            except SetbackError as setback:
                here = order.partial.kept()[1]
                is_worth_it = here >= furthest + _WORTH_BYTES
                failures, furthest = (
                    (1, here) if is_worth_it else (failures + 1, furthest)
                )
                order.require_going_on()
                if setback.is_final or failures >= connection.attempts:
                    raise order.failure(setback, failures) from setback
                if connection.pauses:
                    order.stop.wait(_pause_s(setback, failures))
    except BaseException:
        if not order.partial.kept()[1]:
            with suppress(OSError):
                order.partial.discard()
        raise


def _attempt(order: Order, connection: Connection) -> Brought:
    order.require_going_on()
    partial = order.partial
    kept, size = partial.kept()
    headers = {"Accept-Encoding": "identity", "User-Agent": "rare-earth-atlas/0.1"}
    if size:
        validator = kept.validator(is_pinned=partial.is_pinned)
        headers |= {"Range": f"bytes={size}-", "If-Range": validator}
    with Exchange(order.stop, connection) as exchange:
        response = exchange.ask(partial.url, headers, order.hosts)
        order.require_going_on()
        blocks = exchange.blocks(response)
        first = next(blocks, b"") if response.status in (200, 206) else b""
        order.require_going_on()
        if response.status in (200, 206) and not first:
            # Headers after which nothing came may be cut themselves.
            raise SetbackError("it hung up before a byte of the file came")
        version = _meaning(response, order, kept, size)
        is_rest = response.status == 206
        size = size if is_rest else 0
        order.require_size(version.total)
        with (
            partial.storing(version.total - size),
            partial.go_on() if is_rest else partial.begin(version) as stream,
        ):
            for block in chain([first], blocks):
                size += len(block)
                order.require_size(size)
                stream.write(block)
                stream.flush()
                order.advance(size, version.total)
    order.require_going_on()
    if size < version.total:
        raise SetbackError(
            f"{size:,} of {version.total:,} bytes came before it hung up"
        )
    return Brought(version=version, in_pieces=is_rest)


def _meaning(
    response: BaseHTTPResponse, order: Order, kept: Version, here: int
) -> Version:
    """Return what an answer says of the file, or refuse the answer."""
    headers = response.headers
    if response.status not in (200, 206):
        if response.status == 416:
            order.partial.discard()
        raise _refusal(response.status, headers, restarts=here > 0)
    coding = headers.get("Content-Encoding", "").strip().lower()
    framing = headers.get("Transfer-Encoding", "").strip().lower()
    if coding not in ("", "identity") or framing not in ("", "identity", "chunked"):
        raise UnexpectedContentError(
            f"{order.partial.url} comes compressed ({coding or framing}) although it "
            "was asked for as it is. Nothing was kept; bring it by hand."
        )
    told = re.fullmatch(r"\s*(\d{1,18})\s*", headers.get("Content-Length", ""))
    length = int(told[1]) if told and framing != "chunked" else -1
    if response.status == 206:
        if not _continues(headers, kept, here, length):
            order.partial.discard()
            raise SetbackError("it sent another piece than the one asked for", wait_s=0)
        return kept
    if length < 0 and framing != "chunked" and not order.partial.is_pinned:
        raise UnexpectedContentError(
            f"The server does not say where {order.partial.url} ends, and no checksum "
            "is known: a cut file would look like a whole one. Nothing was kept; "
            "bring it by hand."
        )
    return Version(
        url=order.partial.url,
        etag=headers.get("ETag", "").strip(),
        last_modified=headers.get("Last-Modified", "").strip(),
        total=max(length, 0),
    )


def _continues(
    headers: Mapping[str, str], kept: Version, here: int, length: int
) -> bool:
    """Tell whether a piece is the rest of what is here."""
    piece = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if piece is None or not here:
        return False
    first, last = int(piece[1]), int(piece[2])
    total = kept.total or last + 1
    return (
        first == here <= last == total - 1
        and piece[3] in ("*", str(total))
        and length in (-1, last - first + 1)
        and headers.get("ETag", kept.etag).strip() == kept.etag
        and headers.get("Last-Modified", kept.last_modified).strip()
        == kept.last_modified
    )


def _refusal(
    status: int, headers: Mapping[str, str], *, restarts: bool
) -> SetbackError:
    words = f"it answered with status {status}{_WORDS.get(status, '')}"
    if status == 416 and restarts:
        return SetbackError(words, wait_s=0)
    if status not in _PASSING:
        return SetbackError(words, is_final=True)
    try:
        wait_s = Retry().parse_retry_after(headers.get("Retry-After", ""))
    except (InvalidHeader, ValueError, OverflowError):
        return SetbackError(words)
    if wait_s > LONGEST_RETRY_AFTER_S:
        words += f", and asks us to come back in {wait_s:,.0f} s"
        return SetbackError(words, is_final=True)
    return SetbackError(words, wait_s=wait_s)


def _pause_s(setback: SetbackError, failures: int) -> float:
    """Return what the server asks for, or a pause that doubles, and some chance."""
    if setback.wait_s is not None:
        return setback.wait_s
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** (failures - 1))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
