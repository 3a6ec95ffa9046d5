"""An open release, and the questions it answers.

A release is read-only.  Everything a page, an export or an explanation needs is
inside its folder; nothing here looks at the layer store or at other releases.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.errors import UnknownDepositTypeError
from geodata.raster import Grid
from geodata.release.explainer import Explainer
from geodata.release.learned_files import FOLDER as LEARNED_FOLDER
from geodata.release.learned_files import read_files
from geodata.release.model import Manifest, explanations_of
from geodata.release.place import (
    OVERALL,
    LearnedMap,
    RankedArea,
    learned_map,
    ranked_area,
)
from geodata.release.retired import RetiredArea, read_retired
from geodata.release.validation import ValidationReport, read_validation
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.explanation import AreaExplanation
from geodata.scoring.learned.model import LearnedModel


@dataclass(frozen=True)
class Release:
    """One immutable release.

    Attributes
    ----------
    folder : Path
        Its folder; the name is the id.
    manifest : Manifest
        What it is, what it was made from, what it lacks.
    """

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Id: a hash of every input and of the release before."""
        return self.manifest.id

    @cached_property
    def grid(self) -> Grid:
        """The equal-area grid of its maps."""
        shape = self.manifest.grid
        return Grid(
            cell_m=shape.cell_m,
            west_m=shape.west_m,
            north_m=shape.north_m,
            rows=shape.rows,
            columns=shape.columns,
        )

    @cached_property
    def _deposit_type_texts(self) -> dict[str, str]:
        """The files of its models, by id."""
        folder = self.folder / "deposit_types"
        return {
            item.id: (folder / f"{item.id}.toml").read_text(encoding="utf-8")
            for item in self.manifest.deposit_types
        }

    @cached_property
    def deposit_types(self) -> dict[str, DepositType]:
        """The models it was made with, by id."""
        return {
            name: parse(name, text) for name, text in self._deposit_type_texts.items()
        }

    @cached_property
    def learned_models(self) -> dict[str, LearnedModel]:
        """The learned models it was made with, by deposit type."""
        return read_files(self.folder / LEARNED_FOLDER, self._deposit_type_texts)

    @cached_property
    def prospects(self) -> gpd.GeoDataFrame:
        """Ranked prospect areas, best first, EPSG:4326."""
        return self.table("prospects")

    @cached_property
    def explanations(self) -> dict[str, AreaExplanation]:
        """The exact explanation of each prospect area, by id."""
        return explanations_of(self.folder)

    @cached_property
    def validation(self) -> ValidationReport:
        """What the release says of how far its maps can be trusted."""
        return read_validation(self.folder)

    def retired(self, area_id: str) -> RetiredArea | None:
        """Return what is known of an id that only earlier releases gave."""
        return self._retired.get(area_id)

    @cached_property
    def _retired(self) -> dict[str, RetiredArea]:
        return read_retired(self.folder)

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Read one of the release's tables, for example ``"terranes"``."""
        return gpd.read_parquet(self.folder / f"{name}.parquet")

    def has_table(self, name: str) -> bool:
        """Say whether the release holds a table; some layers may be absent."""
        return f"{name}.parquet" in self.manifest.files

    def favourability_path(self, deposit_type: str) -> Path:
        """Return the raster of a deposit type, or of ``"overall"``.

        Raises
        ------
        UnknownDepositTypeError
            If the release has no such type.
        """
        if deposit_type != OVERALL:
            self.model(deposit_type)
        return self.folder / "favourability" / f"{deposit_type}.tif"

    @cached_property
    def explainer(self) -> Explainer:
        """What explains its places."""
        return Explainer(
            folder=self.folder,
            manifest=self.manifest,
            grid=self.grid,
            deposit_types=self.deposit_types,
            learned_models=self.learned_models,
        )

    def better_share(
        self, deposit_type: str, favourability: npt.ArrayLike
    ) -> npt.NDArray[np.float64]:
        """Return the share of a type's ranked land that is strictly better, 0 to 1.

        Parameters
        ----------
        deposit_type : str
            Id of a deposit type.
        favourability : array of float
            0 to 1; NaN = unknown, and stays NaN.
        """
        if deposit_type not in self._ranked_areas:
            path = self.favourability_path(deposit_type)
            self._ranked_areas[deposit_type] = ranked_area(path)
        return self._ranked_areas[deposit_type].better_share(favourability)

    def learned_map(self, deposit_type: str) -> LearnedMap:
        """Tell whether the release holds a map by a learned model of a type."""
        if deposit_type not in self._learned_maps:
            path = self.favourability_path(deposit_type)
            self._learned_maps[deposit_type] = learned_map(path)
        return self._learned_maps[deposit_type]

    @cached_property
    def _ranked_areas(self) -> dict[str, RankedArea]:
        return {}

    @cached_property
    def _learned_maps(self) -> dict[str, LearnedMap]:
        return {}

    def model(self, deposit_type: str) -> DepositType:
        """Return the model of a deposit type.

        Raises
        ------
        UnknownDepositTypeError
            If the release has no such type.
        """
        if deposit_type not in self.deposit_types:
            raise UnknownDepositTypeError(
                f"There is no deposit type '{deposit_type}'. Known are: "
                f"{', '.join(self.deposit_types)}."
            )
        return self.deposit_types[deposit_type]
