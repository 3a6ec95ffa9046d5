"""GeoTIFF as we write it: named bands, one finite code for "unknown"."""

import io

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from rasterio.windows import Window

from geodata.errors import LayerFormatError
from geodata.raster import LONLAT, FloatRaster

FloatMap = npt.NDArray[np.float32]

UNKNOWN_CODE = -9999
"""How "unknown" is written in the file; in memory it is NaN."""

_COG_TILE = 512
_CACHE = {"GDAL_CACHEMAX": 64}  # megabytes; the default is a share of the machine


def encode_raster(image: FloatRaster, *, dtype: str = "float32") -> bytes:
    """Return a raster as a cloud-optimised GeoTIFF in EPSG:4326, with overviews.

    It is made in memory, because GDAL does not notice when a full disk swallows
    the last bytes of a file; besides the bands this takes up to 2.5 times their size.

    Parameters
    ----------
    image : Raster
        NaN is written as -9999.
    dtype : str
        ``float32``, or ``int16`` for bands of whole numbers.

    Raises
    ------
    LayerFormatError
        If a value does not fit the type, or is infinite or -9999.
    """
    rows, columns = image.shape
    with rasterio.Env(**_CACHE), MemoryFile() as memory:
        with memory.open(
            **_profile(image, dtype),
            driver="COG",
            compress="DEFLATE",
            predictor="YES",
            blocksize=_COG_TILE,
            overview_resampling="NEAREST",
            num_threads="ALL_CPUS",
        ) as dataset:
            for number, (name, band) in enumerate(image.bands.items(), start=1):
                for first in range(0, rows, _COG_TILE):
                    part = band[first : first + _COG_TILE]
                    window = Window(0, first, columns, len(part))
                    dataset.write(_coded(name, part, dtype), number, window=window)
                dataset.set_band_description(number, name)
        return bytes(memory.getbuffer())


def decode_raster(content: bytes, layer: str) -> FloatRaster:
    """Read a raster from GeoTIFF bytes.

    Parameters
    ----------
    content : bytes
        A GeoTIFF in EPSG:4326, north up, with a description per band.
    layer : str
        Id of the layer, for messages.

    Raises
    ------
    LayerFormatError
        If the bytes are not such a GeoTIFF.
    """
    try:
        # The driver is named: GDAL must not guess a format from outside bytes.
        with (
            rasterio.Env(**_CACHE),
            MemoryFile(content) as memory,
            memory.open(driver="GTiff") as dataset,
        ):
            names = [name or "" for name in dataset.descriptions]
            transform: Affine = dataset.transform
            crs = dataset.crs
            bands = {name: _read_band(dataset, n) for n, name in enumerate(names, 1)}
    except rasterio.errors.RasterioError as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not a GeoTIFF ({error}). Rebuild "
            "the layer with scripts/build_bundle.py."
        ) from error
    north_up = transform.b == transform.d == 0.0 and transform.e < 0.0 < transform.a
    if crs is None or crs != LONLAT or not north_up or not all(names):
        raise LayerFormatError(
            f"The raster of layer '{layer}' must be in {LONLAT}, north up, with a name "
            f"per band; it is in {crs} with bands {names}. Rebuild the layer with "
            "scripts/build_bundle.py."
        )
    return FloatRaster(bands=bands, transform=transform, crs=LONLAT)


def _profile(image: FloatRaster, dtype: str) -> dict[str, object]:
    rows, columns = image.shape
    return {
        "width": columns,
        "height": rows,
        "count": len(image.bands),
        "dtype": dtype,
        "crs": LONLAT,
        "transform": image.transform,
        "nodata": UNKNOWN_CODE,
    }


def _read_band(dataset: rasterio.DatasetReader, number: int) -> FloatMap:
    """Read one band; a mask is made for some rows at a time, to spare memory."""
    band: FloatMap = dataset.read(number, out_dtype="float32")
    if dataset.nodata is not None:
        for first in range(0, len(band), _COG_TILE):
            part = band[first : first + _COG_TILE]
            part[part == np.float32(dataset.nodata)] = np.nan
    return band


def _coded(name: str, band: FloatMap, dtype: str) -> npt.NDArray[np.generic]:
    known = band[~np.isnan(band)]
    limit = np.iinfo(np.int16).max if dtype == "int16" else np.finfo(np.float32).max
    if np.any(np.abs(known) > limit) or np.any(known == UNKNOWN_CODE):
        raise LayerFormatError(
            f"Band '{name}' holds values that {dtype} cannot (infinite, beyond "
            f"{limit:g}, or {UNKNOWN_CODE}, the code for unknown). Mask them with NaN."
        )
    if dtype == "int16":
        band = np.round(band)
    coded: npt.NDArray[np.generic] = np.where(
        np.isnan(band), UNKNOWN_CODE, band
    ).astype(dtype)
    return coded


def load_arrays(content: bytes) -> dict[str, npt.NDArray[np.generic]]:
    """Read the arrays of an ``.npz`` file; pickled objects are refused."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
