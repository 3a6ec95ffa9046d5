"""A connection that is counted and timed, and refused as soon as it asks too much.

The parser below has no limit of its own: a head without an end would fill the memory,
and one that never comes would hold its connection for ever.
"""

from asyncio import TimerHandle, Transport
from enum import Enum, auto
from functools import cache
from http import HTTPStatus
from typing import ClassVar, Self

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app import limits
from app.errors import PROBLEM, problem
from app.metrics import Metrics
from app.text import say

_LEAST_READ_BYTES = 16_384  # by a slow client, in limits.STALL_S
_MOST_WAITING = 16  # requests sent without waiting for answers
_DROPPED_SHARE = 10  # one in so many connections makes room for new ones


class _Stage(Enum):
    NEW = auto()  # nothing has come yet
    HEAD = auto()
    BODY = auto()
    WHOLE = auto()  # the request is here: now it is our turn


class _RefusedError(Exception):
    """Stops the parser; the connection knows why."""


class Connection(HttpToolsProtocol):
    """One connection of the server.

    A head that is too long, or a URL, is refused before it is all here; a request that
    does not come, or an answer that is not read, ends the connection.  Where there are
    too many connections, those go that wait longest for their clients.
    """

    head_s: ClassVar[float] = limits.HEAD_S
    body_s: ClassVar[float] = limits.BODY_S
    stall_s: ClassVar[float] = limits.STALL_S
    most: ClassVar[int] = 0
    """Connections of this process; 0 = as many as there are descriptors for."""

    _stage: _Stage = _Stage.NEW
    _begun: int = 0  # requests that began in the bytes being parsed
    _raw: int = 0  # bytes of the request that began last
    _counted: int = 0  # bytes of its head
    _body: int = 0  # bytes of its body
    _because: HTTPStatus = HTTPStatus.BAD_REQUEST
    _patience: TimerHandle | None = None
    _stall: TimerHandle | None = None
    _waits_since: float = 0.0

    @property
    def waits_for_client(self) -> bool:
        """Whether it is the client's turn: to ask, to go on asking, or to read."""
        if self._stage is not _Stage.WHOLE or self.flow.write_paused:
            return True
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as below
        """Begin to wait for a request; make room first where there is none."""
        super().connection_made(transport)
        self._be_patient(self.head_s)
        if len(self.connections) > (self.most or limits.most_connections()):
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        for timer in (self._patience, self._stall):
            if timer is not None:
                timer.cancel()
        self._patience = self._stall = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and count it."""
        if self.transport.is_closing():
            return
        before, self._begun = self._stage, 0
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._begun == 0:
            self._raw += len(data)
        elif self._begun == 1 and before in {_Stage.NEW, _Stage.WHOLE}:
            self._raw = len(data)
        else:  # where the last one began among several is not known
            self._raw = 0
        if self._stage is _Stage.WHOLE and not self.waits_for_client:
            return
        if self._stage is _Stage.BODY:
            if self._raw > limits.MAX_HEAD_BYTES + 2 * limits.MAX_BODY_BYTES:
                self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            elif before is not _Stage.BODY:
                self._be_patient(self.body_s)
        elif self._raw > limits.MAX_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._patience is None:
            self._be_patient(self.head_s)

    def on_message_begin(self) -> None:
        """Begin to count a request."""
        super().on_message_begin()
        self._stage = _Stage.HEAD
        self._begun += 1
        self._raw = self._counted = self._body = 0
        if len(self.pipeline) > _MOST_WAITING:
            self._stop(HTTPStatus.BAD_REQUEST)

    def on_url(self, url: bytes) -> None:
        """Take a piece of the URL."""
        super().on_url(url)
        self._counted += len(url)
        if len(self.url) > limits.MAX_URL_BYTES:
            self._stop(HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a line after a body that came in pieces."""
        super().on_header(name, value)
        self._counted += len(name) + len(value) + len(b": \r\n")
        if (
            self._counted > limits.MAX_HEAD_BYTES
            or len(self.headers) > limits.MAX_HEADERS
        ):
            self._stop(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Hand the request over."""
        super().on_headers_complete()
        self._stage = _Stage.BODY

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; no address wants more than the budget."""
        self._body += len(body)
        if self._body > limits.MAX_BODY_BYTES:
            self._stop(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Know that it is our turn."""
        super().on_message_complete()
        self._stage = _Stage.WHOLE
        self._calm()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """See whether the client reads on."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """Be content: the client reads."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the parser's words
        """Refuse what the parser, or we in its place, could not take."""
        self._refuse(self._because)

    def _stop(self, status: HTTPStatus) -> None:
        self._because = status
        raise _RefusedError

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why and close; say nothing where an answer is already on its way."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            ours = self._stage is _Stage.BODY and not self.pipeline
            if cycle.response_started or not ours:
                self.transport.close()
                return
        self._refuse_at_once(status)

    def _refuse_at_once(self, status: HTTPStatus) -> None:
        self.transport.write(refusal(status))
        self.transport.close()
        metrics = getattr(getattr(self.app, "state", None), "metrics", None)
        if isinstance(metrics, Metrics):
            metrics.refuse(status.value)

    def _be_patient(self, seconds: float) -> None:
        self._calm()
        self._waits_since = self.loop.time()
        self._patience = self.loop.call_later(seconds, self._out_of_patience)

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _out_of_patience(self) -> None:
        self._patience = None
        if self.transport.is_closing():
            return
        if self._stage is _Stage.BODY and self.flow.read_paused:
            self._be_patient(self.body_s)  # it is we who do not read
        elif self._stage is _Stage.NEW:
            self.transport.close()
        elif self._stage is _Stage.HEAD and not self._answered():
            self._be_patient(self.head_s)  # the request before it is being answered
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _answered(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _watch_reading(self, unread: int | None = None) -> None:
        left = self.transport.get_write_buffer_size()
        if unread is not None and left > unread - _LEAST_READ_BYTES:
            self.transport.abort()
            return
        self._stall = self.loop.call_later(self.stall_s, self._watch_reading, left)

    def _make_room(self) -> None:
        """Drop those that wait longest for their clients, else this one."""
        waiting = [item for item in self._others() if item.waits_for_client]
        if not waiting:
            self._refuse_at_once(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        waiting.sort(key=lambda item: item._waits_since)  # noqa: SLF001  # of our own kind
        for item in waiting[: max(1, len(waiting) // _DROPPED_SHARE)]:
            self.connections.discard(item)
            item.transport.abort()

    def _others(self) -> list[Self]:
        kind = type(self)
        return [
            item
            for item in self.connections
            if isinstance(item, kind) and item is not self
        ]


@cache
def refusal(status: HTTPStatus) -> bytes:
    """Return a whole answer that refuses a request and ends the connection.

    >>> refusal(HTTPStatus.REQUEST_TIMEOUT).splitlines()[0]
    b'HTTP/1.1 408 Request Timeout'
    """
    body = problem(status, say(f"error.refused-{status.value}"))
    lines = [
        f"content-type: {PROBLEM}",
        f"content-length: {len(body)}",
        "cache-control: no-store",
        "access-control-allow-origin: *",
        "x-content-type-options: nosniff",
        "connection: close",
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        lines.append(f"retry-after: {limits.RETRY_S}")
    head = "\r\n".join(lines).encode("ascii")
    return b"".join((STATUS_LINE[status.value], head, b"\r\n\r\n", body))
