"""netCDF grids made by hand: three rows and four columns, or little more."""

import numpy as np
import pytest
from scipy.io import netcdf_file

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.degree_grid import regular_axis
from geodata.readers.limits import Limits
from geodata.readers.netcdf import read_grid, read_netcdf
from geodata.region import Bounds

# What Landlock would refuse must be refused without it, too.
pytestmark = pytest.mark.usefixtures("unconfined")

LAT = np.array([40.0, 41.0, 42.0])
LON = np.array([60.0, 61.0, 62.0, 63.0])
VALUES = np.arange(12.0).reshape(3, 4)
NAMES = ("lat", "lon")


def write(path, grids, *, lat=LAT, lon=LON, names=NAMES, units=True, kind="d"):
    """Write variables over two axes; ``grids``: name to values and attributes."""
    with netcdf_file(path, "w") as file:
        for name, axis, unit in zip(
            names, (lat, lon), ("degrees_north", "degrees_east"), strict=True
        ):
            file.createDimension(name, len(axis))
            variable = file.createVariable(name, "d", (name,))
            variable[:] = axis
            if units:
                variable.units = unit
        for name, (values, attributes) in grids.items():
            dimensions = names
            if values.ndim == 3:
                file.createDimension("layer", len(values))
                dimensions = ("layer", *names)
            variable = file.createVariable(name, kind, dimensions)
            for key, value in attributes.items():
                setattr(variable, key, value)
            variable[:] = values
    return path


def test_rows_from_south_to_north_are_turned_and_values_stand_at_their_axes(tmp_path):
    grid = read_netcdf(write(tmp_path / "a.nc", {"z": (VALUES, {})}))
    np.testing.assert_array_equal(grid.values, VALUES[::-1])
    assert (grid.west, grid.north) == (59.5, 42.5)
    assert (grid.step_lon_deg, grid.step_lat_deg) == (1.0, 1.0)


def test_rows_from_north_to_south_stay(tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {})}, lat=LAT[::-1])
    grid = read_netcdf(path)
    np.testing.assert_array_equal(grid.values, VALUES)
    assert grid.north == 42.5


def test_steps_may_differ_between_the_axes(tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {})}, lat=np.array([40, 40.5, 41]))
    grid = read_netcdf(path)
    assert (grid.step_lon_deg, grid.step_lat_deg) == (1.0, 0.5)
    with pytest.raises(LayerFormatError, match="does not resample"):
        _ = grid.step_deg


@pytest.mark.parametrize("names", [("y", "x"), ("latitude", "longitude")])
def test_axes_without_attributes_are_known_by_their_usual_names(names, tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {})}, names=names, units=False)
    np.testing.assert_array_equal(read_netcdf(path).values, VALUES[::-1])
    turned = {"lat": LAT[::-1], "names": names, "units": False}
    path = write(tmp_path / "b.nc", {"z": (VALUES, {})}, **turned)
    grid = read_netcdf(path, window=Bounds(west=60.6, south=41.6, east=63, north=42.2))
    np.testing.assert_array_equal(grid.values, [[1.0, 2.0, 3.0]])


def test_a_square_grid_whose_axes_say_nothing_is_refused(tmp_path):
    # Rows and columns could not be told apart.
    square = {"lon": LON[:3], "names": ("y", "x"), "units": False}
    path = write(tmp_path / "a.nc", {"z": (VALUES[:, :3], {})}, **square)
    with pytest.raises(LayerFormatError, match="latitude before longitude"):
        read_netcdf(path)


def test_one_of_several_variables_is_read_by_name(tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {}), "w": (-VALUES, {})})
    np.testing.assert_array_equal(read_netcdf(path, variable="w").values, -VALUES[::-1])
    with pytest.raises(LayerFormatError, match=r"several variables: .*z.*w"):
        read_netcdf(path)


@pytest.mark.parametrize("name", ["nothing", "../z", 'z":y', "z:w", "/vsicurl/x"])
def test_a_variable_that_is_not_there_is_an_error(name, tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {})})
    with pytest.raises(LayerFormatError):
        read_netcdf(path, variable=name)


def test_layers_of_a_third_axis_are_bands(tmp_path):
    stack = np.stack([VALUES, VALUES + 100.0])
    path = write(tmp_path / "a.nc", {"z": (stack, {})})
    second = read_netcdf(path, variable="z", band=2)
    np.testing.assert_array_equal(second.values, VALUES[::-1] + 100.0)
    with pytest.raises(LayerFormatError, match="2 bands; band 3"):
        read_netcdf(path, variable="z", band=3)


def test_fill_scale_and_offset_are_applied_and_nan_stays_unknown(tmp_path):
    packed = np.array([[1, 2, 3, 4], [5, -99, 7, 8], [9, 10, 11, 12]], dtype="i2")
    attributes = {"_FillValue": np.int16(-99), "scale_factor": 0.5, "add_offset": 10.0}
    path = write(tmp_path / "a.nc", {"z": (packed, attributes)}, kind="i2")
    grid = read_netcdf(path)
    assert np.isnan(grid.values[1, 1])
    assert grid.values[2, 0] == 10.5
    holed = VALUES.copy()
    holed[0, 0] = np.nan
    path = write(tmp_path / "b.nc", {"z": (holed, {})})
    assert np.isnan(read_netcdf(path).values[2, 0])


def test_infinite_values_are_refused(tmp_path):
    values = VALUES.copy()
    values[0, 0] = np.inf
    with pytest.raises(LayerFormatError, match="infinite"):
        read_netcdf(write(tmp_path / "a.nc", {"z": (values, {})}))


@pytest.mark.parametrize(
    "lat",
    [
        [40.0, 41.0, 43.0],
        [40.0, 40.0, 40.0],
        [40.0, 42.0, 41.0],
        [40.0, np.nan, 42.0],
        [89.0, 91.0, 93.0],
    ],
)
def test_axes_that_are_uneven_or_off_the_earth_are_refused(lat, tmp_path):
    with pytest.raises(LayerFormatError):
        read_netcdf(write(tmp_path / "a.nc", {"z": (VALUES, {})}, lat=np.array(lat)))


def test_an_axis_that_is_uneven_only_in_its_middle_is_noticed(tmp_path):
    lat = np.linspace(30.0, 50.0, 41)
    lat[10:30] += 0.3
    values = np.zeros((41, 4))
    with pytest.raises(LayerFormatError, match="evenly"):
        read_netcdf(write(tmp_path / "a.nc", {"z": (values, {})}, lat=lat))


def test_a_variable_with_longitude_before_latitude_is_not_read_askew(tmp_path):
    with netcdf_file(tmp_path / "a.nc", "w") as file:
        for name, axis, unit in (
            ("lat", LON - 20.0, "degrees_north"),
            ("lon", LON, "degrees_east"),
        ):
            file.createDimension(name, 4)
            variable = file.createVariable(name, "d", (name,))
            variable[:] = axis
            variable.units = unit
        file.createVariable("z", "d", ("lon", "lat"))[:] = np.arange(16.0).reshape(4, 4)
    try:
        grid = read_netcdf(tmp_path / "a.nc")
    except LayerFormatError:
        return
    # GDAL may put it right; then the value at 61 E 42 N is the one written there.
    row, column = round(43.0 - 42.0), round(61.0 - 0.5 - grid.west)
    assert grid.values[row, column] == 1 * 4 + 2


def test_a_window_reads_the_cells_that_meet_it(tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {})})
    window = Bounds(west=60.6, south=40.6, east=62.4, north=41.4)
    grid = read_netcdf(path, window=window)
    np.testing.assert_array_equal(grid.values, [[5.0, 6.0]])
    assert (grid.west, grid.north) == (60.5, 41.5)
    with pytest.raises(LayerFormatError, match="does not reach the window"):
        read_netcdf(path, window=Bounds(west=0, south=0, east=5, north=5))


def test_means_of_blocks_leave_out_what_is_unknown(tmp_path):
    values = np.arange(16.0).reshape(4, 4)
    values[3, 0] = np.nan  # the northernmost row, as rows run from the south
    edge = np.array([0.5, 1.5, 2.5, 3.5])
    path = write(tmp_path / "a.nc", {"z": (values, {})}, lat=edge, lon=edge)
    grid = read_netcdf(path, step_deg=2.0)
    np.testing.assert_allclose(
        grid.values, [[(13 + 8 + 9) / 3, (14 + 15 + 10 + 11) / 4], [2.5, 4.5]]
    )
    assert (grid.west, grid.north, grid.step_deg) == (0.0, 4.0, 2.0)
    with pytest.raises(LayerFormatError, match="whole blocks"):
        read_netcdf(path, step_deg=1.5)


def test_more_cells_than_the_limit_are_refused_before_they_are_read(tmp_path):
    path = write(tmp_path / "a.nc", {"z": (VALUES, {})})
    with pytest.raises(UnsafeFileError, match="3 rows of 4"):
        read_netcdf(path, limits=Limits(cells=11))


@pytest.mark.parametrize("content", [b"", b"CDF\x01", b"not a grid", b"CDF\x01" * 99])
def test_bytes_that_are_no_grid_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError):
        read_grid(content)


def test_axes_in_single_precision_are_even_enough():
    axis = (np.arange(1081) / 6 - 90).astype(np.float32).astype(np.float64)
    first, step = regular_axis(axis, "a test")
    assert first == -90.0
    assert step == pytest.approx(1 / 6, abs=1e-7)
