"""The releases as a static STAC catalogue."""

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.caching import REVALIDATE, answer
from app.links import API, link
from app.parameters import (
    MAX_LIMIT,
    AtlasNow,
    CollectionId,
    only_known_parameters,
)
from app.public_address import public_base
from app.responses import GEOJSON, JSON, NOT_FOUND, REFUSALS, documented
from app.routes.collections import describe as describe_collection
from app.routes.collections import find_collection
from app.routes.grids import GridId
from app.routes.grids import describe as describe_grid
from app.shelf import Shelf
from app.stac.catalogue import catalogue, release_collection
from app.stac.items import grid_item, table_item
from app.stac.parts import Place
from app.text import say
from geodata.errors import ReleaseError
from geodata.release import known_releases, read_manifest

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["STAC"])

CATALOGUE = "/api/stac/catalog.json"

_SHARED = ["type", "stac_version", "id", "links"]
LIST = {"type": "object", "required": [*_SHARED, "description"]}
ITEM = {"type": "object", "required": [*_SHARED, "properties", "assets"]}
"""What a document surely has; the schemas of STAC tell the rest."""


@router.get(
    CATALOGUE, response_class=Response, responses=documented(REFUSALS, JSON, LIST)
)
def stac_catalogue(request: Request) -> Response:
    """List the releases that are kept here, as a STAC catalogue."""
    shelf: Shelf = request.app.state.shelf
    base = f"{public_base(request)}{API}"
    releases = {
        name: f"{base}/releases/{name}/stac/collection.json"
        for name in known_releases(shelf.releases)
        if _readable(shelf, name)
    }
    body = orjson.dumps(catalogue(_root(request), releases))
    return Response(body, media_type=JSON, headers={"Cache-Control": REVALIDATE})


@router.get(
    "/api/stac/collection.json",
    response_class=Response,
    responses=documented(REFUSALS, JSON, LIST),
)
def stac_collection(request: Request, atlas: AtlasNow) -> Response:
    """Describe a release as a STAC collection, with a link to each of its items."""
    make = lambda: orjson.dumps(release_collection(atlas, _place(request)))  # noqa: E731
    return answer(request, make, media_type=JSON)


@router.get(
    "/api/stac/grids/{grid_id}.json",
    response_class=Response,
    responses=documented(NOT_FOUND, GEOJSON, ITEM),
)
def stac_grid(request: Request, atlas: AtlasNow, grid_id: GridId) -> Response:
    """Describe a grid as a STAC item: its file, where it lies, how it is stored."""
    grid = atlas.grids.grid(grid_id)

    def make() -> bytes:
        info = describe_grid(request, atlas, grid)
        return orjson.dumps(grid_item(atlas, _place(request), grid, info))

    return answer(request, make, media_type=GEOJSON)


@router.get(
    "/api/stac/collections/{collection_id}.json",
    response_class=Response,
    responses=documented(NOT_FOUND, GEOJSON, ITEM),
)
def stac_table(
    request: Request, atlas: AtlasNow, collection_id: CollectionId
) -> Response:
    """Describe a collection of features as a STAC item: its columns, its files."""
    found = find_collection(atlas, collection_id)

    def make() -> bytes:
        items = link(
            request,
            "items",
            f"/api/collections/{found.id}/items?limit={MAX_LIMIT}",
            media_type=GEOJSON,
            title=say("collection.items", format="GeoJSON"),
            pinned=True,
        )
        links = describe_collection(request, found).links
        files = [each for each in links if each.rel == "enclosure"]
        return orjson.dumps(table_item(atlas, _place(request), found, [items, *files]))

    return answer(request, make, media_type=GEOJSON)


def _place(request: Request) -> Place:
    release = request.state.atlas.release.id
    return Place(
        release=f"{public_base(request)}{API}/releases/{release}",
        root=_root(request),
        licences=f"{public_base(request)}/layers",
    )


def _root(request: Request) -> str:
    return f"{public_base(request)}{CATALOGUE}"


def _readable(shelf: Shelf, name: str) -> bool:
    if shelf.is_refused(name):
        return False
    try:
        read_manifest(shelf.releases / name)
    except ReleaseError:
        return False
    return True
