"""The list of collections, and what is to be known of each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from app.atlas import Atlas
from app.caching import answer
from app.collection import Collection
from app.errors import NotFoundError
from app.formats import formats
from app.links import base_url, link
from app.parameters import AtlasNow, only_known_parameters
from app.responses import GEOJSON, JSON, NOT_FOUND, REFUSALS
from app.schemas import CollectionInfo, Collections, Extent, Queryables, SpatialExtent
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Features"])

CollectionId = Annotated[str, Path(description="Name of a collection.")]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class SchemaResponse(JSONResponse):
    """The same, for descriptions of columns."""

    media_type = "application/schema+json"


@router.get("/api/collections", response_model=Collections, responses=REFUSALS)
async def collections(request: Request, atlas: AtlasNow) -> Response:
    """List the collections."""
    listed = Collections(
        release=atlas.release.id,
        caution=atlas.caution,
        collections=[_info(request, item) for item in atlas.collections.values()],
        links=[link(request, "self", "/api/collections", media_type=JSON)],
    )
    return answer(request, lambda: _dump(listed), media_type=JSON)


@router.get(
    "/api/collections/{collection_id}",
    response_model=CollectionInfo,
    responses=NOT_FOUND,
)
async def one_collection(
    request: Request, collection_id: CollectionId, atlas: AtlasNow
) -> Response:
    """Describe one collection."""
    info = _info(request, find_collection(atlas, collection_id))
    return answer(request, lambda: _dump(info), media_type=JSON)


@router.get(
    "/api/collections/{collection_id}/queryables",
    response_model=Queryables,
    response_class=SchemaResponse,
    responses=NOT_FOUND,
)
async def queryables(
    request: Request, collection_id: CollectionId, atlas: AtlasNow
) -> Response:
    """Describe the columns of a collection."""
    found = find_collection(atlas, collection_id)
    described = Queryables(
        **{
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{base_url(request)}{request.url.path}",
        },
        title=found.title,
        properties=found.queryables(),
    )
    make = lambda: _dump(described)  # noqa: E731  # one call, named once
    return answer(request, make, media_type=SchemaResponse.media_type)


def find_collection(atlas: Atlas, name: str) -> Collection:
    """Return a collection by its name.

    Raises
    ------
    NotFoundError
        Listing those there are.
    """
    if name not in atlas.collections:
        raise NotFoundError(
            say("error.no-collection", known=", ".join(atlas.collections))
        )
    return atlas.collections[name]


def _info(request: Request, found: Collection) -> CollectionInfo:
    path, box = f"/api/collections/{found.id}", found.bounds
    bulk = [
        link(
            request,
            "enclosure",
            form.path,
            media_type=form.media_type.partition(";")[0],
            title=say("collection.all-of-it", format=form.title),
        )
        for form in formats()
        if found.id == "prospects"
    ]
    return CollectionInfo(
        id=found.id,
        title=found.title,
        description=found.description,
        crs=[CRS84],
        extent=Extent(
            spatial=SpatialExtent(
                bbox=[[box.west, box.south, box.east, box.north]], crs=CRS84
            )
        ),
        display=found.display,
        links=[
            link(request, "self", path, media_type=JSON),
            link(request, "items", f"{path}/items", media_type=GEOJSON),
            link(
                request,
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                f"{path}/queryables",
                media_type=SchemaResponse.media_type,
            ),
            *bulk,
        ],
    )


def _dump(model: BaseModel) -> bytes:
    return model.model_dump_json(by_alias=True).encode()
