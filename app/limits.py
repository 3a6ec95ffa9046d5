"""What one request, one connection and one client may cost."""

import resource
from functools import cache

MAX_URL_BYTES = 8_192
MAX_HEAD_BYTES = 65_536
"""Request line and headers, their names, values and separators counted."""
MAX_HEADERS = 100
MAX_BODY_BYTES = 1_000_000
MAX_VERTICES = 10_000
"""Corners of all shapes that a client sends in one request."""

HEAD_S = 10.0
"""Within which the head of a request must be here, from the first byte or the open."""
BODY_S = 30.0
STALL_S = 30.0
"""After which a client must have read on, if only a little."""
REQUEST_S = 30.0
"""Within which an answer must begin."""

THREADS = 2
"""Of each process, in which requests are worked on; more would only take turns."""
TURN_S = 0.001
"""How long one of them works before the event loop has its turn, seconds."""
MAX_AT_WORK = 128
"""Requests of each process that are worked on or wait for a thread."""

RETRY_S = 2
"""When a client that was sent away may come again, seconds."""

_DESCRIPTORS_WANTED = 16_384
_DESCRIPTORS_FOR_WORK = 256  # rasters, folders, listeners, what libraries open
_MOST_CONNECTIONS = 2_048


def raise_descriptor_limit() -> None:
    """Let this process and its children open as many files as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS_WANTED
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@cache
def most_connections() -> int:
    """Return how many connections a process may hold, so that files stay openable."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return min(_MOST_CONNECTIONS, max(soft - _DESCRIPTORS_FOR_WORK, soft // 4))
