"""Draw prospect areas: connected cells that stand out, and their outlines."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import shapes
from scipy import ndimage

from geodata.raster import FloatArray, Grid, to_lonlat

CORE_SHARE = 0.003  # an area needs a core among the best 0.3 % of the region …
GROWN_SHARE = 0.01  # … and grows from it over connected cells of the best 1 %
MIN_AREA_KM2 = 250.0  # about the circle of error of a known position (r = 9 km)
MAX_AREA_KM2 = 6_000.0  # about one 1:200 000 sheet: what one survey can take on
_TOUCHING = np.ones((3, 3), dtype=np.int8)  # cells that share a corner connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Delineation:
    """How areas are cut out of a map.

    Attributes
    ----------
    core_share, grown_share : float
        Shares of the valid area, 0 < core <= grown < 1.
    min_area_km2, max_area_km2 : float
        Smaller areas are dropped; larger ones are cut back to their best parts.
    """

    core_share: float = CORE_SHARE
    grown_share: float = GROWN_SHARE
    min_area_km2: float = MIN_AREA_KM2
    max_area_km2: float = MAX_AREA_KM2


def delineate(
    score: FloatArray, *, cell_area_km2: float, rule: Delineation
) -> npt.NDArray[np.int32]:
    """Mark with numbers the areas that stand out on a map, by hysteresis.

    Parameters
    ----------
    score : array of float32, shape (rows, columns)
        0 to 1; NaN = unknown or outside, and never part of an area.
    cell_area_km2 : float
        Area of a cell, square kilometres.
    rule : Delineation
        Shares and least size.

    Returns
    -------
    array of int32, shape (rows, columns)
        0 = in no area; areas numbered from 1, row by row.

    Notes
    -----
    Thresholds are exceeded, not reached: a plateau of equal values larger than
    the share does not stand out, so no part of it is picked at random.  An area
    larger than the rule allows keeps its better half, again and again, until
    every piece that holds a core fits.  Last, gaps smaller than the least area are
    filled where one area surrounds them: no survey would leave them out.
    """
    valid = score[~np.isnan(score)]
    if not len(valid):
        return np.zeros(score.shape, dtype=np.int32)
    grown_from, core_from = np.quantile(
        valid, [1 - rule.grown_share, 1 - rule.core_share], method="lower"
    )
    with np.errstate(invalid="ignore"):
        inside = score > grown_from
        core = score > core_from
    least, most = (
        limit / cell_area_km2 for limit in (rule.min_area_km2, rule.max_area_km2)
    )
    while True:
        label = _with_core(inside, core, least=least)
        too_large = np.flatnonzero(np.bincount(label.ravel())[1:] > most) + 1
        if not len(too_large):
            return _without_gaps(label, np.isnan(score), least=least)
        inside = label > 0
        for number in too_large:
            area = label == number
            middle = np.quantile(score[area], 0.5, method="lower")
            better = area & (score > middle)
            inside &= ~area | better


def _with_core(
    inside: npt.NDArray[np.bool_], core: npt.NDArray[np.bool_], *, least: float
) -> npt.NDArray[np.int32]:
    """Label connected cells that hold a core and are at least so many."""
    label, count = ndimage.label(inside, structure=_TOUCHING)
    keep = np.zeros(count + 1, dtype=np.bool_)
    keep[np.unique(label[core & inside])] = True
    keep &= np.bincount(label.ravel(), minlength=count + 1) >= least
    keep[0] = False
    number = np.zeros(count + 1, dtype=np.int32)
    number[keep] = np.arange(1, keep.sum() + 1)
    return np.asarray(number[label])


def _without_gaps(
    label: npt.NDArray[np.int32], unknown: npt.NDArray[np.bool_], *, least: float
) -> npt.NDArray[np.int32]:
    """Fill gaps of fewer cells that one area surrounds and where all is known."""
    gap, _ = ndimage.label(label == 0)  # cells that share an edge connect
    filled = label.copy()
    small = np.bincount(gap.ravel()) < least
    for number, box in enumerate(ndimage.find_objects(gap), start=1):
        rows, columns = box
        at_edge = (
            rows.start == 0
            or columns.start == 0
            or rows.stop == label.shape[0]
            or columns.stop == label.shape[1]
        )
        if not small[number] or at_edge:
            continue
        wider = (
            slice(rows.start - 1, rows.stop + 1),
            slice(columns.start - 1, columns.stop + 1),
        )
        inside = gap[wider] == number
        around = ndimage.binary_dilation(inside) & ~inside
        areas = np.unique(label[wider][around])
        if len(areas) == 1 and not unknown[wider][inside].any():
            filled[wider][inside] = areas[0]
    return filled


def outlines(label: npt.NDArray[np.int32], grid: Grid) -> dict[int, shapely.Geometry]:
    """Trace the outline of each numbered area along its cell edges.

    Returns
    -------
    dict of int to Polygon or MultiPolygon
        Longitude and latitude, degrees, WGS 84; valid; exterior rings
        counter-clockwise.
    """
    pieces: dict[int, list[shapely.Geometry]] = {}
    for piece, value in shapes(label, mask=label > 0, transform=grid.transform):
        pieces.setdefault(int(value), []).append(shapely.geometry.shape(piece))
    return {
        value: shapely.orient_polygons(
            to_lonlat(shapely.union_all(parts)), exterior_cw=False
        )
        for value, parts in sorted(pieces.items())
    }
