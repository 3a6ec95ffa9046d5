"""Gravity disturbance at 10 km from the model EIGEN-6C4.

The file holds gravity itself; what is left after the normal gravity of the
ellipsoid at the same place and height is the disturbance.

References
----------
.. [LiGoetze2001] Li, X. and Götze, H.-J. (2001): Ellipsoid, geoid, gravity, geodesy,
   and geophysics. Geophysics 66, 1660–1668; appendix, closed form of normal gravity.
"""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import around_greenwich, image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.readers.degree_grid import DoubleMap
from geodata.readers.icgem import IcgemGrid, read_icgem

GRID = ("lithosphere-grids", "EIGEN-6C4-gravity-30m.gdf.bz2")

# WGS 84: semi-major axis (m), flattening, GM (m3/s2), rotation (1/s).
_A_M = 6_378_137.0
_FLATTENING = 1.0 / 298.257223563
_GM = 3.986004418e14
_OMEGA = 7.292115e-5
_B_M = _A_M * (1.0 - _FLATTENING)
_FOCAL_M = np.sqrt(_A_M**2 - _B_M**2)

_MGAL = 1e5  # 1 m/s2 in mGal
_LARGEST_MGAL = 2000.0  # no disturbance on the Earth is larger


def build_eigen_gravity(files: Files) -> RasterProduct:
    """Return the disturbance, one band ``disturbance_mgal``, at the nodes of the file.

    Raises
    ------
    LayerFormatError
        If the file is of another quantity or unit than gravity in mGal, or the
        differences are not disturbances.
    """
    model = read_icgem(files[GRID])
    _require_gravity(model)
    grid = around_greenwich(model.grid)
    height_m = model.number("height_over_ell")
    rows = grid.values.shape[0]
    middle = np.arange(rows, dtype=np.float64) + 0.5
    latitude = grid.north - grid.step_lat_deg * middle
    normal = normal_gravity_mgal(latitude, height_m=height_m)
    disturbance = grid.values - normal[:, np.newaxis]
    if np.nanmax(np.abs(disturbance)) > _LARGEST_MGAL:
        raise LayerFormatError(
            f"Gravity of {files[GRID].name} differs from that of the ellipsoid by up "
            f"to {np.nanmax(np.abs(disturbance)):,.0f} mGal; expected less than "
            f"{_LARGEST_MGAL:,.0f}. Check its header: height and functional."
        )
    return RasterProduct(
        image=image_of({"disturbance_mgal": grid.with_values(disturbance)}, decimals=2),
        extra={"height_m": height_m},
    )


def normal_gravity_mgal(latitude_deg: DoubleMap, *, height_m: float) -> DoubleMap:
    """Return the gravity of the WGS 84 ellipsoid, rotation included, in closed form.

    Parameters
    ----------
    latitude_deg : array of float64
        Geodetic latitude.
    height_m : float
        Above the ellipsoid, 0 or more.

    Returns
    -------
    array of float64, same shape
        Length of the gravity vector, mGal.

    Notes
    -----
    After [LiGoetze2001]_: the place is turned into ellipsoidal coordinates (the
    semi-minor axis of the confocal ellipsoid through it, and its reduced latitude),
    in which the normal field has no series.

    >>> np.round(normal_gravity_mgal(np.array([0.0, 90.0]), height_m=0.0), 2)
    array([978032.53, 983218.49])
    """
    latitude = np.radians(latitude_deg)
    reduced = np.arctan2(_B_M * np.sin(latitude), _A_M * np.cos(latitude))
    height = _B_M * np.sin(reduced) + height_m * np.sin(latitude)
    from_axis = _A_M * np.cos(reduced) + height_m * np.cos(latitude)
    focal2 = _FOCAL_M**2
    across, around = (
        (from_axis**2 - height**2) / focal2,
        (from_axis**2 + height**2) / focal2,
    )
    cos2 = 0.5 + around / 2 - np.sqrt(0.25 + around**2 / 4 - across / 2)
    sin2 = 1.0 - cos2
    minor = np.sqrt(from_axis**2 + height**2 - focal2 * cos2)
    major2 = minor**2 + focal2
    angle = np.arctan2(_FOCAL_M, minor)
    q = 3.0 * (1.0 + minor**2 / focal2) * (1.0 - minor / _FOCAL_M * angle) - 1.0
    q_surface = 0.5 * (
        (1.0 + 3.0 * _B_M**2 / focal2) * np.arctan2(_FOCAL_M, _B_M)
        - 3.0 * _B_M / _FOCAL_M
    )
    shape = np.sqrt((minor**2 + focal2 * sin2) / major2)
    spin2 = _OMEGA**2
    gravity: DoubleMap = (
        _GM / major2
        + spin2 * _A_M**2 * _FOCAL_M / major2 * (q / q_surface) * (sin2 / 2 - 1.0 / 6.0)
        - spin2 * minor * cos2
    ) / shape
    return gravity * _MGAL


def _require_gravity(model: IcgemGrid) -> None:
    quantity = model.header.get("functional", "").split(" ")[0]
    unit = model.header.get("unit", "").lower()
    system = model.header.get("refsysname", "")
    if (quantity, unit, system) != ("gravity_ell", "mgal", "WGS84"):
        raise LayerFormatError(
            f"The grid holds '{quantity}' in '{unit}' on '{system}'; expected "
            "gravity_ell in mgal on WGS84. Ask the service for that functional."
        )


LAYER = Layer(
    id="gravity-eigen6c4",
    title="Gravity disturbance at 10 km (EIGEN-6C4)",
    kind="raster",
    says="gravity of the crust, satellite model",
    alternatives=(
        FileRecipe(
            parts=(GRID,),
            build=build_eigen_gravity,
            resolution="nodes of 0.5 degrees, 10 km above the ellipsoid",
            resolution_km=55.7,
            uncertainty=(
                "Follows the relief, which was not taken off: weak alone. Rounded to "
                "0.01 mGal; the model is good to a few mGal, less in high mountains."
            ),
        ),
    ),
)
