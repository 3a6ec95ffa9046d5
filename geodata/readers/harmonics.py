"""Read spherical harmonic coefficients (``.shc``) and compute the radial field.

References
----------
.. [Langel1987] Langel, R. A. (1987): The main field. In: Jacobs, J. A. (ed.),
   Geomagnetism, vol. 1, Academic Press, London; pp. 249–512 (Schmidt's normalisation
   and the recursions).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.raster import DoubleRaster
from geodata.readers.degree_grid import DoubleMap, raster_of_nodes
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.number_text import read_numbers, read_packed, refuse_markup

ComplexMap = npt.NDArray[np.complex128]

REFERENCE_RADIUS_KM = 6371.2  # of geomagnetic models, by convention
_WGS84_A_KM = 6378.137
_WGS84_E2 = 6.69437999014e-3
_HIGHEST_DEGREE = 2000
_HEADER_NUMBERS = 5  # lowest and highest degree, number of epochs, order, steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Gauss coefficients of a potential field of internal origin.

    Attributes
    ----------
    cosine, sine : array of float64, shape (degree + 1, degree + 1)
        ``g`` and ``h`` by degree n and order m, Schmidt semi-normalised, nT; 0
        where m > n.
    """

    cosine: DoubleMap
    sine: DoubleMap

    @property
    def degree(self) -> int:
        """Highest degree."""
        return len(self.cosine) - 1


def read_shc(path: Path, limits: Limits = DEFAULT_LIMITS) -> Coefficients:
    """Read a file of one epoch.

    Parameters
    ----------
    path : Path
        Comment lines with ``#``, a line of five whole numbers, the epoch, then
        ``n m value``; a negative order marks a sine term.

    Raises
    ------
    LayerFormatError
        If it is not such a file, or a coefficient is missing or comes twice.
    UnsafeFileError
        If it claims more degrees than any model has.
    """
    content = read_packed(path, limits)
    refuse_markup(content, name=path.name, expected="a table of coefficients")
    lines = [line for line in content.splitlines() if line.strip()]
    lines = [line for line in lines if not line.lstrip().startswith(b"#")]
    if len(lines) < 3:
        raise LayerFormatError(
            f"{path.name} has {len(lines)} lines; expected a header, an epoch and "
            "coefficients. Check the catalogue."
        )
    head = read_numbers(lines[0], expected=_HEADER_NUMBERS, name=path.name)
    read_numbers(lines[1], expected=1, name=f"{path.name} (epoch; one is read)")
    head = np.nan_to_num(head, nan=-1.0, posinf=-1.0, neginf=-1.0)
    lowest, highest = int(head[0]), int(head[1])
    if not 1 <= lowest <= highest <= _HIGHEST_DEGREE or head[2] != 1:
        raise UnsafeFileError(
            f"{path.name} claims degrees {lowest} to {highest} at {head[2]:g} epochs; "
            f"expected at most {_HIGHEST_DEGREE}, at one. Check the catalogue."
        )
    count = (highest + 1) ** 2 - lowest**2
    table = read_numbers(
        b"\n".join(lines[2:]), expected=3 * count, name=path.name
    ).reshape(count, 3)
    known = np.isfinite(table).all()
    n, m = np.nan_to_num(table[:, :2], posinf=0.0, neginf=0.0).astype(np.int64).T
    known &= np.array_equal(table[:, :2], np.stack([n, m], axis=1))
    if not known or np.any(np.abs(m) > n) or np.any((n < lowest) | (n > highest)):
        raise LayerFormatError(
            f"{path.name} has a line whose degree and order do not go together. Fetch "
            "it again."
        )
    if len(np.unique(n * n + n + m)) != count:
        raise LayerFormatError(
            f"{path.name} gives a coefficient twice and misses another. Fetch it again."
        )
    cosine = np.zeros((highest + 1, highest + 1))
    sine = np.zeros_like(cosine)
    negative = m < 0
    cosine[n[~negative], m[~negative]] = table[~negative, 2]
    sine[n[negative], -m[negative]] = table[negative, 2]
    return Coefficients(cosine=cosine, sine=sine)


def radial_field(
    model: Coefficients, lon: DoubleMap, lat: DoubleMap, *, lowest_degree: int = 1
) -> DoubleMap:
    """Return the radial component at places on the WGS 84 ellipsoid.

    Parameters
    ----------
    model : Coefficients
        Every degree from ``lowest_degree`` up is used.
    lon, lat : array of float64, one dimension, same length
        Geodetic degrees.

    Returns
    -------
    array of float64, same length
        nT, positive away from the centre of the Earth.
    """
    terms = _by_order(model, lat, lowest_degree)
    order = np.arange(model.degree + 1)[:, np.newaxis]
    turned = terms * np.exp(1j * order * np.radians(lon))
    field: DoubleMap = turned.real.sum(axis=0)
    return field


def radial_grid(
    model: Coefficients, *, step_deg: float, lowest_degree: int = 1
) -> DoubleRaster:
    """Return the radial component at the nodes of a grid of the whole globe.

    Parameters
    ----------
    model : Coefficients
        Every degree from ``lowest_degree`` up is used.
    step_deg : float
        Divides 180 and is shorter than half the shortest wave.

    Returns
    -------
    Raster
        nT, positive outwards; from 180 W and 90 N; both poles are there, the
        meridian of 180 degrees once.
    """
    columns = round(360.0 / step_deg)
    if columns <= 2 * model.degree or columns % 2 or columns * step_deg != 360.0:
        raise ValueError(
            f"A step of {step_deg} degrees does not divide the globe or does not "
            f"carry waves of degree {model.degree}."
        )
    lat = np.linspace(90.0, -90.0, columns // 2 + 1)
    terms = _by_order(model, lat, lowest_degree)
    order = np.arange(model.degree + 1)[:, np.newaxis]
    spectrum = terms * (-1.0) ** order * (columns / 2)  # turned to 180 W
    spectrum[0] *= 2.0  # the mean stands once in a real transform, waves twice
    values = np.fft.irfft(spectrum.T, n=columns, axis=1)
    return raster_of_nodes(
        values,
        west=-180.0,
        north=90.0,
        step_lon_deg=step_deg,
        step_lat_deg=step_deg,
    )


def _by_order(model: Coefficients, lat: DoubleMap, lowest_degree: int) -> ComplexMap:
    """Sum over degrees, for each order; shape (orders, latitudes).

    The field is the real part of the sum over orders of this times exp(i m lon).
    """
    radius, cos_theta, sin_theta = _geocentric(lat)
    degree = np.arange(model.degree + 1)[:, np.newaxis]
    weight = (degree + 1) * (REFERENCE_RADIUS_KM / radius) ** (degree + 2)
    weight[:lowest_degree] = 0.0
    terms = np.zeros((model.degree + 1, len(lat)), dtype=np.complex128)
    sectoral = np.ones_like(lat)
    for m in range(model.degree + 1):
        if m == 1:
            sectoral = sin_theta.copy()
        elif m > 1:
            sectoral = sectoral * sin_theta * np.sqrt((2 * m - 1) / (2 * m))
        before, legendre = np.zeros_like(lat), sectoral
        for n in range(m, model.degree + 1):
            if n > m:
                upper = (2 * n - 1) * cos_theta * legendre
                lower = np.sqrt((n - 1) ** 2 - m**2) * before
                before, legendre = legendre, (upper - lower) / np.sqrt(n**2 - m**2)
            coefficient = complex(model.cosine[n, m], -model.sine[n, m])
            terms[m] += coefficient * weight[n] * legendre
    return terms


def _geocentric(lat: DoubleMap) -> tuple[DoubleMap, DoubleMap, DoubleMap]:
    """Return radius (km), cosine and sine of the colatitude on the ellipsoid."""
    sine, cosine = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    across = _WGS84_A_KM / np.sqrt(1.0 - _WGS84_E2 * sine**2)
    from_axis, height = across * cosine, across * (1.0 - _WGS84_E2) * sine
    radius = np.hypot(from_axis, height)
    return radius, height / radius, from_axis / radius
