"""The layers a reader can switch on, as a release says of each how it is shown."""

from dataclasses import dataclass

from app.text import say_many
from geodata.display import Display
from geodata.release import Release

GAPS = "layer-coverage"
"""The collection of areas that layers leave out."""

_CREDITS = 3  # sources named in the map key


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One layer of a release that is a collection and can be drawn on the map.

    Attributes
    ----------
    layer : str
        Id of the layer in the manifest.
    display : Display
        How it is shown.
    credit : str
        Whose it is, short enough for the map key.
    """

    layer: str
    display: Display
    credit: str

    @property
    def id(self) -> str:
        """Id of the collection, of its table and of its switch."""
        return self.display.collection or self.layer


def overlays(release: Release) -> tuple[Overlay, ...]:
    """Return the layers of a release that can be switched on, in their order."""
    found = [
        Overlay(layer=item.id, display=item.display, credit=short_credit(item.credit))
        for item in release.manifest.layers
        if item.display is not None
    ]
    found.sort(key=lambda overlay: (overlay.display.order, overlay.layer))
    return tuple(overlay for overlay in found if release.has_table(overlay.id))


def short_credit(credit: str) -> str:
    """Shorten a source line for the map key; the page of layers has all of it.

    >>> short_credit("Faults: A; Faults: B")
    'Faults: A; B'
    >>> short_credit("Points: A; Points: B; Points: C; Points: D; Points: E")
    'Points: A; B; C and 2 more'
    """
    first, *others = credit.split("; ")
    prefix = first.partition(": ")[0] + ": "
    parts = [first, *(part.removeprefix(prefix) for part in others)]
    if len(parts) <= _CREDITS + 1:
        return "; ".join(parts)
    named = "; ".join(parts[:_CREDITS])
    return say_many("map.more-credits", len(parts) - _CREDITS, credits=named)


def layer_name(layer: str) -> str:
    """Write the id of a layer as words.

    >>> layer_name("magmatic-belts")
    'magmatic belts'
    """
    return layer.replace("-", " ")
