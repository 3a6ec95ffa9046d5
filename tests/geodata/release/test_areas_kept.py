"""Areas that stay areas when more is known, on a grid of thirty by thirty cells."""

import numpy as np
import pytest

from geodata.prospects.delineate import Delineation
from geodata.prospects.describe import Survey
from geodata.raster import Cells, Grid
from geodata.release.areas_kept import with_areas_kept
from geodata.scoring.like_land import fit_to_land
from geodata.scoring.validation.spread_test import SpreadTest, SpreadTrial
from tests.geodata.scoring.small_models import argument, model, survey

GRID = Grid(cell_m=10_000.0, west_m=0.0, north_m=300_000.0, rows=30, columns=30)
RULE = Delineation(
    core_share=0.02, grown_share=0.05, min_area_km2=100.0, max_area_km2=9e9
)
KIND = model(argument("a"), argument("b"), argument("c"))


def spot(row, column):
    """A hill of evidence at one place, nothing far from it."""
    rows, columns = np.indices((30, 30))
    return np.exp(-np.hypot(rows - row, columns - column) / 3.0).ravel()


def asked_without(*withheld):
    trials = tuple(
        SpreadTrial(withheld=(name,), inside=0.8, below=0.1, above=0.1, kept=0.5)
        for name in withheld
    )
    return SpreadTest(places=900, trials=trials, inside=0.8, kept=0.5, width=0.5)


def asked(test, *columns):
    measured = survey(KIND, *columns)
    where = Survey(
        cells=Cells(grid=GRID, index=np.arange(900)),
        state=np.zeros(900, dtype=np.int8),
        measured=measured,
        backgrounds={},
        names={},
        places=None,
        occurrences=None,
    )
    return with_areas_kept(test, fit_to_land(KIND, measured, {}), where, {}, RULE)


def test_an_area_that_the_other_layers_show_too_is_kept():
    found = asked(asked_without("a"), spot(7, 7), spot(7, 7), spot(7, 7))
    assert (found.areas, found.areas_kept) == (1.0, 1.0)
    assert found.inside == 0.8


def test_an_area_that_one_weak_layer_alone_showed_goes():
    flat = np.full(900, 0.5)
    only = asked(asked_without("a"), spot(7, 7), 0.05 * spot(22, 22), flat)
    assert (only.areas, only.areas_kept) == (1.0, 0.0)


def test_without_trials_nothing_is_asked():
    same = asked(asked_without(), spot(7, 7), spot(7, 7), spot(7, 7))
    assert np.isnan([same.areas, same.areas_kept]).all()


@pytest.mark.parametrize("names", [("a", "b"), ("a", "a", "a", "a", "a", "b")])
def test_the_first_four_thirds_are_asked(names):
    found = asked(asked_without(*names), spot(7, 7), spot(7, 7), spot(7, 7))
    assert found.areas == 1.0
