"""What a proxy in front says of a request; believed only of proxies we trust."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.public_address import PREFIX, is_well_formed

NAMES = (
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-prefix",
)
"""The headers that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """What the nearest trusted proxy says; empty where it says nothing usable.

    Attributes
    ----------
    client : str
        Address of the client: the last one that is not itself a trusted proxy.
    scheme : str
        ``http`` or ``https``.
    host : str
        Host that the client asked for.
    prefix : str
        Path that the proxy takes away before it asks us, such as ``/atlas``.
    """

    client: str = ""
    scheme: str = ""
    host: str = ""
    prefix: str = ""


def read_forwarded(headers: Mapping[bytes, bytes], trusted: str) -> Forwarded:
    """Read the headers of a trusted proxy.

    Where several proxies wrote one after the other, the last counts: whatever
    stands before it may be the client's own invention.

    >>> read_forwarded({b"x-forwarded-proto": b"https"}, "127.0.0.1").scheme
    'https'
    """
    chain, scheme, host, prefix = (
        headers.get(name, b"").decode("latin-1").strip() for name in NAMES
    )
    scheme, host, prefix = map(_last, (scheme, host, prefix))
    prefix = prefix.rstrip("/")
    return Forwarded(
        client=_client(chain, trusted),
        scheme=scheme if scheme in {"http", "https"} else "",
        host=host if is_well_formed(host) else "",
        prefix=prefix if PREFIX.fullmatch(prefix) else "",
    )


@lru_cache(maxsize=4096)
def is_trusted(address: str, trusted: str) -> bool:
    """Tell whether an address is one of the trusted proxies.

    Parameters
    ----------
    address : str
        A number; anything else is not trusted.
    trusted : str
        Numbers and networks, separated by commas.

    >>> is_trusted("10.1.2.3", "127.0.0.1, 10.0.0.0/8"), is_trusted("x", "::/0")
    (True, False)
    """
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(number in network for network in networks(trusted))


@lru_cache(maxsize=16)
def networks(
    trusted: str,
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Read a list of numbers and networks.

    Raises
    ------
    ValueError
        If one of them is neither.
    """
    parts = [part.strip() for part in trusted.split(",")]
    return tuple(ipaddress.ip_network(part) for part in parts if part)


def _client(chain: str, trusted: str) -> str:
    for part in reversed(chain.split(",")):
        address = part.strip().removeprefix("[").partition("]")[0]
        if address.count(":") == 1:  # a number with a port
            address = address.partition(":")[0]
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return ""
        if not is_trusted(address, trusted):
            return address
    return ""


def _last(text: str) -> str:
    return text.rpartition(",")[2].strip()
