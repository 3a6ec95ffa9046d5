"""How readers see a layer: the switch, the drawing, the words, the collection.

A layer states it beside its recipes; a release carries it in its manifest, and the
page draws from it.  It knows of no library, so whoever opens a release can read it.
"""

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["lines", "outlines", "fills", "points"]
"""How a layer is drawn."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DASH = re.compile(r"(\d+(\.\d+)?( \d+(\.\d+)?)*)?")
_FIELD = re.compile(r"\{(\w+)(?::(?:list|number))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The look of a layer on the map and in its legend.

    Attributes
    ----------
    colour, dark_colour : str
        ``#rrggbb`` on the light and on the dark map.
    width, opacity : float
        Of lines, pixels and 0 to 1.
    dash : str
        Lengths of dashes and gaps, pixels; empty = unbroken.
    butt : bool
        True when dashes end square.
    fill_opacity : float
        Of areas, 0 to 1.
    small_width : float or None
        Width on a small screen, pixels; None = the same.
    """

    colour: str
    dark_colour: str
    width: float
    opacity: float = 1.0
    dash: str = ""
    butt: bool = False
    fill_opacity: float = 0.0
    small_width: float | None = None

    def __post_init__(self) -> None:
        for colour in (self.colour, self.dark_colour):
            if not _COLOUR.fullmatch(colour):
                raise ValueError(f"a colour is written #rrggbb, not {colour!r}")
        if not _DASH.fullmatch(self.dash):
            raise ValueError(f"a dash is written '7 4', in pixels, not {self.dash!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How readers see a layer: a switch, a drawing, words, and a collection.

    Attributes
    ----------
    order : int
        Place among the switches, smallest first.
    form : str
        ``lines``, ``outlines`` (of areas), ``fills`` or ``points``.
    label : str
        Beside the switch.
    title, description : str
        As the API names the collection.
    columns : tuple of str
        Those a release carries, as far as the layer has them.
    tooltip : tuple of tuple of str
        One line after another, the heading first.  Of the texts of a line the first
        counts whose columns, ``{name}``, are all known; ``{name:list}`` spaces
        commas, ``{name:number}`` writes a number as the page does.
    style : Style
        Its look.
    tolerance_deg : float
        How far a simplified line may leave the true one, degrees; 0 = the layer is
        carried as it is, neither cut nor simplified.
    shared_edges : bool
        True when areas are neighbours whose common edges stay common.
    collection : str
        Id of the collection; empty = that of the layer.
    id_column : str
        Column that gives each feature its id; empty = they are numbered.
    """

    order: int
    form: Form
    label: str
    title: str
    description: str
    columns: tuple[str, ...]
    tooltip: tuple[tuple[str, ...], ...]
    style: Style
    tolerance_deg: float = 0.005
    shared_edges: bool = False
    collection: str = ""
    id_column: str = ""

    def __post_init__(self) -> None:
        told = {
            name
            for line in self.tooltip
            for text in line
            for name in _FIELD.findall(text)
        }
        if strange := told - set(self.columns):
            raise ValueError(
                f"the tooltip of '{self.label}' names {', '.join(sorted(strange))}, "
                f"which is not among its columns {', '.join(self.columns)}"
            )
