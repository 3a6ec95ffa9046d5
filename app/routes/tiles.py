"""Tiles of the grids: pictures, numbers, and what describes them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import answer
from app.errors import NotFoundError
from app.grid_schemas import TileJson
from app.grids.catalogue import Grid
from app.grids.description import bbox_of, legends_of
from app.grids.links import freshness, tile_template
from app.grids.looks import Ramp
from app.grids.tile_cells import MAX_ZOOM, MatrixSet, TilePlace
from app.grids.tiles import MEDIA_TYPES, Form, Rendering, fitting
from app.grids.wmts import SHOWN_ZOOM
from app.maps.colours import Opinion, Theme
from app.opinions import why_not_learned
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, NOT_FOUND
from app.routes.grids import GridId
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Tiles"])


_NUMBER = r"-?\d{1,9}(\.\d{1,9})?"
_SCALE = f"^{_NUMBER},{_NUMBER}$"


async def get_rendering(
    theme: Annotated[Theme, Query(description="Ground the map lies on.")] = "light",
    opinion: Annotated[
        Opinion,
        Query(
            description="Of a map: the expert model's ranking, the learned model's, or "
            "in whose best 10 % each place lies."
        ),
    ] = "expert",
    rescale: Annotated[
        str | None,
        Query(
            description="Of a quantity: values at both ends of the scale.",
            pattern=_SCALE,
            examples=["0,1"],
        ),
    ] = None,
    colormap: Annotated[
        Ramp | None, Query(description="Of a quantity: name of the scale.")
    ] = None,
) -> Rendering:
    """Read how a tile shall be drawn."""
    low = high = None
    if rescale is not None:
        low, high = (float(part) for part in rescale.split(","))
    return Rendering(theme=theme, opinion=opinion, low=low, high=high, ramp=colormap)


Rendered = Annotated[Rendering, Depends(get_rendering)]


def _fitting(atlas: Atlas, grid: Grid, rendering: Rendering) -> Rendering:
    """Check that a grid can be drawn so; a second opinion that is wanting has reasons.

    Raises
    ------
    NotFoundError
        If there is no such map, or its colours cannot be chosen.
    """
    second = rendering.opinion != "expert" and grid.kind == "map"
    if second and (reason := why_not_learned(atlas, grid.id)):
        raise NotFoundError(say("error.no-map", reason=reason))
    return fitting(grid, rendering)


@router.get(
    "/api/tiles/{grid_id}/{matrix_set}/tilejson.json",
    response_model=TileJson,
    responses=NOT_FOUND,
)
def tilejson(
    request: Request,
    atlas: AtlasNow,
    grid_id: GridId,
    matrix_set: MatrixSet,
    rendering: Rendered,
) -> Response:
    """Describe the tiles of a grid (TileJSON); a query is passed on to them."""
    grid = atlas.grids.grid(grid_id)
    _fitting(atlas, grid, rendering)

    def make() -> bytes:
        west, south, east, north = box = bbox_of(grid.file)
        query = f"?{request.url.query}" if request.url.query else ""
        found = TileJson(
            id=grid.id,
            name=grid.title,
            description=grid.description,
            attribution=say("grid.credits", release=atlas.release.id),
            tiles=[tile_template(request, grid, matrix_set) + query],
            minzoom=0,
            maxzoom=SHOWN_ZOOM,
            bounds=box,
            center=[(west + east) / 2, (south + north) / 2, 4],
            legend=legends_of(grid),
        )
        return found.model_dump_json().encode()

    return answer(request, make, media_type=JSON)


@router.get(
    "/api/tiles/{grid_id}/{matrix_set}/{z}/{x}/{y}.{form}",
    response_class=Response,
    responses={
        **NOT_FOUND,
        200: {
            "description": "The tile; transparent (npy: NaN) outside the grid",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in MEDIA_TYPES.values()
            },
        },
    },
)
async def tile(  # noqa: PLR0917  # the parts of one address
    request: Request,
    atlas: AtlasNow,
    grid_id: GridId,
    matrix_set: MatrixSet,
    z: Annotated[int, Path(ge=0, le=MAX_ZOOM, description="Zoom.")],
    x: Annotated[
        int, Path(ge=0, lt=2 << MAX_ZOOM, description="Column from the west.")
    ],
    y: Annotated[int, Path(ge=0, lt=1 << MAX_ZOOM, description="Row from the north.")],
    form: Annotated[Form, Path(description="Picture, or numbers as NumPy keeps them.")],
    rendering: Rendered,
) -> Response:
    """Return a tile of 256 × 256 pixels: cells as they are, nothing in between."""
    grid = atlas.grids.grid(grid_id)
    asked = _fitting(atlas, grid, rendering)
    place = TilePlace(matrix_set=matrix_set, z=z, x=x, y=y)
    if x >= place.columns or y >= place.rows:
        raise NotFoundError(
            say(
                "grid.outside-matrix",
                z=z,
                set=matrix_set,
                columns=place.columns - 1,
                rows=place.rows - 1,
            )
        )
    found = atlas.grids.kept(grid, place, asked, form)
    if found is None:
        found = await run_in_threadpool(atlas.grids.tile, grid, place, asked, form)
    headers = {
        "ETag": f'"{found.tag}"',
        "Cache-Control": freshness(request),
    }
    known = request.headers.get("if-none-match", "")
    if known and (known.strip() == "*" or headers["ETag"] in known):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=MEDIA_TYPES[form], headers=headers)
