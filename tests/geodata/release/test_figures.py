"""The map of agreement: every kind has its colour, and what is unknown has none."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.image import imread

from geodata.raster import Cells, Grid
from geodata.release.figures import AGREEMENT_COLOURS, draw_agreement
from geodata.release.surroundings import Surroundings
from geodata.scoring.agreement import (
    BOTH,
    EXPERT_ONLY,
    LEARNED_ONLY,
    NEITHER,
    Agreement,
)
from tests.geodata.release.pictures import pixels

nan = np.nan
GRID = Grid(cell_m=50_000, west_m=0, north_m=0, rows=2, columns=3)
CELLS = Cells(grid=GRID, index=np.arange(6))
RANKS = np.float32([0.05, 0.5, 0.05, 0.9, nan, 0.2])
OTHER = np.float32([0.05, 0.05, 0.5, 0.9, 0.1, nan])


def around():
    def table(*shapes):
        return gpd.GeoDataFrame(
            {"name": [""] * len(shapes)}, geometry=list(shapes), crs="EPSG:4326"
        )

    square = shapely.box(66.5, 44.5, 69.5, 46.5)
    return Surroundings(
        states=table(square),
        land=table(square),
        lakes=table(),
        places=table(),
        occurrences=table(),
        sites=table(),
        scored=square,
    )


def draw(path, expert, learned, **facts):
    told = {"spearman": 0.5, "overlap": 0.5, "chance": 0.1, "cells": 6, **facts}
    agreement = Agreement(**told)
    draw_agreement(path, CELLS, expert, learned, around=around(), agreement=agreement)


def test_every_kind_of_agreement_has_its_colour_and_unknown_has_none(tmp_path):
    draw(tmp_path / "all.png", RANKS, OTHER)
    draw(tmp_path / "none.png", RANKS * nan, OTHER)
    in_legend = {
        kind: pixels(tmp_path / "none.png", colour)
        for kind, colour in AGREEMENT_COLOURS.items()
    }
    cell = {
        kind: pixels(tmp_path / "all.png", colour) - in_legend[kind]
        for kind, colour in AGREEMENT_COLOURS.items()
    }
    assert min(cell.values()) > 10_000
    assert max(cell.values()) < 1.2 * min(cell.values())
    draw(tmp_path / "both.png", RANKS, RANKS)
    assert pixels(tmp_path / "both.png", AGREEMENT_COLOURS[BOTH]) > cell[BOTH] * 1.9
    for kind in (EXPERT_ONLY, LEARNED_ONLY):
        assert pixels(tmp_path / "both.png", AGREEMENT_COLOURS[kind]) == in_legend[kind]
    assert pixels(tmp_path / "both.png", AGREEMENT_COLOURS[NEITHER]) > cell[NEITHER]


@pytest.mark.parametrize("unknown", ["spearman", "overlap", "chance"])
def test_a_figure_that_is_not_known_is_not_told(tmp_path, unknown):
    draw(tmp_path / "known.png", RANKS, OTHER)
    draw(tmp_path / "unknown.png", RANKS, OTHER, **{unknown: nan})
    known, less = (imread(tmp_path / f"{name}.png") for name in ("known", "unknown"))
    assert not np.array_equal(known, less)
