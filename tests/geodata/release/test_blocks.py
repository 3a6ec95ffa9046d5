import numpy as np
import pytest
import rasterio

from geodata.raster import Cells, Grid
from geodata.release import blocks as module
from geodata.release.blocks import Blocks
from geodata.release.rasters import NODATA, UNKNOWN, write_measurements, write_shares

GRID = Grid(cell_m=1_000, west_m=0, north_m=0, rows=300, columns=520)
CELLS = Cells(grid=GRID, index=np.arange(0, 300 * 520, 2))  # every other column
RANDOM = np.random.default_rng(0)
ROWS, COLUMNS = RANDOM.integers(0, 300, 400), RANDOM.integers(0, 520, 400)


@pytest.fixture(params=["shares", "measurements"])
def raster(request, tmp_path):
    path = tmp_path / "map.tif"
    values = RANDOM.random((2, len(CELLS)), dtype=np.float32)
    values[0, ::3] = np.nan
    write = write_shares if request.param == "shares" else write_measurements
    write(path, CELLS, {"one": values[0], "two": values[1]})
    return path


def test_cells_of_all_blocks_are_read_as_the_raster_stores_them(raster):
    found = Blocks().at(raster, ROWS, COLUMNS)
    with rasterio.open(raster, driver="GTiff") as source:
        stored = source.read()[:, ROWS, COLUMNS].T
        assert source.nodata in (NODATA, UNKNOWN)
        known = (stored != source.nodata).any(axis=1)
    assert found.bands == ("one", "two")
    assert found.stored.tolist() == stored.tolist()
    assert found.known.tolist() == known.tolist() == (COLUMNS % 2 == 0).tolist()


def test_a_raster_is_read_once_and_then_no_more(raster):
    kept = Blocks()
    first = kept.at(raster, ROWS, COLUMNS)
    raster.unlink()
    again = kept.at(raster, ROWS[:7], COLUMNS[:7])
    assert again.stored.tolist() == first.stored[:7].tolist()


def test_no_more_is_kept_than_there_is_room_for(raster):
    all_of_it = Blocks()
    all_of_it.at(raster, ROWS, COLUMNS)
    assert all_of_it.size < module.CAPACITY
    few = Blocks(capacity=all_of_it.size // 2)
    for row, column in zip(ROWS[:40], COLUMNS[:40], strict=True):
        few.at(raster, np.array([row]), np.array([column]))
        assert few.size <= all_of_it.size // 2 or len(few) == 1


def test_no_cell_at_all_is_no_question(raster):
    with pytest.raises(ValueError, match="at least one cell"):
        Blocks().at(raster, np.array([], dtype=np.intp), np.array([], dtype=np.intp))
