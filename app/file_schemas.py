"""The public contract of whole files and of vector tiles, field by field."""

from pydantic import BaseModel, ConfigDict, Field

from app.schemas import Link


class WholeFile(BaseModel):
    """All of a collection in one file."""

    href: str
    title: str
    type: str
    length: int
    sha256: str


class WholeFiles(BaseModel):
    """The files of a collection, the same for good."""

    release: str
    collection: str
    caution: str
    attribution: str
    licence: str
    files: list[WholeFile]
    links: list[Link]


class VectorLayer(BaseModel):
    """What the tiles hold, as TileJSON says it."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(BaseModel):
    """Where vector tiles are (TileJSON 3.0.0)."""

    tilejson: str
    name: str
    description: str
    version: str
    attribution: str
    scheme: str
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    vector_layers: list[VectorLayer]


class TileLimits(BaseModel):
    """Which tiles of a zoom there are."""

    model_config = ConfigDict(populate_by_name=True)

    tile_matrix: str = Field(alias="tileMatrix")
    min_row: int = Field(alias="minTileRow")
    max_row: int = Field(alias="maxTileRow")
    min_column: int = Field(alias="minTileCol")
    max_column: int = Field(alias="maxTileCol")


class TileSet(BaseModel):
    """One set of tiles (OGC API – Tiles)."""

    model_config = ConfigDict(populate_by_name=True)

    title: str
    data_type: str = Field(default="vector", alias="dataType")
    crs: str
    tile_matrix_set: str = Field(alias="tileMatrixSetURI")
    limits: list[TileLimits] = Field(alias="tileMatrixSetLimits")
    layers: list[VectorLayer]
    links: list[Link]


class TileSets(BaseModel):
    """The sets of tiles of a collection."""

    tilesets: list[TileSet]
    links: list[Link]
