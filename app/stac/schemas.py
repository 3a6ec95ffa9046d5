"""The public contract of the STAC catalogue: what a document of it holds.

Names with a colon are those of extensions of STAC, so the types are written as calls.
"""

from typing import Literal, NotRequired, TypedDict

STAC_VERSION = "1.1.0"

Position = list[float]


class StacLink(TypedDict):
    """A link to another document of the catalogue, or to a page about it."""

    rel: str
    href: str
    type: str
    title: NotRequired[str]


class Provider(TypedDict):
    """Who made something, and on what terms it may be used."""

    name: str
    description: NotRequired[str]
    roles: list[str]


class Footprint(TypedDict):
    """What an item covers, degrees."""

    type: Literal["Polygon"]
    coordinates: list[list[Position]]


class Statistics(TypedDict):
    """Numbers over the known cells of a band."""

    minimum: NotRequired[float]
    maximum: NotRequired[float]
    mean: NotRequired[float]
    valid_percent: float


class Band(TypedDict):
    """Name of one band of a file."""

    name: str


class RasterBand(TypedDict):
    """How one band of a file is stored, and what it holds."""

    data_type: str
    scale: float
    offset: float
    nodata: NotRequired[float]
    unit: NotRequired[str]
    statistics: NotRequired[Statistics]


class TableColumn(TypedDict):
    """One column of a table."""

    name: str
    type: str
    description: str


class Publication(TypedDict):
    """A source, as it wants to be cited."""

    citation: str


Asset = TypedDict(
    "Asset",
    {
        "href": str,
        "type": str,
        "title": NotRequired[str],
        "roles": list[str],
        "bands": NotRequired[list[Band]],
        "raster:bands": NotRequired[list[RasterBand]],
        "file:size": NotRequired[int],
        "file:checksum": NotRequired[str],
    },
)
"""A file or an address that an item offers."""

Properties = TypedDict(
    "Properties",
    {
        "title": str,
        "description": str,
        "datetime": str,
        "license": str,
        "providers": list[Provider],
        "proj:code": NotRequired[str | None],
        "proj:wkt2": NotRequired[str],
        "proj:bbox": NotRequired[list[float]],
        "proj:shape": NotRequired[list[int]],
        "proj:transform": NotRequired[list[float]],
        "sci:citation": NotRequired[str],
        "table:columns": NotRequired[list[TableColumn]],
        "table:row_count": NotRequired[int],
        "table:primary_geometry": NotRequired[str],
    },
)
"""What is said of an item."""


class StacItem(TypedDict):
    """One grid or one collection of a release."""

    type: Literal["Feature"]
    stac_version: str
    stac_extensions: list[str]
    id: str
    collection: str
    geometry: Footprint | None
    bbox: NotRequired[list[float]]
    properties: Properties
    assets: dict[str, Asset]
    links: list[StacLink]


class StacSpatial(TypedDict):
    """Boxes: west, south, east, north, degrees; the first is around all others."""

    bbox: list[list[float]]


class StacTemporal(TypedDict):
    """Spans of time, RFC 3339."""

    interval: list[list[str | None]]


class StacExtent(TypedDict):
    """What a collection covers."""

    spatial: StacSpatial
    temporal: StacTemporal


StacCollection = TypedDict(
    "StacCollection",
    {
        "type": Literal["Collection"],
        "stac_version": str,
        "stac_extensions": list[str],
        "id": str,
        "title": str,
        "description": str,
        "keywords": list[str],
        "license": str,
        "providers": list[Provider],
        "extent": StacExtent,
        "sci:citation": str,
        "sci:publications": list[Publication],
        "links": list[StacLink],
    },
)
"""One release."""


class StacCatalogue(TypedDict):
    """All releases that are kept here."""

    type: Literal["Catalog"]
    stac_version: str
    id: str
    title: str
    description: str
    links: list[StacLink]
