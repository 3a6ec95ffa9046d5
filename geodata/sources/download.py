"""Bring a file over an unreliable way: attempts, resumption, limits."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from geodata.errors import FetchError, StorageError, UnexpectedContentError
from geodata.sources.door import Door
from geodata.sources.note import Note
from geodata.sources.partial import Partial
from geodata.sources.reply import (
    BRINGING,
    Reply,
    SetbackError,
    headers_to_send,
    read_reply,
)
from geodata.sources.signature import HEAD_BYTES
from geodata.sources.transfer import Answer, ask

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_WORTH_BYTES = 1 << 20  # so much progress makes up for earlier setbacks
_SPARE_BYTES = 1 << 20  # left free beside the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be brought.

    Attributes
    ----------
    url : str
        Address of the file.
    hosts : tuple of str
        Hosts that may be asked, that of ``url`` and those of its redirects.
    limit_bytes : int
        A larger file is refused.
    has_pin : bool
        True when the checksum is known, so that a file cut without a word of the
        server would be noticed.
    look : callable (first bytes) -> None
        Raises when the file cannot be what is wanted.
    advance : callable (bytes here, bytes in all or 0) -> None
        Is told of progress.
    stop : threading.Event
        Ends the transfer at its next block.
    """

    url: str
    hosts: tuple[str, ...]
    limit_bytes: int
    has_pin: bool
    look: Callable[[bytes], None]
    advance: Callable[[int, int], None]
    stop: threading.Event


def download(order: Order, partial: Partial, *, door: Door) -> None:
    """Bring what is missing of a file until all the server promised is here.

    Parameters
    ----------
    order : Order
        What, from where, how large at most.
    partial : Partial
        What is here already; holds the whole file afterwards, unnamed.
    door : Door
        The way to the network, and how patient we are with it.

    Raises
    ------
    FetchError
        If the server does not bring it; what came is kept for the next run.
    RefusedAddressError
        If an address is not one we may ask.
    UnexpectedContentError
        If it is too large, compressed for the way, or not what is wanted.
    StorageError
        If there is no room for it.
    """
    setbacks, furthest = 0, partial.size
    while not partial.is_whole:
        try:
            _attempt(order, partial, door)
            return
        except SetbackError as setback:
            if partial.size >= furthest + _WORTH_BYTES:
                setbacks, furthest = 0, partial.size
            setbacks += 1
            if setback.restart:
                partial.restart(Note(url=order.url))
            _require_going_on(order, partial)
            if setback.is_final or setbacks >= door.attempts:
                raise _failure(order, partial, setback, setbacks) from setback
            wait_s = setback.wait_s
            if wait_s is None:
                wait_s = 0.0 if setback.restart else _pause_s(setbacks, door)
            if wait_s:
                door.pause(order.stop, wait_s)
            _require_going_on(order, partial)


def _attempt(order: Order, partial: Partial, door: Door) -> None:
    _require_going_on(order, partial)
    headers = headers_to_send(partial.note, partial.useful)
    with ask(
        order.url, headers, hosts=order.hosts, door=door, stop=order.stop
    ) as answer:
        blocks = answer.blocks()
        first = next(blocks, b"") if answer.status in BRINGING else b""
        _require_going_on(order, partial)
        _require_begun(answer, first)
        reply = read_reply(
            answer.status, answer.headers, partial.note, partial.useful, now=door.now()
        )
        _require_end(order, partial, reply)
        _require_size(order, partial, reply.note.total)
        _require_room(partial, reply, door)
        for block in _begun(order, partial, reply, chain([first], blocks)):
            if 0 < reply.note.total < partial.size + len(block):
                raise SetbackError("it sent more than it promised", restart=True)
            _require_size(order, partial, partial.size + len(block))
            partial.write(block)
            order.advance(partial.size, reply.note.total)
    _require_going_on(order, partial)
    if partial.size < reply.note.total:
        raise SetbackError(
            f"{partial.size:,} of {reply.note.total:,} bytes came before it hung up"
        )


def _begun(
    order: Order, partial: Partial, reply: Reply, blocks: Iterator[bytes]
) -> Iterator[bytes]:
    """Yield the blocks to write; what is here goes only when better is in sight."""
    if reply.is_rest:
        partial.go_on(reply.note)
    else:
        head = b""
        for block in blocks:
            head += block
            if len(head) >= HEAD_BYTES:
                break
        _require_going_on(order, partial)
        if len(head) < min(reply.note.total, HEAD_BYTES):
            raise SetbackError(f"{len(head):,} bytes came before it hung up")
        order.look(head[:HEAD_BYTES])
        _require_size(order, partial, len(head))
        partial.restart(reply.note)
        yield head
    yield from blocks


def _require_begun(answer: Answer, first: bytes) -> None:
    """Refuse to read headers after which nothing came: they may be cut themselves."""
    is_empty = answer.headers.get("Content-Length", "").strip() == "0"
    if answer.status in BRINGING and not first and not is_empty:
        raise SetbackError("it hung up before a byte of the file came")


def _require_going_on(order: Order, partial: Partial) -> None:
    if order.stop.is_set():
        raise FetchError(
            f"Stopped while fetching {partial.final.name}; {_kept(partial)}. Run the "
            "command again."
        )


def _require_end(order: Order, partial: Partial, reply: Reply) -> None:
    if not (reply.has_end or order.has_pin):
        raise UnexpectedContentError(
            f"The server does not say where {partial.final.name} ends, and no checksum "
            "is known: a cut file would look like a whole one. Nothing was kept; "
            f"bring it by hand from {order.url} and put it at {partial.final}."
        )


def _require_size(order: Order, partial: Partial, size: int) -> None:
    if size > order.limit_bytes:
        partial.restart(Note(url=order.url))
        raise UnexpectedContentError(
            f"{partial.final.name} has {size:,} bytes or more; at most "
            f"{order.limit_bytes:,} are accepted. Nothing was kept. If the file is "
            "right, raise 'limit_bytes' of its entry in geodata/sources/catalogue."
        )


def _require_room(partial: Partial, reply: Reply, door: Door) -> None:
    if not reply.note.total:
        return
    needed = reply.note.total - partial.size + _SPARE_BYTES
    try:
        free = door.free_bytes(partial.final.parent)
    except OSError:
        return  # nobody can say; a full disk is noticed when it is written to
    if needed > free:
        raise StorageError(
            f"{partial.final} needs {needed:,} bytes and {free:,} are free. "
            f"Nothing was changed; {_kept(partial)}. Free some space, or choose "
            "another folder with ATLAS_HOME, then run the command again."
        )


def _pause_s(setbacks: int, door: Door) -> float:
    """Return a pause that doubles, at random between its half and all of it."""
    longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** (setbacks - 1))
    return longest * (0.5 + 0.5 * door.jitter())


def _kept(partial: Partial) -> str:
    if partial.useful:
        return f"{partial.size:,} bytes are kept and the next run goes on from there"
    return "nothing is kept"


def _failure(
    order: Order, partial: Partial, setback: SetbackError, attempts: int
) -> FetchError:
    often = f", after {attempts} attempts" if attempts > 1 else ""
    return FetchError(
        f"{partial.final.name} could not be brought from {order.url}: {setback}"
        f"{often}; {_kept(partial)}. Check the network (and HTTPS_PROXY, if it needs "
        "a proxy) and run the command again, or put the file by hand at "
        f"{partial.final}."
    )
