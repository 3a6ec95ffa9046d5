"""Why places of a release score as they do, by both models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np

from geodata.errors import OutsideRegionError
from geodata.evidence.proximity import Proximity
from geodata.raster import DegreeArray, FloatArray, Grid
from geodata.release.blocks import Blocks
from geodata.release.land import read_land
from geodata.release.model import NAMES, Manifest
from geodata.release.place import Located, Places, locate
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.draws import draw
from geodata.scoring.expert_explanation import PlaceScores, explain_each, score_each
from geodata.scoring.explanation import Explanation
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.learned.explanation import explain_each_learned
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.measured import Background
from geodata.scoring.uncertainty import DrawnModel


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """What explains the places of one release.

    Attributes
    ----------
    folder : Path
        Of the release.
    manifest : Manifest
        What it is.
    grid : Grid
        Of its maps.
    deposit_types : mapping of str to DepositType
        Its models, by id.
    learned_models : mapping of str to LearnedModel
        Its learned models, by deposit type.
    blocks : Blocks
        What reads the cells of its rasters; all threads share it.
    """

    folder: Path
    manifest: Manifest
    grid: Grid
    deposit_types: Mapping[str, DepositType]
    learned_models: Mapping[str, LearnedModel]
    blocks: Blocks = field(default_factory=Blocks)

    def locate(self, lon: DegreeArray, lat: DegreeArray) -> Located:
        """Find the cells that hold some places, and what was measured there.

        Parameters
        ----------
        lon, lat : array of float64, shape (asked,)
            Degrees, WGS 84; anywhere on Earth.
        """
        return locate(
            self.folder,
            self.grid,
            tuple(self._backgrounds),
            tuple(self.deposit_types),
            self.blocks,
            lon=lon,
            lat=lat,
        )

    def at(self, lon: float, lat: float) -> Places:
        """Return the one cell that holds a place; it answers every question about it.

        Parameters
        ----------
        lon, lat : float
            Degrees, WGS 84.

        Raises
        ------
        OutsideRegionError
            If the place is not on land in the five states.
        """
        found = self.locate(np.array([lon]), np.array([lat]))
        if not found.inside[0]:
            raise OutsideRegionError(
                f"{lat:.4f} N, {lon:.4f} E is not on land in the five states, so there "
                "is nothing to explain. Choose a place inside their borders."
            )
        return found.places

    def explain(self, place: Places, deposit_type: str) -> Explanation:
        """Explain one place by both models, as :meth:`explain_each` does."""
        (found,) = self.explain_each(place, deposit_type)
        return found

    def explain_each(
        self, places: Places, deposit_type: str
    ) -> tuple[Explanation, ...]:
        """Explain each of some places by both models, scored together.

        Parameters
        ----------
        places : Places
            From :meth:`locate`, at least one.
        deposit_type : str
            Id of a deposit type of the release.
        """
        drawn = self._drawn(deposit_type)
        learned = self.learned_models.get(deposit_type)
        read = {item.key for item in drawn.model.deposit_type.measurements()}
        if learned is not None:
            read |= {item.key for item in learned.read}
        names = {
            key: index.nearest_names(places.lon, places.lat)
            for key, index in self._proximity.items()
            if key in read
        }
        found = explain_each(
            drawn.model,
            self._ranges(drawn, places),
            places.measured,
            self._backgrounds,
            names,
            lon=places.lon,
            lat=places.lat,
        )
        if learned is None:
            return found
        others = explain_each_learned(
            learned,
            places.measured,
            self._backgrounds,
            names,
            ranks=places.learned_ranks(deposit_type),
        )
        return tuple(
            one.model_copy(update={"learned": other})
            for one, other in zip(found, others, strict=True)
        )

    def score_each(self, places: Places, deposit_type: str) -> PlaceScores:
        """Score some places by the expert model, without the account of each.

        Parameters
        ----------
        places : Places
            From :meth:`locate`, at least one.
        deposit_type : str
            Id of a deposit type of the release.
        """
        drawn = self._drawn(deposit_type)
        return score_each(drawn.model, self._ranges(drawn, places), places.measured)

    def _ranges(self, drawn: DrawnModel, places: Places) -> FloatArray:
        """Score some places under every draw, shape (places, draws), log."""
        return drawn.ranges(
            drawn.log_scores(places.measured),
            kinds_of_land(places.measured[RELIEF.key]),
        )

    def _drawn(self, deposit_type: str) -> DrawnModel:
        """Return a model under the draws of the release."""
        if deposit_type not in self._drawn_models:
            parameters = self.manifest.parameters
            model = self._regional_models[deposit_type]
            draws = draw(
                model.deposit_type, count=parameters.draws, seed=parameters.seed
            )
            self._drawn_models[deposit_type] = DrawnModel.of(model, draws)
        return self._drawn_models[deposit_type]

    @cached_property
    def _drawn_models(self) -> dict[str, DrawnModel]:
        return {}

    @cached_property
    def _regional_models(self) -> dict[str, RegionalModel]:
        return read_land(self.folder, self.deposit_types)

    @cached_property
    def _backgrounds(self) -> dict[str, Background]:
        return {item.key: item.background for item in self.manifest.measurements}

    @cached_property
    def _proximity(self) -> dict[str, Proximity]:
        """Indexes over the named lines that distances were measured to."""
        by_layer = {
            layer: Proximity(
                gpd.read_parquet(self.folder / NAMES / f"{layer}.parquet"), None
            )
            for layer in sorted(
                {item.layer for item in self.manifest.measurements if item.named}
            )
        }
        return {
            item.key: by_layer[item.layer]
            for item in self.manifest.measurements
            if item.named
        }
