import numpy as np
import pytest

from geodata.errors import OutsideRegionError
from geodata.raster import Cells, Grid
from geodata.release.place import (
    OVERALL,
    LearnedMap,
    RankedArea,
    Ranks,
    learned_map,
    place_at,
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


def places(folder):
    """Return the middles of the cells of land, as places of a release."""
    lon, lat = CELLS.lonlat()
    return [
        place_at(folder, GRID, KEYS, ("clay", "placer"), lon=float(x), lat=float(y))
        for x, y in zip(lon, lat, strict=True)
    ]


def test_every_measurement_of_a_cell_is_read_and_unknown_is_unknown(folder):
    for number, place in enumerate(places(folder)):
        assert tuple(place.measured) == KEYS
        rock = (1.5, nan, -3.0, 4.0)[number]
        assert place.measured["rock"] == pytest.approx([rock], nan_ok=True)
        assert place.measured["fault"].tolist() == [10.0 * (number + 1)]
        assert np.isnan(place.measured["not in this release"]).tolist() == [True]
        assert {row.dtype.name for row in place.measured.values()} == {"float32"}


def test_a_place_that_is_not_on_land_or_not_on_the_map_is_refused(folder):
    sea = Cells(grid=GRID, index=np.array([4])).lonlat()
    for lon, lat in ((sea[0][0], sea[1][0]), (0.0, 0.0)):
        with pytest.raises(OutsideRegionError, match=f"{lat:.4f} N, {lon:.4f} E"):
            place_at(folder, GRID, KEYS, (), lon=lon, lat=lat)


def test_a_place_tells_its_ranks_and_its_leading_type(folder):
    found = places(folder)
    assert [place.ranks("clay") for place in found] == [
        Ranks(expert=0.25, learned=0.0),
        Ranks(expert=0.5, learned=1.0),
        Ranks(expert=None, learned=None),
        Ranks(expert=1.0, learned=0.1234),
    ]
    assert found[0].ranks("placer") == Ranks(expert=0.5, learned=None)
    ranks = [place.learned_rank("clay") for place in found]
    assert ranks == pytest.approx([0.0, 1.0, nan, 0.1234], nan_ok=True)
    leading = [place.leading_type for place in found]
    assert leading == ["placer", "clay", None, "placer"]


def test_every_map_is_opened_once_a_place(folder):
    place = places(folder)[0]
    first = (place.ranks("clay"), place.learned_rank("clay"), place.leading_type)
    for path in (folder / "favourability").iterdir():
        path.unlink()
    assert (
        place.ranks("clay"),
        place.learned_rank("clay"),
        place.leading_type,
    ) == first


def test_a_share_of_the_area_counts_what_is_strictly_better():
    area = RankedArea(ordered=np.float32([0.1, 0.2, 0.2, 0.4]))
    asked = (0.4, 0.2, 0.1, nan)
    assert np.isnan(RankedArea(ordered=np.float32([])).better_share(0.5))
    found = [area.better_share(score) for score in asked]
    assert found == pytest.approx([0.0, 0.25, 0.75, nan], nan_ok=True)


def test_the_ranked_land_is_ordered_by_favourability(folder):
    found = ranked_area(folder / "favourability" / "clay.tif")
    assert found.ordered.tolist() == pytest.approx([0.1, 0.4, 0.5])
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
