"""Write the maps of a release: favourability by type, over all types, measurements."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np

from geodata.grid import FloatArray
from geodata.prospects.describe import Survey
from geodata.release.learned import Opinion
from geodata.release.open import OVERALL
from geodata.release.rasters import LEADING, RANK, write_measurements, write_shares
from geodata.release.survey import Progress
from geodata.scoring.favourability import Favourability, area_rank, overall


def write_maps(
    folder: Path,
    maps: Mapping[str, Favourability],
    learned: Mapping[str, Opinion],
    survey: Survey,
    progress: Progress,
) -> tuple[Favourability, dict[str, FloatArray]]:
    """Write every raster; return the map over all types, and every area rank.

    Every map is ranked by p10 × coverage, the score that prospect areas are drawn
    and ranked by.
    """
    ranks = {name: area_rank(found.conservative) for name, found in maps.items()}
    (folder / "favourability").mkdir()
    (folder / "evidence").mkdir()
    steps = len(maps) + 2
    for position, (name, found) in enumerate(maps.items()):
        progress("Writing the maps", position / steps)
        path = folder / "favourability" / f"{name}.tif"
        second = learned[name].bands() if name in learned else {}
        bands = {**_bands(found), RANK: ranks[name], **second}
        write_shares(path, survey.cells, bands)
    progress("Writing the maps", len(maps) / steps)
    every = overall(maps)
    ranks[OVERALL] = area_rank(every.best.conservative)
    leading = np.where(every.leading < 0, np.nan, every.leading).astype(np.float32)
    write_shares(
        folder / "favourability" / f"{OVERALL}.tif",
        survey.cells,
        {**_bands(every.best), RANK: ranks[OVERALL], LEADING: leading},
    )
    progress("Writing the maps", (len(maps) + 1) / steps)
    present = {
        key: values
        for key, values in survey.measured.items()
        if survey.backgrounds[key].layer_title
    }
    write_measurements(folder / "evidence" / "measurements.tif", survey.cells, present)
    progress("Writing the maps", 1.0)
    return every.best, ranks


def _bands(found: Favourability) -> dict[str, FloatArray]:
    return {field.name: getattr(found, field.name) for field in fields(found)}
