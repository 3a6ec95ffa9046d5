"""The public contract of grids and tiles, field by field."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.schemas import Credit, Link

Unknown = float | None


class GridCrs(BaseModel):
    """A coordinate reference system, as programs of every kind read it."""

    uri: str | None = Field(description="Its address at OGC, if it has one.")
    wkt2: str = Field(description="WKT, ISO 19162:2019.")
    projjson: dict[str, Any]


class LegendEntry(BaseModel):
    """One colour of a legend and what it stands for."""

    label: str
    light: str = Field(description="Colour on a light ground, #rrggbb.")
    dark: str = Field(description="Colour on a dark ground, #rrggbb.")
    low: float | None = Field(default=None, description="Least value.")
    high: float | None = Field(default=None, description="Greatest value.")


class Legend(BaseModel):
    """What the colours of a drawing mean."""

    opinion: str | None = None
    entries: list[LegendEntry]


class GridStatistics(BaseModel):
    """Numbers over the known cells; null where there is none.

    ``percentiles`` are by name, such as ``"50"``.  ``share_known`` is of all cells, or
    of the cells of the polygon by the part of each that lies in it.
    """

    cells: float = Field(description="Known cells.")
    share_known: float = Field(description="0 to 1.")
    minimum: Unknown
    maximum: Unknown
    mean: Unknown
    percentiles: dict[str, Unknown]
    exact: bool = Field(description="False: of an overview, as the grid is large.")


class GridInfo(BaseModel):
    """One grid: what it holds, where it lies, how it is stored and drawn."""

    id: str
    kind: Literal["map", "model", "measurement", "hillshade"]
    title: str
    description: str
    unit: str
    file: str = Field(description="Name of the GeoTIFF it is stored in.")
    band: int | None = Field(
        description="Its band there, from 1; null: drawn of several."
    )
    bounds: list[float] = Field(
        description="West, south, east, north in its own system."
    )
    bbox: list[float] = Field(description="The same in degrees, rounded outward.")
    resolution: list[float] = Field(description="Size of a cell, units of its system.")
    shape: list[int] = Field(description="Rows and columns.")
    data_type: str
    scale: float
    offset: float
    nodata: float | None
    nodata_means: str
    legend: list[Legend]
    statistics: GridStatistics | None = Field(description="Null for a drawing.")
    layers: list[str] = Field(description="Ids of the layers it was made from.")
    links: list[Link]


class GridFileInfo(BaseModel):
    """One GeoTIFF that can be downloaded, and what its bands are."""

    id: str
    bytes: int
    sha256: str
    bands: list[str]
    links: list[Link]


class GridList(BaseModel):
    """Every grid of a release; all share one system and one lattice."""

    release: str
    caution: str
    crs: GridCrs
    files: list[GridFileInfo]
    grids: list[GridInfo]
    credits: list[Credit]
    links: list[Link]


class OneGrid(GridInfo):
    """One grid with all that the list says once for all."""

    release: str
    caution: str
    crs: GridCrs
    credits: list[Credit]


class GridPoint(BaseModel):
    """What a grid holds at a place; the value is null where nothing is known."""

    grid: str
    coordinates: list[float]
    state: Literal["known", "unknown", "outside"]
    value: Unknown
    text: str = Field(description="Name of the class; empty for quantities.")
    unit: str
    release: str


class PolygonStatistics(GridStatistics):
    """Numbers over the cells of a polygon, each by the part that lies in it."""

    grid: str
    unit: str
    release: str


class TileJson(BaseModel):
    """Where tiles are and what they cover (TileJSON 3.0)."""

    tilejson: Literal["3.0.0"] = "3.0.0"
    id: str
    name: str
    description: str
    attribution: str
    scheme: Literal["xyz"] = "xyz"
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    center: list[float]
    legend: list[Legend]
