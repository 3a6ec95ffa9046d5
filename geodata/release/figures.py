"""Figures of a release that are maps: the ranking, and where two models agree."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from geodata.raster import Cells, FloatArray, to_equal_area
from geodata.release.drawing import (
    ACCENT,
    DPI,
    GREY,
    INK,
    fill,
    outline,
    save,
    thinned,
)
from geodata.release.surroundings import Surroundings
from geodata.scoring.agreement import (
    BOTH,
    EXPERT_ONLY,
    LEARNED_ONLY,
    NEITHER,
    UNKNOWN,
    Agreement,
    classes,
)

RANK_BREAKS = (0.0, 0.01, 0.025, 0.05, 0.10, 0.25, 1.0)
"""Breaks of the map's classes: share of the area that scores at least as high."""

RANK_COLOURS = ("#5b1a3a", "#8f2d3f", "#bf5a33", "#dd9648", "#ecca8a", "#f3ead3")
"""Best to worst; lightness falls steadily, so it reads without hue."""

_GROUND, _WATER = "#eceae3", "#cfd8dc"
_LABELLED = 12  # areas that get their rank written beside them

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


def draw_map(
    path: Path,
    cells: Cells,
    rank: FloatArray,
    prospects: gpd.GeoDataFrame,
    around: Surroundings,
    *,
    release_id: str,
) -> None:
    """Draw the ranked map over all deposit types as a PNG.

    Parameters
    ----------
    path : Path
        File to make.
    cells : Cells
        The land cells.
    rank : array of float32, shape (cells,)
        Area rank of the map over all types, 0 best; NaN = unknown, left blank.
    prospects : GeoDataFrame
        Ranked areas.
    around : Surroundings
        States, land, lakes and known sites.
    release_id : str
        Written under the map.
    """
    figure = Figure(figsize=(11.0, 7.2), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    grid = cells.grid
    west, north = grid.west_m, grid.north_m
    east = west + grid.columns * grid.cell_m
    south = north - grid.rows * grid.cell_m
    fill(axes, around.land, _GROUND)
    shown, extent = thinned(cells, rank)
    axes.imshow(
        shown,
        extent=extent,
        cmap=ListedColormap(RANK_COLOURS),
        norm=BoundaryNorm(RANK_BREAKS, len(RANK_COLOURS)),
        interpolation="nearest",
        zorder=2,
    )
    fill(axes, around.lakes, _WATER, zorder=3)
    outline(axes, around.states, colour=INK, width=0.7)
    outline(axes, prospects, colour=ACCENT, width=0.9)
    _number(axes, prospects.head(_LABELLED))
    sites = shapely.get_coordinates(
        [to_equal_area(point) for point in around.sites.geometry]
    )
    axes.scatter(
        sites[:, 0],
        sites[:, 1],
        s=16,
        marker="o",
        facecolor="white",
        edgecolor=INK,
        linewidth=0.9,
        zorder=6,
    )
    margin = 60_000
    axes.set(
        xlim=(west - margin, east + margin),
        ylim=(south - margin, north + margin),
        xticks=(),
        yticks=(),
        facecolor=_WATER,
        title="Where to look first: all deposit types",
    )
    _scale_bar(axes, west, south)
    axes.legend(handles=_legend(), loc="lower right", fontsize=8, framealpha=0.95)
    figure.supxlabel(
        "Exploration aid, not a resource estimate. Coloured by share of area that "
        f"scores at least as high. Release {release_id}.",
        fontsize=8,
    )
    save(figure, path)


def draw_agreement(
    path: Path,
    cells: Cells,
    expert_rank: FloatArray,
    learned_rank: FloatArray,
    *,
    around: Surroundings,
    agreement: Agreement,
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
    agreement : Agreement
        Of the two.
    """
    figure = Figure(figsize=(9.0, 5.6), dpi=DPI, layout="constrained")
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
    outline(axes, around.states, colour=INK, width=0.7)
    axes.set(
        xlim=(grid.west_m - 40_000, east + 40_000),
        ylim=(south - 40_000, grid.north_m + 40_000),
        xticks=(),
        yticks=(),
        facecolor=_WATER,
    )
    if not np.isnan([agreement.overlap, agreement.chance]).any():
        title = (
            f"{agreement.overlap:.0%} of the expert's best 10 % is in the learned "
            f"model's; by chance {agreement.chance:.0%}."
        )
        if not np.isnan(agreement.spearman):
            title += f" Rank correlation {agreement.spearman:.2f}."
        axes.set_title(title, fontsize=10)
    axes.legend(
        handles=[
            Patch(facecolor=AGREEMENT_COLOURS[value], edgecolor=GREY, label=words)
            for value, words in _AGREEMENT_WORDS.items()
        ],
        loc="lower right",
        fontsize=8,
        framealpha=0.95,
    )
    save(figure, path)


def _number(axes: Axes, prospects: gpd.GeoDataFrame) -> None:
    for rank, area in zip(prospects["rank"], prospects.geometry, strict=True):
        point = shapely.point_on_surface(to_equal_area(area))
        axes.annotate(
            str(rank),
            (point.x, point.y),
            ha="center",
            va="center",
            fontsize=7,
            fontweight="bold",
            color=ACCENT,
            bbox={"boxstyle": "circle,pad=0.25", "fc": "white", "ec": ACCENT},
            zorder=7,
        )


def _scale_bar(axes: Axes, west: float, south: float) -> None:
    x = np.array([west, west + 500_000])
    axes.plot(x, [south, south], color=INK, linewidth=2, zorder=5)
    axes.annotate("500 km", (x.mean(), south + 20_000), ha="center", fontsize=8)


def _legend() -> list[Artist]:
    labels = ("best 1 %", "1–2.5 %", "2.5–5 %", "5–10 %", "10–25 %", "other land")
    swatches = [
        Patch(facecolor=colour, label=label)
        for colour, label in zip(RANK_COLOURS, labels, strict=True)
    ]
    area = Patch(facecolor="none", edgecolor=ACCENT, label="prospect area, rank")
    site = Line2D(
        [],
        [],
        linestyle="none",
        marker="o",
        color="white",
        markeredgecolor=INK,
        label="known site, ± 5–45 km",
    )
    return [*swatches, area, site]
