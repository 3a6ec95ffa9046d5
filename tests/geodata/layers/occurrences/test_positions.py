import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.layers.occurrences.positions import (
    least_uncertainty_km,
    parse_angle,
    read_positions,
    shared_points,
    uncertainties_km,
)


def rows(*positions):
    lon, lat = zip(*positions, strict=True)
    return pd.DataFrame({"lon": lon, "lat": lat}, dtype=object)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42.5", 42.5),
        (" -14.2680555555556 ", -14.2680555555556),
        ("42-40N", 42 + 40 / 60),
        ("8-15W", -8.25),
        ("39-25-30S", -(39 + 25 / 60 + 30 / 3600)),
        ("42°40'12\"N", 42.67),
        ("31-00N to 32-00N", 31.5),
    ],
)
def test_an_angle_is_read_as_tables_write_it(text, expected):
    assert parse_angle(text) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["", "unknown", "153-34", "nan", "inf", "POINT EMPTY", "1,2,3"]
)
def test_what_is_no_angle_is_unknown_and_not_zero(text):
    assert math.isnan(parse_angle(text))


@given(st.integers(0, 179), st.integers(0, 59), st.sampled_from("NSEW"))
def test_degrees_and_minutes_are_degrees_with_the_sign_of_their_side(
    degrees, minutes, side
):
    value = parse_angle(f"{degrees}-{minutes:02d}{side}")
    assert abs(value) == pytest.approx(degrees + minutes / 60)
    assert value <= 0 if side in "SW" else value >= 0


def test_a_position_that_cannot_be_used_is_missing_with_its_reason():
    found = read_positions(
        rows(("76.1", "42.6"), ("", ""), ("x", "42"), ("0", "0.0"), ("10", "95"))
    )
    assert found["lon"].notna().tolist() == [True, False, False, False, False]
    assert found["lat"].isna().tolist() == [False, True, True, True, True]
    assert found["reason"].tolist() == [
        "",
        "the source gives no position",
        "the position is not two coordinates",
        "the position is the placeholder 0, 0",
        "the position is not on Earth",
    ]


def test_a_point_is_shared_only_within_one_table():
    lon, lat = np.array([67.40092, 67.40092, 67.40092]), np.array([47.79797] * 3)
    assert shared_points(["a", "a", "b"], lon, lat).tolist() == [True, True, False]


def test_a_shared_point_is_no_better_than_its_district():
    lon, lat = np.array([67.40092, 67.40092]), np.array([47.79797, 47.79797])
    found = uncertainties_km(["a", "b"], lon, lat, np.array([True, False]))
    assert found.tolist() == [10.0, 5.0]


@pytest.mark.parametrize(
    ("lon", "lat", "source", "expected"),
    [
        (70.0, 40.0, "usgs-ree", 30),
        (70.0, 39.75, "usgs-ree", 15),
        (76.16667, 42.66667, "usgs-ree", 10),
        (76.1667, 42.6667, "usgs-ree", 10),
        (65.98333, 39.73778, "usgs-major-deposits", 5),
        (76.1339, 42.8481, "usgs-mrds", 20),
        (70.0, 40.0, "usgs-mrds", 30),
    ],
)
def test_the_way_a_position_is_written_limits_its_exactness(lon, lat, source, expected):
    assert least_uncertainty_km(lon, lat, source=source) == expected
