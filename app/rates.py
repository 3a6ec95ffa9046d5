"""How often one client may ask: one table of fixed size for all processes."""

import hashlib
import ipaddress
import mmap
import struct
import time
from functools import lru_cache
from pathlib import Path

_SLOTS = 16_384
_LOOKED_AT = 4  # slots in which a client may be found
_SLOT = struct.Struct("=Qd")  # who, and when its allowance is whole again
_CLIENT_BITS = {4: 32, 6: 64}


class RateLimit:
    """An allowance of requests for each client, that fills up again evenly.

    All of it may be used at once.  Where two processes count the same client in the
    same moment, one request may go uncounted; where more clients come than there is
    room for, those with the most allowance left are forgotten first.

    Parameters
    ----------
    per_minute : int
        The allowance, and how much of it comes back in a minute; 0 = no limit.
    shared : Path, optional
        Folder that the processes of one server share; without it each counts alone.
    """

    def __init__(self, per_minute: int, shared: Path | None = None) -> None:
        self._pause_s = 60.0 / per_minute if per_minute else 0.0
        size = _SLOTS * _SLOT.size
        if shared is None or not per_minute:
            self._table = mmap.mmap(-1, size)
        else:
            with (shared / "rates").open("a+b") as stream:
                stream.truncate(size)
                self._table = mmap.mmap(stream.fileno(), size)

    def wait_s(self, client: str) -> float:
        """Count a request; tell how long its client must wait before the next.

        Parameters
        ----------
        client : str
            Its address; all of one IPv6 network of 64 bits are one client.

        Returns
        -------
        float
            Seconds; 0 where the request is within the allowance.  One that is not is
            not counted.
        """
        if not self._pause_s:
            return 0.0
        now = time.monotonic()
        at, full_again = self._find(_key(client), now)
        wait = full_again - now - 60.0 + self._pause_s
        if wait > 0:
            return wait
        _SLOT.pack_into(self._table, at, _key(client), full_again + self._pause_s)
        return 0.0

    def _find(self, key: int, now: float) -> tuple[int, float]:
        """Return a client's place in the table, and when its allowance is whole."""
        free, least = 0, float("inf")
        for step in range(_LOOKED_AT):
            at = (key + step) % _SLOTS * _SLOT.size
            who, when = _SLOT.unpack_from(self._table, at)
            if who == key:
                return at, max(when, now)
            if when < least:
                free, least = at, when
        return free, now


@lru_cache(maxsize=4096)
def _key(client: str) -> int:
    try:
        number = ipaddress.ip_address(client)
    except ValueError:
        name = client.encode("utf-8", "replace")
    else:
        name = (
            int(number) >> number.max_prefixlen - _CLIENT_BITS[number.version]
        ).to_bytes(16)
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest())
