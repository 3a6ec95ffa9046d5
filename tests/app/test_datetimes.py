"""Instants and intervals as RFC 3339 writes them."""

from datetime import UTC, datetime

import pytest

from app.datetimes import parse_datetime
from app.errors import BadParameterError

YEAR = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2020-01-01T00:00:00Z", YEAR),
        ("2020-01-01t00:00:00z", YEAR),
        ("2020-01-01T05:30:00+05:30", YEAR),
        ("2019-12-31T19:00:00.000-05:00", YEAR),
        ("2020-01-01", YEAR),
        ("2020-01-01/", YEAR),
        ("2020-01-01/..", YEAR),
        ("2020-01-01/2020-01-01", YEAR),
        ("../2020-01-01", None),
        ("/2020-01-01", None),
        ("../..", None),
        ("/..", None),
    ],
)
def test_instants_and_intervals_are_read(text, start):
    assert parse_datetime(text).start == start


def test_a_day_is_the_whole_day_and_a_leap_second_is_read():
    day = parse_datetime("2020-02-29")
    assert day.end == datetime(2020, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
    leap = parse_datetime("2016-12-31T23:59:60Z")
    assert leap.end == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "datetime must be"),
        ("/", "datetime must be"),
        ("..", "datetime must be"),
        ("yesterday", "datetime must be"),
        ("2020", "datetime must be"),
        ("2020-W01-1", "datetime must be"),
        ("20200101", "datetime must be"),
        ("2020-01-01T00:00:00", "datetime must be"),
        ("2020-01-01 00:00:00Z", "datetime must be"),
        ("2020-01-01T24:00:00Z", "datetime must be"),
        ("2020-01-01T00:00:00+05:99", "datetime must be"),
        ("2020-01-01/2020-01-02/2020-01-03", "datetime must be"),
        ("٢٠٢٠-01-01", "datetime must be"),
        ("2020-02-30", "no such day"),
        ("2020-13-45T99:99:99Z", "no such day"),
        ("2020-01-01T00:00:00+25:00", "no such day"),
        ("0000-01-01", "no such day"),
        ("0001-01-01T00:00:00+05:00", "no such day"),
        ("9999-12-31T23:00:00-05:00", "no such day"),
        ("2020-01-02/2020-01-01", "ends before it starts"),
        ("2020-01-01T00:00:00Z/2020-01-01T00:00:00+01:00", "ends before"),
    ],
)
def test_what_is_written_otherwise_or_never_was_is_refused(text, told):
    with pytest.raises(BadParameterError, match=told):
        parse_datetime(text)
