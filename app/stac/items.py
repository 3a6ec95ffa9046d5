"""The items of a release: its grids and its tables."""

from collections.abc import Sequence

import shapely

from app.atlas import Atlas
from app.collection import Collection
from app.grid_schemas import GridInfo, GridStatistics
from app.grids.catalogue import Grid
from app.grids.description import crs_of
from app.grids.files import GridFile
from app.grids.tile_cells import transformer
from app.responses import GEOJSON, HTML, JSON
from app.schemas import Link
from app.stac.parts import (
    EXTENSIONS,
    SCIENTIFIC,
    Place,
    atlas_itself,
    common_licence,
    licensor,
    licensors,
    link,
)
from app.stac.schemas import (
    STAC_VERSION,
    Asset,
    Footprint,
    RasterBand,
    StacItem,
    StacLink,
    Statistics,
)
from app.text import say

FILE = f"{EXTENSIONS}/file/v2.1.0/schema.json"
PROJECTION = f"{EXTENSIONS}/projection/v2.0.0/schema.json"
RASTER = f"{EXTENSIONS}/raster/v1.1.0/schema.json"
TABLE = f"{EXTENSIONS}/table/v1.2.0/schema.json"

_SHA256 = "1220"  # what a multihash of 32 bytes of SHA-256 begins with
_EDGES = 10  # pieces of each edge of a footprint, which is bent in degrees


def grid_item(atlas: Atlas, place: Place, grid: Grid, info: GridInfo) -> StacItem:
    """Describe a grid: its file with place and storage, its legend, its tiles."""
    file = grid.file
    layers = [item for item in atlas.release.manifest.layers if item.id in grid.layers]
    own = place.grid(grid.id)
    by_rel = {item.rel: item for item in info.links}
    crs = crs_of(file.crs)
    affine = file.transform
    citation = layers[0].citation if len(layers) == 1 else ""
    item: StacItem = {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [FILE, PROJECTION, RASTER],
        "id": f"grid.{grid.id}",
        "collection": atlas.release.id,
        "geometry": footprint(file),
        "bbox": info.bbox,
        "properties": {
            "title": grid.title,
            "description": grid.description,
            "datetime": atlas.published,
            "license": common_licence([item.licence for item in layers]),
            "providers": [atlas_itself(), *licensors(layers)],
            "proj:code": None,
            "proj:wkt2": crs.wkt2,
            "proj:bbox": info.bounds,
            "proj:shape": info.shape,
            "proj:transform": [float(value) for value in tuple(affine)[:6]],
        },
        "assets": {
            "data": _file_asset(grid, info, by_rel["enclosure"]),
            "legend": {
                "href": by_rel["self"].href,
                "type": JSON,
                "title": say("stac.legend"),
                "roles": ["metadata"],
            },
            "tiles": {
                "href": by_rel["tilejson"].href,
                "type": JSON,
                "title": say("stac.tiles"),
                "roles": ["visual"],
            },
        },
        "links": _item_links(own, place),
    }
    if citation:
        item["stac_extensions"].append(SCIENTIFIC)
        item["properties"]["sci:citation"] = citation
    return item


def table_item(
    atlas: Atlas, place: Place, found: Collection, links: Sequence[Link]
) -> StacItem:
    """Describe a collection of features.

    Parameters
    ----------
    atlas : Atlas
        Its release.
    place : Place
        Where the documents of the release stand.
    found : Collection
        The collection.
    links : sequence of Link
        What it can be had as: the address of its features, then whole files.
    """
    box, terms = found.bounds, found.terms
    corners = [box.west, box.south, box.east, box.north] if box else []
    item: StacItem = {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [TABLE],
        "id": f"collection.{found.id}",
        "collection": atlas.release.id,
        "geometry": _polygon(shapely.box(*corners)) if corners else None,
        "properties": {
            "title": found.title,
            "description": found.description,
            "datetime": atlas.published,
            "license": common_licence([terms.licence]),
            "providers": [licensor(terms.credit, terms.licence)],
            "table:row_count": len(found.ids),
            "table:columns": [
                {
                    "name": column.name,
                    "type": column.kind,
                    "description": ", ".join(filter(None, (column.title, column.unit))),
                }
                for column in found.columns
            ],
        },
        "assets": {_asset_name(item): _asset(item) for item in links},
        "links": _item_links(place.table(found.id), place),
    }
    if corners:
        item["bbox"] = corners
        item["properties"]["table:primary_geometry"] = "geometry"
    if terms.citation:
        item["stac_extensions"].append(SCIENTIFIC)
        item["properties"]["sci:citation"] = terms.citation
    return item


def footprint(file: GridFile) -> Footprint:
    """Return the outline of a file in degrees; its edges are followed in ten pieces."""
    west, south, east, north = file.bounds
    longest = max(east - west, north - south)
    outline = shapely.segmentize(shapely.box(*file.bounds), longest / _EDGES)
    to_degrees = transformer(file.crs, "OGC:CRS84")
    return _polygon(shapely.transform(outline, to_degrees.transform, interleaved=False))


def _polygon(shape: shapely.Polygon) -> Footprint:
    ring = [[round(x, 6), round(y, 6)] for x, y in shape.exterior.coords]
    return {"type": "Polygon", "coordinates": [ring]}


def _file_asset(grid: Grid, info: GridInfo, enclosure: Link) -> Asset:
    """Describe a file by all of its bands, and in full the one that is this grid."""
    file = grid.file
    asset = _asset(enclosure)
    asset["title"] = grid.title
    asset["bands"] = [{"name": name} for name in file.bands]
    bands = [_band(file, position) for position in range(len(file.bands))]
    if info.band is not None:
        own = bands[info.band - 1]
        if info.unit:
            own["unit"] = info.unit
        if info.statistics is not None:
            own["statistics"] = _statistics(info.statistics)
    asset["raster:bands"] = bands
    asset["file:checksum"] = f"{_SHA256}{file.sha256}"
    return asset


def _band(file: GridFile, position: int) -> RasterBand:
    return {
        "data_type": file.dtype,
        "scale": file.scales[position],
        "offset": file.offsets[position],
        "nodata": file.nodata,
    }


def _statistics(found: GridStatistics) -> Statistics:
    told: Statistics = {"valid_percent": round(100 * found.share_known, 4)}
    if found.minimum is not None and found.maximum is not None:
        told["minimum"], told["maximum"] = found.minimum, found.maximum
    if found.mean is not None:
        told["mean"] = found.mean
    return told


def _asset(link: Link) -> Asset:
    asset: Asset = {"href": link.href, "type": link.type, "roles": ["data"]}
    if link.title:
        asset["title"] = link.title
    if link.length is not None:
        asset["file:size"] = link.length
    return asset


def _asset_name(link: Link) -> str:
    """Name an asset by the ending of its file; the address of features is no file."""
    return "items" if link.rel == "items" else link.href.rpartition(".")[2]


def _item_links(own: str, place: Place) -> list[StacLink]:
    return [
        link("self", own, GEOJSON),
        link("root", place.root, JSON),
        link("parent", place.collection, JSON),
        link("collection", place.collection, JSON),
        link("license", place.licences, HTML, say("collection.licence")),
    ]
