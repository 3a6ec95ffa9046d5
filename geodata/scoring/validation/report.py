"""The report of a learned model: what scripts/validate.py writes and pages read.

It holds codes and numbers.  Ranks and shares lie within 0 to 1; a rank of 0 is the
best, 0.5 what chance gives.  A figure is NaN where too few places can tell.
"""

from typing import Literal

from geodata.region import Bounds
from geodata.scoring.record import MaybeNaN, Record
from geodata.scoring.validation.capture import Capture, PredictionArea
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.learned_trials import (
    OutsideTest,
    Trials,
    WorldRegions,
)

Background = Literal["other-deposits", "land"]
"""What known places are told from: places of other deposits, or any land."""

MapId = Literal[
    "learned",
    "expert",
    "forest",
    "trees",
    "terrane-boundary",
    "other-occurrence",
    "felsic-bedrock",
    "mafic-bedrock",
    "elevation",
    "sediment-share",
    "sediment-thickness",
]
"""Maps that are compared: models, then single measurements."""

MODELS: tuple[MapId, ...] = ("learned", "expert", "forest", "trees")
"""In the order they are told; what is no model is a baseline."""

SchemeKind = Literal["blocks", "countries", "buffered-leave-one-out", "leave-pair-out"]


class AucPair(Record):
    """AUC against each background; None where it was not asked."""

    other_deposits: Estimate | None = None
    land: Estimate | None = None


class TrainingBackground(Record):
    """What the examples stood against: places, and land's share of their weight."""

    others: int
    land: int
    land_share: float


class Scheme(Record):
    """What one way of holding places out gives.

    Attributes
    ----------
    auc : Estimate
        Held out; 0.5 is chance.
    resubstitution : float
        The same on the places the model was trained on.
    buffer_km : float
        Dead zone around what is tested.
    pr_auc, base_rate : float
        Average precision and what chance gives; NaN where not computed.
    block_deg, folds, positions
        Of blocks: their side, the folds they are dealt to, how often they were shifted.
    countries, countries_with_example
        Of countries: how many were left out.
    negatives
        Of leave-one-out: other deposits that stood beside each example.
    ridge : float or None
        The penalty, where it was chosen once for all fits.
    """

    kind: SchemeKind
    against: Background
    auc: Estimate
    resubstitution: MaybeNaN
    buffer_km: float
    pr_auc: MaybeNaN
    base_rate: MaybeNaN
    block_deg: float | None = None
    folds: int | None = None
    positions: int | None = None
    countries: int | None = None
    countries_with_example: int | None = None
    negatives: int | None = None
    ridge: float | None = None


class RegionFigures(Record):
    """How a map ranks some known places of the region that was kept back.

    Attributes
    ----------
    districts : int
        In how many districts the places lie; intervals of captures count these.
    mean_rank : Estimate
        The interval draws whole districts.
    district_rank : float
        Mean of the districts' mean ranks.
    auc_land, auc_others : Estimate or None
        Told from ``land`` cells, and from ``others`` places of other deposits.
    boyce : Estimate or None
        Continuous Boyce index.
    prediction_area : PredictionArea
        Where prediction rate and area cross.
    """

    districts: int
    mean_rank: Estimate
    district_rank: MaybeNaN
    capture: tuple[Capture, ...]
    auc_land: Estimate | None
    auc_others: Estimate | None
    land: int
    others: int
    boyce: Estimate | None
    prediction_area: PredictionArea


class MapTest(Record):
    """One map on the region that was kept back.

    Attributes
    ----------
    known_share : float
        Share of the area that the map says something about.
    ranks : tuple of float
        Area rank of each of the region's sites.
    every, in_states : RegionFigures
        Of all its sites, and of those on the land of the five states.
    """

    map: MapId
    known_share: float
    ranks: tuple[MaybeNaN, ...]
    every: RegionFigures
    in_states: RegionFigures


class ArgumentAlone(Record):
    """One argument of the model by itself; nothing where it has no sign.

    Attributes
    ----------
    slope, slope_low, slope_high : float
        Log odds by one deviation, and between what it lies in 8 of 10 refits.
    regions : Estimate or None
        Mean rank in regions of the world.
    withheld : RegionFigures or None
        On the region that was kept back.
    """

    name: str
    title: str
    direction: str
    slope: float
    slope_low: float
    slope_high: float
    auc: AucPair | None = None
    regions: Estimate | None = None
    withheld: RegionFigures | None = None


class BaselineAlone(Record):
    """A single measurement as a map, in the world outside the region."""

    map: MapId
    auc: AucPair
    regions: Estimate


class TablePart(Record):
    """Examples told from the other deposits of a table; empty = all small ones."""

    table: str
    others: int
    auc: Estimate


class LabelPart(Record):
    """Examples that their table words alike; both empty = all the rare ones."""

    said: str
    table: str
    n: int
    auc: AucPair


class WithheldSite(Record):
    """A known place of the region: what its table calls its type, and its district."""

    name: str
    lon: float
    lat: float
    uncertainty_km: float
    said: str
    in_states: bool
    district: int


class WithheldTest(Record):
    """The region that was kept back, its known places, and how maps rank them."""

    cells: int
    cell_km2: float
    sites: tuple[WithheldSite, ...]
    maps: tuple[MapTest, ...]


class CalibrationBin(Record):
    """Places of like score: predicted and observed share of examples."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


class LandShareTest(Record):
    """The model trained with another share of land in its background.

    Attributes
    ----------
    mean_rank : float
        In regions of the world.
    captured : tuple of float
        Share of known places in the best tenth and fifth of their regions.
    """

    land_share: float
    auc_others: float
    auc_land: float
    mean_rank: MaybeNaN
    captured: tuple[MaybeNaN, MaybeNaN]
    withheld: RegionFigures | None


class LearnedReport(Record):
    """Everything the tests found of one learned model.

    Attributes
    ----------
    region, buffer_km : Bounds, float
        What was kept back whole, and how far around its known places.
    n_world, n_withheld : int
        Known examples outside and inside it.
    trials : Trials
        Every form that was tried, the shipped one first.
    outside : OutsideTest
        Places that are in no table it was trained on.
    layers : mapping of str to str
        Layer → sha256 of what it was trained with.
    arguments_sha256 : str
        Of the arguments it was trained for.
    """

    schema_version: Literal[3] = 3
    deposit_type: str
    title: str
    n_world: int
    n_withheld: int
    region: Bounds
    buffer_km: float
    background: TrainingBackground
    ridge: float
    schemes: tuple[Scheme, ...]
    arguments: tuple[ArgumentAlone, ...]
    baselines: tuple[BaselineAlone, ...]
    tables: tuple[TablePart, ...]
    labels: tuple[LabelPart, ...]
    regions: WorldRegions
    withheld: WithheldTest
    calibration: tuple[CalibrationBin, ...]
    land_shares: tuple[LandShareTest, ...]
    trials: Trials
    outside: OutsideTest
    layers: dict[str, str]
    arguments_sha256: str

    def map_test(self, name: MapId) -> MapTest | None:
        """Return how one map did on the region, if it took part."""
        return next((one for one in self.withheld.maps if one.map == name), None)
