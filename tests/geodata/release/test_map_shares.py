import numpy as np
import pytest

from geodata.raster import Cells, CellShares, Grid
from geodata.release.map_shares import RANK_EDGES, map_shares, map_totals, spread_of
from geodata.release.rasters import write_shares

GRID = Grid(cell_m=2_000, west_m=0, north_m=0, rows=2, columns=3)
CELLS = Cells(grid=GRID, index=np.arange(6))
CELL_KM2 = 4.0
nan = np.nan


@pytest.fixture
def path(tmp_path):
    """Cells by rows: best, best 5 %, best 10 %; not ranked, unknown, the last."""
    file = tmp_path / "placer.tif"
    bands = {
        "favourability": np.float32([0.9, 0.8, 0.7, 0.6, nan, 0.1]),
        "coverage": np.float32([0.5, 0.5, 0.5, 0.1, 0.0, 0.5]),
        "area_rank": np.float32([0.01, 0.05, 0.1, nan, nan, 1.0]),
        "learned_rank": np.float32([1.0, 0.005, nan, nan, 0.1001, 0.2]),
    }
    write_shares(file, CELLS, bands)
    return file


def shares(rows):
    return CellShares(row=0, column=0, share=np.array(rows, dtype=np.float64))


def test_the_whole_map_holds_all_its_best_land(path):
    totals = map_totals(path)
    assert totals.expert == (1, 2, 3)
    assert totals.learned == (1, 1, 1)
    found = map_shares(path, shares(np.ones((2, 3))), totals, CELL_KM2)
    assert found.known_km2 == 5 * CELL_KM2
    assert found.expert.ranked_km2 == 4 * CELL_KM2
    assert [item.km2 for item in found.expert.best] == [4.0, 8.0, 12.0]
    assert {item.of_best for item in found.expert.best} == {1.0}
    assert found.expert.histogram_km2 == (12.0, *[0.0] * 8, 4.0)
    assert found.learned.ranked_km2 == 4 * CELL_KM2
    assert found.learned.histogram_km2 == (4.0, 8.0, *[0.0] * 7, 4.0)
    assert (found.favourability.least, found.favourability.greatest) == (0.1, 0.9)
    assert found.favourability.mean == pytest.approx(0.62)
    assert found.coverage.quantiles == (0.1, 0.5, 0.5, 0.5, 0.5)


def test_a_part_counts_each_cell_by_its_share(path):
    found = map_shares(
        path, shares([[0.25, 0.5, 0.0], [1.0, 1.0, 0.5]]), map_totals(path), CELL_KM2
    )
    assert found.known_km2 == (0.25 + 0.5 + 1.0 + 0.5) * CELL_KM2
    assert found.expert.ranked_km2 == 1.25 * CELL_KM2
    assert [item.km2 for item in found.expert.best] == [1.0, 3.0, 3.0]
    assert [item.of_best for item in found.expert.best] == [0.25, 0.375, 0.25]
    assert found.favourability.quantiles == (0.1, 0.6, 0.6, 0.8, 0.9)


def test_the_block_of_an_area_may_lie_anywhere_in_the_map(path):
    last = CellShares(row=1, column=2, share=np.ones((1, 1)))
    found = map_shares(path, last, map_totals(path), CELL_KM2)
    assert found.favourability.quantiles == (0.1,) * 5
    assert [item.of_best for item in found.expert.best] == [0.0] * 3


def test_without_a_learned_map_nothing_is_told_of_one(tmp_path):
    bands = {
        name: np.full(6, nan, np.float32)
        for name in ("favourability", "coverage", "area_rank")
    }
    write_shares(tmp_path / "clay.tif", CELLS, bands)
    totals = map_totals(tmp_path / "clay.tif")
    assert totals.learned == ()
    found = map_shares(tmp_path / "clay.tif", shares(np.ones((2, 3))), totals, CELL_KM2)
    assert found.learned is None
    assert found.known_km2 == 0
    assert np.isnan(found.favourability.mean)
    assert np.isnan([item.of_best for item in found.expert.best]).all()


def test_classes_of_rank_hold_their_upper_edge():
    assert (RANK_EDGES[0], RANK_EDGES[-1]) == (0, 1)
    one = spread_of(np.uint16([5]), np.array([0.5]))
    assert one.least == one.greatest == one.mean == one.quantiles[2] == 0.0005
