"""Measure every cell once, whatever the deposit types that will use it."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from geodata.evidence.recipes import Reading, prepare_each
from geodata.execution import map_blocks
from geodata.layers.clip import MARGIN
from geodata.layers.store import LayerStore
from geodata.prospects.delineate import Delineation
from geodata.prospects.describe import Survey
from geodata.raster import Cells, FloatArray, Grid
from geodata.release.areas_kept import with_areas_kept
from geodata.release.surroundings import (
    Surroundings,
    read_surroundings,
    state_of_cells,
)
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import DepositType, deposit_type_texts
from geodata.scoring.land import RELIEF, Layers, describe_layers
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.like_land import RegionalModel, fit_to_land
from geodata.scoring.measured import Background
from geodata.scoring.validation.spread_test import SpreadTest, spread_test

Progress = Callable[[str, float], object]
"""Called with what is being done and how much of it is, 0 to 1."""


def no_progress(_task: str, _share: float) -> None:
    """Tell nobody."""


BLOCK = 20_000  # cells measured at once: small enough to share among threads


def prepare_all(
    models: Iterable[DepositType],
    store: LayerStore,
    *,
    learned: Iterable[LearnedModel] = (),
) -> dict[str, Reading]:
    """Open every measurement the models of both kinds ask for, once each, by key.

    World-wide tables are cut to the five states and 300 km around them.
    """
    # Where both kinds read the same, the expert's unit is the one that is told.
    wanted = (
        {RELIEF.key: RELIEF}
        | {item.key: item for model in learned for item in model.read}
        | {item.key: item for model in models for item in model.measurements()}
    )
    in_order = [wanted[key] for key in sorted(wanted)]
    return prepare_each(in_order, store, window=MARGIN)


def measure(
    readings: Mapping[str, Reading],
    cells: Cells,
    progress: Progress = no_progress,
    *,
    block: int = BLOCK,
) -> dict[str, FloatArray]:
    """Take every measurement at every cell, ``block`` of them at once.

    Returns
    -------
    dict of str to array of float32, shape (cells,)
        NaN = unknown.
    """
    present = {key: item for key, item in readings.items() if item.provenance}
    nowhere = np.broadcast_to(np.float32(np.nan), len(cells))  # takes no memory
    measured = dict.fromkeys(readings, nowhere) | {
        key: np.empty(len(cells), dtype=np.float32) for key in present
    }

    def measure_block(part: slice) -> dict[str, FloatArray]:
        lon, lat = cells.lonlat(part)
        return {key: item.values(lon, lat) for key, item in present.items()}

    parts = list(cells.blocks(block))
    results = map_blocks(
        measure_block, parts, progress=lambda share: progress("Measuring", share)
    )
    for part, found in zip(parts, results, strict=True):
        for key, values in found.items():
            measured[key][part] = values
    return measured


def survey_cells(
    cells: Cells,
    readings: Mapping[str, Reading],
    measured: Mapping[str, FloatArray],
    around: Surroundings,
) -> Survey:
    """Put measurements and surroundings together for the description of areas."""
    backgrounds = map_blocks(
        lambda key: _background(readings[key], measured[key]), readings
    )
    return Survey(
        cells=cells,
        state=state_of_cells(around.states, cells),
        measured=measured,
        backgrounds=dict(zip(readings, backgrounds, strict=True)),
        names={key: reading.name_at for key, reading in readings.items()},
        places=around.places,
        occurrences=around.occurrences,
    )


LAND_CELL_M = 10_000.0
"""Cells that the land is described on."""


def describe_land(store: LayerStore) -> Layers:
    """Describe what every measurement of the expert models says of kinds of land.

    Raises
    ------
    GeodataError
        If a layer is damaged, or one of the repository is missing.
    """
    around = read_surroundings(store)
    grid = Grid.covering(around.scored, cell_m=LAND_CELL_M)
    models = parse_all(deposit_type_texts())
    readings = prepare_all(models.values(), store)
    measured = measure(readings, Cells.inside(grid, around.scored))
    resolutions = {key: reading.resolution_km for key, reading in readings.items()}
    found = describe_layers(measured, resolutions)
    widths = {
        name: round(spread_test(model, measured, resolutions, layers=found).width, 3)
        for name, model in models.items()
    }
    return found.model_copy(update={"widths": widths})


def fit_models(
    models: Mapping[str, DepositType], survey: Survey, rule: Delineation
) -> tuple[dict[str, RegionalModel], dict[str, SpreadTest]]:
    """Find what each argument of each model says on the land, and how wide ranges are.

    Returns
    -------
    dict of str to RegionalModel
        By deposit type.
    dict of str to SpreadTest
        Whether the ranges of its scores hold what they say.
    """
    measured = survey.measured
    resolutions = {key: item.resolution_km for key, item in survey.backgrounds.items()}

    def fitted(model: DepositType) -> tuple[RegionalModel, SpreadTest]:
        tested = spread_test(model, measured, resolutions)
        fit = fit_to_land(model, measured, resolutions).with_width(tested.width)
        return fit, with_areas_kept(tested, fit, survey, resolutions, rule)

    found = dict(zip(models, map_blocks(fitted, models.values()), strict=True))
    return (
        {name: model for name, (model, _) in found.items()},
        {name: tested for name, (_, tested) in found.items()},
    )


def _background(reading: Reading, measured: FloatArray) -> Background:
    known = measured[~np.isnan(measured)]
    record = reading.provenance
    quantity = len(known) > 0 and not reading.classes
    return Background(
        layer_title=record.title if record else "",
        source=record.citation if record else "",
        licence=record.licence if record else "",
        classes=reading.classes,
        resolution_km=reading.resolution_km,
        percentiles=(
            tuple(float(value) for value in np.percentile(known, np.arange(101)))
            if quantity
            else ()
        ),
    )
