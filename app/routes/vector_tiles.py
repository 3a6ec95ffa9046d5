"""Vector tiles of the collections, as OGC API – Tiles and TileJSON describe them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import FOR_GOOD, REVALIDATE, answer
from app.collection import Collection
from app.errors import NotFoundError
from app.file_schemas import TileJson, TileLimits, TileSet, TileSets, VectorLayer
from app.links import link
from app.parameters import AtlasNow, CollectionId, only_known_parameters
from app.responses import JSON, NOT_FOUND
from app.routes.collections import find_collection
from app.schemas import Link
from app.text import say
from app.vector_tiles import MAX_ZOOM, TileLayer, TileLayers
from app.vector_tiles.description import limits, vector_layer

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Tiles"])

MVT = "application/vnd.mapbox-vector-tile"

_QUAD = "WebMercatorQuad"
_REGISTER = "http://www.opengis.net/def"
_SCHEME = f"{_REGISTER}/tilematrixset/OGC/1.0/{_QUAD}"
_CRS = f"{_REGISTER}/crs/EPSG/0/3857"
_TILES = "/api/collections/{collection_id}/tiles"

Zoom = Annotated[int, Path(description=f"Zoom, 0 to {MAX_ZOOM}.")]
Row = Annotated[int, Path(description="From north to south, 0 to 2^zoom − 1.")]
Column = Annotated[int, Path(description="From west to east, 0 to 2^zoom − 1.")]


@router.get(_TILES, response_model=TileSets, responses=NOT_FOUND)
def tile_sets(
    request: Request, collection_id: CollectionId, atlas: AtlasNow
) -> Response:
    """List the sets of tiles of a collection: there is one, in Web Mercator."""
    found = _placed(atlas, collection_id)
    own = link(request, "self", _path(found), media_type=JSON)
    listed = TileSets(tilesets=[_tile_set(request, found)], links=[own])
    return answer(request, lambda: _dump(listed), media_type=JSON)


@router.get(f"{_TILES}/{_QUAD}", response_model=TileSet, responses=NOT_FOUND)
def tile_set(
    request: Request, collection_id: CollectionId, atlas: AtlasNow
) -> Response:
    """Describe the tiles of a collection."""
    described = _tile_set(request, _placed(atlas, collection_id))
    return answer(request, lambda: _dump(described), media_type=JSON)


@router.get(
    f"{_TILES}/{_QUAD}/tilejson.json", response_model=TileJson, responses=NOT_FOUND
)
def tile_json(
    request: Request, collection_id: CollectionId, atlas: AtlasNow
) -> Response:
    """Describe the tiles of a collection as TileJSON, for MapLibre and others."""
    found = _placed(atlas, collection_id)
    box = found.bounds
    assert box is not None  # noqa: S101  # for the checker: it has positions
    described = TileJson(
        tilejson="3.0.0",
        name=found.title,
        description=f"{found.description} {atlas.caution}",
        version=f"1.0.0+{atlas.release.id}",
        attribution=found.terms.credit,
        scheme="xyz",
        tiles=[_template(request, found).href],
        minzoom=0,
        maxzoom=MAX_ZOOM,
        bounds=[box.west, box.south, box.east, box.north],
        vector_layers=[VectorLayer.model_validate(vector_layer(found))],
    )
    return answer(request, lambda: _dump(described), media_type=JSON)


@router.get(
    f"{_TILES}/{_QUAD}/{{zoom}}/{{row}}/{{column}}",
    response_class=Response,
    responses={
        **NOT_FOUND,
        200: {"description": "The tile", "content": {MVT: {}}},
        204: {"description": "Nothing lies in this tile"},
    },
)
def vector_tile(
    request: Request,
    collection_id: CollectionId,
    zoom: Zoom,
    row: Row,
    column: Column,
    *,
    atlas: AtlasNow,
) -> Response:
    """Return one tile; with many features in it, the largest."""
    found = _placed(atlas, collection_id)
    if not (
        0 <= zoom <= MAX_ZOOM and 0 <= min(row, column) <= max(row, column) < 2**zoom
    ):
        raise NotFoundError(say("error.no-tile", deepest=MAX_ZOOM))
    layer = _layer(request, atlas, found)
    if not layer.touches(zoom, column, row):
        kept = FOR_GOOD if request.state.release_prefix else REVALIDATE
        return Response(status_code=204, headers={"Cache-Control": kept})
    return answer(request, lambda: layer.tile(zoom, column, row), media_type=MVT)


def _layer(request: Request, atlas: Atlas, found: Collection) -> TileLayer:
    layers: TileLayers = request.app.state.tile_layers
    key = f"{atlas.release.id}/{found.id}"
    layer = layers.get(key)
    if layer is None:
        layer = TileLayer(found)
        layers.put(key, layer)
    return layer


def _placed(atlas: Atlas, name: str) -> Collection:
    found = find_collection(atlas, name)
    if not found.geometry_type:
        raise NotFoundError(say("error.no-tiles"))
    return found


def _path(found: Collection) -> str:
    return f"/api/collections/{found.id}/tiles"


def _template(request: Request, found: Collection) -> Link:
    path = f"{_path(found)}/{_QUAD}/{{z}}/{{y}}/{{x}}"
    return link(request, "item", path, media_type=MVT, pinned=True)


def _tile_set(request: Request, found: Collection) -> TileSet:
    path = f"{_path(found)}/{_QUAD}"
    names = {"{z}": "{tileMatrix}", "{y}": "{tileRow}", "{x}": "{tileCol}"}
    template = _template(request, found)
    for short, long in names.items():
        template.href = template.href.replace(short, long)
    return TileSet(
        title=found.title,
        crs=_CRS,
        tile_matrix_set=_SCHEME,
        limits=[TileLimits.model_validate(each) for each in limits(found)],
        layers=[VectorLayer.model_validate(vector_layer(found))],
        links=[
            link(request, "self", path, media_type=JSON),
            template,
            link(request, "alternate", f"{path}/tilejson.json", media_type=JSON),
            Link(
                href=_SCHEME,
                rel=f"{_REGISTER}/rel/ogc/1.0/tiling-scheme",
                type=JSON,
            ),
        ],
    )


def _dump(model: BaseModel) -> bytes:
    return model.model_dump_json(by_alias=True, exclude_none=True).encode()
