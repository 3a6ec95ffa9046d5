"""One exchange with a publisher's server: the only door of ``geodata`` to the network.

https to named hosts of the public internet and to nobody else; each redirect is
checked as the first address was.  Proxies are those of the environment
(``HTTPS_PROXY``, ``NO_PROXY``), as Python reads them; a proxy looks the host up, so
only scheme, host and certificate are checked by us then.
"""

import socket
import ssl
import string
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, unquote, urljoin
from urllib.request import getproxies, proxy_bypass

import urllib3

from geodata.errors import RefusedAddressError
from geodata.sources.address import Address, Network, checked_address, is_public

MOST_REDIRECTS = 5

_BLOCK = 1 << 16
_BAD = (urllib3.exceptions.HTTPError, OSError, ValueError)
# What the library below lets out: also errors about names, numbers and headers.
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How a server is reached, and how patient we are with it.

    Attributes
    ----------
    tls : ssl.SSLContext or None
        None = the certificates this system trusts.
    networks : tuple of network
        Networks allowed besides the public internet; normally none.
    port : int
        Where https servers listen.
    attempts : int
        Attempts in a row that may bring less than 1 MiB.
    patience_s : float
        Seconds for the whole head of an answer, redirects and all, and for each next
        piece of its body; a drip does not prolong them.
    slowest_bytes_per_s, window_s : float
        What is slower over this many seconds is given up.
    pauses : bool
        Whether to wait between attempts.
    """

    tls: ssl.SSLContext | None = None
    networks: tuple[Network, ...] = ()
    port: int = 443
    attempts: int = 5
    patience_s: float = 60.0
    slowest_bytes_per_s: float = 500.0
    window_s: float = 60.0
    pauses: bool = True


class Stop(threading.Event):
    """Ends transfers when it is set: whoever waits for bytes is woken at once."""

    def __init__(self) -> None:
        super().__init__()
        self.cuts: set[Callable[[], None]] = set()

    def set(self) -> None:
        """End them."""
        super().set()
        for cut in tuple(self.cuts):
            cut()


class SetbackError(Exception):
    """An attempt that did not end well; never leaves this package.

    It says what happened, how many seconds to wait, and whether to go on at all.
    """

    def __init__(
        self, reason: str, *, wait_s: float | None = None, is_final: bool = False
    ) -> None:
        super().__init__(reason)
        self.wait_s, self.is_final = wait_s, is_final


class Exchange:
    """The connection of one attempt, which a clock or the user's stop may cut."""

    def __init__(self, stop: Stop, connection: Connection) -> None:
        self._stop, self._connection = stop, connection
        self._overdue, self._step, self._since = "", "", 0.0
        self._timer: threading.Timer | None = None
        self._twin: socket.socket | None = None
        self._response: urllib3.BaseHTTPResponse | None = None

    def __enter__(self) -> Self:
        self._stop.cuts.add(self._cut)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.cuts.discard(self._cut)
        if self._timer is not None:
            self._timer.cancel()
        for end in (self._response, self._twin):
            if end is not None:
                end.close()

    def ask(
        self, url: str, headers: Mapping[str, str], hosts: tuple[str, ...]
    ) -> urllib3.BaseHTTPResponse:
        """Ask for a file, following redirects to allowed hosts."""
        self._limit("the head of its answer did not come")
        for _ in range(MOST_REDIRECTS + 1):
            address = checked_address(url, hosts)
            response = self._response = self._request(address, headers)
            if response.status not in _REDIRECTS:
                return response
            response.close()
            told = response.headers.get("Location", "")
            location = quote(told, safe=string.punctuation, encoding="latin-1")
            try:
                url = urljoin(url, location)
            except ValueError as error:
                raise RefusedAddressError(
                    f"The server sends us on to {location[:200]!r}, which is no "
                    "address. Nothing was asked of it; bring the file by hand."
                ) from error
        raise SetbackError(
            f"it sent us on more than {MOST_REDIRECTS} times", is_final=True
        )

    def blocks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        """Yield the body as it arrives; it ends early when the user stops it."""
        since, count = time.monotonic(), 0
        while True:
            # Of a few bytes each, heads of chunks and trailers may go on for ever.
            self._limit("no piece of the file and no end of it came")
            try:
                block = response.read1(_BLOCK, decode_content=False)
            except _BAD as error:
                if self._stop.is_set():
                    return
                raise SetbackError(
                    self._overdue or f"the transfer broke off ({_words(error)})"
                ) from error
            if self._overdue:
                raise SetbackError(self._overdue)
            if self._stop.is_set() or not block:
                return
            yield block
            count += len(block)
            seconds = time.monotonic() - since
            if seconds >= self._connection.window_s:
                if count < self._connection.slowest_bytes_per_s * seconds:
                    raise SetbackError(f"only {count:,} bytes came in {seconds:,.0f} s")
                since, count = time.monotonic(), 0

    def hold(self, connected: socket.socket, *, is_proxy: bool) -> None:
        """Refuse an open connection to a private network, before anything is sent."""
        number = str(connected.getpeername()[0])
        if not is_proxy and not is_public(number, self._connection.networks):
            raise RefusedAddressError(
                f"The name leads to {number}, which is not of the public internet. "
                "Nothing was asked of it. Check the network's name server, or bring "
                "the file by hand."
            )
        if self._twin is not None:
            self._twin.close()
        self._twin = connected.dup()  # the other one is given away to TLS
        if self._is_over:
            self._cut()

    @property
    def _is_over(self) -> bool:
        return self._stop.is_set() or bool(self._overdue)

    def _request(
        self, address: Address, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        pool = _pool(address.host, self._connection)
        pool.conn_kw["exchange"] = self
        try:
            response = pool.urlopen(
                "GET",
                address.target,
                headers={**headers, "Host": address.host},
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                retries=False,
            )
        except _BAD as error:
            raise SetbackError(
                f"{address.host} gave no answer ({self._overdue or _words(error)})",
                is_final=any(
                    isinstance(part, ssl.SSLCertVerificationError)
                    for part in error.args
                ),
            ) from error
        if self._is_over:  # headers that were cut look as if they had ended
            response.close()
            raise SetbackError(f"{address.host} gave no answer ({self._overdue})")
        return response

    def _limit(self, words: str) -> None:
        """Cut the connection unless the step that begins now is done in time."""
        now, patience_s = time.monotonic(), self._connection.patience_s
        if self._step == words and now < self._since + patience_s / 10:
            return  # one clock for many small pieces
        self._step, self._since = words, now
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(
            patience_s, self._expire, [f"{words} within {patience_s:,g} s"]
        )
        self._timer.daemon = True
        self._timer.start()

    def _expire(self, words: str) -> None:
        self._overdue = words
        self._cut()

    def _cut(self) -> None:
        if self._twin is not None:
            with suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)


class _Connection(urllib3.connection.HTTPSConnection):
    def __init__(self, *where: Any, exchange: Exchange, **how: Any) -> None:  # noqa: ANN401
        super().__init__(*where, **how)
        self._exchange = exchange

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        try:
            self._exchange.hold(connected, is_proxy=self.proxy is not None)
        except BaseException:
            connected.close()
            raise
        return connected


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


def _pool(host: str, connection: Connection) -> urllib3.HTTPSConnectionPool:
    options: dict[str, Any] = {
        "ssl_context": connection.tls or ssl.create_default_context(),
        "cert_reqs": "CERT_REQUIRED",
        "timeout": urllib3.Timeout(
            connect=connection.patience_s, read=connection.patience_s
        ),
    }
    proxy = "" if proxy_bypass(host) else getproxies().get("https", "")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        manager = (
            _proxy_manager(proxy, options) if proxy else urllib3.PoolManager(**options)
        )
        manager.pool_classes_by_scheme = {"https": _Pool}
        pool = manager.connection_from_host(host, connection.port, scheme="https")
    except (urllib3.exceptions.HTTPError, ValueError):
        pool = None
    if isinstance(pool, _Pool):
        return pool
    # Without the cause: its words may hold the password.
    raise RefusedAddressError(
        "HTTPS_PROXY is no address of a proxy; expected http://host:port. Nothing was "
        "asked. Correct it, or unset it to connect directly."
    ) from None


def _proxy_manager(proxy: str, options: dict[str, Any]) -> urllib3.ProxyManager:
    url = urllib3.util.parse_url(proxy)
    login = unquote(url.auth) if url.auth else None
    return urllib3.ProxyManager(
        url._replace(auth=None).url,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=login),
        **options,
    )


def _words(error: Exception) -> str:
    """Return what an error of a library says, without what would steer a terminal."""
    text = str(error.args[-1] if error.args else error).rpartition("): ")[2].strip()
    plain = "".join(sign if sign.isprintable() else "?" for sign in text[:160])
    return plain or type(error).__name__
