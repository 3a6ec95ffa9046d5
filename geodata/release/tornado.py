"""The figure of a model's sensitivity: a tornado of the numbers that matter most."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from geodata.evidence.membership import OTHER
from geodata.release.drawing import DPI, INK, save, shortened
from geodata.scoring.sensitivity import WEIGHT, NumberEffect, Sensitivity

BARS = 12
"""Numbers that are drawn of a model: the first of them in the table."""

_GRID = "#d9d6cd"
_LOW, _HIGH = "#2b6ca3", "#b5600c"  # blue and orange: told apart without red or green
_WIDTH_IN = 6.0  # 900 pixels
_LONGEST = 52  # letters of a label that fit beside the bars
_LEAST_PERCENT = 5.0  # half the axis, at least, so that little looks little

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        WEIGHT: "weight",
        "half": "half distance",
        "error": "error of position",
        "half_width": "half width",
    }
)


def draw_tornado(path: Path, table: Sensitivity) -> None:
    """Draw how far each number of a model can move its map, as a PNG.

    Parameters
    ----------
    path : Path
        File to make, 900 pixels wide.
    table : Sensitivity
        Of one model.  Drawn is the share of the best tenth of the area that leaves
        it; where that is unknown there is no bar.
    """
    shown = table.numbers[:BARS]
    figure = Figure(
        figsize=(_WIDTH_IN, 1.55 + 0.33 * len(shown)), dpi=DPI, layout="constrained"
    )
    axes = figure.add_subplot()
    moved = [(_moved(one.at_low.kept), _moved(one.at_high.kept)) for one in shown]
    for place, (low, high) in enumerate(moved):
        _bar(axes, place, -low, _LOW)
        _bar(axes, place, high, _HIGH)
    farthest = np.nanmax([_LEAST_PERCENT, *(side for pair in moved for side in pair)])
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set(
        xlim=(-1.2 * farthest, 1.2 * farthest),
        ylim=(max(len(shown), 1) - 0.4, -0.6),
        yticks=range(len(shown)),
    )
    axes.set_yticklabels([label(one) for one in shown], fontsize=8)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{abs(x):g} %"))
    axes.tick_params(axis="x", labelsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_title("◀ number at its low end", loc="left", fontsize=8, color=_LOW)
    axes.set_title("number at its high end ▶", loc="right", fontsize=8, color=_HIGH)
    title = shortened(table.title, _LONGEST)
    figure.suptitle(f"{title}: what the map depends on", fontsize=10)
    axes.set_xlabel("share of the best tenth of the area that changes", fontsize=8)
    save(figure, path)


def label(effect: NumberEffect) -> str:
    """Name a number in words, with its range.

    Returns
    -------
    str
        On two lines if one would be too long.
    """
    number = effect.number
    if effect.parameter == OTHER:
        word = "other classes"
    elif effect.parameter != WEIGHT and effect.membership == "class":
        word = f"“{effect.parameter}”"
    else:
        word = _WORDS.get(effect.parameter, effect.parameter.replace("_", " "))
    unit = "" if effect.unit == "share" else effect.unit  # the title says of what
    amount = f"{number.low:g}–{number.high:g} {unit}".strip()
    whole = f"{effect.title}: {word} {amount}"
    if len(whole) <= _LONGEST:
        return whole
    first, second = f"{effect.title}:", f"{word} {amount}"
    return f"{shortened(first, _LONGEST)}\n{shortened(second, _LONGEST)}"


def _moved(kept: float) -> float:
    """Turn the share that stays into the per cent that leaves; NaN stays NaN."""
    return 100.0 * (1.0 - kept)


def _bar(axes: Axes, place: int, percent: float, colour: str) -> None:
    """Draw one side of a number, to the left if negative, and write how much."""
    if np.isnan(percent):
        return
    axes.barh(place, percent, height=0.62, color=colour)
    axes.annotate(
        f"{abs(percent):.0f}",
        (percent, place),
        xytext=(-3 if colour == _LOW else 3, 0),
        textcoords="offset points",
        ha="right" if colour == _LOW else "left",
        va="center",
        fontsize=7,
        color=INK,
        in_layout=False,  # it never leaves the axes; asking takes long
    )
