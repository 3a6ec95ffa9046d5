"""Figures of tests: the withheld region, calibration, and where two models agree."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from geodata.raster import Cells, FloatArray
from geodata.release.figures import fill, outline, save, shortened, thinned
from geodata.release.surroundings import Surroundings
from geodata.scoring.agreement import (
    BOTH,
    EXPERT_ONLY,
    LEARNED_ONLY,
    NEITHER,
    UNKNOWN,
    classes,
)

_INK, _ACCENT, _GREY, _WATER = "#1d2733", "#0f6b62", "#8a8f98", "#cfd8dc"
_DPI = 150
_STYLES = {
    "learned": (_ACCENT, "-", 2.4),
    "expert": ("#b5532a", "-", 1.8),
    "forest": ("#5b6fb5", "--", 1.4),
    "trees": ("#7fa8d8", "-", 1.4),
}
_BASELINES = (
    ("#9a7b1f", (0, (6, 2))),
    ("#8c4a7d", (0, (1, 1.2))),
    ("#4f7a3a", (0, (6, 2, 1, 2))),
)

AGREEMENT_COLOURS = {
    NEITHER: "#ece4cf",
    EXPERT_ONLY: "#d98032",
    LEARNED_ONLY: "#3f7fc1",
    BOTH: "#4b1d5e",
}
_AGREEMENT_WORDS = {
    BOTH: "in the best 10 % of both",
    EXPERT_ONLY: "of the expert model only",
    LEARNED_ONLY: "of the learned model only",
    NEITHER: "of neither",
}


def draw_withheld(path: Path, report: Mapping[str, Any]) -> None:
    """Draw how many places of the withheld region the best part of the area holds.

    Parameters
    ----------
    path : Path
        File to make.
    report : mapping
        From :func:`geodata.release.evaluation.evaluate`.
    """
    figure = Figure(figsize=(7.2, 5.2), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":", label="random map")
    dashes = iter(_BASELINES)
    order = [*_STYLES, "baseline"]
    for model in sorted(
        report["withheld"]["models"], key=lambda one: order.index(one["kind"])
    ):
        ranks = np.sort([rank for rank in model["ranks"] if rank is not None])
        if not len(ranks):
            continue
        style = _STYLES.get(model["kind"])
        colour, dash, width = style or (*next(dashes, (_GREY, ":")), 1.4)
        axes.step(
            [0, *ranks, 1],
            [0, *(np.arange(1, len(ranks) + 1) / len(ranks)), 1],
            where="post",
            color=colour,
            linestyle=dash,
            linewidth=width,
            label=f"{shortened(str(model['name']), 60)}: "
            f"mean {ranks.mean():.2f}, n {len(ranks)}",
            zorder=4 if model["kind"] == "learned" else 3,
        )
        if model["kind"] == "learned":
            curve = model["all"]["capture"]
            axes.errorbar(
                [row["area"] for row in curve],
                [row["share"] for row in curve],
                yerr=[
                    [row["share"] - row["low"] for row in curve],
                    [row["high"] - row["share"] for row in curve],
                ],
                fmt="none",
                ecolor=colour,
                alpha=0.45,
                linewidth=1,
                capsize=2,
            )
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="best part of the land of the five states, by each model",
        ylabel="share of known places inside",
    )
    axes.set_title(
        f"{shortened(str(report['title']), 70)}: Central Asia kept back\n"
        "no model but the expert's was made with any of its places\n"
        "bars: 95 %, counting districts",
        fontsize=10,
    )
    axes.legend(loc="lower right", fontsize=7.5)
    save(figure, path)


def draw_calibration(path: Path, report: Mapping[str, Any]) -> None:
    """Draw predicted beside observed frequency of held-out places.

    Parameters
    ----------
    path : Path
        File to make.
    report : mapping
        From :func:`geodata.release.evaluation.evaluate`.
    """
    found = {
        key: np.array(values, dtype=np.float64)
        for key, values in report["calibration"].items()
    }
    figure = Figure(figsize=(5.4, 4.6), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    least = max(float(found["predicted"].min()) / 2, 1e-4)
    most = min(float(max(found["predicted"].max(), found["high"].max())) * 1.5, 1.0)
    axes.plot([least, most], [least, most], color=_GREY, linestyle=":", label="as said")
    observed = np.maximum(found["observed"], least)
    axes.errorbar(
        found["predicted"],
        observed,
        yerr=[observed - np.maximum(found["low"], least), found["high"] - observed],
        fmt="o",
        color=_ACCENT,
        markersize=4,
        linewidth=1,
        capsize=2,
        label="held-out places, 95 %",
    )
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(least, most),
        ylim=(least, most),
        xlabel="predicted share of examples",
        ylabel="observed share of examples",
    )
    axes.set_title(
        "Calibration in 15° blocks never seen\n"
        f"{int(found['n'].sum()):,} examples, other deposits and places on land;\n"
        "odds of this mixture, not of finding anything",
        fontsize=10,
    )
    axes.legend(loc="upper left", fontsize=8)
    save(figure, path)


def draw_agreement(
    path: Path,
    cells: Cells,
    expert_rank: FloatArray,
    learned_rank: FloatArray,
    *,
    around: Surroundings,
    comparison: Mapping[str, Any],
) -> None:
    """Draw where the expert and the learned model put their best tenth, as a PNG.

    Parameters
    ----------
    path : Path
        File to make.
    cells : Cells
        The land cells.
    expert_rank, learned_rank : array of float32, shape (cells,)
        Area ranks; NaN = unknown, left blank.
    around : Surroundings
        States, land and lakes.
    comparison : mapping
        ``spearman``, ``overlap``, ``chance``.
    """
    figure = Figure(figsize=(9.0, 5.6), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    grid = cells.grid
    east = grid.west_m + grid.columns * grid.cell_m
    south = grid.north_m - grid.rows * grid.cell_m
    fill(axes, around.land, "#e3e1da")
    found = classes(expert_rank, learned_rank).astype(np.float32)
    found[found == UNKNOWN] = np.nan
    order = sorted(AGREEMENT_COLOURS)
    shown, extent = thinned(cells, found)
    axes.imshow(
        shown,
        extent=extent,
        cmap=ListedColormap([AGREEMENT_COLOURS[value] for value in order]),
        vmin=order[0] - 0.5,
        vmax=order[-1] + 0.5,
        interpolation="nearest",
        zorder=2,
    )
    fill(axes, around.lakes, _WATER, zorder=3)
    outline(axes, around.states, colour=_INK, width=0.7)
    axes.set(
        xlim=(grid.west_m - 40_000, east + 40_000),
        ylim=(south - 40_000, grid.north_m + 40_000),
        xticks=(),
        yticks=(),
        facecolor=_WATER,
    )
    overlap, chance = comparison["overlap"], comparison["chance"]
    correlation = comparison["spearman"]  # None where a map has one value only
    if overlap is not None and chance is not None:
        title = (
            f"{overlap:.0%} of the expert's best 10 % is in the learned model's; "
            f"by chance {chance:.0%}."
        )
        if correlation is not None:
            title += f" Rank correlation {correlation:.2f}."
        axes.set_title(title, fontsize=10)
    axes.legend(
        handles=[
            Patch(facecolor=AGREEMENT_COLOURS[value], edgecolor=_GREY, label=words)
            for value, words in _AGREEMENT_WORDS.items()
        ],
        loc="lower right",
        fontsize=8,
        framealpha=0.95,
    )
    save(figure, path)
