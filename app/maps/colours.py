"""The one colour scale and its legend: area rank by hue, coverage by paleness."""

from dataclasses import dataclass
from typing import Literal

from app.text import say

Theme = Literal["light", "dark"]

Opinion = Literal["expert", "learned", "agreement"]
"""What a map shows: one model's ranking, or in whose best part a place lies."""

AREA_BREAKS = (0.01, 0.025, 0.05, 0.10, 0.25)
"""Shares of a deposit type's known area: best first, then the rest."""

COVERAGE_BREAKS = (0.6, 0.3)
"""Coverage classes: 0.6 and more, 0.3 to 0.6, below 0.3."""

STRENGTHS = (1.0, 0.76, 0.5)
"""How much of its colour a class keeps, by coverage class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A colour, red, green and blue, 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def css(self) -> str:
        """The colour as style sheets write it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    def toward(self, ground: "Colour", strength: float) -> "Colour":
        """Mix with a ground; strength 1 keeps the colour, 0 gives the ground."""

        def mix(own: int, other: int) -> int:
            return round(other + (own - other) * strength)

        return Colour(
            red=mix(self.red, ground.red),
            green=mix(self.green, ground.green),
            blue=mix(self.blue, ground.blue),
        )


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return Colour(red=red, green=green, blue=blue)


RAMPS: dict[Theme, tuple[Colour, ...]] = {
    "light": tuple(
        map(_colour, ("5c1230", "9c2f33", "cc6433", "e6a24d", "efcf92", "ece4cf"))
    ),
    "dark": tuple(
        map(_colour, ("ffe7a0", "f6b35a", "dd7a40", "ad4a3d", "833c40", "32282f"))
    ),
}
"""Best class first; lightness runs one way, so the order survives any eye."""

GROUNDS: dict[Theme, Colour] = {"light": _colour("f7f5ef"), "dark": _colour("1b2229")}
"""What a colour pales towards where less is known."""

HATCHES: dict[Theme, tuple[Colour, Colour]] = {
    "light": (_colour("f3f0e8"), _colour("b9b2a2")),
    "dark": (_colour("1f262d"), _colour("4d5862")),
}
"""Ground and line of the hatch that means: no data here."""


AGREEMENT: dict[Theme, tuple[Colour, ...]] = {
    "light": tuple(map(_colour, ("4b1d5e", "d98032", "3f7fc1", "ece4cf"))),
    "dark": tuple(map(_colour, ("ffe7a0", "d0703a", "4f93d6", "32282f"))),
}
"""In the best tenth of both models, of the expert's, of the learned one's, of none."""

_AGREEMENT = ("map.both", "map.expert-only", "map.learned-only", "map.neither")


def class_colour(rank: int, coverage: int, theme: Theme) -> Colour:
    """Return the colour of a class.

    Parameters
    ----------
    rank : int
        Position in :data:`AREA_BREAKS`, its length for the rest.
    coverage : int
        Position in :data:`STRENGTHS`.
    theme : {"light", "dark"}
        Ground the map lies on.
    """
    return RAMPS[theme][rank].toward(GROUNDS[theme], STRENGTHS[coverage])


def class_label(rank: int) -> str:
    """Name an area class as the legend prints it.

    >>> class_label(0), class_label(1), class_label(5)
    ('best 1 %', '1–2.5 %', 'rest')
    """
    if rank == len(AREA_BREAKS):
        return say("map.ramp-rest")
    upper = f"{100 * AREA_BREAKS[rank]:g} %"
    if rank == 0:
        return say("map.best", area=upper)
    return f"{100 * AREA_BREAKS[rank - 1]:g}–{upper}"


_COVERAGES = ("map.coverage-high", "map.coverage-middle", "map.coverage-low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """One colour of the legend."""

    light: str
    dark: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendRow:
    """The colours of one coverage class, from the rest to the best."""

    coverage: str
    swatches: tuple[Swatch, ...]


def legend_rows() -> tuple[LegendRow, ...]:
    """Return the legend, well-known places first."""
    ranks = range(len(AREA_BREAKS), -1, -1)
    return tuple(
        LegendRow(
            coverage=say(_COVERAGES[row]),
            swatches=tuple(
                Swatch(
                    light=class_colour(rank, row, "light").css,
                    dark=class_colour(rank, row, "dark").css,
                    label=class_label(rank),
                )
                for rank in ranks
            ),
        )
        for row in range(len(STRENGTHS))
    )


def agreement_swatches() -> tuple[Swatch, ...]:
    """Return the legend of the map of agreement: in whose best tenth a place lies."""
    classes = zip(AGREEMENT["light"], AGREEMENT["dark"], _AGREEMENT, strict=True)
    return tuple(
        Swatch(light=light.css, dark=dark.css, label=say(key))
        for light, dark, key in classes
    )
