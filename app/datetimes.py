"""The ``datetime`` parameter: instants and intervals as RFC 3339 writes them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.errors import BadParameterError
from app.text import say

_WRITTEN = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[Tt](?P<time>(?!24)\d\d:\d\d:\d\d)"
    r"(?P<fraction>\.\d+)?(?P<zone>[Zz]|[+-]\d\d:[0-5]\d))?",
    re.ASCII,
)
_OPEN = ("", "..")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A span of time; an instant begins and ends at once.

    Attributes
    ----------
    start, end : datetime or None
        In UTC; None = open.
    """

    start: datetime | None
    end: datetime | None


def parse_datetime(text: str) -> Interval:
    """Read an instant, or two separated by a slash.

    Parameters
    ----------
    text : str
        A date, a date with a time and an offset, or an interval of such; an end that
        is empty or ``..`` is open. A date is the whole day, in UTC.

    Returns
    -------
    Interval

    Raises
    ------
    BadParameterError
        If it is written otherwise, if there is no such day or time, if the interval
        ends before it starts or is open at both ends by a bare slash.

    >>> parse_datetime("2020-02-29/..").start
    datetime.datetime(2020, 2, 29, 0, 0, tzinfo=datetime.timezone.utc)
    """
    parts = text.split("/")
    if len(parts) > 2 or text == "/":
        raise BadParameterError(say("error.datetime", given=text[:80]))
    first, last = parts[0], parts[-1]
    ends = len(parts) == 2
    start = None if ends and first in _OPEN else _instant(first, text)
    end = None if ends and last in _OPEN else _instant(last, text)
    if end is not None and "t" not in last.lower():
        end = end + timedelta(days=1, microseconds=-1)
    if start is not None and end is not None and start > end:
        raise BadParameterError(say("error.datetime-reversed", given=text[:80]))
    return Interval(start=start, end=end)


def _instant(part: str, text: str) -> datetime:
    """Read one instant; ``text`` is the whole parameter, for the message."""
    written = _WRITTEN.fullmatch(part)
    if not written:
        raise BadParameterError(say("error.datetime", given=text[:80]))
    time = written["time"] or "00:00:00"
    # RFC 3339 knows leap seconds, datetime does not: the second before stands for one.
    time = time.replace(":59:60", ":59:59")
    zone = (written["zone"] or "Z").upper().replace("Z", "+00:00")
    fraction = (written["fraction"] or ".0")[:7].ljust(7, "0")
    try:
        moment = datetime.fromisoformat(f"{written['day']}T{time}{fraction}{zone}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadParameterError(say("error.no-such-time", given=text[:80])) from error
