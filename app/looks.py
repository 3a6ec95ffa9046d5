"""How a collection looks in files that carry a drawing: the colours of the map page."""

from app.collection import Collection
from geodata.display import Style

_ACCENT, _SITE, _BORDER, _GAP = (
    "#0f6b62",
    "#1d2733",
    "#2a3440",
    "#8b8576",
)  # of the page

_OWN = {
    "prospects": Style(colour=_ACCENT, dark_colour=_ACCENT, width=2, fill_opacity=0.14),
    "occurrences": Style(colour=_SITE, dark_colour=_SITE, width=1.5, fill_opacity=1),
    "states": Style(colour=_BORDER, dark_colour=_BORDER, width=1.1, opacity=0.72),
    "towns": Style(colour=_BORDER, dark_colour=_BORDER, width=1, fill_opacity=1),
}
_OTHER = Style(colour=_GAP, dark_colour=_GAP, width=1, fill_opacity=0.2)


def look_of(collection: Collection) -> Style:
    """Return the look of a collection on the light map.

    Parameters
    ----------
    collection : Collection
        One that a layer draws has the layer's style; the others that of the page.
    """
    if collection.display is not None:
        return collection.display.style
    return _OWN.get(collection.id, _OTHER)


def red_green_blue(colour: str) -> tuple[int, ...]:
    """Read ``#rrggbb``.

    >>> red_green_blue("#0f6b62")
    (15, 107, 98)
    """
    return tuple(bytes.fromhex(colour.removeprefix("#")))
