"""The description of all tiles of grids as a WMTS, for QGIS and GDAL."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.caching import answer
from app.errors import BadParameterError
from app.grids.links import WMTS, tile_template
from app.grids.tile_cells import CRS_OF
from app.grids.wmts import capabilities
from app.parameters import AtlasNow
from app.responses import REFUSALS, XML, documented
from app.text import say

router = APIRouter(tags=["Tiles"])

_ASKED = {
    "service": {"wmts"},
    "request": {"getcapabilities"},
    "version": {"1.0.0"},
    "acceptversions": {"1.0.0"},
}
"""What clients add to the address they are given, in upper or lower case."""


@router.get(WMTS, responses=documented(REFUSALS, XML, {}))
def wmts(request: Request, atlas: AtlasNow) -> Response:
    """Describe every grid as a layer of a WMTS, for QGIS and GDAL."""
    for name, value in request.query_params.multi_items():
        if value.lower() not in _ASKED.get(name.lower(), ()):
            given = f"{name}={value}"[:80]
            raise BadParameterError(say("tiles.wmts-request", given=given))

    def make() -> bytes:
        grids = atlas.grids.by_id.values()
        templates = {
            (grid.id, name): tile_template(request, grid, name)
            for grid in grids
            for name in CRS_OF
        }
        title = say("grid.tiles-title", release=atlas.release.id)
        return capabilities(grids, templates, title=title).encode()

    return answer(request, make, media_type=XML)
