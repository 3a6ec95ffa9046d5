"""One request as those who run the atlas see it: what was asked, what it cost."""

import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter

_GIVEN_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
_SHOWN_BITS = {4: 24, 6: 48}


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request, from the first byte of its head to the last of its answer.

    Attributes
    ----------
    request_id : str
        The client's own name for it, when that is a plain word; else one of ours.
    method, path : str
        What was asked.
    query_bytes : int
        Length of the query; its text is not kept.
    client : str
        Address of the client.
    route : str
        Template of the address, such as ``/api/collections/{collection_id}``; empty
        until a route is found.
    release : str
        Release that it was answered from; empty where none took part.
    status : int
        Of the answer; 0 until it has begun.
    sent_bytes : int
        Of its body.
    started_s : float
        By the clock of ``perf_counter``.
    """

    request_id: str
    method: str
    path: str
    query_bytes: int
    client: str
    route: str = ""
    release: str = ""
    status: int = 0
    sent_bytes: int = 0
    started_s: float = field(default_factory=perf_counter)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return perf_counter() - self.started_s


def given_id(name: bytes | None) -> str:
    """Return a client's name for its request when it is a plain word, else nothing.

    >>> given_id(b"order-2026-0007"), given_id(b"<script>")
    ('order-2026-0007', '')
    """
    plain = name is not None and _GIVEN_ID.fullmatch(name)
    return name.decode("ascii") if name is not None and plain else ""


@lru_cache(maxsize=4096)
def shortened(client: str) -> str:
    """Return the network of a client, for records that need not tell who it was.

    >>> shortened("192.0.2.77"), shortened("2001:db8:1:2::9"), shortened("x")
    ('192.0.2.0/24', '2001:db8:1::/48', 'unknown')
    """
    try:
        number = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    bits = _SHOWN_BITS[number.version]
    return str(ipaddress.ip_network((number, bits), strict=False))
