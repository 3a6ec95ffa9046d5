"""Magnetic anomalies: compiled surveys, and the field of the crust from satellites.

Nobody here has opened the files of the surveys yet; the layouts are those documented.
"""

from geodata.layers.clip import MARGIN
from geodata.layers.grid_image import around_greenwich, bounded, image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.raster import DoubleRaster
from geodata.readers.geotiff import read_geotiff
from geodata.readers.harmonics import radial_grid, read_shc
from geodata.readers.netcdf import read_netcdf

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
        image=image_of({"radial_nt": around_greenwich(grid)}, decimals=1),
        extra={"lowest_degree": LOWEST_DEGREE, "highest_degree": model.degree},
    )


EMAG2 = ("emag2", "EMAG2_V3_UpCont_DataTiff.tif")
WDMAM_5M = ("wdmam", "earth_wdmam_05m_g.grd")
WDMAM_10M = ("wdmam", "earth_wdmam_10m_g.grd")

_LARGEST_NT = 30_000.0
"""Half of the whole field: no anomaly over 4 km reaches it; 99999 marks a gap."""


def build_emag2(files: Files) -> RasterProduct:
    """Return one band ``anomaly_nt`` at 4 km, the region and 300 km around it."""
    grid = read_geotiff(files[EMAG2], window=MARGIN, assume_degrees=True)
    return _anomalies(grid, height_m=4000)


def build_wdmam(files: Files) -> RasterProduct:
    """Return one band ``anomaly_nt`` at 5 km, the region and 300 km around it."""
    path = files[WDMAM_5M] if WDMAM_5M in files else files[WDMAM_10M]
    return _anomalies(read_netcdf(path, variable="z", window=MARGIN), height_m=5000)


def _anomalies(grid: DoubleRaster, *, height_m: int) -> RasterProduct:
    return RasterProduct(
        image=image_of({"anomaly_nt": bounded(grid, _LARGEST_NT)}, decimals=1),
        extra={"height_m": height_m},
    )


_EMAG2_TITLE = "Magnetic anomalies at 4 km (EMAG2v3)"
_WDMAM_TITLE = "Magnetic anomalies at 5 km (WDMAM 2.1)"
_ANOMALIES = (
    "Where nobody flew, only waves longer than about 200 km are real; how far that is "
    "so in the region is not known. Never opened by us."
)

LAYERS = (
    Layer(
        id="magnetics",
        title="Magnetic anomalies",
        kind="raster",
        says="magnetic field of the crust",
        alternatives=tuple(
            FileRecipe(
                title=title,
                parts=(part,),
                build=build,
                resolution=f"nodes of {minutes} minutes",
                resolution_km=resolution_km,
                uncertainty=_ANOMALIES,
            )
            for title, part, build, minutes, resolution_km in (
                (_EMAG2_TITLE, EMAG2, build_emag2, 2, 3.7),
                (_WDMAM_TITLE, WDMAM_5M, build_wdmam, 5, 9.3),
                (_WDMAM_TITLE, WDMAM_10M, build_wdmam, 10, 18.5),
            )
        ),
    ),
    Layer(
        id="crustal-magnetics",
        title="Magnetic field of the crust, radial (LCS-1)",
        kind="raster",
        says="magnetic field of the crust, long wavelengths only",
        alternatives=(
            FileRecipe(
                parts=(MODEL,),
                build=build_crustal_magnetics,
                resolution=(
                    "waves longer than 216 km (degrees 16 to 185), every 0.25 degrees"
                ),
                resolution_km=111.0,
                uncertainty=(
                    "Whole blocks of the crust only, seen from satellites; the value "
                    "of the nearest node is off by up to 19 nT at seven test places."
                ),
            ),
        ),
    ),
)
