"""The legend: what the colours mean, in words, for both themes."""

from dataclasses import dataclass

from app.maps.scale import (
    AGREEMENT,
    AGREEMENT_LABELS,
    AREA_BREAKS,
    STRENGTHS,
    class_colour,
    class_label,
)

_COVERAGE_WORDS = ("60 % or more", "30 to 60 %", "below 30 %")


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
            coverage=_COVERAGE_WORDS[row],
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
    classes = zip(AGREEMENT["light"], AGREEMENT["dark"], AGREEMENT_LABELS, strict=True)
    return tuple(
        Swatch(light=light.css, dark=dark.css, label=label)
        for light, dark, label in classes
    )
