"""The figures a report of a learned model is made of, as plain values."""

from dataclasses import dataclass

ORDER = ("learned", "expert", "forest", "trees", "baseline")
"""Kinds of models, in the order they are listed."""

KINDS = {
    "learned": "a sum of arguments, trained elsewhere",
    "expert": "fitted to nothing, but written by people who knew the places",
    "forest": "many trees, for comparison",
    "trees": "many trees, for comparison",
    "baseline": "one measurement alone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval; None = not given."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """How many of n places a model has in its best part of the area."""

    area: float
    sites: int
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model or baseline on the region that was withheld.

    Attributes
    ----------
    name, kind : str
        What it is called, and one of :data:`ORDER`.
    mean_rank : Estimate
        Mean area rank of the known places: 0 best, 0.5 chance.
    captures, in_states : tuple of Capture or None
        One for each of the report's areas: of all withheld places, and of those that
        lie in the five states.
    auc_land, auc_others, boyce : Estimate
        Against the land, against other deposits; continuous Boyce index.
    ranks : tuple of float or None
        Area rank of each of the report's sites.
    districts : int or None
        In how many districts the places lie; intervals count these.
    district_rank : float or None
        Mean of the districts' mean ranks.
    """

    name: str
    kind: str
    mean_rank: Estimate
    captures: tuple[Capture | None, ...]
    in_states: tuple[Capture | None, ...]
    auc_land: Estimate
    auc_others: Estimate
    boyce: Estimate
    ranks: tuple[float | None, ...]
    districts: int | None = None
    district_rank: float | None = None

    @property
    def what(self) -> str:
        """Its kind in words."""
        return KINDS.get(self.kind, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One way of holding known places back, and what it gave."""

    name: str
    kind: str
    against: str
    auc: Estimate
    resubstitution: Estimate
    buffer_km: float | None
    pr_auc: float | None
    base_rate: float | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A known place of the withheld region.

    Attributes
    ----------
    said : str
        What its table calls its type; empty in older reports.
    district : int or None
        Places of one number lie near each other.
    """

    name: str
    uncertainty_km: float | None
    in_states: bool
    said: str = ""
    district: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One way of training, and what came of it; None = not given.

    Attributes
    ----------
    what : str
        In what it differs from the model that is shipped.
    result : str
        What came of it in words; empty where figures tell.
    auc_others, auc_land : float or None
        In blocks of 15°, against other deposits and against land.
    regions_rank : float or None
        Mean rank in regions of the world held back in turn: 0 best, 0.5 chance.
    withheld_rank : Estimate
        The same on the withheld region.
    captures : tuple of Capture or None
        What it has there in the best 10 % and in the best 20 %.
    shipped : bool
        Whether this is the model of the map.
    """

    what: str
    result: str = ""
    auc_others: float | None = None
    auc_land: float | None = None
    regions_rank: float | None = None
    withheld_rank: Estimate
    captures: tuple[Capture | None, ...]
    shipped: bool = False
