"""Servers on the loopback that do what servers should not.

``FaultServer`` speaks https with a certificate of its own and follows a script: one
``Act`` per request, the last one again and again.  It counts the bytes it sends.
``Canary`` counts who knocks.  ``Tunnel`` is a proxy that knows the verb CONNECT.
"""

import dataclasses
import hashlib
import re
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import trustme

from geodata.sources import Connection, PublishedSource, SourceFile

HOST = "files.example"
OLD_DATE = "Mon, 02 Feb 2026 08:00:00 GMT"
DATE = "Wed, 04 Mar 2026 12:00:00 GMT"


def some_bytes(size: int, *, seed: int = 1) -> bytes:
    """Bytes that begin as netCDF and never repeat, always the same ones."""
    body = b"".join(
        hashlib.sha256(b"%d %d" % (seed, k)).digest() for k in range(size // 32 + 1)
    )
    return (b"CDF\x01" + body)[:size]


@dataclass(frozen=True, kw_only=True)
class Act:
    """What the server does with one request.

    ``cut`` counts every byte of the answer, headers included; ``length`` is what it
    says of the body instead of the truth.  ``shift`` moves the piece it sends and
    says so; ``when`` is called once ``at`` bytes of a body were sent.  With ``drip``
    nothing else is sent but ``begun`` and then that again and again, without end.
    """

    body: bytes = b""
    status: int = 200
    etag: str = '"v1"'
    modified: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None
    length: int | None = None
    chunked: bool = False
    chunk: int = 1000
    no_length: bool = False
    knows_ranges: bool = True
    knows_if_range: bool = True
    shift: int = 0
    total: str = ""
    piece: int = 65_536
    at: int | None = None
    when: Callable[[], object] = lambda: None
    hold: threading.Event | None = None
    begun: bytes = b""
    drip: bytes = b""
    pace_s: float = 0.01

    def but(self, **changes: Any) -> "Act":
        return dataclasses.replace(self, **changes)


@dataclass(kw_only=True)
class Seen:
    """One request as it came."""

    host: str
    target: str
    headers: dict[str, str]
    body_bytes: int = 0


@dataclass
class FaultServer:
    """A script of acts per path; ``*`` stands for all."""

    ca: trustme.CA
    script: dict[str, list[Act]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    address: str = "127.0.0.1"
    instead_of_tls: Act | None = None

    def __post_init__(self) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(HOST, "cdn.example", "eu.files.example").configure_cert(
            self._tls
        )
        self._socket = socket.create_server((self.address, 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.over = threading.Event()
        self._start(self._accept)

    @property
    def served(self) -> int:
        """Bytes of bodies sent so far."""
        return sum(entry.body_bytes for entry in self.seen)

    def plays(self, *acts: Act, path: str = "*") -> None:
        self.script[path] = list(acts)

    def trusted(self) -> ssl.SSLContext:
        """What a client needs to trust this server and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.ca.configure_trust(context)
        return context

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            self._start(self._serve, raw)

    def _serve(self, raw: socket.socket) -> None:
        raw.settimeout(10)
        if self.instead_of_tls is not None:
            with raw, suppress(OSError):
                self._drip(raw, self.instead_of_tls)
            return
        with (
            raw,
            suppress(OSError, ValueError),
            self._tls.wrap_socket(raw, server_side=True) as connection,
        ):
            self._answer(connection)

    def _answer(self, connection: ssl.SSLSocket) -> None:
        with connection.makefile("rb") as stream:
            words = stream.readline().decode("latin-1").split()
            headers = {}
            while line := stream.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
        if len(words) != 3:
            return
        seen = Seen(host=headers.get("host", ""), target=words[1], headers=headers)
        with self._lock:
            self.seen.append(seen)
            acts = self.script.get(seen.target) or self.script["*"]
            act = acts.pop(0) if len(acts) > 1 else acts[0]
        self._send(connection, act, seen)

    def _send(self, connection: ssl.SSLSocket, act: Act, seen: Seen) -> None:
        if act.drip:
            self._drip(connection, act)
            return
        head, body = _answer_of(act, seen.headers)
        left = len(head) + len(body) if act.cut is None else act.cut
        told = act.at is None
        connection.sendall(head[:left])
        left -= len(head)
        for start in range(0, len(body), act.piece):
            block = body[start : start + act.piece][: max(left, 0)]
            if not block:
                return
            with self._lock:
                seen.body_bytes += len(block)
            connection.sendall(block)
            left -= len(block)
            if not told and act.at is not None and seen.body_bytes >= act.at:
                told = True
                act.when()
                if act.hold is not None:
                    act.hold.wait(20)
        if not told:
            act.when()
        if act.hold is not None and not body:
            act.hold.wait(20)

    def _drip(self, connection: socket.socket, act: Act) -> None:
        connection.sendall(act.begun)
        act.when()
        while not self.over.wait(act.pace_s):
            connection.sendall(act.drip)


def _answer_of(act: Act, asked: dict[str, str]) -> tuple[bytes, bytes]:
    """Return head and body as they go over the wire."""
    status, body, extra = act.status, act.body, list(act.headers)
    wanted = re.fullmatch(r"bytes=(\d+)-", asked.get("range", ""))
    is_same = asked.get("if-range", "") in (act.etag, act.modified)
    is_held = is_same or not act.knows_if_range
    if wanted and status == 200 and act.knows_ranges and is_held:
        start = int(wanted[1]) + act.shift
        if start >= len(body):
            status, body = 416, b""
            extra.append(("Content-Range", f"bytes */{len(act.body)}"))
        else:
            total = act.total or str(len(act.body))
            status, body = 206, body[start:]
            span = f"bytes {start}-{len(act.body) - 1}/{total}"
            extra.append(("Content-Range", span))
    if act.etag:
        extra.append(("ETag", act.etag))
    if act.modified:
        extra += [("Last-Modified", act.modified), ("Date", DATE)]
    if act.chunked:
        extra.append(("Transfer-Encoding", "chunked"))
        pieces = [body[k : k + act.chunk] for k in range(0, len(body), act.chunk)]
        wire = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        body = wire + b"0\r\n\r\n"
    elif not act.no_length:
        length = len(body) if act.length is None else act.length
        extra.append(("Content-Length", str(length)))
    lines = [f"HTTP/1.1 {status} -", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in extra]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), body


class Canary:
    """Hears whatever is said to one port; nothing should be to a refused address."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.heard = b""
        self._socket = socket.create_server((address, port))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self.heard += connection.recv(100)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


class Tunnel:
    """A proxy: hands every CONNECT through to one port of the loopback."""

    def __init__(self, port: int) -> None:
        self.asked: list[bytes] = []
        self._target = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, suppress(OSError):
                self._hand_through(client)

    def _hand_through(self, client: socket.socket) -> None:
        self.asked.append(client.recv(4096))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self._target)) as server:
            other = {client: server, server: client}
            while True:
                for ready in select.select([client, server], [], [], 10)[0]:
                    block = ready.recv(65_536)
                    if not block:
                        return
                    other[ready].sendall(block)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@contextmanager
def closing(server: Any) -> Iterator[Any]:
    try:
        yield server
    finally:
        server.close()


def connection_to(server: FaultServer, **changes: Any) -> Connection:
    """A connection that trusts this server only, and never waits between attempts."""
    fields: dict[str, Any] = {
        "tls": server.trusted(),
        "networks": (ip_network(f"{server.address}/32"),),
        "port": server.port,
        "pauses": False,
    }
    return Connection(**{**fields, **changes})


def look_up(*addresses: str) -> Callable[..., list[Any]]:
    """What stands in for ``socket.getaddrinfo``: every name leads to these."""

    def answer(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    return answer


def file_entry(body: bytes = b"", **changes: Any) -> SourceFile:
    """A catalogue entry of one pinned file; ``sha256="first-seen"`` unpins it."""
    name = changes.get("name", "grid.nc")
    fields: dict[str, Any] = {
        "name": name,
        "url": f"https://{HOST}/data/{name}",
        "sha256": hashlib.sha256(body).hexdigest(),
        "bytes": len(body),
        "format": "netCDF",
        "crs": "EPSG:4326",
        "columns": "",
        "resolution_km": 1.0,
        "covers": "the world",
    }
    return SourceFile(**{**fields, **changes})


def publication(*entries: SourceFile) -> PublishedSource:
    """A catalogue entry of a publisher."""
    return PublishedSource(
        id="survey-grid",
        title="Grid of a survey",
        publisher="A survey",
        citation="A survey (2020).",
        credit="A survey",
        licence="CC0-1.0",
        licence_seen="On the page.",
        open=True,
        used_for="tests",
        role="context",
        states="all five",
        seen=True,
        doi="10.0000/none",
        files=entries or (file_entry(),),
    )
