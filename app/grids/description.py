"""What is said of a grid: its place, its storage, its legend, its credits."""

import math
from functools import cache
from itertools import pairwise

import pyproj

from app.grid_schemas import GridCrs, Legend, LegendEntry
from app.grids.catalogue import Grid
from app.grids.files import GridFile
from app.grids.looks import Look, MapLook, NamedLook, RampLook, RankLook
from app.grids.tile_cells import transformer
from app.maps.colours import (
    AREA_BREAKS,
    RAMPS,
    Colour,
    agreement_swatches,
    class_label,
    legend_rows,
)
from app.text import say

_OUTWARD = 1e4  # boxes in degrees are rounded to its inverse, about 10 m
_RAMP_MARKS = 11  # colours of a scale that a legend names


@cache
def crs_of(wkt: str) -> GridCrs:
    """Return a coordinate reference system as programs of every kind read it."""
    crs = pyproj.CRS.from_wkt(wkt)
    authority = crs.to_authority(min_confidence=100)
    uri = None
    if authority is not None:
        uri = "http://www.opengis.net/def/crs/{}/0/{}".format(*authority)
    return GridCrs(uri=uri, wkt2=crs.to_wkt("WKT2_2019"), projjson=crs.to_json_dict())


def bbox_of(file: GridFile) -> list[float]:
    """Return west, south, east, north of a file in degrees, rounded outward.

    Its edges are bent: they are followed at a hundred places each.
    """
    to_degrees = transformer(file.crs, "OGC:CRS84")
    west, south, east, north = to_degrees.transform_bounds(
        *file.bounds, densify_pts=101
    )
    return [
        math.floor(west * _OUTWARD) / _OUTWARD,
        math.floor(south * _OUTWARD) / _OUTWARD,
        math.ceil(east * _OUTWARD) / _OUTWARD,
        math.ceil(north * _OUTWARD) / _OUTWARD,
    ]


def legends_of(grid: Grid) -> list[Legend]:
    """Return what the colours of a grid mean, for each opinion it has."""
    if grid.kind == "hillshade":
        return []
    several = len(grid.looks) > 1
    return [
        Legend(opinion=name if several else None, entries=_entries(look))
        for name, look in grid.looks.items()
    ]


def _entries(look: Look) -> list[LegendEntry]:
    match look:
        case MapLook("agreement"):
            return [
                LegendEntry(label=item.label, light=item.light, dark=item.dark)
                for item in agreement_swatches()
            ]
        case MapLook():
            return _map_entries()
        case RankLook():
            return [
                LegendEntry(
                    label=class_label(rank),
                    light=RAMPS["light"][rank].css,
                    dark=RAMPS["dark"][rank].css,
                    low=low,
                    high=high,
                )
                for rank, (low, high) in enumerate(_rank_limits())
            ]
        case NamedLook(names):
            pairs = zip(look.colours("light"), look.colours("dark"), strict=True)
            return [
                LegendEntry(label=name, light=light.css, dark=dark.css, low=n, high=n)
                for n, (name, (light, dark)) in enumerate(
                    zip(names, pairs, strict=False)
                )
            ]
        case RampLook():
            return _ramp_entries(look)
    raise AssertionError(look)


def _map_entries() -> list[LegendEntry]:
    """Return the classes of the map: every area class, at each coverage."""
    return [
        LegendEntry(
            label=say("grid.class", area=swatch.label, coverage=row.coverage),
            light=swatch.light,
            dark=swatch.dark,
        )
        for row in legend_rows()
        for swatch in reversed(row.swatches)
    ]


def _rank_limits() -> list[tuple[float, float]]:
    marks = (0.0, *AREA_BREAKS, 1.0)
    return list(pairwise(marks))


def _ramp_entries(look: RampLook) -> list[LegendEntry]:
    steps = look.colours("light")
    span = look.high - look.low

    def entry(mark: int) -> LegendEntry:
        share = mark / (_RAMP_MARKS - 1)
        colour: Colour = steps[round(share * (len(steps) - 1))]
        value = float(f"{look.low + share * span:.6g}")
        return LegendEntry(
            label=f"{value:g}",
            light=colour.css,
            dark=colour.css,
            low=value,
            high=value,
        )

    return [entry(mark) for mark in range(_RAMP_MARKS)]
