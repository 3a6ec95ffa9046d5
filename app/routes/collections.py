"""The list of collections, and what is to be known of each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from app.atlas import Atlas
from app.bulk import file_kinds, file_path
from app.caching import answer
from app.collection import Collection
from app.errors import NotFoundError
from app.excerpt import CRS84_URI, Source
from app.formats import formats
from app.links import in_release, link
from app.negotiation import choose
from app.offered_crs import offered_crs
from app.parameters import (
    AtlasNow,
    CollectionId,
    JsonForm,
    JsonOrHtml,
    only_known_parameters,
)
from app.public_address import public_base
from app.responses import GEOJSON, HTML, JSON, NOT_FOUND, PAGE, REFUSALS, SCHEMA, also
from app.routes.pages import show_page
from app.schemas import (
    CollectionInfo,
    Collections,
    Extent,
    FeatureSchema,
    Link,
    SpatialExtent,
    TableSchema,
)
from app.table_schemas import feature_schema, table_schema
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Features"])

_REL = "http://www.opengis.net/def/rel/ogc/1.0"
_FORMS = {"json": JSON, "html": HTML}

SchemaForm = Annotated[
    str | None,
    Query(
        alias="f",
        max_length=40,
        description="Of the columns, or, with geojson, of a feature as GeoJSON.",
        json_schema_extra={"enum": ["json", "geojson"]},
    ),
]


class SchemaResponse(JSONResponse):
    """The same, for descriptions of columns."""

    media_type = SCHEMA


@router.get(
    "/api/collections", response_model=Collections, responses=also(REFUSALS, PAGE)
)
def collections(request: Request, atlas: AtlasNow, form: JsonOrHtml = None) -> Response:
    """List the collections."""
    form = choose(request, form, _FORMS)
    listed = Collections(
        release=atlas.release.id,
        caution=atlas.caution,
        collections=[describe(request, item) for item in atlas.collections.values()],
        links=[link(request, "self", "/api/collections", media_type=JSON)],
    )
    if form == "html":
        return show_page(request, atlas, "collections.html", listed=listed)
    return answer(request, lambda: _dump(listed), media_type=JSON)


@router.get(
    "/api/collections/{collection_id}",
    response_model=CollectionInfo,
    responses=also(NOT_FOUND, PAGE),
)
def one_collection(
    request: Request,
    collection_id: CollectionId,
    atlas: AtlasNow,
    form: JsonOrHtml = None,
) -> Response:
    """Describe one collection."""
    form = choose(request, form, _FORMS)
    found = find_collection(atlas, collection_id)
    info = describe(request, found)
    if form == "html":
        return show_page(request, atlas, "collection.html", info=info, found=found)
    return answer(request, lambda: _dump(info), media_type=JSON)


@router.get(
    "/api/collections/{collection_id}/queryables",
    response_model=TableSchema,
    response_class=SchemaResponse,
    responses=NOT_FOUND,
)
def queryables(
    request: Request,
    collection_id: CollectionId,
    atlas: AtlasNow,
    form: JsonForm = None,
) -> Response:
    """Describe what a filter may ask of a collection."""
    choose(request, form, {"json": SCHEMA})
    found = find_collection(atlas, collection_id)
    return _schema(request, found, "queryables")


@router.get(
    "/api/collections/{collection_id}/schema",
    response_model=TableSchema | FeatureSchema,
    response_class=SchemaResponse,
    responses=NOT_FOUND,
)
def schema(
    request: Request,
    collection_id: CollectionId,
    atlas: AtlasNow,
    form: SchemaForm = None,
) -> Response:
    """Describe the columns and the geometry of a collection."""
    form = choose(request, form, {"json": SCHEMA, "geojson": SCHEMA})
    found = find_collection(atlas, collection_id)
    if form == "geojson":
        described = feature_schema(found)
        return answer(request, lambda: _dump(described), media_type=SCHEMA)
    return _schema(request, found, "schema")


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


def source_of(request: Request, atlas: Atlas, found: Collection) -> Source:
    """Return what an answer from a collection says of where it comes from."""
    path = f"/api/collections/{found.id}"
    return Source(
        release=atlas.release.id,
        caution=atlas.caution,
        attribution=found.terms.credit,
        licence=found.terms.licence,
        about=f"{public_base(request)}/layers",
        address=f"{public_base(request)}{in_release(request, path, pinned=True)}",
    )


def describe(request: Request, found: Collection) -> CollectionInfo:
    """Describe a collection, with links to all that is to be had of it."""
    box = found.bounds
    extent = None
    if box is not None:
        corners = [box.west, box.south, box.east, box.north]
        extent = Extent(spatial=SpatialExtent(bbox=[corners], crs=CRS84_URI))
    return CollectionInfo(
        id=found.id,
        title=found.title,
        description=found.description,
        crs=[item.uri for item in offered_crs(request)],
        storage_crs=CRS84_URI,
        geometry_type=found.geometry_type,
        features=len(found.ids),
        attribution=found.terms.credit,
        licence=found.terms.licence,
        extent=extent,
        display=found.display,
        links=_links(request, found),
    )


def _links(request: Request, found: Collection) -> list[Link]:
    path = f"/api/collections/{found.id}"
    items = [
        link(
            request,
            "items",
            f"{path}/items{'' if form.content_type == GEOJSON else f'?f={form.name}'}",
            media_type=form.content_type,
            title=say("collection.items", format=form.title),
        )
        for form in formats()
        if form.pages
    ]
    return [
        link(request, "self", path, media_type=JSON),
        link(request, "alternate", f"{path}?f=html", media_type=HTML),
        link(request, "canonical", path, media_type=JSON, pinned=True),
        *items,
        link(
            request,
            "items",
            f"{path}/items?f=html",
            media_type=HTML,
            title=say("collection.items", format="HTML"),
        ),
        link(request, f"{_REL}/queryables", f"{path}/queryables", media_type=SCHEMA),
        link(request, f"{_REL}/schema", f"{path}/schema", media_type=SCHEMA),
        *(  # what GDAL reads: 3.6 by the first spelling, newer ones by the second
            link(
                request,
                rel,
                f"{path}/schema?f=geojson",
                media_type=SCHEMA,
                title=say("collection.feature-schema"),
            )
            for rel in ("describedBy", "describedby")
        ),
        link(request, "describedby", f"{path}/schema", media_type=SCHEMA),
        *file_links(request, found),
        link(
            request,
            "license",
            "/layers",
            media_type=HTML,
            title=say("collection.licence"),
        ),
    ]


def file_links(request: Request, found: Collection) -> list[Link]:
    """Link to the whole files of a collection, to their list and to its tiles."""
    path = f"/api/collections/{found.id}"
    files = [
        link(
            request,
            "enclosure",
            file_path(found, kind),
            media_type=kind.media_type.partition(";")[0],
            title=say("collection.whole-file", format=kind.title),
            pinned=True,
        )
        for kind in file_kinds(found)
    ]
    title = say("collection.files")
    listed = link(
        request, "related", f"{path}/files", media_type=JSON, title=title, pinned=True
    )
    if not found.geometry_type:
        return [*files, listed]
    tiles = link(
        request,
        f"{_REL}/tilesets-vector",
        f"{path}/tiles",
        media_type=JSON,
        title=say("collection.tiles"),
    )
    return [*files, listed, tiles]


def _schema(request: Request, found: Collection, what: str) -> Response:
    path = in_release(request, f"/api/collections/{found.id}/{what}")
    address = f"{public_base(request)}{path}"
    described = table_schema(found, address, with_roles=what == "schema")
    return answer(request, lambda: _dump(described), media_type=SCHEMA)


def _dump(model: BaseModel) -> bytes:
    return model.model_dump_json(by_alias=True, exclude_none=True).encode()
