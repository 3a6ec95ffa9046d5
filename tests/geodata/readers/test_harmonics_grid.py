"""Spherical harmonics against other formulas: a dipole, and SciPy's functions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lpmv

from geodata.errors import LayerFormatError
from geodata.readers.harmonics import (
    Coefficients,
    radial_field,
    radial_grid,
    read_shc,
)

A_KM, E2, REFERENCE_KM = 6378.137, 6.69437999014e-3, 6371.2


def shc(highest, terms, *, lowest=1):
    lines = ["# a model", f"  {lowest} {highest} 1 1 1", "   2015.0007"]
    for n in range(lowest, highest + 1):
        orders = [0, *(sign * k for k in range(1, n + 1) for sign in (1, -1))]
        lines += [f"{n:3d} {m:4d} {terms.get((n, m), 0.0):.6f}" for m in orders]
    return "\n".join(lines) + "\n"


def model(highest, terms, folder):
    path = folder / "model.shc"
    path.write_text(shc(highest, terms))
    return read_shc(path)


def place(lat):
    """Radius (km) and sine of the geocentric latitude of a place on the ellipsoid."""
    sine = math.sin(math.radians(lat))
    normal = A_KM / math.sqrt(1 - E2 * sine**2)
    x = normal * math.cos(math.radians(lat))
    z = normal * (1 - E2) * sine
    return math.hypot(x, z), z / math.hypot(x, z)


def test_coefficients_go_to_their_places_and_a_negative_order_is_a_sine(tmp_path):
    found = model(2, {(1, 0): 1.5, (2, 1): 2.5, (2, -2): -3.5}, tmp_path)
    assert found.degree == 2
    assert found.cosine[1, 0] == 1.5
    assert found.cosine[2, 1] == 2.5
    assert found.sine[2, 2] == -3.5


def test_an_axial_dipole_has_its_closed_form(tmp_path):
    found = model(1, {(1, 0): -30_000.0}, tmp_path)
    for lat in (-90.0, -35.0, 0.0, 47.5, 90.0):
        radius, sine = place(lat)
        expected = 2 * -30_000.0 * (REFERENCE_KM / radius) ** 3 * sine
        field = radial_field(found, np.array([70.0]), np.array([lat]))
        assert field[0] == pytest.approx(expected, rel=1e-12, abs=1e-9)


@settings(max_examples=40)
@given(
    n=st.integers(1, 30),
    share=st.floats(0, 1),
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    sine_term=st.booleans(),
)
def test_every_single_term_is_that_of_other_functions(n, share, lon, lat, sine_term):
    m = round(share * n)
    cosine, sine = np.zeros((31, 31)), np.zeros((31, 31))
    (sine if sine_term else cosine)[n, m] = 10.0
    found = radial_field(
        Coefficients(cosine=cosine, sine=sine), np.array([lon]), np.array([lat])
    )[0]
    radius, x = place(lat)
    schmidt = math.sqrt(
        (1 if m == 0 else 2) * math.factorial(n - m) / math.factorial(n + m)
    )
    legendre = (-1) ** m * lpmv(m, n, x) * schmidt  # SciPy adds a phase
    wave = (math.sin if sine_term else math.cos)(m * math.radians(lon))
    expected = 10.0 * (n + 1) * (REFERENCE_KM / radius) ** (n + 2) * legendre * wave
    assert found == pytest.approx(expected, abs=1e-8 * (n + 1))


def test_a_grid_holds_what_single_places_do():
    random = np.random.default_rng(11)
    cosine, sine = random.normal(size=(2, 21, 21))
    found = Coefficients(cosine=np.tril(cosine), sine=np.tril(sine, -1))
    grid = radial_grid(found, step_deg=5.0, lowest_degree=3)
    assert grid.values.shape == (37, 72)
    assert (grid.west, grid.north) == (-182.5, 92.5)
    lon, lat = np.meshgrid(-180 + 5.0 * np.arange(72), 90 - 5.0 * np.arange(37))
    alone = radial_field(found, lon.ravel(), lat.ravel(), lowest_degree=3)
    np.testing.assert_allclose(grid.values.ravel(), alone, atol=1e-9)


def test_degrees_below_the_lowest_are_left_out(tmp_path):
    found = model(4, {(2, 1): 5.0}, tmp_path)
    lon, lat = np.array([70.0]), np.array([45.0])
    assert abs(radial_field(found, lon, lat)[0]) > 1.0
    assert radial_field(found, lon, lat, lowest_degree=3)[0] == 0.0


@pytest.mark.parametrize("step_deg", [7.0, 10.0, 0.0007])
def test_a_step_that_cannot_carry_the_waves_is_a_wrong_argument(step_deg):
    found = Coefficients(cosine=np.zeros((21, 21)), sine=np.zeros((21, 21)))
    with pytest.raises(ValueError, match="step"):
        radial_grid(found, step_deg=step_deg)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 3 1 1 1", "1 4 1 1 1"),
        ("1 3 1 1 1", "1 2 1 1 1"),
        ("1 3 1 1 1", "1 3 2 1 1"),
        ("1 3 1 1 1", "1 999999 1 1 1"),
        ("1 3 1 1 1", "1 3"),
        ("1 3 1 1 1", "nan 3 1 1 1"),
        ("2015.0007", "2015.0 2020.0"),
        ("  3    3 0.000000", "  3    4 0.000000"),
        ("  3    3 0.000000", "  3    2 0.000000"),
        ("  3    3 0.000000", "  3  2.5 0.000000"),
        ("  3    3 0.000000", "  3    3 nan"),
        ("  3    3 0.000000", "nan    3 0.000000"),
        ("  3    3 0.000000", "  3    inf 0.000000"),
        ("  3    3 0.000000", "  3    3"),
        ("  3    3 0.000000", "  4    3 0.000000"),
    ],
)
def test_a_table_that_does_not_hold_together_is_an_error(old, new, tmp_path):
    content = shc(3, {})
    assert old in content
    path = tmp_path / "model.shc"
    path.write_text(content.replace(old, new))
    with pytest.raises(LayerFormatError):
        read_shc(path)
