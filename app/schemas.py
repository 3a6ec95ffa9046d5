"""The public contract: what the API answers, field by field."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.display import Display


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class Link(BaseModel):
    """A link to another address."""

    href: str
    rel: str
    type: str
    title: str = ""


class Credit(BaseModel):
    """Whose layer was used, and on what terms."""

    layer: str
    credit: str
    licence: str


class LandingPage(BaseModel):
    """Where everything is."""

    title: str
    description: str
    release: str
    caution: str
    credits: list[Credit]
    links: list[Link]


class Conformance(BaseModel):
    """Which parts of the standards are met."""

    model_config = ConfigDict(populate_by_name=True)

    conforms_to: list[str] = Field(alias="conformsTo")


class SpatialExtent(BaseModel):
    """Box around a collection."""

    bbox: list[list[float]]
    crs: str


class Extent(BaseModel):
    """Where a collection lies."""

    spatial: SpatialExtent


class CollectionInfo(BaseModel):
    """One collection."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    title: str
    description: str
    item_type: Literal["feature"] = Field(default="feature", alias="itemType")
    crs: list[str]
    extent: Extent
    display: Display | None = None
    links: list[Link]


class Collections(BaseModel):
    """All collections."""

    release: str
    caution: str
    collections: list[CollectionInfo]
    links: list[Link]


class Queryables(BaseModel):
    """The columns of a collection, as a JSON Schema."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: str = Field(alias="$schema")
    id_: str = Field(alias="$id")
    type: Literal["object"] = "object"
    title: str
    properties: dict[str, dict[str, str]]


class Feature(BaseModel):
    """One GeoJSON feature; the geometry is null where no position is public."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] | None = None
    release: str | None = None
    caution: str | None = None
    credits: list[Credit] | None = None


class FeatureCollection(BaseModel):
    """A page of GeoJSON features, with the release, caution and credits."""

    model_config = ConfigDict(populate_by_name=True)

    type: Literal["FeatureCollection"]
    features: list[Feature]
    release: str
    caution: str
    credits: list[Credit]
    number_matched: int | None = Field(default=None, alias="numberMatched")
    number_returned: int | None = Field(default=None, alias="numberReturned")
    links: list[Link] | None = None


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
    known: bool
    value: float | None = Field(description="Evidence, 0 to 1.")
    part: float
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


class Explanation(BaseModel):
    """Every part of a score; the parts add up to its natural logarithm."""

    release: str
    caution: str
    credits: list[Credit]
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
        description="Share of the type's known area that scores better, 0 to 1."
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


class Health(BaseModel):
    """Whether the atlas serves, which release, and what it runs on."""

    status: Literal["ok", "degraded", "failed"]
    release: str
    warning: str
    versions: dict[str, str]
