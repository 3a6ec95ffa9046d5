"""What the figures of a release are drawn with: polygons, thinned maps, texts."""

import unicodedata
from pathlib import Path

import geopandas as gpd
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from geodata.raster import Cells, FloatArray, to_equal_area

INK, ACCENT, GREY = "#1d2733", "#0f6b62", "#8a8f98"
DPI = 150
_PIXELS = 1_600  # cells drawn across a map
_WIDE = frozenset("mwMW@%—ЖМФШЩЫЮжмфшщыю")  # letters about twice as wide as others


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
