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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin

import urllib3

from geodata.errors import RefusedAddressError
from geodata.sources.address import Address, checked_address, is_public
from geodata.sources.door import Door
from geodata.sources.reply import SetbackError

MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BLOCK = 1 << 16
_POLL_S = 0.1


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
    _stop: threading.Event

    def blocks(self) -> Iterator[bytes]:
        """Yield the body as it arrives, at most 64 KiB at a time.

        Raises
        ------
        SetbackError
            If the body is cut or comes too slowly.
        """
        door = self._door
        since, count = door.clock(), 0
        while True:
            try:
                block = self._response.read1(_BLOCK, decode_content=False)
            except urllib3.exceptions.HTTPError as error:
                if self._stop.is_set():
                    return
                raise SetbackError(f"the transfer broke off ({_words(error)})") from (
                    error
                )
            # Bytes read after the stop may be those of the cipher: drop them.
            if self._stop.is_set() or not block:
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
        Ends the body of the answer at once.

    Raises
    ------
    RefusedAddressError
        If an address is not one we may ask; it was not asked.
    SetbackError
        If no server answers.
    """
    tls = door.tls or ssl.create_default_context()
    for _ in range(MOST_REDIRECTS + 1):
        response = _request(checked_address(url, hosts), headers, tls, door)
        if response.status not in _REDIRECTS:
            break
        response.close()
        location = response.headers.get("Location", "")
        url = urljoin(url, quote(location, safe=string.punctuation, encoding="latin-1"))
    else:
        raise SetbackError(
            f"it sent us on more than {MOST_REDIRECTS} times", is_final=True
        )
    try:
        with _ended_by(stop, response):
            yield Answer(
                status=response.status,
                headers=response.headers,
                _response=response,
                _door=door,
                _stop=stop,
            )
    finally:
        response.close()


def _request(
    address: Address, headers: Mapping[str, str], tls: ssl.SSLContext, door: Door
) -> urllib3.BaseHTTPResponse:
    """Ask the first of the host's public addresses that can be reached."""
    failure = "no address"
    for pool in _pools(address, tls, door):
        try:
            return pool.urlopen(
                "GET",
                address.target,
                headers={**headers, "Host": address.host},
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except (
            urllib3.exceptions.NewConnectionError,
            urllib3.exceptions.ConnectTimeoutError,
        ) as error:
            failure = _words(error)
        except urllib3.exceptions.HTTPError as error:
            raise SetbackError(
                f"{address.host} gave no answer ({_words(error)})",
                is_final=_is_of_certificate(error),
            ) from error
        finally:
            pool.close()
    raise SetbackError(f"{address.host} cannot be reached ({failure})")


def _pools(
    address: Address, tls: ssl.SSLContext, door: Door
) -> Iterator[urllib3.HTTPSConnectionPool]:
    """Yield one pool per way to the host: by the proxy, or its public addresses."""
    timeout = urllib3.Timeout(connect=door.connect_s, read=door.read_s)
    if door.proxy:
        proxy = urllib3.util.parse_url(door.proxy)
        login = unquote(proxy.auth) if proxy.auth else None
        manager = urllib3.ProxyManager(
            proxy._replace(auth=None).url,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=login),
            ssl_context=tls,
            cert_reqs="CERT_REQUIRED",
            timeout=timeout,
            retries=False,
        )
        pool = manager.connection_from_host(address.host, door.port, scheme="https")
        if isinstance(pool, urllib3.HTTPSConnectionPool):
            yield pool
        return
    for number in _public_addresses(address.host, door):
        yield urllib3.HTTPSConnectionPool(
            number,
            door.port,
            server_hostname=address.host,
            ssl_context=tls,
            cert_reqs="CERT_REQUIRED",
            timeout=timeout,
            retries=False,
        )


def _public_addresses(host: str, door: Door) -> list[str]:
    try:
        found = (door.resolve or _look_up)(host, door.port)
    except OSError as error:
        raise SetbackError(
            f"the name {host} cannot be looked up ({error.strerror or error})"
        ) from error
    public = [number for number in found if is_public(number, door.networks)]
    if found and not public:
        raise RefusedAddressError(
            f"{host} leads to {', '.join(found)}, which is not of the public internet. "
            "Nothing was asked of it. Check the network's name server, or bring the "
            "file by hand."
        )
    return public


@contextmanager
def _ended_by(
    stop: threading.Event, response: urllib3.BaseHTTPResponse
) -> Iterator[None]:
    """Wake a reader that waits for bytes when the stop is set."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_POLL_S):
            if stop.is_set():
                with suppress(OSError, RuntimeError, ValueError):
                    response.shutdown()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _is_of_certificate(error: Exception) -> bool:
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in error.args)


def _words(error: Exception) -> str:
    """Return what an error says, without the names of classes and pools."""
    text = str(error.args[-1] if error.args else error)
    return text.rpartition("): ")[2].strip()[:160] or type(error).__name__
