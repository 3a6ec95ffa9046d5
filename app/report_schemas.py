"""The public contract of a report on an area of interest, field by field."""

from typing import Literal

from pydantic import BaseModel, Field

from app.schemas import Link


class AreaOfState(BaseModel):
    """The part of the area that lies in one state."""

    iso3: str
    name: str
    area_km2: float
    share: float = Field(description="Of the area, 0 to 1.")


class Quantiles(BaseModel):
    """Of the land where something is known; null of no land."""

    least: float | None
    p5: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p95: float | None
    greatest: float | None
    mean: float | None


class BestLand(BaseModel):
    """What the area holds of the best land of a deposit type."""

    best: float = Field(
        description="Share of the ranked land of the five states that is meant."
    )
    area_km2: float = Field(description="So much of it lies in the area.")
    share_of_best: float | None = Field(
        description="Of that best land; null where no land is ranked."
    )


class RankClass(BaseModel):
    """Land of the area in one class of area rank, 0 (best) to 1."""

    above: float
    upto: float
    area_km2: float


class Ranking(BaseModel):
    """How one model ranks the area."""

    ranked_km2: float
    area_rank: list[RankClass]
    best: list[BestLand]


class TypeReport(BaseModel):
    """How the maps of one deposit type are distributed over the area."""

    deposit_type: str
    title: str
    known_share: float = Field(description="Of the land, where something is known.")
    unknown_share: float
    not_ranked_share: float = Field(
        description="Of the land, where something is known and too little to rank it."
    )
    favourability: Quantiles
    coverage: Quantiles
    expert: Ranking
    learned: Ranking | None = Field(
        description="null where the type has no learned model."
    )


class ProspectShare(BaseModel):
    """A prospect area that touches the area of interest."""

    id: str
    label: str
    deposit_type: str
    rank: int
    rank_in_type: int
    overlap_km2: float
    share_of_prospect: float = Field(description="Of the prospect area, 0 to 1.")
    share_of_area: float = Field(description="Of the area of interest, 0 to 1.")
    href: str


class Site(BaseModel):
    """A known rare-earth site in the area, or so near that it may lie in it."""

    record: str
    name: str
    deposit_type: str = Field(description="Empty when none fits.")
    lon: float
    lat: float
    uncertainty_km: float
    inside: bool = Field(description="false: only its error reaches the area.")


class RecordGroup(BaseModel):
    """Records of one commodity group and deposit type."""

    commodity_group: str
    deposit_type: str = Field(description="Empty when none fits.")
    inside: int
    reaching_in: int = Field(description="Outside, but their error reaches the area.")
    largest_uncertainty_km: float | None


class Unit(BaseModel):
    """A terrane or province that the area meets."""

    name: str
    area_km2: float
    share: float = Field(description="Of the area of interest, 0 to 1.")


class Gap(BaseModel):
    """A layer that says nothing about a part of the area."""

    layer: str
    title: str
    area_km2: float
    share: float = Field(description="Of the part in the five states, 0 to 1.")


class MissingLayer(BaseModel):
    """A layer that the models ask for and the release lacks."""

    layer: str
    says: str


class Report(BaseModel):
    """What a release says of an area of interest."""

    release: str
    caution: str
    links: list[Link]
    position: Literal["inside", "partly", "outside"] = Field(
        description="Where the area lies, of the five states."
    )
    notes: list[str] = Field(description="What a reader should know, in words.")
    area_km2: float = Field(description="On the ellipsoid.")
    inside_km2: float = Field(description="In the five states, lakes included.")
    land_km2: float = Field(description="Land in the five states; shares are of it.")
    cell_km2: float = Field(description="Of a cell of the maps.")
    states: list[AreaOfState]
    deposit_types: list[TypeReport]
    prospects: list[ProspectShare]
    sites: list[Site]
    records: list[RecordGroup]
    terranes: list[Unit]
    provinces: list[Unit]
    sheets: list[str] = Field(description="Names of the 1:200 000 sheets.")
    gaps: list[Gap]
    missing_layers: list[MissingLayer]
