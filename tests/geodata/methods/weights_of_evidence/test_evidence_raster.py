"""Rasters from outside: read as they are, with the true area of their cells."""

import numpy as np
import pyproj
import pytest
import rasterio
from numpy.testing import assert_allclose
from rasterio.transform import Affine

from geodata.errors import GridMismatchError, LayerFormatError, UnsafeFileError
from geodata.methods.weights_of_evidence.evidence_raster import (
    read_evidence_raster,
    require_same_grid,
)
from geodata.readers.limits import Limits

METRES = Affine(500.0, 0.0, 1000.0, 0.0, -500.0, 5000.0)
CELLS = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int16)


def write(path, cells=CELLS, *, crs="EPSG:32642", transform=METRES, **options):
    bands = np.atleast_3d(cells.T).T
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=cells.shape[-1],
        height=cells.shape[-2],
        count=len(bands),
        dtype=cells.dtype,
        crs=crs,
        transform=transform,
        **options,
    ) as dataset:
        dataset.write(bands)
    return path


def test_a_raster_is_read_as_stored_with_the_area_of_its_cells(tmp_path):
    raster = read_evidence_raster(write(tmp_path / "a.tif", nodata=-1), missing=[6])
    assert raster.name == "a.tif"
    assert raster.values.dtype == np.int16
    assert raster.values.tolist() == CELLS.tolist()
    assert raster.missing == (-1.0, 6.0)
    assert raster.cell_area_km2 == 0.25
    assert raster.cell_area_km2.ndim == 0
    assert read_evidence_raster(write(tmp_path / "b.tiff")).missing == ()


def test_feet_are_turned_into_kilometres(tmp_path):
    raster = read_evidence_raster(write(tmp_path / "a.tif", crs="EPSG:2263"))
    assert_allclose(raster.cell_area_km2, (500 * 1200 / 3937) ** 2 / 1e6, rtol=1e-12)


def test_a_turned_grid_keeps_its_area_and_finds_its_cells(tmp_path):
    cos, sin = 500 * np.cos(0.5), 500 * np.sin(0.5)
    turned = Affine(cos, sin, 1000.0, sin, -cos, 5000.0)
    raster = read_evidence_raster(write(tmp_path / "a.tif", transform=turned))
    assert_allclose(raster.cell_area_km2, 0.25, rtol=1e-12)
    x = 2.5 * cos + 1.5 * sin + 1000.0
    y = 2.5 * sin - 1.5 * cos + 5000.0
    assert raster.cell_of(np.array([x]), np.array([y])).tolist() == [5]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("turned", [0.0, 250.0])
def test_places_without_coordinates_lie_beside_the_map(tmp_path, turned):
    transform = Affine(500.0, turned, 1000.0, turned, -500.0, 5000.0)
    raster = read_evidence_raster(write(tmp_path / "a.tif", transform=transform))
    x = np.array([np.inf, -np.inf, np.nan, 60.1, np.inf])
    y = np.array([np.inf, np.inf, 44.0, np.nan, -np.inf])
    assert raster.cell_of(x, y).tolist() == [-1] * 5


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4047"])
def test_cells_in_degrees_have_the_area_of_their_row(tmp_path, crs):
    transform = Affine(0.5, 0.0, 60.0, 0.0, -0.25, 45.0)
    raster = read_evidence_raster(
        write(tmp_path / "a.tif", crs=crs, transform=transform)
    )
    geod = pyproj.CRS(crs).get_geod()
    for row, north in enumerate((45.0, 44.75)):
        south = north - 0.25
        along = np.linspace(0.0, 0.5, 500)
        lon = np.concatenate([60 + along, 60 + along[::-1]])
        lat = np.repeat([south, north], 500)
        area, _ = geod.polygon_area_perimeter(lon, lat)
        assert_allclose(raster.cell_area_km2[row], abs(area) / 1e6, rtol=1e-6)


def test_all_cells_of_a_globe_make_the_ellipsoid(tmp_path):
    globe = write(
        tmp_path / "a.tif",
        np.zeros((180, 36), dtype=np.uint8),
        crs="EPSG:4326",
        transform=Affine(10.0, 0.0, -180.0, 0.0, -1.0, 90.0),
    )
    area = read_evidence_raster(globe).cell_area_km2
    assert_allclose(36 * area.sum(), 510_065_621.724, rtol=1e-11)
    sphere = write(
        tmp_path / "b.tif",
        np.zeros((180, 36), dtype=np.uint8),
        crs="+proj=longlat +R=6371000 +no_defs",
        transform=Affine(10.0, 0.0, -180.0, 0.0, -1.0, 90.0),
    )
    area = read_evidence_raster(sphere).cell_area_km2
    assert_allclose(36 * area.sum(), 4 * np.pi * 6371.0**2, rtol=1e-12)


def test_places_fall_into_cells_and_edges_to_the_east_and_south(tmp_path):
    raster = read_evidence_raster(write(tmp_path / "a.tif"))
    x = np.array([1000.0, 1499.9, 1500.0, 2500.0, 2500.1, 999.9, 1000.0, np.nan])
    y = np.array([5000.0, 4500.1, 4500.0, 4000.0, 4500.0, 4500.0, 5000.1, 4500.0])
    cells = raster.cell_of(x, y)
    assert cells.tolist() == [0, 0, 4, 5, -1, -1, -1, -1]
    at = raster.at(cells)
    assert at[:4].tolist() == [1.0, 1.0, 5.0, 6.0]
    assert np.isnan(at[4:]).all()
    below = raster.cell_of(np.array([1200.0]), np.array([3999.9]))
    assert below.tolist() == [-1]


def test_longitudes_are_found_whichever_way_they_are_counted(tmp_path):
    path = write(
        tmp_path / "a.tif",
        crs="EPSG:4326",
        transform=Affine(1.0, 0.0, 200.0, 0.0, -1.0, 10.0),
    )
    raster = read_evidence_raster(path)
    cells = raster.cell_of(np.array([-159.5, 201.5, 20.0]), np.array([9.5, 8.5, 9.5]))
    assert cells.tolist() == [0, 4, -1]


def test_a_mask_in_the_file_is_kept(tmp_path):
    path = write(tmp_path / "a.tif")
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(path, "r+", driver="GTiff") as dataset,
    ):
        dataset.write_mask(np.array([[True, True, False], [True, True, True]]))
    raster = read_evidence_raster(path)
    assert np.ma.getmaskarray(raster.values).tolist() == [
        [False, False, True],
        [False, False, False],
    ]
    assert np.isnan(raster.at(np.array([2])))[0]


def test_scale_and_offset_are_applied_to_known_cells(tmp_path):
    path = write(tmp_path / "a.tif", nodata=6)
    with rasterio.open(path, "r+", driver="GTiff") as dataset:
        dataset.scales, dataset.offsets = (0.5,), (10.0,)
    raster = read_evidence_raster(path)
    assert raster.values[0].tolist() == [10.5, 11.0, 11.5]
    assert np.isnan(raster.values[1, 2])


def test_a_raw_no_data_number_means_nothing_among_scaled_values(tmp_path):
    path = write(tmp_path / "a.tif", nodata=6)
    with rasterio.open(path, "r+", driver="GTiff") as dataset:
        dataset.scales, dataset.offsets = (1.0,), (5.0,)  # the cell of 1 becomes 6
    raster = read_evidence_raster(path)
    assert raster.values[0, 0] == 6.0
    assert raster.missing == ()
    assert np.isnan(raster.values[1, 2])


def test_classes_are_measured_with_the_points_in_each_cell(tmp_path):
    raster = read_evidence_raster(write(tmp_path / "a.tif", nodata=6), missing=[1])
    found = raster.areas(np.array([1, 1, 4, 5, 0, -1]))
    assert found.classes.tolist() == [2.0, 3.0, 4.0, 5.0]
    assert found.area_km2.tolist() == [0.25] * 4
    assert found.points.tolist() == [2, 0, 0, 1]
    assert found.points_missing == 3
    assert found.missing_km2 == 0.5


def test_a_number_is_rounded_only_as_the_cells_can_hold_it(tmp_path):
    single = read_evidence_raster(write(tmp_path / "a.tif", CELLS.astype(np.float32)))
    assert single.as_stored(0.1) == float(np.float32(0.1)) != 0.1
    assert single.as_stored(1e39) == 1e39
    assert read_evidence_raster(write(tmp_path / "b.tif")).as_stored(2.7) == 2.7


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crs": None}, "does not say where"),
        ({"transform": Affine.identity()}, "does not say where"),
        ({"cells": np.zeros((2, 2, 3), dtype=np.uint8)}, "2 bands of uint8"),
        ({"cells": CELLS.astype(np.complex64)}, "1 bands of complex64"),
        (
            {"crs": "EPSG:4326", "transform": Affine(1.0, 0.0, 0.0, 0.0, -1.0, 91.0)},
            "beyond a pole",
        ),
        (
            {
                "crs": "EPSG:4326",
                "transform": Affine(1.0, 0.1, 0.0, 0.1, -1.0, 9.0),
            },
            "turned",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_what_cannot_be_measured_is_refused(tmp_path, options, message):
    path = write(tmp_path / "a.tif", **options)
    with pytest.raises(LayerFormatError, match=message):
        read_evidence_raster(path)


def test_other_formats_are_refused(tmp_path):
    other = tmp_path / "a.png"
    other.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(LayerFormatError, match=r"Expected a GeoTIFF.*a\.png"):
        read_evidence_raster(other)
    disguised = other.rename(tmp_path / "a.tif")
    with pytest.raises(
        LayerFormatError, match=r"a\.tif cannot be read as GTiff"
    ) as caught:
        read_evidence_raster(disguised)
    assert "write it anew as GeoTIFF" in str(caught.value)
    assert "catalogue" not in str(caught.value)
    with pytest.raises(UnsafeFileError, match="not a file"):
        read_evidence_raster(tmp_path / "none.tif")


def test_more_cells_than_the_limit_are_refused(tmp_path):
    path = write(tmp_path / "a.tif")
    with pytest.raises(UnsafeFileError, match="at most 5 cells"):
        read_evidence_raster(path, limits=Limits(cells=5))
    assert read_evidence_raster(path, limits=Limits(cells=6)).values.size == 6


@pytest.mark.parametrize(
    "options",
    [
        {"crs": "EPSG:32643"},
        {"transform": Affine(500.0, 0.0, 1001.0, 0.0, -500.0, 5000.0)},
        {"cells": CELLS[:, :2]},
    ],
)
def test_rasters_on_different_grids_are_refused(tmp_path, options):
    first = read_evidence_raster(write(tmp_path / "a.tif"))
    second = read_evidence_raster(write(tmp_path / "b.tif", **options))
    require_same_grid([first, first])
    with pytest.raises(GridMismatchError, match=r"a\.tif and b\.tif") as caught:
        require_same_grid([first, second])
    for one in (first, second):
        assert str(one.values.shape) in str(caught.value)
        assert str(tuple(one.transform)[:6]) in str(caught.value)
