"""Addresses of grids, their files and their tiles."""

from urllib.parse import quote

from fastapi import Request

from app.caching import FOR_GOOD, REVALIDATE
from app.grids.catalogue import Grid
from app.grids.files import GridFile
from app.grids.tile_cells import MatrixSet
from app.links import link
from app.responses import JSON
from app.schemas import Link
from app.text import say

GEOTIFF = "image/tiff; application=geotiff; profile=cloud-optimized"


WMTS = "/api/tiles/WMTSCapabilities.xml"
"""Where all grids are one service for QGIS and GDAL."""


def freshness(request: Request) -> str:
    """Return how long an answer may be kept: for good where the release is named."""
    return FOR_GOOD if request.state.release_prefix else REVALIDATE


def grid_path(grid: Grid) -> str:
    """Return the address of what is said of a grid."""
    return f"/api/grids/{quote(grid.id)}"


def tiles_path(grid: Grid) -> str:
    """Return the address that those of a grid's tiles begin with."""
    return f"/api/tiles/{quote(grid.id)}"


def file_links(request: Request, file: GridFile, band: int | None = None) -> list[Link]:
    """Return the links to a file; with a band, the title says which."""
    title = say("grid.file-title", band=band) if band else ""
    path = f"/api/grids/{quote(file.id)}.tif"
    return [
        link(
            request,
            "enclosure",
            path,
            media_type=GEOTIFF,
            title=title,
            pinned=True,
            length=file.bytes,
        )
    ]


def grid_links(request: Request, grid: Grid) -> list[Link]:
    """Return every link of a grid: itself, its file, its tiles, its numbers."""
    drawn = grid.kind in ("map", "hillshade")
    path, tiles = grid_path(grid), tiles_path(grid)
    matrix_set: MatrixSet = "WebMercatorQuad"
    found = [
        link(request, "self", path, media_type=JSON),
        *file_links(request, grid.file, None if drawn else grid.bands[0] + 1),
        link(
            request, "tilejson", f"{tiles}/{matrix_set}/tilejson.json", media_type=JSON
        ),
    ]
    if not drawn:
        statistics = f"{tiles}/statistics"
        found.append(link(request, "statistics", statistics, media_type=JSON))
    return found


def tile_template(request: Request, grid: Grid, matrix_set: MatrixSet) -> str:
    """Return the address of a tile with places for zoom, column and row."""
    path = f"{tiles_path(grid)}/{matrix_set}"
    base = link(request, "tile", path, media_type="image/png", pinned=True).href
    return f"{base}/{{z}}/{{x}}/{{y}}.png"
