"""Write the maps of a release: favourability by type, over all types, measurements."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np

from geodata.execution import map_blocks
from geodata.prospects.describe import Survey
from geodata.raster import Cells, FloatArray
from geodata.release.learned import Opinion
from geodata.release.place import OVERALL
from geodata.release.rasters import LEADING, RANK, write_measurements, write_shares
from geodata.release.survey import Progress
from geodata.scoring.favourability import Favourability, Overall, area_rank, overall


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
        Area rank, 0 best to 1, by deposit type, of the land of which enough is known;
        for :data:`OVERALL` by the best of them, again as a share of the area.
    """

    of_type: Mapping[str, Favourability]
    every: Overall
    learned: Mapping[str, Opinion]
    ranks: Mapping[str, FloatArray]

    @classmethod
    def of(
        cls, of_type: Mapping[str, Favourability], learned: Mapping[str, Opinion]
    ) -> Self:
        """Rank the area by each type, and find in whose order a place stands first."""
        ranks = map_blocks(lambda one: area_rank(one.ranked), of_type.values())
        ranked = dict(zip(of_type, ranks, strict=True))
        every = overall(ranked)
        return cls(
            of_type=of_type,
            every=every,
            learned=learned,
            ranks={**ranked, OVERALL: area_rank(-every.rank)},
        )

    def coverages(self) -> dict[str, FloatArray]:
        """Return the coverage of each map that is ranked; of the leading type's."""
        found = {name: item.coverage for name, item in self.of_type.items()}
        stacked = np.stack(list(found.values()))
        leading = np.maximum(self.every.leading, 0)[np.newaxis].astype(np.intp)
        return {**found, OVERALL: np.take_along_axis(stacked, leading, axis=0)[0]}


def write_maps(
    folder: Path, maps: RankedMaps, cells: Cells, progress: Progress
) -> None:
    """Write a raster of each deposit type and one over all.

    Parameters
    ----------
    folder : Path
        Folder of the release.
    maps : RankedMaps
        What is written.
    cells : Cells
        The land cells.
    progress : function
        Told how far it is.
    """
    into = folder / "favourability"
    into.mkdir()
    steps = len(maps.of_type) + 1
    for position, (name, found) in enumerate(maps.of_type.items()):
        progress("Writing the maps", position / steps)
        second = maps.learned[name].bands() if name in maps.learned else {}
        bands = {**_bands(found), RANK: maps.ranks[name], **second}
        write_shares(into / f"{name}.tif", cells, bands)
    progress("Writing the maps", (steps - 1) / steps)
    leading = maps.every.leading
    bands = {
        RANK: maps.ranks[OVERALL],
        "coverage": maps.coverages()[OVERALL],
        LEADING: np.where(leading < 0, np.nan, leading).astype(np.float32),
    }
    write_shares(into / f"{OVERALL}.tif", cells, bands)
    progress("Writing the maps", 1.0)


def write_evidence(folder: Path, survey: Survey, progress: Progress) -> None:
    """Write every measurement that there is as a band of one raster.

    Parameters
    ----------
    folder : Path
        Folder of the release.
    survey : Survey
        The land cells and their measurements.
    progress : function
        Told when it begins and ends.
    """
    progress("Writing the measurements", 0.0)
    (folder / "evidence").mkdir()
    present = {
        key: values
        for key, values in survey.measured.items()
        if survey.backgrounds[key].layer_title
    }
    write_measurements(folder / "evidence" / "measurements.tif", survey.cells, present)
    progress("Writing the measurements", 1.0)


def _bands(found: Favourability) -> dict[str, FloatArray]:
    arrays = (field.name for field in fields(found) if field.name != "can_rank")
    return {name: getattr(found, name) for name in arrays}
