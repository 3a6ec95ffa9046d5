"""How we go to the network, and how patient we are: what a test puts in its place."""

import os
import random
import shutil
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from geodata.errors import RefusedAddressError
from geodata.sources.address import Network


def _proxy_of_environment() -> str:
    return os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy") or ""


def _utc_now() -> datetime:
    return datetime.now(tz=UTC)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The way to the network.

    Attributes
    ----------
    resolve : callable (host, port) -> sequence of str, or None
        Addresses of a host; None = ask this system.
    tls : ssl.SSLContext or None
        None = the certificates this system trusts.
    networks : tuple of network
        Networks allowed besides the public internet; normally none.
    port : int
        Where https servers listen.
    proxy : str
        ``http://host:port`` of a proxy; empty = none.  By default what
        ``HTTPS_PROXY`` says; ``NO_PROXY`` is not read.
    attempts : int
        Attempts in a row that may bring less than 1 MiB.
    connect_s, read_s : float
        Seconds to wait for a connection, and for the next bytes.
    answer_s : float
        Seconds in all from the look-up of the host to the end of the headers,
        redirects and all; a drip does not prolong them.
    slowest_bytes_per_s, window_s : float
        Over each window of this many seconds a transfer is at least so fast, and
        within one window something of the file comes, or its end.
    clock, pause, jitter, now : callable
        Monotonic seconds; waiting that an event ends; a random share, 0 to 1; UTC.
    free_bytes : callable (folder) -> int
        Free space.
    """

    resolve: Callable[[str, int], Sequence[str]] | None = None
    tls: ssl.SSLContext | None = None
    networks: tuple[Network, ...] = ()
    port: int = 443
    proxy: str = field(default_factory=_proxy_of_environment)
    attempts: int = 5
    connect_s: float = 20.0
    read_s: float = 30.0
    answer_s: float = 90.0
    slowest_bytes_per_s: float = 500.0
    window_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[threading.Event, float], bool] = threading.Event.wait
    jitter: Callable[[], float] = random.random
    now: Callable[[], datetime] = _utc_now
    free_bytes: Callable[[Path], int] = _free_bytes

    def __post_init__(self) -> None:
        if self.proxy and not self.proxy.startswith(("http://", "https://")):
            raise RefusedAddressError(
                "HTTPS_PROXY names a proxy of an unknown kind; expected an address "
                "that begins with http://. Correct it, or unset it to connect "
                "directly."
            )
