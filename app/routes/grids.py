"""The grids of a release: what there is, and the files to take home."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import FileResponse, Response

from app.caching import answer
from app.errors import NotFoundError
from app.grid_schemas import GridFileInfo, GridInfo, GridList, OneGrid
from app.grids.catalogue import Grid
from app.grids.description import bbox_of, crs_of, legends_of
from app.grids.files import GridFile, unreadable
from app.grids.links import GEOTIFF, WMTS, file_links, freshness, grid_links
from app.grids.numbers import statistics_of
from app.links import link
from app.negotiation import choose
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, NOT_FOUND, REFUSALS, XML, documented
from app.schemas import Credit, Link
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Grids"])


GridId = Annotated[
    str,
    Path(
        description="Id of a grid, as /api/grids lists them.",
        max_length=400,
        examples=["placer.p10", "hillshade"],
    ),
]


Json = Annotated[Literal["json"] | None, Query(alias="f", description="Form.")]


@router.get("/api/grids", response_model=GridList, responses=REFUSALS)
def grid_list(request: Request, atlas: AtlasNow, form: Json = None) -> Response:
    """List every grid of the release: place, storage, legend, statistics, links."""
    choose(request, form, {"json": JSON})

    def make() -> bytes:
        grids = atlas.grids.by_id.values()
        files = {grid.file.id: grid.file for grid in grids}
        first = next(iter(files.values()))
        found = GridList(
            release=atlas.release.id,
            caution=atlas.caution,
            crs=crs_of(first.crs),
            files=[
                GridFileInfo(
                    id=file.id,
                    bytes=file.bytes,
                    sha256=file.sha256,
                    bands=list(file.bands),
                    links=file_links(request, file),
                )
                for file in files.values()
            ],
            grids=[describe(request, atlas, grid) for grid in grids],
            credits=[
                Credit(
                    layer=item["layer"], credit=item["credit"], licence=item["licence"]
                )
                for item in atlas.credits
            ],
            links=_links(request),
        )
        return found.model_dump_json().encode()

    return answer(request, make, media_type=JSON)


@router.get(
    "/api/grids/{file}.tif",
    response_class=FileResponse,
    responses={
        **documented(NOT_FOUND, GEOTIFF, {"type": "string", "format": "binary"}),
        206: {"description": "The part that was asked for by Range"},
        416: {"description": "The file has no such part"},
    },
)
def grid_file(
    request: Request,
    atlas: AtlasNow,
    file: Annotated[
        str,
        Path(
            description="Name of a file, as /api/grids lists them.",
            examples=["placer"],
        ),
    ],
) -> Response:
    """Return a raster as cloud-optimised GeoTIFF, whole or in parts (``Range``)."""
    files = {grid.file.id: grid.file for grid in atlas.grids.by_id.values()}
    if file not in files:
        raise NotFoundError(
            say("grid.no-file", name=file[:80], known=", ".join(sorted(files)))
        )
    found = files[file]
    if not found.path.is_file():
        raise unreadable(found.path)
    tag = f'"{found.sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": freshness(request),
        "Accept-Ranges": "bytes",
    }
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in known:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        found.path,
        media_type=GEOTIFF,
        headers=headers,
        filename=f"{found.id}-{atlas.release.id}.tif",
    )


@router.get("/api/grids/{grid_id}", response_model=OneGrid, responses=NOT_FOUND)
def one_grid(
    request: Request, atlas: AtlasNow, grid_id: GridId, form: Json = None
) -> Response:
    """Describe one grid."""
    choose(request, form, {"json": JSON})
    grid = atlas.grids.grid(grid_id)

    def make() -> bytes:
        found = OneGrid(
            **describe(request, atlas, grid).model_dump(),
            release=atlas.release.id,
            caution=atlas.caution,
            crs=crs_of(grid.file.crs),
            credits=[
                Credit(layer=item.title, credit=item.credit, licence=item.licence)
                for item in atlas.release.manifest.layers
                if item.id in grid.layers
            ],
        )
        return found.model_dump_json().encode()

    return answer(request, make, media_type=JSON)


def describe(request: Request, atlas: AtlasNow, grid: Grid) -> GridInfo:
    """Say everything about a grid."""
    file, band = grid.file, grid.bands[0]
    return GridInfo(
        id=grid.id,
        kind=grid.kind,
        title=grid.title,
        description=grid.description,
        unit=grid.unit,
        file=file.id,
        band=band + 1 if grid.kind in ("model", "measurement") else None,
        bounds=list(file.bounds),
        bbox=bbox_of(file),
        resolution=_resolution(file),
        shape=list(file.shape),
        data_type=file.dtype,
        scale=file.scales[band],
        offset=file.offsets[band],
        nodata=file.nodata,
        nodata_means=say("grid.nodata", nodata=f"{file.nodata:g}"),
        legend=legends_of(grid),
        statistics=statistics_of(grid, atlas.grids.datasets),
        layers=list(grid.layers),
        links=grid_links(request, grid),
    )


def _resolution(file: GridFile) -> list[float]:
    return [abs(file.transform.a), abs(file.transform.e)]


def _links(request: Request) -> list[Link]:
    return [
        link(request, "self", "/api/grids", media_type=JSON),
        link(request, "related", WMTS, media_type=XML),
        link(request, "home", "/api/", media_type=JSON),
    ]
