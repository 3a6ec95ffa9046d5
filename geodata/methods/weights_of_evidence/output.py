"""Write weights tables and posterior maps, each whole or not at all."""

from pathlib import Path

import numpy as np
from rasterio.io import MemoryFile

from geodata.checksums import write_atomically
from geodata.methods.weights_of_evidence.evidence_raster import EvidenceRaster
from geodata.methods.weights_of_evidence.map_weights import MapWeights
from geodata.methods.weights_of_evidence.patches import Patch
from geodata.methods.weights_of_evidence.posterior import Posterior
from geodata.methods.weights_of_evidence.weights import COLUMNS, WeightsTable

ADDED = ("patch", "weight", "s_weight")
"""Columns of the file beside those of a weights table."""

BANDS = ("posterior", "deviation", "confidence")


def table_text(table: WeightsTable, weights: MapWeights | None = None) -> str:
    """Return a table as CSV text, every number to its last digit.

    Parameters
    ----------
    table : WeightsTable
    weights : MapWeights, optional
        With which the map would be combined; without, that of each row is empty.

    Notes
    -----
    Whole numbers are written without a point, so that classes read as in the map.
    ``patch`` names the patches that made the numbers of a row, joined by ``+``; it is
    empty where they are those of the data.  ``weight`` is what a cell of the class
    adds to the log odds, ``s_weight`` its standard deviation.
    """
    columns = [
        getattr(table, "classes" if name == "class" else name) for name in COLUMNS
    ]
    numbers = [",".join(map(_number, row)) for row in zip(*columns, strict=True)]
    own = _weights_of_rows(table, weights)
    lines = [
        f"{row},{_patches(patch)},{added}"
        for row, patch, added in zip(numbers, table.patches.tolist(), own, strict=True)
    ]
    return "\n".join([",".join((*COLUMNS, *ADDED)), *lines]) + "\n"


def _patches(flags: int) -> str:
    """Name the patches of a row, as a reader of the file sees them."""
    names = [str(one.name).lower().replace("_", "-") for one in Patch(flags)]
    return "+".join(names)


def _weights_of_rows(table: WeightsTable, weights: MapWeights | None) -> list[str]:
    if weights is None:
        return [","] * len(table.classes)
    group = weights.groups[np.searchsorted(weights.classes, table.classes)]
    pairs = zip(weights.weights[group], weights.deviations[group], strict=True)
    return [f"{_number(weight)},{_number(deviation)}" for weight, deviation in pairs]


def _number(value: float | np.integer) -> str:
    number = float(value)
    return f"{number:.0f}" if number.is_integer() else repr(number)


def write_table(
    path: Path, table: WeightsTable, weights: MapWeights | None = None
) -> None:
    """Write a table as CSV, as :func:`table_text` returns it.

    Raises
    ------
    StorageError
        If the disk refuses; an older file stays as it was.
    """
    write_atomically(path, table_text(table, weights).encode())


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
