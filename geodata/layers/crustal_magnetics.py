"""Radial magnetic field of the crust on the ellipsoid, from the model LCS-1."""

from geodata.layers.grid_image import image_of
from geodata.layers.plan import Files
from geodata.layers.product import RasterProduct
from geodata.readers.harmonics import radial_grid, read_shc

MODEL = ("lcs1-magnetic", "LCS-1.shc")

LOWEST_DEGREE = 16
"""Below it the field of the core drowns that of the crust."""

STEP_DEG = 0.25
"""Eight values in the shortest wave (degree 185, 1.95 degrees).  With 0.5 degrees the
nearest value is off by up to 31 nT at seven test places, with 0.25 by up to 19, and
between values by 3 nT; finer steps would only look like detail."""


def build_crustal_magnetics(files: Files) -> RasterProduct:
    """Return one band ``radial_nt``, positive outwards, at nodes of 0.25 degrees.

    A body magnetised along today's field gives negative values on the northern
    hemisphere.
    """
    model = read_shc(files[MODEL])
    grid = radial_grid(model, step_deg=STEP_DEG, lowest_degree=LOWEST_DEGREE)
    return RasterProduct(
        image=image_of({"radial_nt": grid.around_greenwich()}, decimals=1),
        extra={"lowest_degree": LOWEST_DEGREE, "highest_degree": model.degree},
    )
