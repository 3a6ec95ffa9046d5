import numpy as np
import pytest

from geodata.raster import Cells, Grid
from geodata.release.blocks import Blocks
from geodata.release.place import (
    OVERALL,
    LearnedMap,
    RankedArea,
    Ranks,
    learned_map,
    locate,
    ranked_area,
)
from geodata.release.rasters import write_measurements, write_shares

GRID = Grid(cell_m=50_000, west_m=-50_000, north_m=100_000, rows=2, columns=3)
CELLS = Cells(grid=GRID, index=np.array([0, 1, 3, 5]))
KEYS = ("fault", "rock", "not in this release")
nan = np.nan


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "favourability").mkdir()
    bands = {
        "rock": np.float32([1.5, nan, -3.0, 4.0]),
        "fault": np.float32([10, 20, 30, 40]),
    }
    write_measurements(tmp_path / "evidence" / "measurements.tif", CELLS, bands)
    maps = {
        "clay": {
            "area_rank": np.float32([0.25, 0.5, nan, 1.0]),
            "favourability": np.float32([0.5, 0.4, 0.7, 0.1]),
            "coverage": np.float32([0.5, 1.0, 0.0, 1.0]),
            "learned_rank": np.float32([0.0, 1.0, nan, 0.1234]),
            "learned_coverage": np.float32([1.0, 1.0, 0.0, 1.0]),
        },
        "placer": {
            "area_rank": np.float32([0.5, nan, nan, 1.0]),
            "favourability": np.float32([0.6, nan, nan, 0.2]),
            "coverage": np.float32([0.0, 0.0, 0.0, 0.0]),
        },
        OVERALL: {"leading_type": np.float32([1, 0, nan, 1])},
    }
    for name, found in maps.items():
        write_shares(tmp_path / "favourability" / f"{name}.tif", CELLS, found)
    return tmp_path


def located(folder, lon, lat, *, blocks=None):
    return locate(
        *(folder, GRID, KEYS, ("clay", "placer"), blocks or Blocks()),
        lon=np.asarray(lon),
        lat=np.asarray(lat),
    )


@pytest.fixture
def places(folder):
    """The middles of the cells of land, as places of a release."""
    return located(folder, *CELLS.lonlat()).places


def test_every_measurement_of_a_cell_is_read_and_unknown_is_unknown(places):
    assert tuple(places.measured) == KEYS
    rock = [1.5, nan, -3.0, 4.0]
    assert places.measured["rock"].tolist() == pytest.approx(rock, nan_ok=True)
    assert places.measured["fault"].tolist() == [10.0, 20.0, 30.0, 40.0]
    assert np.isnan(places.measured["not in this release"]).all()
    assert {row.dtype.name for row in places.measured.values()} == {"float32"}


def test_a_place_that_is_not_on_land_or_not_on_the_map_is_told_apart(folder):
    sea = Cells(grid=GRID, index=np.array([4])).lonlat()
    land = CELLS.lonlat()
    found = located(
        folder, [sea[0][0], land[0][3], 0.0, -113.0], [sea[1][0], land[1][3], 0.0, -46]
    )
    assert found.inside.tolist() == [False, True, False, False]
    assert found.places.measured["fault"].tolist() == [40.0]
    nowhere = located(folder, [0.0], [0.0])
    assert len(nowhere.places) == 0
    assert nowhere.places.leading_types() == nowhere.places.ranks("clay") == ()


def test_places_tell_their_ranks_and_their_leading_types(places):
    assert places.ranks("clay") == (
        Ranks(expert=0.25, learned=0.0),
        Ranks(expert=0.5, learned=1.0),
        Ranks(expert=None, learned=None),
        Ranks(expert=1.0, learned=0.1234),
    )
    assert places.ranks("placer")[0] == Ranks(expert=0.5, learned=None)
    ranks = places.learned_ranks("clay")
    assert ranks == pytest.approx([0.0, 1.0, nan, 0.1234], nan_ok=True)
    assert places.leading_types() == ("placer", "clay", None, "placer")


def test_some_of_the_places_are_taken_in_the_order_asked(places):
    some = places.take(np.array([3, 0]))
    assert some.measured["fault"].tolist() == [40.0, 10.0]
    assert some.leading_types() == ("placer", "placer")
    assert some.ranks("clay") == (places.ranks("clay")[3], places.ranks("clay")[0])


def test_a_share_of_the_area_counts_what_is_strictly_better():
    area = RankedArea(scores=np.float32([0.1, 0.2, 0.4]), cells=np.array([1, 2, 1]))
    nothing = RankedArea(scores=np.float32([]), cells=np.array([], dtype=np.int64))
    assert np.isnan(nothing.better_share(0.5))
    found = area.better_share([0.4, 0.2, 0.1, 0.05, nan])
    assert found == pytest.approx([0.0, 0.25, 0.75, 1.0, nan], nan_ok=True)


def test_the_ranked_land_is_counted_by_favourability(folder):
    found = ranked_area(folder / "favourability" / "clay.tif")
    assert found.scores.tolist() == pytest.approx([0.1, 0.4, 0.5])
    assert found.cells.tolist() == [1, 1, 1]
    other = ranked_area(folder / "favourability" / "placer.tif")
    assert other.better_share(0.5) == 0.5


def test_a_learned_map_is_absent_empty_or_known(folder):
    empty = {
        name: np.full(4, nan, np.float32)
        for name in ("learned_rank", "learned_coverage")
    }
    write_shares(folder / "favourability" / "empty.tif", CELLS, empty)
    found = [
        learned_map(folder / "favourability" / f"{name}.tif")
        for name in ("clay", "placer", "empty")
    ]
    assert found == [LearnedMap.KNOWN, LearnedMap.ABSENT, LearnedMap.EMPTY]
