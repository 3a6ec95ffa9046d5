import io

import numpy as np
import pytest
from scipy.io import netcdf_file
from scipy.special import eval_legendre

from geodata.errors import LayerFormatError
from geodata.layers import gravity, relief
from geodata.readers.degree_grid import raster_of_nodes
from geodata.readers.netcdf import read_grid

EARTH_RADIUS_M = 6_371_008.8


def netcdf(values, *, west, south, step_lon, step_lat):
    """Write rows from south to north, as most tools do."""
    buffer = io.BytesIO()
    # The writer closes its buffer; the bytes are taken before.
    file = netcdf_file(buffer, "w")
    rows, columns = values.shape
    for name, start, step, count in (
        ("lat", south, step_lat, rows),
        ("lon", west, step_lon, columns),
    ):
        file.createDimension(name, count)
        axis = file.createVariable(name, "d", (name,))
        axis[:] = start + step * np.arange(count)
        axis.units = "degrees_north" if name == "lat" else "degrees_east"
    file.createVariable("z", "d", ("lat", "lon"))[:] = values
    file.flush()
    content = buffer.getvalue()
    file.close()
    return content


def test_rows_from_south_to_north_are_turned():
    values = np.arange(12.0).reshape(3, 4)
    grid = read_grid(netcdf(values, west=60.0, south=40.0, step_lon=0.5, step_lat=0.5))
    assert (grid.west, grid.north, grid.step_deg) == (59.75, 41.25, 0.5)
    np.testing.assert_array_equal(grid.values, values[::-1])


def test_unequal_steps_are_refused_where_one_is_asked_for():
    content = netcdf(np.zeros((3, 4)), west=60, south=40, step_lon=0.5, step_lat=0.25)
    with pytest.raises(LayerFormatError, match="does not resample"):
        _ = read_grid(content).step_deg


def test_bytes_that_are_no_grid_are_an_error_not_a_crash():
    with pytest.raises(LayerFormatError, match="netCDF"):
        read_grid(b"not a grid")


def test_a_plane_is_read_exactly_between_the_nodes_of_a_grid():
    lon, lat = np.meshgrid(60.0 + np.arange(8), 45.0 - np.arange(6))
    grid = raster_of_nodes(
        2 * lon - 3 * lat, west=60.0, north=45.0, step_lon_deg=1.0, step_lat_deg=1.0
    )
    found = grid.bilinear(np.array([61.3, 66.9]), np.array([44.8, 40.1]))
    np.testing.assert_allclose(found, [2 * 61.3 - 3 * 44.8, 2 * 66.9 - 3 * 40.1])
    assert found.dtype == np.float64
    np.testing.assert_allclose(grid.bilinear(lon, lat), grid.values, atol=1e-12)


def test_zeros_of_globe_become_land_below_the_sea_and_rise_no_higher():
    tile = np.full((6000, 10800), 100, dtype=np.int16)
    tile[0:240, 5460:5640] = 0  # 48-50 N, 45.5-47 E
    buffer = io.BytesIO()
    np.savez_compressed(buffer, tile)
    lat = 90.0 - np.arange(181.0)
    below = np.repeat(np.where(lat > 49.5, 50.0, -20.0)[:, np.newaxis], 361, axis=1)
    sea = raster_of_nodes(
        below, west=0.0, north=90.0, step_lon_deg=1.0, step_lat_deg=1.0
    )
    means = relief.globe_means(buffer.getvalue(), sea)

    def at(lon, lat):
        row = int((relief.EXTENT.north - lat) * 60)
        return means[row, int((lon - relief.EXTENT.west) * 60)]

    assert np.isnan(at(60.0, 50.01))
    assert at(60.0, 45.0) == 100.0
    assert at(46.0, 49.99) == 0.0
    assert at(46.0, 48.005) == -20.0


@pytest.mark.parametrize("degree", [2, 5, 20])
def test_a_single_harmonic_is_multiplied_by_its_degree(degree):
    pytest.importorskip("ducc0", reason="waits for the build extra 'bundle' (ducc0)")
    latitude = np.linspace(90.0, -90.0, 91)[:, np.newaxis]
    harmonic = eval_legendre(degree, np.sin(np.radians(latitude)))
    potential = np.repeat(100.0 * harmonic, 180, axis=1)
    geoid = potential / gravity.normal_gravity(latitude)
    anomaly = gravity.free_air_anomaly(geoid, highest_degree=30)
    expected = potential * (degree - 1) / EARTH_RADIUS_M * 1e5
    np.testing.assert_allclose(anomaly, expected, atol=1e-6)


def test_degrees_above_the_highest_are_left_out():
    pytest.importorskip("ducc0", reason="waits for the build extra 'bundle' (ducc0)")
    latitude = np.linspace(90.0, -90.0, 91)[:, np.newaxis]
    harmonic = eval_legendre(20, np.sin(np.radians(latitude)))
    geoid = np.repeat(harmonic, 180, axis=1) / gravity.normal_gravity(latitude)
    anomaly = gravity.free_air_anomaly(geoid, highest_degree=19)
    assert np.abs(anomaly).max() < 1e-9


def test_normal_gravity_has_its_values_at_equator_and_pole():
    found = gravity.normal_gravity(np.array([0.0, 90.0]))
    np.testing.assert_allclose(found, [9.7803253359, 9.8321849379], atol=1e-9)
