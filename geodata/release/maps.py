"""Write the maps of a release: favourability by type, over all types, measurements."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np

from geodata.grid import Cells, FloatArray
from geodata.prospects.describe import Survey
from geodata.release.learned import Opinion
from geodata.release.open import OVERALL
from geodata.release.rasters import LEADING, RANK, write_measurements, write_shares
from geodata.release.survey import Progress
from geodata.scoring.favourability import Favourability, Overall, area_rank, overall

_TASK = "Writing the maps"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedMaps:
    """Every map of a release, with the order it puts the area in.

    Attributes
    ----------
    of_type : mapping of str to Favourability
        By deposit type.
    every : Overall
        Over all types.
    learned : mapping of str to Opinion
        What the learned models say, by deposit type.
    ranks : mapping of str to array of float32, shape (cells,)
        Area rank, 0 best to 1, by deposit type and for :data:`OVERALL`: by
        p10 × coverage, the score that prospect areas are drawn and ranked by.
    """

    of_type: Mapping[str, Favourability]
    every: Overall
    learned: Mapping[str, Opinion]
    ranks: Mapping[str, FloatArray]

    @classmethod
    def of(
        cls, of_type: Mapping[str, Favourability], learned: Mapping[str, Opinion]
    ) -> Self:
        """Find the map over all types, and rank the area by each."""
        every = overall(of_type)
        ranked = {
            name: area_rank(found.conservative) for name, found in of_type.items()
        }
        ranked[OVERALL] = area_rank(every.best.conservative)
        return cls(of_type=of_type, every=every, learned=learned, ranks=ranked)

    def coverages(self) -> dict[str, FloatArray]:
        """Return the coverage of each map that is ranked."""
        found = {name: item.coverage for name, item in self.of_type.items()}
        return {**found, OVERALL: self.every.best.coverage}


@contextmanager
def maps_written(
    folder: Path, maps: RankedMaps, survey: Survey, progress: Progress
) -> Iterator[None]:
    """Write every raster beside the work of a block; at its end all are there.

    Parameters
    ----------
    folder : Path
        Folder of the release.
    maps : RankedMaps
        Let go as soon as they are written, to make room for the measurements.
    survey : Survey
        The land cells and their measurements.
    progress : function
        Told how far it is, by another thread.

    Raises
    ------
    OSError
        If something could not be written, at the end of the block.
    """
    pool = ThreadPoolExecutor(1)
    try:
        tasks = [
            pool.submit(_write_maps, folder, maps, survey.cells, progress),
            pool.submit(_write_evidence, folder, survey, progress),
        ]
        del maps
        yield
        for task in tasks:
            task.result()
    finally:
        pool.shutdown(cancel_futures=True)  # on an error nothing more is begun


def _write_maps(
    folder: Path, maps: RankedMaps, cells: Cells, progress: Progress
) -> None:
    into = folder / "favourability"
    into.mkdir()
    steps = len(maps.of_type) + 2
    for position, (name, found) in enumerate(maps.of_type.items()):
        progress(_TASK, position / steps)
        second = maps.learned[name].bands() if name in maps.learned else {}
        bands = {**_bands(found), RANK: maps.ranks[name], **second}
        write_shares(into / f"{name}.tif", cells, bands)
    progress(_TASK, len(maps.of_type) / steps)
    leading = maps.every.leading
    bands = {
        **_bands(maps.every.best),
        RANK: maps.ranks[OVERALL],
        LEADING: np.where(leading < 0, np.nan, leading).astype(np.float32),
    }
    write_shares(into / f"{OVERALL}.tif", cells, bands)
    progress(_TASK, (steps - 1) / steps)


def _write_evidence(folder: Path, survey: Survey, progress: Progress) -> None:
    """Write every measurement that there is as a band of one raster."""
    (folder / "evidence").mkdir()
    present = {
        key: values
        for key, values in survey.measured.items()
        if survey.backgrounds[key].layer_title
    }
    write_measurements(folder / "evidence" / "measurements.tif", survey.cells, present)
    progress(_TASK, 1.0)


def _bands(found: Favourability) -> dict[str, FloatArray]:
    return {field.name: getattr(found, field.name) for field in fields(found)}
