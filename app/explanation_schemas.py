"""The public contract of an explanation, field by field."""

from typing import Literal

from pydantic import BaseModel, Field


class Parameter(BaseModel):
    """One number of an argument, its plausible range, and where it stands."""

    name: str
    unit: str
    value: float
    low: float
    high: float
    basis: str
    reference: str


class Argument(BaseModel):
    """One argument of the expert model, and what it takes away."""

    name: str
    title: str
    claim: str
    component: str
    state: Literal["known", "not-mapped", "not-applicable", "layer-missing"]
    known: bool
    value: float | None = Field(description="Evidence, 0 to 1.")
    part: float = Field(
        description="What it takes away from a perfect score, natural log."
    )
    part_of_average: float = Field(
        description="How much of that is what such land says on average."
    )
    resolved: float = Field(
        description="Share of the weight that a layer of its resolution speaks for."
    )
    base: float | None = Field(
        description="Of records that only prove presence: evidence where none is near."
    )
    reach_km: float | None = Field(
        description="How far off such a record still counts."
    )
    measured: float | None
    measured_low: float | None = Field(
        default=None, description="Of an area: 10th percentile of its cells."
    )
    measured_high: float | None = Field(default=None, description="The same, 90th.")
    unit: str
    fact: str
    layer: str
    layer_title: str
    source: str
    licence: str
    weight: float
    weight_range: tuple[float, float]
    basis: str
    reference: str
    parameters: tuple[Parameter, ...]


class Component(BaseModel):
    """One component of the mineral system, and its arguments."""

    name: str
    title: str
    score: float | None
    weight: float
    coverage: float
    part: float
    evidence: tuple[Argument, ...]


class LearnedArgument(BaseModel):
    """One argument of the learned model, and what it adds to the sum."""

    name: str
    title: str
    claim: str
    known: bool
    measured: float | None
    unit: str
    fact: str
    part: float
    beyond: bool = Field(
        description="Outside all that the training had seen; counts as its edge.",
    )
    direction: Literal["up", "down", "either"] = Field(
        description="What geology says of more of it; either: a correlation only."
    )
    importance: float
    reference: str
    layer: str
    layer_title: str
    source: str
    licence: str


class TrainedOn(BaseModel):
    """What the learned model was trained on."""

    positives: int
    others: int
    land: int
    withheld: str = Field(description="What took no part; empty: nothing was kept.")


class Learned(BaseModel):
    """The learned model's account: log_odds = intercept + the sum of the parts."""

    title: str
    about: str
    log_odds: float
    score: float | None
    coverage: float
    rank: float | None
    rank_p10: float | None = Field(
        description="Of an area: its rank in 8 of 10 refits, from."
    )
    rank_p90: float | None = Field(description="The same, to.")
    intercept: float
    arguments: tuple[LearnedArgument, ...]
    trained_on: TrainedOn


class Agreement(BaseModel):
    """How the expert and the learned model compare; ranks from 0 (best) to 1."""

    kind: Literal["both", "expert only", "learned only", "neither", "not known"]
    text: str
    expert_rank: float | None
    learned_rank: float | None


class StateShare(BaseModel):
    """The part of an area that lies in one state, 0 to 1."""

    iso3: str
    name: str
    share: float


class NearestOccurrence(BaseModel):
    """A known occurrence near an area; the text is no finer than its position."""

    name: str
    distance_km: float
    uncertainty_km: float
    text: str
    deposit_type: str
    record: str


class BlockBox(BaseModel):
    """The box of 1′ × 1′ licence blocks that holds an area, degrees."""

    count: int
    west: float
    south: float
    east: float
    north: float


class Stamped(BaseModel):
    """Of which release it speaks, with what caution, and whose work it rests on."""

    release: str
    caution: str
    credits: str | None = Field(
        default=None, description="Address of all credits and licences."
    )


class Account(BaseModel):
    """Every part of a score; the parts add up to its natural logarithm."""

    deposit_type: str
    deposit_type_title: str
    lon: float
    lat: float
    favourability: float | None
    log_favourability: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    coverage: float
    better_share: float | None = Field(
        description="Share of the land ranked for the type that scores better, 0 to 1."
    )
    ranked: bool = Field(
        description="Whether enough is known to rank the place for this type."
    )
    components: tuple[Component, ...]
    learned: Learned | None
    agreement: Agreement | None
    leading: bool | None = Field(
        default=None, description="Of a place: whether its best type was asked for."
    )
    states: tuple[StateShare, ...] | None = Field(
        default=None, description="Of an area, like all below."
    )
    nearest_occurrences: tuple[NearestOccurrence, ...] | None = None
    sheets: tuple[str, ...] | None = None
    blocks: BlockBox | None = None


class Explanation(Account, Stamped):
    """Every part of a score, and what it rests on."""
