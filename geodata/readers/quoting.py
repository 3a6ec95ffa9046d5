"""Text out of foreign files, made fit to stand in a message.

Such text may hold signs that command a terminal, or turn the direction of writing,
or run to megabytes.  What is returned here is short and holds printable signs only.
"""

import itertools
import reprlib
from collections.abc import Iterable

LONGEST = 60
"""Characters of one quoted text, its quotation marks among them."""

LONGEST_REASON = 240
"""Characters of what a library says of a file."""

MOST_NAMES = 40
"""Names of one list."""


def quoted(text: object, *, most: int = LONGEST) -> str:
    r"""Return a text in quotation marks, or another value as Python writes it.

    Parameters
    ----------
    text : object
        Bytes are read as UTF-8.  Of nested lists and objects the beginning is shown.
    most : int
        Characters returned at most; what is longer ends with an ellipsis.

    Examples
    --------
    >>> quoted("Fault"), quoted(b"\x1b[2J"), quoted(7)
    ("'Fault'", "'\\x1b[2J'", '7')
    >>> len(quoted("x" * 1_000_000))
    60
    """
    if isinstance(text, bytes):
        text = text[: 4 * most].decode("utf-8", "replace")
    if isinstance(text, str):
        return f"'{_printable(text, most - 2)}'"
    return _printable(reprlib.repr(text), most)


def listed(names: Iterable[object], *, nothing: str = "nothing") -> str:
    """Return names in quotation marks, at most :data:`MOST_NAMES` of them.

    Parameters
    ----------
    names : iterable
        Of columns, members or layers.
    nothing : str
        What is returned when there are none.

    Examples
    --------
    >>> listed(["lon", "lat"]), listed([])
    ("'lon', 'lat'", 'nothing')
    >>> listed(range(100_000)).split(", ")[-1]
    '39 and 99,960 more'
    """
    rest = iter(names)
    shown = [quoted(name) for name in itertools.islice(rest, MOST_NAMES)]
    left = sum(1 for _ in rest)
    more = f" and {left:,} more" if left else ""
    return (", ".join(shown) or nothing) + more


def reason(error: BaseException) -> str:
    """Return what a library says of a file, in which the file's text may be quoted."""
    return _printable(str(error) or type(error).__name__, LONGEST_REASON)


def _printable(text: str, most: int) -> str:
    shown = "".join(
        sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: most + 1]
    )
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
