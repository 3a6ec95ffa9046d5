"""The public contract: what the API answers, field by field."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.display import Display


class Link(BaseModel):
    """A link to another address."""

    href: str
    rel: str
    type: str
    title: str | None = None
    length: int | None = None


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    links: list[Link] | None = None


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
    published: str
    caution: str
    attribution: str
    credits: str
    links: list[Link]


class ReleaseSummary(BaseModel):
    """One release that can be read here."""

    id: str
    published: str
    served: bool
    readable: bool
    predecessor: str | None = None
    changes: str | None = None
    prospects: int | None = None
    deposit_types: list[str] | None = None
    layers: int | None = None
    links: list[Link]


class Releases(BaseModel):
    """Every release that is kept here, the newest first."""

    served: str
    releases: list[ReleaseSummary]
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
    storage_crs: str = Field(alias="storageCrs")
    geometry_type: str = Field(alias="geometryType")
    features: int
    attribution: str
    licence: str
    extent: Extent | None = None
    display: Display | None = None
    links: list[Link]


class Collections(BaseModel):
    """All collections."""

    release: str
    caution: str
    collections: list[CollectionInfo]
    links: list[Link]


class ColumnSchema(BaseModel):
    """One column, as JSON Schema says it; any value may be missing."""

    model_config = ConfigDict(populate_by_name=True)

    title: str
    type: str | None = None
    format: str | None = None
    enum: list[str] | None = None
    unit: str | None = Field(default=None, alias="x-ogc-unit")
    role: str | None = Field(default=None, alias="x-ogc-role")


class TableSchema(BaseModel):
    """The columns of a collection, as a JSON Schema (OGC API – Features, part 5)."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: str = Field(alias="$schema")
    id_: str = Field(alias="$id")
    type: Literal["object"] = "object"
    title: str
    description: str
    properties: dict[str, ColumnSchema]
    additional: Literal[False] = Field(default=False, alias="additionalProperties")


class FeatureSchema(BaseModel):
    """What one feature looks like as GeoJSON, as a JSON Schema."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: str = Field(alias="$schema")
    type: Literal["object"] = "object"
    title: str
    description: str
    properties: dict[str, dict[str, Any]]
    required: list[str]


class Feature(BaseModel):
    """One GeoJSON feature; the geometry is null where no position is public."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] | None = None
    release: str | None = None
    caution: str | None = None
    attribution: str | None = None
    licence: str | None = None
    credits: str | None = None


class FeatureCollection(BaseModel):
    """A page of GeoJSON features, with release, caution, licence and credits."""

    model_config = ConfigDict(populate_by_name=True)

    type: Literal["FeatureCollection"]
    features: list[Feature]
    release: str
    caution: str
    attribution: str
    licence: str
    credits: str
    crs: str | None = None
    number_matched: int | None = Field(default=None, alias="numberMatched")
    number_returned: int | None = Field(default=None, alias="numberReturned")
    time_stamp: str | None = Field(default=None, alias="timeStamp")
    links: list[Link] | None = None


class Health(BaseModel):
    """Whether the atlas serves, which release, and what it runs on."""

    status: Literal["ok", "degraded", "failed"]
    release: str
    should_serve: str
    warning: str
    versions: dict[str, str]


class Readiness(BaseModel):
    """Whether requests can be sent to this process."""

    ready: bool
    release: str
