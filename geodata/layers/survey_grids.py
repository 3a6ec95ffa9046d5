"""Compiled surveys in steps of minutes: magnetic anomalies and Bouguer gravity.

Nobody here has opened the publishers' files yet; the layouts are those documented.
"""

from dataclasses import replace

import numpy as np

from geodata.layers.grid_image import image_of
from geodata.layers.margin import MARGIN
from geodata.layers.plan import Files
from geodata.layers.product import RasterProduct
from geodata.readers.degree_grid import DegreeGrid
from geodata.readers.geotiff import read_geotiff
from geodata.readers.netcdf import read_netcdf

EMAG2 = ("emag2", "EMAG2_V3_UpCont_DataTiff.tif")
WDMAM_5M = ("wdmam", "earth_wdmam_05m_g.grd")
WDMAM_10M = ("wdmam", "earth_wdmam_10m_g.grd")
WGM2012 = ("wgm2012", "WGM2012_Bouguer_ponc_2min.grd")

_LARGEST_NT = 30_000.0
"""Half of the whole field: no anomaly over 4 km reaches it; 99999 marks a gap."""

_LARGEST_MGAL = 2_000.0


def build_emag2(files: Files) -> RasterProduct:
    """Return one band ``anomaly_nt`` at 4 km, the region and 300 km around it."""
    grid = read_geotiff(files[EMAG2], window=MARGIN, assume_degrees=True)
    return _anomalies(grid, height_m=4000)


def build_wdmam(files: Files) -> RasterProduct:
    """Return one band ``anomaly_nt`` at 5 km, the region and 300 km around it."""
    path = files[WDMAM_5M] if WDMAM_5M in files else files[WDMAM_10M]
    return _anomalies(read_netcdf(path, variable="z", window=MARGIN), height_m=5000)


def build_bouguer(files: Files) -> RasterProduct:
    """Return one band ``bouguer_mgal``, the region and 300 km around it."""
    grid = read_netcdf(files[WGM2012], variable="z", window=MARGIN)
    return RasterProduct(
        image=image_of({"bouguer_mgal": _bounded(grid, _LARGEST_MGAL)}, decimals=1)
    )


def _anomalies(grid: DegreeGrid, *, height_m: int) -> RasterProduct:
    return RasterProduct(
        image=image_of({"anomaly_nt": _bounded(grid, _LARGEST_NT)}, decimals=1),
        extra={"height_m": height_m},
    )


def _bounded(grid: DegreeGrid, largest: float) -> DegreeGrid:
    """Return a grid in which values no survey can find are unknown."""
    return replace(
        grid, values=np.where(np.abs(grid.values) <= largest, grid.values, np.nan)
    )
