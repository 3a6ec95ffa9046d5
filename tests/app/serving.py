"""A real server in a thread of the test, with our connections."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from app.protocol import Connection

WAIT_S = 30.0


@contextmanager
def serving(
    app: ASGIApp, *, connection: type[Connection] = Connection
) -> Iterator[int]:
    """Serve an application on a free port of this machine; gives the port."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        http=connection,
        ws="none",
        loop="uvloop",
        proxy_headers=False,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + WAIT_S
    while not server.started and time.monotonic() < deadline:
        thread.join(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(WAIT_S)


def connect(port: int) -> socket.socket:
    """Open a connection to a server of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)


def rest(connection: socket.socket) -> bytes:
    """Read until the other side closes; a reset is an end, too."""
    read = bytearray()
    with suppress(ConnectionError):
        while piece := connection.recv(65_536):
            read += piece
    return bytes(read)


def ask(port: int, request: bytes) -> bytes:
    """Send bytes and read everything until the server closes."""
    with connect(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(request)
        return rest(connection)


def get(port: int, path: str) -> bytes:
    """Ask for a path, once, and read the whole answer."""
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    return ask(port, head.encode())
