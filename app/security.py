"""What every answer carries: security headers, a nonce, CORS for the read API."""

import re

Headers = list[tuple[bytes, bytes]]

READ_API = ("/api", "/prospects.")
"""Addresses that pages of other hosts may read."""

_TAKES_POST = ("/api/explain", "/api/report")
_EVERYWHERE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
]
_EXPOSED = (
    "Accept-Ranges, Content-Crs, Content-Disposition, Content-Range, ETag, Link, "
    "OGC-NumberMatched, OGC-NumberReturned, Retry-After, X-Request-ID"
)
_EVERYWHERE_OPEN: Headers = [
    *_EVERYWHERE,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED.encode()),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_EVERYWHERE_CLOSED: Headers = [
    *_EVERYWHERE,
    (b"cross-origin-resource-policy", b"same-origin"),
]
_BEFORE_NONCE = b"default-src 'none'; script-src 'self' 'nonce-"
_AFTER_NONCE = (
    b"'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
_HEADER_NAMES = re.compile(
    rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+( *, *[A-Za-z0-9!#$%&'*+.^_`|~-]+)*"
)
_LONGEST_NAMES = 1000


def security_headers(nonce: str, *, is_open: bool) -> Headers:
    """Return what an answer carries beside its own headers.

    Parameters
    ----------
    nonce : str
        Word of this answer's own scripts.
    is_open : bool
        Whether pages of other hosts may read it.
    """
    policy = b"".join((_BEFORE_NONCE, nonce.encode(), _AFTER_NONCE))
    shared = _EVERYWHERE_OPEN if is_open else _EVERYWHERE_CLOSED
    return [*shared, (b"content-security-policy", policy)]


def preflight(path: str, wanted: bytes) -> Headers:
    """Return the answer to a browser that asks whether a page may read an address.

    Parameters
    ----------
    path : str
        The address, one of :data:`READ_API`.
    wanted : bytes
        Names of the headers the page would send; any are allowed, and no cookie.
    """
    methods = b"GET, HEAD, POST" if path.endswith(_TAKES_POST) else b"GET, HEAD"
    named = len(wanted) <= _LONGEST_NAMES and _HEADER_NAMES.fullmatch(wanted)
    return [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", wanted if named else b"*"),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
