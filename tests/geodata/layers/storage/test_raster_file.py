import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rasterio.io import MemoryFile

from geodata.errors import LayerFormatError
from geodata.layers.storage.raster_file import (
    decode_raster,
    encode_raster,
    load_arrays,
)
from geodata.raster import Raster

SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 7))
FLOATS = st.floats(width=32, allow_infinity=False, min_value=-9000) | st.just(np.nan)
WHOLE = st.integers(-9000, 32767).map(float) | st.just(np.nan)


def image_of(*bands, west=44.0, north=58.0, step=0.25):
    return Raster.of_degrees(
        bands={f"band_{number}": band for number, band in enumerate(bands)},
        west=west,
        north=north,
        step_lon_deg=step,
        step_lat_deg=step,
    )


def bands(elements):
    return SHAPES.flatmap(
        lambda shape: st.lists(
            arrays.arrays(np.float32, shape, elements=elements), min_size=1, max_size=3
        )
    )


@settings(deadline=None, max_examples=30)
@given(bands(FLOATS))
def test_what_is_written_is_read_back_and_gives_the_same_bytes(values):
    content = encode_raster(image_of(*values))
    back = decode_raster(content, "stones")
    for number, band in enumerate(values):
        np.testing.assert_array_equal(back.bands[f"band_{number}"], band)
    assert (back.west, back.north, back.step_lon_deg) == (
        44.0,
        58.0,
        0.25,
    )
    assert encode_raster(back) == content


@settings(deadline=None, max_examples=30)
@given(bands(WHOLE))
def test_whole_numbers_survive_as_short_integers(values):
    back = decode_raster(encode_raster(image_of(*values), dtype="int16"), "stones")
    for number, band in enumerate(values):
        np.testing.assert_array_equal(back.bands[f"band_{number}"], band)


def test_the_file_is_a_geotiff_with_named_bands_and_a_finite_code():
    content = encode_raster(image_of(np.array([[1.0, np.nan]], dtype=np.float32)))
    with MemoryFile(content) as memory, memory.open(driver="GTiff") as dataset:
        assert dataset.crs == "EPSG:4326"
        assert dataset.descriptions == ("band_0",)
        assert dataset.nodata == -9999
        assert dataset.read(1).tolist() == [[1.0, -9999.0]]
        assert dataset.bounds == rasterio.coords.BoundingBox(44.0, 57.75, 44.5, 58.0)


@pytest.mark.parametrize("value", [np.inf, -np.inf, -9999.0])
def test_values_the_file_cannot_tell_from_unknown_are_refused(value):
    with pytest.raises(LayerFormatError, match="Mask them with NaN"):
        encode_raster(image_of(np.array([[value]], dtype=np.float32)))


def test_a_number_too_large_for_a_short_integer_is_refused():
    band = np.array([[40_000.0]], dtype=np.float32)
    with pytest.raises(LayerFormatError, match="int16"):
        encode_raster(image_of(band), dtype="int16")


def test_bands_of_different_shapes_are_refused():
    with pytest.raises(LayerFormatError, match="one shape"):
        image_of(np.zeros((2, 2), np.float32), np.zeros((2, 3), np.float32))


def test_rows_from_south_to_north_are_refused():
    with pytest.raises(LayerFormatError, match="northernmost"):
        image_of(np.zeros((2, 2), np.float32), step=-0.25)


@pytest.mark.parametrize("change", ["crs", "flip", "names"])
def test_a_geotiff_of_another_kind_is_refused(change):
    profile = {
        "driver": "GTiff",
        "width": 2,
        "height": 2,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:3857" if change == "crs" else "EPSG:4326",
        "transform": rasterio.Affine(1, 0, 44, 0, 1 if change == "flip" else -1, 58),
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.write(np.zeros((1, 2, 2), np.float32))
            if change != "names":
                dataset.set_band_description(1, "height_m")
        content = memory.read()
    with pytest.raises(LayerFormatError, match="north up"):
        decode_raster(content, "stones")


@pytest.mark.parametrize("content", [b"II*\x00", b"GIF89a", b"not a raster at all"])
def test_bytes_that_are_no_geotiff_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="not a GeoTIFF"):
        decode_raster(content, "stones")


def test_pickled_objects_in_arrays_are_refused(tmp_path):
    path = tmp_path / "objects.npz"
    np.savez(path, things=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_arrays(path.read_bytes())


def test_a_large_raster_is_tiled_with_overviews_and_survives():
    rng = np.random.default_rng(3)
    band = np.round(rng.normal(0, 900, (1100, 700))).astype(np.float32)
    band[rng.random(band.shape) < 0.3] = np.nan
    image = image_of(band, band + 1, step=0.01)
    for dtype in ("float32", "int16"):
        content = encode_raster(image, dtype=dtype)
        with MemoryFile(content) as memory, memory.open(driver="GTiff") as dataset:
            assert dataset.overviews(1) == [2, 4]
            assert dataset.block_shapes == [(512, 512)] * 2
            assert dataset.dtypes == (dtype, dtype)
            assert dataset.nodata == -9999
            assert dataset.descriptions == ("band_0", "band_1")
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        back = decode_raster(content, "stones")
        np.testing.assert_array_equal(back.bands["band_0"], band)
        np.testing.assert_array_equal(back.bands["band_1"], band + 1)
        assert encode_raster(image, dtype=dtype) == content


@pytest.mark.parametrize("value", [np.inf, -9999.0])
def test_a_cloud_optimised_file_refuses_what_it_cannot_tell_from_unknown(value):
    band = np.zeros((600, 3), np.float32)
    band[555, 2] = value
    with pytest.raises(LayerFormatError, match=r"'band_0'.*Mask them with NaN"):
        encode_raster(image_of(band))
