"""Collections and their features, as OGC API – Features asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import JSONResponse, Response

from app.atlas import Atlas
from app.caching import answer
from app.collection import FEATURE_ID, Collection, Positions
from app.errors import NotFoundError
from app.geojson import collection as feature_collection
from app.links import link, with_query
from app.parameters import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    AtlasNow,
    BBox,
    Selected,
    check_datetime,
    only_known_parameters,
    parse_bbox,
)
from app.responses import GEOJSON, JSON, NOT_FOUND, REFUSALS
from app.routes.collections import CollectionId, find_collection
from app.schemas import Feature, FeatureCollection
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Features"])


class GeoJSONResponse(JSONResponse):
    """For the description of the API; the bodies are made by hand."""

    media_type = GEOJSON


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the matching features is asked for.

    Attributes
    ----------
    limit, offset : int
        How many at most, and how many to leave out before.
    box : str or None
        As the client wrote it.
    """

    limit: int
    offset: int
    box: str | None


def get_page(
    bbox: BBox = None,
    limit: Annotated[
        int,
        Query(
            ge=1, description=f"Features a page; more than {MAX_LIMIT} count as that."
        ),
    ] = DEFAULT_LIMIT,
    offset: Annotated[
        int, Query(ge=0, le=1_000_000_000, description="Features to leave out before.")
    ] = 0,
    datetime: Annotated[
        str | None,
        Query(description="Date-time or interval; features have none, so all match."),
    ] = None,
) -> Page:
    """Read paging and place from the query."""
    check_datetime(datetime)
    parse_bbox(bbox)
    return Page(min(limit, MAX_LIMIT), offset, bbox)


Paged = Annotated[Page, Depends(get_page)]
FeatureId = Annotated[str, Path(description=f"Id of a feature, {FEATURE_ID}.")]


@router.get(
    "/api/collections/prospects/items",
    response_model=FeatureCollection,
    response_class=GeoJSONResponse,
    responses=REFUSALS,
)
async def prospect_items(
    request: Request, atlas: AtlasNow, page: Paged, selection: Selected
) -> Response:
    """List prospect areas, best first; filters as on the map."""
    found = atlas.collections["prospects"]
    rows = np.flatnonzero(selection.mask(found.table))
    return _items(request, atlas, found, page, rows)


@router.get(
    "/api/collections/{collection_id}/items",
    response_model=FeatureCollection,
    response_class=GeoJSONResponse,
    responses=NOT_FOUND,
)
async def items(
    request: Request, collection_id: CollectionId, atlas: AtlasNow, page: Paged
) -> Response:
    """List the features of a collection."""
    found = find_collection(atlas, collection_id)
    rows = np.arange(len(found.ids), dtype=np.int64)
    return _items(request, atlas, found, page, rows)


@router.get(
    "/api/collections/{collection_id}/items/{feature_id}",
    response_model=Feature,
    response_class=GeoJSONResponse,
    responses=NOT_FOUND,
)
async def item(
    request: Request,
    collection_id: CollectionId,
    feature_id: FeatureId,
    atlas: AtlasNow,
) -> Response:
    """Return one feature."""
    found = find_collection(atlas, collection_id)
    if feature_id not in found.position:
        raise NotFoundError(say("error.no-feature", collection=found.title))

    def make() -> bytes:
        row = found.position[feature_id]
        path = f"/api/collections/{found.id}"
        links = [
            link(request, "self", f"{path}/items/{feature_id}", media_type=GEOJSON),
            link(request, "collection", path, media_type=JSON),
        ]
        extra = {**atlas.stamp, "links": [entry.model_dump() for entry in links]}
        return found.features[row][:-1] + b"," + orjson.dumps(extra)[1:]

    return answer(request, make, media_type=GEOJSON)


def _items(
    request: Request, atlas: Atlas, found: Collection, page: Page, rows: Positions
) -> Response:
    make = _page_maker(request, atlas, found, page, rows)
    return answer(request, make, media_type=GEOJSON)


def _page_maker(
    request: Request, atlas: Atlas, found: Collection, page: Page, rows: Positions
) -> Callable[[], bytes]:
    def make() -> bytes:
        box = parse_bbox(page.box)
        matched = rows if box is None else np.intersect1d(rows, found.inside(box))
        shown = matched[page.offset : page.offset + page.limit]
        query, path = dict(request.query_params), f"/api/collections/{found.id}"
        steps = {"self": page.offset}
        if page.offset + len(shown) < len(matched):
            steps["next"] = page.offset + page.limit
        if page.offset > 0:
            steps["prev"] = max(page.offset - page.limit, 0)
        links = [
            link(
                request,
                rel,
                with_query(f"{path}/items", query, limit=page.limit, offset=offset),
                media_type=GEOJSON,
            )
            for rel, offset in steps.items()
        ]
        links.append(link(request, "collection", path, media_type=JSON))
        return feature_collection(
            [found.features[row] for row in shown],
            **atlas.stamp,
            numberMatched=len(matched),
            numberReturned=len(shown),
            links=[entry.model_dump() for entry in links],
        )

    return make
