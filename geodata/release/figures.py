"""Figures of a release: the ranked map, and where known sites fall."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from geodata.raster import Cells, FloatArray, to_equal_area
from geodata.release.surroundings import Surroundings
from geodata.scoring.validation.known_sites import capture

RANK_BREAKS = (0.0, 0.01, 0.025, 0.05, 0.10, 0.25, 1.0)
"""Breaks of the map's classes: share of the area that scores at least as high."""

RANK_COLOURS = ("#5b1a3a", "#8f2d3f", "#bf5a33", "#dd9648", "#ecca8a", "#f3ead3")
"""Best to worst; lightness falls steadily, so it reads without hue."""

_INK, _ACCENT, _GROUND, _WATER = "#1d2733", "#0f6b62", "#eceae3", "#cfd8dc"
_LABELLED = 12  # areas that get their rank written beside them
_DPI = 150
_PIXELS = 1_600  # cells drawn across the map
_WIDE = frozenset("mwMW@%—ЖМФШЩЫЮжмфшщыю")  # letters about twice as wide as others


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
    figure = Figure(figsize=(11.0, 7.2), dpi=_DPI, layout="constrained")
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
    outline(axes, around.states, colour=_INK, width=0.7)
    outline(axes, prospects, colour=_ACCENT, width=0.9)
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
        edgecolor=_INK,
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


def draw_capture(path: Path, report: Mapping[str, Any]) -> None:
    """Draw how many known sites the best part of the area holds, as a PNG.

    Parameters
    ----------
    path : Path
        File to make.
    report : mapping
        From :func:`geodata.release.check.check_sites`.
    """
    figure = Figure(figsize=(6.4, 4.6), dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#8a8f98", linestyle=":", label="random map")
    styles = {
        "own": (_ACCENT, "map of the site's own type"),
        "overall": (_INK, "all types"),
    }
    for which, (colour, label) in styles.items():
        mark = "circular" if which == "own" else "circular_overall"
        ranks = [
            site[which]["mean"]
            for site in report["sites"]
            if site[which] and not site.get(mark)
        ]
        result = capture(ranks, [float(share) for share in np.linspace(0, 1, 201)])
        area, share, low, high = (
            [row[column] for row in result["curve"]]
            for column in ("area", "share", "low", "high")
        )
        axes.step(
            area,
            share,
            where="post",
            color=colour,
            linewidth=2,
            label=f"{label} (n = {result['n']})",
        )
        axes.fill_between(
            area, low, high, step="post", color=colour, alpha=0.10, linewidth=0
        )
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="best part of the area of the five states",
        ylabel="share of known sites inside",
        title="Known rare-earth sites (bands: 95 % interval)",
    )
    axes.legend(loc="lower right", fontsize=8)
    save(figure, path)


def thinned(
    cells: Cells, values: FloatArray
) -> tuple[FloatArray, tuple[float, float, float, float]]:
    """Return a map no finer than a picture, and where it lies.

    Returns
    -------
    array of float32
        Every n-th cell each way, n the least that leaves at most 1 600 across.
    tuple of float
        West, east, south and north edge, metres.
    """
    grid = cells.grid
    every = -(-grid.columns // _PIXELS)
    shown = cells.to_map(values)[::every, ::every]
    step = every * grid.cell_m
    east = grid.west_m + shown.shape[1] * step
    return shown, (
        grid.west_m,
        east,
        grid.north_m - shown.shape[0] * step,
        grid.north_m,
    )


def fill(axes: Axes, table: gpd.GeoDataFrame, colour: str, zorder: int = 1) -> None:
    """Fill polygons (lon, lat) on a map in the equal-area projection."""
    parts = shapely.get_parts(to_equal_area(table.geometry.to_numpy()))
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in parts]
    axes.add_collection(
        PolyCollection(rings, facecolors=colour, linewidths=0, zorder=zorder),
        autolim=False,
    )


def outline(axes: Axes, table: gpd.GeoDataFrame, *, colour: str, width: float) -> None:
    """Draw the rings of polygons (lon, lat) on a map in the equal-area projection."""
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(to_equal_area(table.geometry.to_numpy()))
        for ring in (part.exterior, *part.interiors)
    ]
    axes.add_collection(
        LineCollection(rings, colors=colour, linewidths=width, zorder=4),
        autolim=False,
    )


def _number(axes: Axes, prospects: gpd.GeoDataFrame) -> None:
    for rank, outline in zip(prospects["rank"], prospects.geometry, strict=True):
        point = shapely.point_on_surface(to_equal_area(outline))
        axes.annotate(
            str(rank),
            (point.x, point.y),
            ha="center",
            va="center",
            fontsize=7,
            fontweight="bold",
            color=_ACCENT,
            bbox={"boxstyle": "circle,pad=0.25", "fc": "white", "ec": _ACCENT},
            zorder=7,
        )


def _scale_bar(axes: Axes, west: float, south: float) -> None:
    x = np.array([west, west + 500_000])
    axes.plot(x, [south, south], color=_INK, linewidth=2, zorder=5)
    axes.annotate("500 km", (x.mean(), south + 20_000), ha="center", fontsize=8)


def _legend() -> list[Artist]:
    labels = ("best 1 %", "1–2.5 %", "2.5–5 %", "5–10 %", "10–25 %", "other land")
    swatches = [
        Patch(facecolor=colour, label=label)
        for colour, label in zip(RANK_COLOURS, labels, strict=True)
    ]
    outline = Patch(facecolor="none", edgecolor=_ACCENT, label="prospect area, rank")
    site = Line2D(
        [],
        [],
        linestyle="none",
        marker="o",
        color="white",
        markeredgecolor=_INK,
        label="known site, ± 5–45 km",
    )
    return [*swatches, outline, site]


def shortened(text: str, most: int) -> str:
    """Cut a text of data that would not fit into a figure.

    Parameters
    ----------
    text : str
        One line.
    most : int
        Letters of usual width that fit; a wide one takes the room of two.

    >>> shortened("carbonatite", 6), shortened("placer", 6), shortened("WWWW", 6)
    ('carbo…', 'placer', 'WW…')
    """
    taken = 0
    for place, letter in enumerate(text):
        wide = letter in _WIDE or unicodedata.east_asian_width(letter) in "FW"
        taken += 1 + wide
        if taken > most:
            return f"{text[: max(place - 1, 0)].rstrip()}…"
    return text


def save(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG; ``savefig`` would draw it twice for the same picture.

    No text but the powers of ten of a logarithmic axis is read as mathematics: a title
    may hold dollars.
    """
    powers = {
        text
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        if axis.get_scale() == "log"
        for text in axis.get_ticklabels(which="both")
    }
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text not in powers:
            text.set_parse_math(False)
    canvas = FigureCanvasAgg(figure)
    canvas.print_png(path, metadata={"Software": None})  # type: ignore[no-untyped-call]  # ships no type for it
