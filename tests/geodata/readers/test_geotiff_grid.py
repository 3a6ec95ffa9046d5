"""GeoTIFF made by hand, and a sparse one as large as the largest we mean to read."""

import resource
import warnings

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine
from rasterio.windows import Window

from geodata.errors import LayerFormatError
from geodata.readers.geotiff import read_geotiff, read_projected_geotiff
from geodata.region import Bounds

VALUES = np.arange(12, dtype=np.float32).reshape(3, 4)
PLACE = Affine(0.5, 0, 60, 0, -0.5, 45)


def write(path, values=VALUES, *, transform=PLACE, crs="EPSG:4326", **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=values.shape[0],
            width=values.shape[1],
            count=1,
            dtype=values.dtype,
            crs=crs,
            transform=transform,
            **options,
        ) as dataset:
            dataset.write(values, 1)
    return path


def test_values_stand_at_the_centres_of_their_cells(tmp_path):
    grid = read_geotiff(write(tmp_path / "a.tif"))
    assert (grid.west, grid.north, grid.step_deg) == (60.0, 45.0, 0.5)
    np.testing.assert_array_equal(grid.values, VALUES)


def test_what_has_no_data_is_unknown(tmp_path):
    values = VALUES.copy()
    values[0, 0] = np.nan
    grid = read_geotiff(write(tmp_path / "a.tif", values, nodata=5.0))
    assert np.isnan(grid.values[0, 0])
    assert np.isnan(grid.values[1, 1])


def test_a_window_reads_the_cells_that_meet_it(tmp_path):
    path = write(tmp_path / "a.tif")
    grid = read_geotiff(path, window=Bounds(west=60.5, south=44, east=61.5, north=44.5))
    np.testing.assert_array_equal(grid.values, [[5, 6]])
    wide = read_geotiff(path, window=Bounds(west=0, south=0, east=90, north=90))
    np.testing.assert_array_equal(wide.values, VALUES)
    with pytest.raises(LayerFormatError, match="does not reach"):
        read_geotiff(path, window=Bounds(west=0, south=0, east=9, north=9))


@pytest.mark.parametrize(
    "transform",
    [
        Affine(0.5, 0, 60, 0, 0.5, 45),
        Affine(-0.5, 0, 60, 0, -0.5, 45),
        Affine(0.5, 0.1, 60, 0, -0.5, 45),
        Affine(0.5, 0, 400, 0, -0.5, 45),
        Affine(0.5, 0, 60, 0, -0.5, 95),
        Affine(60.0, 0, 60, 0, -60.0, 45),
    ],
)
def test_grids_that_are_not_north_up_on_the_earth_are_refused(transform, tmp_path):
    with pytest.raises(LayerFormatError):
        read_geotiff(write(tmp_path / "a.tif", transform=transform))


@pytest.mark.parametrize("crs", ["EPSG:32642", "EPSG:3857", "EPSG:4284"])
def test_other_reference_systems_are_refused_by_name(crs, tmp_path):
    with pytest.raises(LayerFormatError, match=f"in '{crs}'; expected EPSG:4326"):
        read_geotiff(write(tmp_path / "a.tif", crs=crs))


def test_a_file_without_a_reference_system_is_not_guessed_unless_told(tmp_path):
    path = write(tmp_path / "a.tif", crs=None)
    with pytest.raises(LayerFormatError, match="states no reference system"):
        read_geotiff(path)
    grid = read_geotiff(path, assume_degrees=True)
    np.testing.assert_array_equal(grid.values, VALUES)


def test_a_file_without_a_place_is_refused(tmp_path):
    path = write(tmp_path / "a.tif", crs=None, transform=Affine.identity())
    with pytest.raises(LayerFormatError, match="place"):
        read_geotiff(path, assume_degrees=True)


def test_infinite_values_and_bands_that_are_not_there_are_errors(tmp_path):
    values = VALUES.copy()
    values[0, 0] = np.inf
    with pytest.raises(LayerFormatError, match="infinite"):
        read_geotiff(write(tmp_path / "a.tif", values))
    with pytest.raises(LayerFormatError, match="band 2"):
        read_geotiff(write(tmp_path / "b.tif"), band=2)


def test_a_part_of_a_giant_is_read_without_the_rest(tmp_path):
    path = tmp_path / "world.tif"
    step = 1 / 240
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=86_400,
        height=43_200,
        count=1,
        dtype="int16",
        nodata=-32768,
        crs="EPSG:4326",
        transform=Affine(step, 0, -180, 0, -step, 90),
        tiled=True,
        SPARSE_OK=True,
    ) as dataset:
        # 71–71.1 E, 51–51.1 N; whole minutes of four by four cells
        block = np.arange(24 * 24, dtype=np.int16).reshape(24, 24)
        dataset.write(
            block, 1, window=Window((71 + 180) * 240, round((90 - 51.1) * 240), 24, 24)
        )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    region = Bounds(west=70.0, south=50.0, east=73.0, north=52.0)
    grid = read_geotiff(path, window=region, step_deg=1 / 60)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 400
    assert grid.values.shape == (120, 180)
    assert grid.west == pytest.approx(70)
    assert grid.north == pytest.approx(52)
    means = block.reshape(6, 4, 6, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(grid.values[54:60, 60:66], means)
    assert np.isnan(grid.values).sum() == 120 * 180 - 36


def test_blocks_begin_at_whole_multiples_of_the_target_step(tmp_path):
    # Cells of 15 seconds from 60.0125 E: three of them before the next minute.
    step = 1 / 240
    values = np.arange(10 * 15, dtype=np.float32).reshape(10, 15)
    place = Affine(step, 0, 60 + 3 * step, 0, -step, 45 - 2 * step)
    grid = read_geotiff(
        write(tmp_path / "a.tif", values, transform=place), step_deg=1 / 60
    )
    assert grid.west == pytest.approx(60 + 1 / 60)
    assert grid.north == pytest.approx(45 - 1 / 60)
    np.testing.assert_allclose(grid.values[0, 0], values[2:6, 1:5].mean())
    assert grid.values.shape == (2, 3)


@pytest.mark.parametrize("code", [28413, 32643, 2537])
@pytest.mark.parametrize("south_up", [False, True])
def test_a_projected_raster_is_brought_to_degrees(tmp_path, code, south_up):
    """Each cell holds its own longitude, which must come back at that longitude."""
    back = pyproj.Transformer.from_crs(code, 4326, always_xy=True)
    there = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    x, y = there.transform(75.0, 42.0)
    step = -5000 if south_up else 5000
    place = Affine(5000, 0, x - 150_000, 0, -step, y + 30 * step)
    columns, rows = np.meshgrid(np.arange(60) + 0.5, np.arange(60) + 0.5)
    lon, _ = back.transform(*(place @ (columns, rows)))
    path = write(tmp_path / "a.tif", lon, transform=place, crs=f"EPSG:{code}")
    with pytest.raises(LayerFormatError, match="not reprojected unless asked"):
        read_geotiff(path)
    window = Bounds(west=74.0, south=41.2, east=76.0, north=42.8)
    grid = read_projected_geotiff(path, step_deg=0.05, classes=False, window=window)
    assert grid.shape == (32, 40)
    centres = 74.0 + 0.05 * (np.arange(40) + 0.5)
    assert np.abs(grid.values - centres).max() < 2e-4
    nearest = read_projected_geotiff(path, step_deg=0.05, classes=True, window=window)
    assert np.abs(nearest.values - centres).max() < 0.045
    assert np.isin(nearest.values, lon).all()
