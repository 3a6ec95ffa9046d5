"""Cells measured once: the same in one block or in many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.layers.store import LayerStore
from geodata.raster import Cells, Grid
from geodata.release.surroundings import read_surroundings
from geodata.release.survey import measure, prepare_all, survey_cells
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts
from tests.geodata.release.small_layers import write_small_layers


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    """Cells of 50 km, and the readings of every model over a few layers."""
    store = write_small_layers(tmp_path_factory.mktemp("small"))
    assert isinstance(store, LayerStore)
    scored = read_surroundings(store).scored
    cells = Cells.inside(Grid.covering(scored, cell_m=50_000), scored)
    models = parse_all(deposit_type_texts())
    readings = prepare_all(models.values(), store)
    return cells, readings, measure(readings, cells)


def test_a_background_tells_the_resolution_of_its_layer(laid, tmp_path):
    cells, readings, measured = laid
    around = read_surroundings(write_small_layers(tmp_path))
    found = survey_cells(cells, readings, measured, around).backgrounds
    for key, background in found.items():
        record = readings[key].provenance
        if record is None:
            assert np.isnan(background.resolution_km)
        else:
            assert background.resolution_km == record.resolution_km


def test_layers_that_are_not_there_are_unknown_everywhere(laid):
    _, readings, measured = laid
    absent = [key for key, item in readings.items() if item.provenance is None]
    assert absent
    assert all(np.isnan(measured[key]).all() for key in absent)
    assert any(not np.isnan(measured[key]).all() for key in readings)


@given(block=st.integers(100, 2_000))
def test_one_block_or_many_measure_the_same_bits(laid, block):
    cells, readings, whole = laid
    shares = []
    parts = measure(
        readings, cells, lambda _task, share: shares.append(share), block=block
    )
    assert shares[-1] == 1.0
    assert all(parts[key].tobytes() == whole[key].tobytes() for key in readings)
