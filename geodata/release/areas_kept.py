"""Of the areas that stand first without a third of the layers, how many stay areas."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geodata.prospects.delineate import Delineation, delineate
from geodata.prospects.describe import Survey
from geodata.prospects.rank import TOP
from geodata.raster import FloatArray
from geodata.scoring.land import RELIEF
from geodata.scoring.like_land import RegionalModel, fit_to_land
from geodata.scoring.validation.spread_test import (
    SpreadTest,
    best_scores,
    without_layers,
)

TRIALS = 4
"""Thirds of the layers that areas are drawn without."""

_CELLS = 12_000  # cells at most, evenly laid: enough to draw areas


def with_areas_kept(
    test: SpreadTest,
    model: RegionalModel,
    survey: Survey,
    resolutions_km: Mapping[str, float],
    rule: Delineation,
) -> SpreadTest:
    """Say how many of the best areas stay areas when more is known.

    Parameters
    ----------
    test : SpreadTest
        Names the thirds of the layers; without trials it stays as it is.
    model : RegionalModel
        The model with all layers.
    survey : Survey
        The land cells and what was measured there.
    resolutions_km : mapping of measurement key to float
        Native resolution of the layers, km.
    rule : Delineation
        How areas are cut out.
    """
    if not test.trials:
        return test
    thin = _Thin.of(survey)
    kind = model.deposit_type
    keys = {item.key for item in kind.measurements()} | {RELIEF.key}
    measured = {key: survey.measured[key][thin.chosen] for key in keys}
    whole = thin.areas(best_scores(model, measured), rule)
    found, kept = [], []
    for trial in test.trials[:TRIALS]:
        less = without_layers(kind, measured, trial.withheld)
        scores = best_scores(fit_to_land(kind, less, resolutions_km), less)
        first = _best_areas(thin.areas(scores, rule), thin.to_map(scores))
        found.append(len(first))
        kept.append(sum(bool((whole[area] > 0).any()) for area in first))
    return test.model_copy(
        update={"areas": float(np.mean(found)), "areas_kept": float(np.mean(kept))}
    )


class _Thin:
    """Every n-th cell of a survey, each way, as a map of its own."""

    def __init__(self, survey: Survey, every: int) -> None:
        grid = survey.cells.grid
        row, column = np.divmod(survey.cells.index, grid.columns)
        self.chosen = np.flatnonzero((row % every == 0) & (column % every == 0))
        self._shape = (-(-grid.rows // every), -(-grid.columns // every))
        self._place = (row[self.chosen] // every, column[self.chosen] // every)
        self._cell_area_km2 = grid.cell_area_km2 * every**2

    @classmethod
    def of(cls, survey: Survey) -> "_Thin":
        return cls(survey, max(int(np.ceil(np.sqrt(len(survey.cells) / _CELLS))), 1))

    def to_map(self, values: FloatArray) -> FloatArray:
        found = np.full(self._shape, np.nan, dtype=np.float32)
        found[self._place] = values
        return found

    def areas(self, scores: FloatArray, rule: Delineation) -> npt.NDArray[np.int32]:
        return delineate(
            self.to_map(scores), cell_area_km2=self._cell_area_km2, rule=rule
        )


def _best_areas(
    label: npt.NDArray[np.int32], scores: FloatArray
) -> list[npt.NDArray[np.bool_]]:
    """Return the areas that score best on average, ten at most."""
    areas = [label == number for number in range(1, int(label.max()) + 1)]
    return sorted(areas, key=lambda area: -float(np.nanmean(scores[area])))[:TOP]
