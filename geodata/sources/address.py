"""Which addresses may be asked: https, a named host, a public network."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from geodata.errors import RefusedAddressError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: no number in any notation is a host name.
_HOST = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_URL = re.compile(
    rf"https://(?P<host>{_HOST})(?::443)?(?P<target>[/?][!-\[\]-~]*)?", re.IGNORECASE
)
_LONGEST_URL = 8_000

_NOT_FOR_US = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("192.0.0.0/24", "192.88.99.0/24"),  # protocol assignments, 6to4 relays
        *("64:ff9b::/96", "64:ff9b:1::/48"),  # IPv4 behind a translator
        *("2001::/23", "2002::/16"),  # Teredo and its kin, 6to4
        *("fec0::/10", "3fff::/20"),  # old site-local, documentation
    )
)
"""Ranges that Python calls global, or did in some version, and that carry or
embed addresses nobody has checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A checked https address.

    Attributes
    ----------
    host : str
        Name in lower case; never a number.
    target : str
        Path and query, beginning with a slash.
    """

    host: str
    target: str


def host_of(url: str) -> str:
    """Return the host of an https address.

    Raises
    ------
    RefusedAddressError
        If it is not one we would ask.

    Examples
    --------
    >>> host_of("https://Files.Example/a.zip")
    'files.example'
    """
    return _parse(url).host


def checked_address(url: str, hosts: Iterable[str]) -> Address:
    """Return the parts of an https address whose host is allowed.

    Parameters
    ----------
    url : str
        No user name, no port but 443, no number in place of a host name, only
        printable ASCII and no backslash.  A fragment is dropped.
    hosts : iterable of str
        Host names; ``.files.example`` stands for every sub-domain of
        ``files.example`` and not for that host itself.  Empty allows nothing.

    Raises
    ------
    RefusedAddressError
        If anything of this does not hold.

    Examples
    --------
    >>> checked_address("https://eu.files.example/a?b=1#c", [".files.example"]).target
    '/a?b=1'
    """
    address = _parse(url)
    allowed = sorted({name.lower() for name in hosts})
    for name in allowed:
        if name.startswith(".") and len(name) > 1 and address.host.endswith(name):
            return address
        if address.host == name:
            return address
    raise RefusedAddressError(
        f"{url[:200]!r} is not of an allowed host: expected "
        f"{' or '.join(allowed) or 'none'}. Nothing was asked of it. If the publisher "
        "has moved, add the host to 'hosts' of the file in "
        "geodata/sources/catalogue."
    )


def is_public(address: str, networks: Iterable[Network] = ()) -> bool:
    """Tell whether an IP address is one of the public internet.

    Parameters
    ----------
    address : str
        IPv4 or IPv6, as a resolver gives it.
    networks : iterable of network
        Further networks that count as public; tests name the loopback here.

    Returns
    -------
    bool
        False for loopback, private, link-local, shared (CGNAT), multicast and
        reserved addresses, for IPv6 that embeds an IPv4 address other than a
        public mapped one, and for what is no address at all.

    Examples
    --------
    >>> is_public("8.8.8.8"), is_public("::ffff:127.0.0.1"), is_public("100.64.0.1")
    (True, False, False)
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in networks):
        return True
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in network for network in _NOT_FOR_US)
    )


def _parse(url: str) -> Address:
    plain = url.partition("#")[0]
    match = _URL.fullmatch(plain)
    if match is None or len(plain) > _LONGEST_URL:
        raise RefusedAddressError(
            f"{url[:200]!r} is not an address we ask: expected https, a host name, no "
            "user name, no port, only printable ASCII. Nothing was asked of it. "
            "Correct the file's entry in geodata/sources/catalogue, or bring the "
            "file by hand if the publisher redirects there."
        )
    target = match["target"] or "/"
    if target.startswith("?"):
        target = f"/{target}"
    return Address(host=match["host"].lower(), target=target)
