"""Numbers as geologists read them: two digits, units, degrees and minutes."""

import math

from app.text.catalogue import say

NONE = "–"
"""Stands where a table has nothing to say."""


def two_digits(value: float | None) -> str:
    """Write a favourability, 0 to 1, with two digits.

    >>> two_digits(0.706), two_digits(None)
    ('0.71', 'no data here')
    """
    return (
        say("number.no-data") if value is None or math.isnan(value) else f"{value:.2f}"
    )


def share(value: float | None) -> str:
    """Write a share, 0 to 1, in per cent: coverage, area, shares of states.

    >>> share(0.624), share(0.004), share(1.0)
    ('62 %', '0.4 %', '100 %')
    """
    if value is None or math.isnan(value):
        return say("number.no-data")
    percent = 100 * value
    return f"{percent:.1f} %" if 0.05 <= percent < 0.95 else f"{percent:.0f} %"


def number(value: float) -> str:
    """Write a number with about three significant digits and thousands marks.

    >>> number(38912.4), number(8.23), number(0.226), number(5.0)
    ('38,900', '8.2', '0.23', '5')
    """
    size = abs(value)
    if size >= 1000:
        return f"{round(value, -2):,.0f}"
    if size >= 10 or value == round(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 1 else f"{value:.2f}"


def cell(value: object, unit: str = "") -> str:
    """Write a value of a table as a reader wants it; the unit stands in the heading.

    >>> cell(0.623156), cell(72.371966, "degrees"), cell(38912.4, "km²"), cell(None)
    ('0.62', '72.3720', '38,900', 'not known')
    >>> cell(True), cell(1512569), cell("Kyzylespe")
    ('yes', '1512569', 'Kyzylespe')
    """
    if value is None:
        return say("collection.unknown")
    if isinstance(value, bool):
        return say("number.yes") if value else say("number.no")
    if not isinstance(value, float):
        return str(value)
    return decimal(value, 4) if unit == "degrees" else number(value)


def sentence(text: str) -> str:
    """Begin with a large letter, and leave names in the text as they are.

    >>> sentence("none lies in Central Asia")
    'None lies in Central Asia'
    """
    return text[:1].upper() + text[1:]


def plain(value: float) -> str:
    """Write a measurement without false precision.

    >>> plain(8.24), plain(123.4), plain(0.257)
    ('8.2', '123', '0.26')
    """
    if abs(value) >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"


def measure(value: float | None, unit: str) -> str:
    """Write what was measured with its unit.

    >>> measure(8.2, "km"), measure(None, "km")
    ('8.2 km', 'no data here')
    """
    if value is None or math.isnan(value):
        return say("number.no-data")
    return f"{number(value)} {unit}".strip()


def signed(value: float) -> str:
    """Write a part of a sum with three digits and a true minus sign.

    >>> signed(-0.0321), signed(0.0)
    ('−0.032', '0.000')
    """
    return f"{value:.3f}".replace("-0.000", "0.000").replace("-", "−")


def degrees(lon: float, lat: float, digits: int = 4) -> str:
    """Write a place in decimal degrees, latitude first as maps print it.

    >>> degrees(75.5, -3.25), degrees(-70.2, 50.2, 0)
    ('3.2500° S, 75.5000° E', '50° N, 70° W')
    """
    north, east = f"{abs(lat):.{digits}f}", f"{abs(lon):.{digits}f}"
    return f"{north}° {'NS'[lat < 0]}, {east}° {'EW'[lon < 0]}"


def dms(lon: float, lat: float) -> str:
    """Write a place in degrees, minutes and whole seconds.

    >>> dms(75.5, 43.26666667)
    '43° 16′ 00″ N, 75° 30′ 00″ E'
    """

    def one(value: float, letters: str) -> str:
        seconds = round(abs(value) * 3600)
        whole, rest = divmod(seconds, 3600)
        return f"{whole}° {rest // 60:02d}′ {rest % 60:02d}″ {letters[value < 0]}"

    return f"{one(lat, 'NS')}, {one(lon, 'EW')}"


def decimal(value: float | None, digits: int = 2) -> str:
    """Write a figure of a table with some digits after the point, or a dash.

    >>> decimal(0.706), decimal(-0.4, 1), decimal(None)
    ('0.71', '−0.4', '–')
    """
    if value is None or math.isnan(value):
        return NONE
    return f"{value:.{digits}f}".replace("-", "−")


def part(value: float | None) -> str:
    """Write a part that speaks for or against with its sign, or a dash.

    >>> part(0.4183), part(-0.0321), part(0.0), part(None)
    ('+0.418', '−0.032', '0.000', '–')
    """
    if value is None or math.isnan(value):
        return NONE
    text = signed(value)
    return text if value <= 0 or text == "0.000" else f"+{text}"
