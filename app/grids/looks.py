"""How values become colours: classes of cells, and the colours they are drawn in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from app.grids.files import FloatArray
from app.maps.colours import (
    AGREEMENT,
    AREA_BREAKS,
    COVERAGE_BREAKS,
    HATCHES,
    RAMPS,
    STRENGTHS,
    Colour,
    Opinion,
    Theme,
    class_colour,
)
from geodata.scoring.agreement import BOTH, classes

Classes = npt.NDArray[np.uint8]

NOTHING, NO_DATA, LINE, FIRST = 0, 1, 2, 3
"""Classes that every look shares: not drawn, ground and line of the hatch; the next."""

Ramp = Literal[
    "viridis", "cividis", "magma", "inferno", "plasma", "turbo", "gray", "greys",
    "blues", "ylorrd", "ylgnbu", "rdylbu_r", "spectral_r",
]  # fmt: skip
"""Scales that may be asked for by name, those of matplotlib."""

_STEPS = 250  # of a scale; with the shared classes they fit a byte
_QUALITATIVE = (
    "4e79a7", "f28e2b", "76b7b2", "e15759", "59a14f", "edc948", "b07aa1", "9c755f",
    "bab0ac", "86bcb6", "ff9da7", "8cd17d",
)  # fmt: skip


class Look(Protocol):
    """How the bands of a grid are drawn."""

    @property
    def bands(self) -> tuple[str, ...]:
        """The bands that are read; empty: those of the grid."""

    def classify(self, values: FloatArray) -> Classes:
        """Return the class of each cell, of values of shape (bands, rows, columns)."""

    def colours(self, theme: Theme) -> Sequence[Colour]:
        """Return the colours of the classes from :data:`FIRST` on."""


@dataclass(frozen=True, slots=True)
class MapLook:
    """The look of the map: area rank by hue and coverage by paleness, or agreement."""

    opinion: Opinion = "expert"

    @property
    def bands(self) -> tuple[str, str]:
        """Of the file of a deposit type."""
        return {
            "expert": ("area_rank", "coverage"),
            "learned": ("learned_rank", "learned_coverage"),
            "agreement": ("area_rank", "learned_rank"),
        }[self.opinion]

    def classify(self, values: FloatArray) -> Classes:
        """Return classes; unknown cells get the hatch, those beside known ones nothing.

        Cells end before the border does: a hatch there would be a false rim.
        """
        one, other = values
        unknown = np.isnan(one) | np.isnan(other)
        if self.opinion == "agreement":
            found = BOTH - classes(one, other).astype(np.intp)
        else:
            found = _ranked(one) * len(STRENGTHS) + np.digitize(
                -other, [-value for value in COVERAGE_BREAKS], right=True
            )
        beside = _grown(~unknown)
        drawn = np.where(unknown, np.where(beside, NOTHING, NO_DATA), found + FIRST)
        return drawn.astype(np.uint8)

    def colours(self, theme: Theme) -> Sequence[Colour]:
        """Return the colours, best class first."""
        if self.opinion == "agreement":
            return AGREEMENT[theme]
        return [
            class_colour(rank, coverage, theme)
            for rank in range(len(AREA_BREAKS) + 1)
            for coverage in range(len(STRENGTHS))
        ]


@dataclass(frozen=True, slots=True)
class RankLook:
    """An area rank by itself, in the classes of the map."""

    bands = ()

    def classify(self, values: FloatArray) -> Classes:
        """Return the class of each cell; nothing where unknown."""
        return _known(values[0], _ranked(values[0]))

    def colours(self, theme: Theme) -> Sequence[Colour]:
        """Return the colours, best class first."""
        return RAMPS[theme]


@dataclass(frozen=True, slots=True)
class NamedLook:
    """Classes with names, each in a colour of its own."""

    names: tuple[str, ...]
    bands = ()

    def classify(self, values: FloatArray) -> Classes:
        """Return the class of each cell; nothing where unknown."""
        return _known(values[0], np.minimum(np.nan_to_num(values[0]), _STEPS - 1))

    def colours(self, theme: Theme) -> Sequence[Colour]:
        """Return a colour for each name; after twelve they come again, paler."""
        ground = RAMPS[theme][-1]
        return [
            _colour(_QUALITATIVE[n % len(_QUALITATIVE)]).toward(
                ground, 0.8 ** (n // len(_QUALITATIVE))
            )
            for n in range(min(len(self.names), _STEPS))
        ]


@dataclass(frozen=True, slots=True)
class RampLook:
    """A quantity on a scale from a low to a high value, the ends held beyond."""

    low: float
    high: float
    ramp: Ramp = "viridis"
    bands = ()

    def classify(self, values: FloatArray) -> Classes:
        """Return the step of each cell; nothing where unknown."""
        span = self.high - self.low
        step = np.floor((values[0] - self.low) / (span or 1.0) * _STEPS)
        return _known(values[0], np.clip(np.nan_to_num(step), 0, _STEPS - 1))

    def colours(self, theme: Theme) -> Sequence[Colour]:  # noqa: ARG002  # has none
        """Return the steps of the scale, low first."""
        return _steps(self.ramp)


def palette(look: Look, theme: Theme) -> list[Colour]:
    """Return the colours of all classes in their order."""
    ground, line = HATCHES[theme]
    return [ground, ground, line, *look.colours(theme)]


def _ranked(rank: FloatArray) -> npt.NDArray[np.intp]:
    return np.digitize(rank, AREA_BREAKS, right=True)


def _known(values: FloatArray, found: npt.NDArray[np.generic]) -> Classes:
    return np.where(np.isnan(values), NOTHING, found + FIRST).astype(np.uint8)


def _grown(known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the cells that are known or touch, also by a corner, a known one."""
    wide = known.copy()
    wide[:, 1:] |= known[:, :-1]
    wide[:, :-1] |= known[:, 1:]
    tall = wide.copy()
    tall[1:] |= wide[:-1]
    tall[:-1] |= wide[1:]
    return tall


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return Colour(red=red, green=green, blue=blue)


@cache
def _steps(ramp: Ramp) -> tuple[Colour, ...]:
    # Not needed before: a server starts sooner.
    from rio_tiler.colormap import cmap  # noqa: PLC0415

    found = cmap.get(ramp)
    table = np.array([found[step] for step in range(256)])
    at = np.linspace(0, 255, _STEPS).round().astype(int)
    return tuple(
        Colour(red=int(red), green=int(green), blue=int(blue))
        for red, green, blue in table[at, :3]
    )
