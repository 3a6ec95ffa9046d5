"""Measure every cell once, whatever the deposit types that will use it."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from geodata.evidence.recipes import Reading, prepare
from geodata.grid import Cells, FloatArray
from geodata.layers.store import LayerStore
from geodata.prospects.describe import Survey
from geodata.release.surroundings import Surroundings, state_of_cells
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.explanation import Background

Progress = Callable[[str, float], object]
"""Called with what is being done and how much of it is, 0 to 1."""


def no_progress(_task: str, _share: float) -> None:
    """Tell nobody."""


BLOCK = 250_000  # cells measured at once


def prepare_all(models: Iterable[DepositType], store: LayerStore) -> dict[str, Reading]:
    """Open every measurement the models ask for, once each, by key."""
    wanted = {item.key: item for model in models for item in model.measurements()}
    return {key: prepare(item, store) for key, item in sorted(wanted.items())}


def measure(
    readings: Mapping[str, Reading], cells: Cells, progress: Progress
) -> dict[str, FloatArray]:
    """Take every measurement at every cell.

    Returns
    -------
    dict of str to array of float32, shape (cells,)
        NaN = unknown.
    """
    measured = {}
    for position, (key, reading) in enumerate(readings.items()):
        progress("Measuring", position / len(readings))
        values = np.full(len(cells), np.nan, dtype=np.float32)
        if reading.provenance is not None:
            for block in cells.blocks(BLOCK):
                values[block] = reading.values(*cells.lonlat(block))
        measured[key] = values
    progress("Measuring", 1.0)
    return measured


def survey_cells(
    cells: Cells,
    readings: Mapping[str, Reading],
    measured: Mapping[str, FloatArray],
    around: Surroundings,
) -> Survey:
    """Put measurements and surroundings together for the description of areas."""
    return Survey(
        cells=cells,
        state=state_of_cells(around.states, cells),
        measured=measured,
        backgrounds={
            key: _background(reading, measured[key])
            for key, reading in readings.items()
        },
        names={key: reading.name_at for key, reading in readings.items()},
        places=around.places,
        occurrences=around.occurrences,
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
        percentiles=(
            tuple(float(value) for value in np.percentile(known, np.arange(101)))
            if quantity
            else ()
        ),
    )
