"""The door to the network: one https request to a checked address.

We look up a host ourselves, refuse what is not of the public internet, and connect
to the very address we checked, so a name that changes its meaning in between gains
nothing.  Every redirect goes through the same gate.  The name of the server's
certificate is checked against the host, never against the number.

When the environment names a proxy (``HTTPS_PROXY``), transfers go through it: the
proxy looks the host up, so only scheme, host and certificate are checked by us.
"""

import socket
import ssl
import string
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urljoin

import urllib3

from geodata.errors import RefusedAddressError
from geodata.sources.address import Address, checked_address, is_public
from geodata.sources.door import Door
from geodata.sources.reply import SetbackError, words_of
from geodata.sources.watch import Watch

MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BLOCK = 1 << 16
_BAD = (urllib3.exceptions.HTTPError, OSError, ValueError)
# What the library below lets out: also errors about names, numbers and headers.
_UNREACHED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)


class _Connection(urllib3.connection.HTTPSConnection):
    """A connection that can be cut from the moment there is a socket."""

    def __init__(self, *where: Any, watch: Watch, held: ExitStack, **how: Any) -> None:  # noqa: ANN401
        super().__init__(*where, **how)
        self._watch, self._held = watch, held

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()  # given away to TLS; its twin is ours to shut
        twin = self._held.enter_context(connected.dup())
        self._watch.look_at(lambda: twin.shutdown(socket.SHUT_RDWR))
        if self._watch.is_over:
            connected.close()
            raise ConnectionAbortedError("cut before the handshake")
        return connected


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


def _look_up(host: str, port: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server says; its body is read with :meth:`blocks`.

    Attributes
    ----------
    status : int
        Never a redirect.
    headers : mapping
        Names in any case.
    """

    status: int
    headers: Mapping[str, str]
    _response: urllib3.BaseHTTPResponse
    _door: Door
    _watch: Watch

    def blocks(self) -> Iterator[bytes]:
        """Yield the body as it arrives, at most 64 KiB at a time.

        Raises
        ------
        SetbackError
            If the body is cut or comes too slowly.
        """
        door, watch = self._door, self._watch
        since, count = door.clock(), 0
        while True:
            # Of a few bytes each, heads of chunks and trailers may go on for ever.
            watch.allow(door.window_s, "no piece of the file and no end of it came")
            try:
                block = self._response.read1(_BLOCK, decode_content=False)
            except _BAD as error:
                if watch.stop.is_set():
                    return
                raise SetbackError(
                    watch.overdue or f"the transfer broke off ({words_of(error)})"
                ) from error
            watch.lift()
            if watch.overdue:
                raise SetbackError(watch.overdue)
            if watch.stop.is_set() or not block:
                return
            yield block
            count += len(block)
            elapsed = door.clock() - since
            if elapsed >= door.window_s:
                if count < door.slowest_bytes_per_s * elapsed:
                    raise SetbackError(f"only {count:,} bytes came in {elapsed:,.0f} s")
                since, count = door.clock(), 0


@contextmanager
def ask(
    url: str,
    headers: Mapping[str, str],
    *,
    hosts: Sequence[str],
    door: Door,
    stop: threading.Event,
) -> Iterator[Answer]:
    """Ask for a file, following redirects to allowed hosts.

    Parameters
    ----------
    url : str
        As :func:`~geodata.sources.address.checked_address` wants it.
    headers : mapping
        To send; to every host alike, so nothing secret.
    hosts : sequence of str
        Hosts that may be asked; those of ``url`` and of redirects must be among
        them.
    door : Door
        The way to the network.
    stop : threading.Event
        Cuts the connection at once: before, in and after the headers.

    Raises
    ------
    RefusedAddressError
        If an address is not one we may ask; it was not asked.
    SetbackError
        If no server answers, or not all of its headers come in time.
    """
    tls = door.tls or ssl.create_default_context()
    watch = Watch(stop, door.clock)
    with ExitStack() as held:
        held.enter_context(watch.going())
        watch.allow(door.answer_s, "the headers of its answer did not come")
        for _ in range(MOST_REDIRECTS + 1):
            address = checked_address(url, hosts)
            response = _request(
                address, headers, _pools(address, tls, door), watch, held
            )
            held.callback(response.close)
            if response.status not in _REDIRECTS:
                break
            url = _next(url, response)
        else:
            raise SetbackError(
                f"it sent us on more than {MOST_REDIRECTS} times", is_final=True
            )
        watch.lift()
        yield Answer(
            status=response.status,
            headers=response.headers,
            _response=response,
            _door=door,
            _watch=watch,
        )


def _next(url: str, response: urllib3.BaseHTTPResponse) -> str:
    """Return where a redirect leads, unchecked."""
    location = response.headers.get("Location", "")
    response.close()
    try:
        return urljoin(
            url, quote(location, safe=string.punctuation, encoding="latin-1")
        )
    except ValueError as error:
        raise RefusedAddressError(
            f"The server sends us on to {location[:200]!r}, which is no address "
            f"({words_of(error)}). Nothing was asked of it; bring the file by hand."
        ) from error


def _request(
    address: Address,
    headers: Mapping[str, str],
    pools: Iterator[urllib3.HTTPSConnectionPool],
    watch: Watch,
    held: ExitStack,
) -> urllib3.BaseHTTPResponse:
    """Ask the first of the host's public addresses that can be reached."""
    failure = "no address"
    for pool in pools:
        pool.conn_kw |= {"watch": watch, "held": held}
        try:
            response = pool.urlopen(
                "GET",
                address.target,
                headers={**headers, "Host": address.host},
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except _BAD as error:
            failure = watch.overdue or words_of(error)
            if not watch.is_over and isinstance(error, _UNREACHED):
                continue
            raise SetbackError(
                f"{address.host} gave no answer ({failure})",
                is_final=_is_of_certificate(error),
            ) from error
        finally:
            pool.close()
        if watch.is_over:  # headers that were cut look as if they had ended
            response.close()
            raise SetbackError(f"{address.host} gave no answer ({watch.overdue})")
        return response
    raise SetbackError(f"{address.host} cannot be reached ({failure})")


def _pools(
    address: Address, tls: ssl.SSLContext, door: Door
) -> Iterator[urllib3.HTTPSConnectionPool]:
    """Yield one pool per way to the host: by the proxy, or its public addresses."""
    timeout = urllib3.Timeout(connect=door.connect_s, read=door.read_s)
    if door.proxy:
        yield _pool_of_proxy(address, tls, door, timeout)
        return
    for number in _public_addresses(address.host, door):
        yield _Pool(
            number,
            door.port,
            server_hostname=address.host,
            ssl_context=tls,
            cert_reqs="CERT_REQUIRED",
            timeout=timeout,
            retries=False,
        )


def _pool_of_proxy(
    address: Address, tls: ssl.SSLContext, door: Door, timeout: urllib3.Timeout
) -> urllib3.HTTPSConnectionPool:
    try:
        proxy = urllib3.util.parse_url(door.proxy)
        if not proxy.host:
            raise ValueError
        login = unquote(proxy.auth) if proxy.auth else None
        manager = urllib3.ProxyManager(
            proxy._replace(auth=None).url,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=login),
            ssl_context=tls,
            cert_reqs="CERT_REQUIRED",
            timeout=timeout,
            retries=False,
        )
        manager.pool_classes_by_scheme = {"https": _Pool}
        pool = manager.connection_from_host(address.host, door.port, scheme="https")
    except (urllib3.exceptions.HTTPError, ValueError):
        pool = None
    if isinstance(pool, _Pool):
        return pool
    # Without the cause: its words may hold the password.
    raise RefusedAddressError(
        "HTTPS_PROXY is no address of a proxy; expected http://host:port. Nothing was "
        "asked. Correct it, or unset it to connect directly."
    ) from None


def _public_addresses(host: str, door: Door) -> list[str]:
    try:
        found = (door.resolve or _look_up)(host, door.port)
    except (OSError, ValueError) as error:
        raise SetbackError(
            f"the name {host} cannot be looked up ({words_of(error)})"
        ) from (error)
    public = [number for number in found if is_public(number, door.networks)]
    if found and not public:
        raise RefusedAddressError(
            f"{host} leads to {', '.join(found)}, which is not of the public internet. "
            "Nothing was asked of it. Check the network's name server, or bring the "
            "file by hand."
        )
    return public


def _is_of_certificate(error: Exception) -> bool:
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in error.args)
