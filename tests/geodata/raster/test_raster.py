import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rasterio.transform import Affine

from geodata.errors import LayerFormatError
from geodata.raster import KM_PER_DEGREE, Raster
from geodata.region import Bounds


def field(values, step=1.0):
    return Raster.of_degrees(
        np.array(values, dtype=np.float32),
        west=60.0,
        north=50.0,
        step_lon_deg=step,
        step_lat_deg=step,
    )


PLAIN = field([[0, 1, 2], [3, 4, 5], [6, 7, 8]])


def one(function, lon, lat):
    return float(function(lon, lat))


def test_a_cell_centre_reads_its_own_value_north_up():
    assert one(PLAIN.bilinear, 60.5, 49.5) == 0
    assert one(PLAIN.bilinear, 62.5, 49.5) == 2
    assert one(PLAIN.bilinear, 60.5, 47.5) == 6


def test_the_middle_of_four_centres_is_their_mean():
    assert one(PLAIN.bilinear, 61.0, 49.0) == pytest.approx((0 + 1 + 3 + 4) / 4)


def test_off_the_raster_is_unknown():
    assert np.isnan(one(PLAIN.bilinear, 59.9, 49.5))
    assert np.isnan(one(PLAIN.nearest, 60.5, 50.1))


def test_an_unknown_cell_is_unknown_and_does_not_spoil_its_neighbours():
    gap = field([[np.nan, 1], [3, 4]])
    assert np.isnan(one(gap.bilinear, 60.4, 49.6))
    assert one(gap.bilinear, 61.5, 49.5) == 1
    assert one(gap.bilinear, 61.01, 48.99) == pytest.approx((1 + 3 + 4) / 3, abs=0.1)


@given(
    hnp.arrays(np.float32, (3, 4), elements=st.floats(-100, 100, width=32)),
    st.floats(60, 64),
    st.floats(47, 50),
)
def test_interpolation_never_leaves_the_range_of_the_raster(values, lon, lat):
    found = one(field(values).bilinear, lon, lat)
    if not np.isnan(found):
        assert values.min() - 1e-3 <= found <= values.max() + 1e-3


def test_the_gradient_of_a_northward_ramp_is_its_slope():
    ramp = field(np.repeat(np.arange(9, -1, -1.0)[:, None], 10, axis=1))
    found = one(ramp.gradient().bilinear, 65.0, 45.0)
    assert found == pytest.approx(100 / KM_PER_DEGREE, rel=1e-4)


def test_the_gradient_of_an_eastward_ramp_grows_with_latitude():
    ramp = field(np.repeat(np.arange(10.0)[None, :], 10, axis=0))
    found = one(ramp.gradient().bilinear, 65.0, 45.5)
    expected = 100 / (KM_PER_DEGREE * np.cos(np.radians(45.5)))
    assert found == pytest.approx(expected, rel=1e-3)


def test_relief_is_the_highest_minus_the_lowest_around():
    step = 1 / 60
    hill = np.zeros((21, 21))
    hill[10, 10] = 300
    relief = field(hill, step=step).relief(window_km=10)
    middle = (60 + 10.5 * step, 50 - 10.5 * step)
    assert one(relief.nearest, *middle) == 300
    assert one(relief.nearest, 60 + 0.5 * step, 50 - 0.5 * step) == 0


def test_relief_is_unknown_where_height_is():
    gap = field([[np.nan, 1], [3, 4]])
    assert np.isnan(one(gap.relief(window_km=500).nearest, 60.5, 49.5))
    assert one(gap.relief(window_km=500).nearest, 61.5, 48.5) == 3


def test_smoothing_averages_what_is_known_and_leaves_the_unknown_unknown():
    gap = field([[4, 4, 4], [4, np.nan, 4], [4, 4, 4]])
    found = gap.smoothed(width_km=3 * KM_PER_DEGREE).values
    assert np.isnan(found[1, 1])
    assert found[~np.isnan(found)].tolist() == [4] * 8
    spike = field([[0, 0, 0], [0, 9, 0], [0, 0, 0]]).smoothed(width_km=KM_PER_DEGREE)
    assert 0 < spike.values[1, 1] < 9


def test_relief_does_not_step_where_the_layer_changes_its_source(bundle):
    """Relief is made of cells of 1 km south of 50 N and of 11 km north of it."""
    whole = bundle.raster("relief").raster.band("elevation_m")
    lon, lat = np.meshgrid(np.arange(60, 76, 0.1), np.arange(49.0, 51.0, 0.1))

    def step(relief):
        found = relief.bilinear(lon.ravel(), lat.ravel()).reshape(lon.shape)
        return np.nanmedian(found[:9]) / np.nanmedian(found[-9:])

    assert step(whole.relief(window_km=10)) > 1.5
    assert step(whole.smoothed(width_km=11).relief(window_km=20)) < 1.25


@given(
    hnp.arrays(np.float32, (4, 5), elements=st.floats(-100, 100, width=32)),
    hnp.arrays(np.bool_, (4, 5)),
)
def test_a_gap_is_unknown_to_every_reading_and_lends_its_neighbours_nothing(
    values, gaps
):
    """One rule: unknown cells take no part, and what stands on one is unknown."""
    holed = np.where(gaps, np.float32(np.nan), values)
    lon, lat = np.meshgrid(60.5 + np.arange(5), 49.5 - np.arange(4))
    for made in (
        field(holed),
        field(holed).smoothed(width_km=2 * KM_PER_DEGREE),
        field(holed).relief(window_km=300),
    ):
        assert np.array_equal(np.isnan(made.values), gaps)
        assert np.array_equal(np.isnan(made.nearest(lon, lat)), gaps)
        assert np.array_equal(np.isnan(made.bilinear(lon, lat)), gaps)
    whole = field(np.full((4, 5), 7)).bilinear(lon + 0.3, lat - 0.3)
    around_gaps = field(np.where(gaps, np.nan, 7)).bilinear(lon + 0.3, lat - 0.3)
    known = ~np.isnan(around_gaps)
    assert around_gaps[known] == pytest.approx(whole[known])


def test_a_raster_keeps_the_precision_it_holds():
    exact = Raster.of_degrees(
        np.array([[0.1, 0.2], [0.3, 0.4]]),
        west=60.0,
        north=50.0,
        step_lon_deg=1.0,
        step_lat_deg=1.0,
    )
    lon, lat = np.array([60.7]), np.array([49.2])
    for found in (exact.bilinear(lon, lat), exact.nearest(lon, lat)):
        assert found.dtype == np.float64
    assert exact.smoothed(width_km=1).values.dtype == np.float64
    assert PLAIN.bilinear(lon, lat).dtype == np.float32
    assert PLAIN.gradient().values.dtype == np.float32


def test_where_a_raster_lies_and_what_its_bands_are():
    two = Raster.of_degrees(
        {"a": np.zeros((2, 4), np.float32), "b": np.ones((2, 4), np.float32)},
        west=60.0,
        north=50.0,
        step_lon_deg=0.5,
        step_lat_deg=0.25,
    )
    assert two.shape == (2, 4)
    assert two.bounds == Bounds(west=60.0, south=49.5, east=62.0, north=50.0)
    assert two.value("b", 60.1, 49.9) == 1
    assert np.isnan(two.value("b", 62.1, 49.9))
    assert two.band("a").values.max() == 0
    with pytest.raises(ValueError, match="values to unpack"):
        _ = two.values
    with pytest.raises(LayerFormatError, match="equal steps"):
        _ = two.step_deg


@pytest.mark.parametrize(
    ("bands", "turn", "said"),
    [
        ({"a": (2, 3), "b": (3, 2)}, (1, 0, 0, 0, -1, 0), "share one shape"),
        ({"a": (2,)}, (1, 0, 0, 0, -1, 0), "share one shape"),
        ({}, (1, 0, 0, 0, -1, 0), "share one shape"),
        ({"a": (2, 3)}, (1, 0, 0, 0, 1, 0), "northernmost"),
        ({"a": (2, 3)}, (-1, 0, 0, 0, -1, 0), "positive sizes"),
        ({"a": (2, 3)}, (1, 0.1, 0, 0, -1, 0), "northernmost"),
    ],
)
def test_what_is_no_north_up_raster_is_refused(bands, turn, said):
    arrays = {name: np.zeros(shape, np.float32) for name, shape in bands.items()}
    with pytest.raises(LayerFormatError, match=said):
        Raster(bands=arrays, transform=Affine(*turn))
