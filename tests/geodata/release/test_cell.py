import numpy as np
import pytest

from geodata.errors import OutsideRegionError
from geodata.raster import Cells, Grid
from geodata.release.cell import measured_at, share_at
from geodata.release.rasters import write_measurements, write_shares

GRID = Grid(cell_m=50_000, west_m=-50_000, north_m=100_000, rows=2, columns=3)
CELLS = Cells(grid=GRID, index=np.array([0, 1, 3, 5]))
nan = np.nan


def middle(number):
    """Return longitude and latitude of the middle of one of the cells."""
    lon, lat = CELLS.lonlat()
    return {"lon": float(lon[number]), "lat": float(lat[number])}


@pytest.fixture
def measurements(tmp_path):
    path = tmp_path / "measurements.tif"
    bands = {
        "rock": np.float32([1.5, nan, -3.0, 4.0]),
        "fault": np.float32([10, 20, 30, 40]),
    }
    write_measurements(path, CELLS, bands)
    return path


@pytest.fixture
def shares(tmp_path):
    path = tmp_path / "shares.tif"
    write_shares(
        path,
        CELLS,
        {
            "p10": np.float32([0.1, 0.2, 0.3, 0.4]),
            "learned_rank": np.float32([0.0, 1.0, nan, 0.1234]),
        },
    )
    return path


def test_every_measurement_of_a_cell_is_read_and_unknown_is_unknown(measurements):
    keys = ("fault", "rock", "not in this release")
    for number, rock in enumerate((1.5, nan, -3.0, 4.0)):
        found = measured_at(measurements, GRID, keys, **middle(number))
        assert tuple(found) == keys
        assert found["rock"] == pytest.approx([rock], nan_ok=True)
        assert found["fault"].tolist() == [10.0 * (number + 1)]
        assert np.isnan(found["not in this release"]).tolist() == [True]
        assert {values.dtype.name for values in found.values()} == {"float32"}


def test_a_place_that_is_not_on_land_or_not_on_the_map_is_refused(measurements):
    sea = Cells(grid=GRID, index=np.array([4])).lonlat()
    for lon, lat in ((sea[0][0], sea[1][0]), (0.0, 0.0)):
        with pytest.raises(OutsideRegionError, match=f"{lat:.4f} N, {lon:.4f} E"):
            measured_at(measurements, GRID, ("rock",), lon=lon, lat=lat)


def test_a_share_is_read_from_its_band(shares):
    found = [
        share_at(shares, GRID, "learned_rank", **middle(number)) for number in range(4)
    ]
    assert found == pytest.approx([0.0, 1.0, nan, 0.1234], nan_ok=True)
    assert share_at(shares, GRID, "p10", **middle(2)) == pytest.approx(0.3)


def test_a_share_is_unknown_off_the_map_and_off_the_land(shares):
    sea = Cells(grid=GRID, index=np.array([4])).lonlat()
    assert np.isnan(
        share_at(shares, GRID, "p10", lon=float(sea[0][0]), lat=float(sea[1][0]))
    )
    assert np.isnan(share_at(shares, GRID, "p10", lon=0.0, lat=0.0))


def test_a_band_that_is_not_there_is_an_error(shares):
    with pytest.raises(ValueError, match="not in tuple"):
        share_at(shares, GRID, "learned", **middle(0))
