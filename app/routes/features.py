"""The features of a collection, as OGC API – Features asks."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from app.asked import Asked, AskedFor, CrsName, crs_named, in_crs
from app.atlas import Atlas
from app.caching import answer
from app.collection import Collection, Positions
from app.errors import NotFoundError
from app.excerpt import Excerpt
from app.formats import Format, csv, formats
from app.formats.geojson import feature_collection, features_of, stamp
from app.links import in_release, link, link_header, with_query
from app.negotiation import choose
from app.parameters import (
    AtlasNow,
    Bom,
    CollectionId,
    FeatureId,
    Form,
    Selected,
    only_known_parameters,
)
from app.responses import GEOJSON, HTML, JSON, NOT_FOUND, PAGE, REFUSALS, also
from app.retired import refuse_retired
from app.routes.collections import describe, find_collection, source_of
from app.routes.pages import show_page
from app.schemas import Feature, FeatureCollection, Link
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Features"])


class GeoJSONResponse(JSONResponse):
    """For the description of the API; the bodies are made by hand."""

    media_type = GEOJSON


FORMS: dict[str, Any] = {
    **PAGE,
    **{
        each.content_type: {"schema": dict(each.schema)}
        for each in formats()
        if each.pages and each.content_type != GEOJSON
    },
}
"""What items are to be had in, beside GeoJSON."""


@router.get(
    "/api/collections/prospects/items",
    response_model=FeatureCollection,
    response_class=GeoJSONResponse,
    responses=also(REFUSALS, FORMS),
)
def prospect_items(
    request: Request,
    atlas: AtlasNow,
    asked: AskedFor,
    selection: Selected,
    form: Form = None,
    *,
    bom: Bom = False,
) -> Response:
    """List prospect areas, best first; filters as on the map."""
    found = atlas.collections["prospects"]
    among = np.flatnonzero(selection.mask(found.table))
    return _items(request, found, asked, among=among, form=form, bom=bom)


@router.get(
    "/api/collections/{collection_id}/items",
    response_model=FeatureCollection,
    response_class=GeoJSONResponse,
    responses=also(NOT_FOUND, FORMS),
)
def items(
    request: Request,
    collection_id: CollectionId,
    atlas: AtlasNow,
    asked: AskedFor,
    form: Form = None,
    *,
    bom: Bom = False,
) -> Response:
    """List the features of a collection."""
    found = find_collection(atlas, collection_id)
    return _items(request, found, asked, among=found.rows, form=form, bom=bom)


@router.get(
    "/api/collections/{collection_id}/items/{feature_id}",
    response_model=Feature,
    response_class=GeoJSONResponse,
    responses=also(NOT_FOUND, PAGE),
)
def item(
    request: Request,
    *,
    collection_id: CollectionId,
    feature_id: FeatureId,
    atlas: AtlasNow,
    crs: CrsName = None,
    form: Form = None,
) -> Response:
    """Return one feature."""
    form = choose(request, form, {"geojson": GEOJSON, "html": HTML})
    found = find_collection(atlas, collection_id)
    if feature_id not in found.position:
        if found.id == "prospects":
            path = "/api/collections/prospects/items/{id}"
            refuse_retired(request, feature_id, path, GEOJSON)
        raise NotFoundError(say("error.no-feature", collection=found.title))
    rows = np.array([found.position[feature_id]], dtype=np.int64)
    source = source_of(request, atlas, found)
    excerpt = in_crs(found, rows, source, crs_named(request, crs))
    links = _item_links(request, found, feature_id)
    if form == "html":
        return show_page(
            request,
            atlas,
            "item.html",
            found=found,
            id=feature_id,
            own=in_release(request, f"/api/collections/{found.id}"),
            values=_values(excerpt)[0],
            links=links,
        )

    def make() -> bytes:
        extra = {**stamp(excerpt), "links": _plain(links)}
        return features_of(excerpt)[0][:-1] + b"," + orjson.dumps(extra)[1:]

    headers = {
        "Link": link_header(links),
        "Content-Crs": f"<{excerpt.crs_uri}>",
    }
    return answer(request, make, media_type=GEOJSON, headers=headers)


def _items(
    request: Request,
    found: Collection,
    asked: Asked,
    *,
    among: Positions,
    form: str | None,
    bom: bool,
) -> Response:
    atlas: Atlas = request.state.atlas
    offered = {each.name: each for each in formats() if each.pages}
    media = {name: each.media_type for name, each in offered.items()} | {"html": HTML}
    form = choose(request, form, media)
    matched = asked.rows(found, among)
    shown = matched[asked.offset : asked.offset + asked.limit]
    links = _page_links(request, found, asked, len(matched), media[form])
    excerpt = asked.excerpt(found, shown, source_of(request, atlas, found))
    if form == "html":
        return show_page(
            request,
            atlas,
            "items.html",
            info=describe(request, found),
            found=found,
            own=in_release(request, f"/api/collections/{found.id}"),
            rows=_values(excerpt),
            ids=excerpt.ids,
            columns=excerpt.columns,
            matched=len(matched),
            offset=asked.offset,
            links={each.rel: each.href for each in links},
            downloads=_same_in(request, found, offered.values()),
        )
    headers = {
        "Link": link_header(links),
        "Content-Crs": f"<{excerpt.crs_uri}>",
        "OGC-NumberMatched": str(len(matched)),
        "OGC-NumberReturned": str(len(shown)),
    }

    def make() -> bytes:
        if form != "geojson":
            mark = csv.BOM if bom and form == csv.FORMAT.name else b""
            return mark + offered[form].write(excerpt)
        return feature_collection(
            excerpt,
            numberMatched=len(matched),
            numberReturned=len(shown),
            timeStamp=atlas.published,
            links=_plain(links),
        )

    return answer(request, make, media_type=media[form], headers=headers)


def _page_links(
    request: Request, found: Collection, asked: Asked, matched: int, media_type: str
) -> list[Link]:
    """Return the links of a page; all of them name its release.

    The pages before and after share no feature with this one.
    """
    path = f"/api/collections/{found.id}"
    query = dict(request.query_params)
    steps = {"self": (asked.offset, asked.limit)}
    if asked.offset + asked.limit < matched:
        steps["next"] = (asked.offset + asked.limit, asked.limit)
    if asked.offset > 0 and matched > 0:
        start = max(min(asked.offset, matched) - asked.limit, 0)
        steps["prev"] = (start, min(asked.limit, asked.offset - start))
    pages = [
        link(
            request,
            rel,
            with_query(f"{path}/items", query, limit=limit, offset=offset),
            media_type=media_type.partition(";")[0],
            pinned=True,
        )
        for rel, (offset, limit) in steps.items()
    ]
    return [*pages, link(request, "collection", path, media_type=JSON, pinned=True)]


def _same_in(
    request: Request, found: Collection, offered: Iterable[Format]
) -> dict[str, str]:
    """Return the title of each format → address of the same page in it."""
    path = in_release(request, f"/api/collections/{found.id}/items")
    query = dict(request.query_params)
    return {each.title: with_query(path, {**query, "f": each.name}) for each in offered}


def _item_links(request: Request, found: Collection, feature_id: str) -> list[Link]:
    path = f"/api/collections/{found.id}"
    own = f"{path}/items/{feature_id}"
    links = [
        link(request, "self", own, media_type=GEOJSON, pinned=True),
        link(request, "alternate", f"{own}?f=html", media_type=HTML, pinned=True),
        link(request, "collection", path, media_type=JSON, pinned=True),
    ]
    if found.id == "prospects":
        area = f"/prospects/{feature_id}"
        why = f"/api/prospects/{feature_id}/explanation"
        links += [
            link(request, "related", area, media_type=HTML, title=say("item.page")),
            link(
                request,
                "related",
                why,
                media_type=JSON,
                pinned=True,
                title=say("item.explanation"),
            ),
        ]
    return links


def _values(excerpt: Excerpt) -> list[dict[str, object]]:
    """Return the properties of the rows, by column."""
    return [dict(orjson.loads(item)["properties"]) for item in features_of(excerpt)]


def _plain(links: list[Link]) -> list[dict[str, object]]:
    return [item.model_dump(exclude_none=True) for item in links]
