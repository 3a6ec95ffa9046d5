"""Write weights tables and posterior maps, each whole or not at all."""

from pathlib import Path

import numpy as np
from rasterio.io import MemoryFile

from geodata.checksums import write_atomically
from geodata.methods.weights_of_evidence.evidence_raster import EvidenceRaster
from geodata.methods.weights_of_evidence.posterior import Posterior
from geodata.methods.weights_of_evidence.weights import COLUMNS, WeightsTable

BANDS = ("posterior", "deviation", "confidence")


def table_text(table: WeightsTable) -> str:
    """Return a table as CSV text, every number to its last digit.

    Notes
    -----
    Whole numbers are written without a point, so that classes read as in the map.
    """
    columns = [
        getattr(table, "classes" if name == "class" else name) for name in COLUMNS
    ]
    lines = [",".join(map(_number, row)) for row in zip(*columns, strict=True)]
    return "\n".join([",".join(COLUMNS), *lines]) + "\n"


def _number(value: float | np.integer) -> str:
    number = float(value)
    return f"{number:.0f}" if number.is_integer() else repr(number)


def write_table(path: Path, table: WeightsTable) -> None:
    """Write a table as CSV.

    Raises
    ------
    StorageError
        If the disk refuses; an older file stays as it was.
    """
    write_atomically(path, table_text(table).encode())


def write_posterior(path: Path, found: Posterior, like: EvidenceRaster) -> None:
    """Write posterior, deviation and confidence as the bands of one GeoTIFF.

    Parameters
    ----------
    path : Path
    found : Posterior
        On the grid of ``like``; NaN is written outside the study area.
    like : EvidenceRaster
        Lends its grid.

    Raises
    ------
    StorageError
        If the disk refuses; an older file stays as it was.
    """
    rows, columns = found.condition.shape
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=columns,
            height=rows,
            count=len(BANDS),
            dtype="float64",
            crs=like.crs.to_wkt(),
            transform=like.transform,
            nodata=np.nan,
            compress="deflate",
            BIGTIFF="IF_SAFER",
        ) as dataset:
            for number, name in enumerate(BANDS, start=1):
                dataset.write(found.to_map(getattr(found, name)), number)
                dataset.set_band_description(number, name)
            dataset.update_tags(
                UNIT_CELL_KM2=f"{found.unit_area_km2:g}", POINTS=str(found.points)
            )
        content = memory.read()
    write_atomically(path, content)
