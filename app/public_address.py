"""The address under which readers see the atlas, as far as it can be believed."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import urlsplit

from starlette.requests import Request

PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
"""A path that may stand before all of ours, such as ``/atlas``."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
_LAST_PORT = 65_535
_USUAL_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """Where the atlas is for its readers.

    Attributes
    ----------
    scheme : str
        ``http`` or ``https``.
    host : str
        Name or number, with a port where it is not the usual one.
    prefix : str
        Path before all of ours, such as ``/atlas``; empty at the root of a host.
    """

    scheme: str
    host: str
    prefix: str = ""

    @property
    def base(self) -> str:
        """Scheme, host and prefix, without a slash at the end."""
        return f"{self.scheme}://{self.host}{self.prefix}"


def public_base(request: Request) -> str:
    """Return what stands before the path in every link: scheme, host and prefix.

    Parameters
    ----------
    request : Request
        One that came through the application's outermost layer, which judges
        what the request says of the address.

    Returns
    -------
    str
        Without a slash at the end, such as ``https://maps.example/atlas``.
    """
    address: PublicAddress = request.state.address
    return address.base


@cache
def address_set(public_url: str) -> PublicAddress:
    """Read the address that the setting ``public_url`` names.

    >>> address_set("https://maps.example/atlas/").prefix
    '/atlas'
    """
    parts = urlsplit(public_url)
    return PublicAddress(
        scheme=parts.scheme, host=parts.netloc, prefix=parts.path.rstrip("/")
    )


@lru_cache(maxsize=512)
def address_seen(
    scheme: str, host: str, server: tuple[str, int | None], prefix: str = ""
) -> PublicAddress:
    """Make an address from a ``Host`` header, if that names this machine.

    A client can write any name there; one that is not ours is not repeated.

    Parameters
    ----------
    scheme : str
        ``http`` or ``https``.
    host : str
        The header; empty where there was none.
    server : (str, int or None)
        Address and port that the request reached; used when the header names a
        stranger or is malformed.
    prefix : str, optional
        Path before all of ours.

    >>> address_seen("http", "evil.example", ("127.0.0.1", 8000)).base
    'http://127.0.0.1:8000'
    >>> address_seen("http", "localhost:8000", ("127.0.0.1", 8000)).base
    'http://localhost:8000'
    """
    if not is_well_formed(host) or not _is_ours(host, server[0]):
        host = _joined(scheme, *server)
    return PublicAddress(scheme=scheme, host=host, prefix=prefix)


def is_well_formed(host: str) -> bool:
    """Tell whether a text is a host, with or without a port.

    >>> is_well_formed("[::1]:8000"), is_well_formed("a/b"), is_well_formed("a:99999")
    (True, False, False)
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    if found[1].startswith("["):
        try:
            ipaddress.IPv6Address(found[1][1:-1])
        except ValueError:
            return False
    return int(found[2] or 0) <= _LAST_PORT


def _is_ours(host: str, reached: str) -> bool:
    """Tell whether a host is a number, this machine's name or what was reached."""
    found = _HOST.fullmatch(host)
    name = found[1].strip("[]").lower() if found else ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in {"localhost", reached.lower(), socket.gethostname().lower()}
    return True


def _joined(scheme: str, host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port in {None, _USUAL_PORT[scheme]} else f"{shown}:{port}"
