"""The API's front door: landing page, conformance, description of itself."""

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.bulk import RELEASE_FILE
from app.caching import answer
from app.conformance import CONFORMANCE
from app.formats import formats
from app.grids.links import WMTS
from app.links import link
from app.negotiation import choose
from app.openapi import described, in_version_3_0
from app.parameters import AtlasNow, Form, JsonForm, JsonOrHtml, only_known_parameters
from app.public_address import public_base
from app.responses import (
    HTML,
    JSON,
    OPENAPI_30,
    OPENAPI_31,
    PAGE,
    REFUSALS,
    XML,
    ZIP,
    also,
)
from app.routes.pages import service_page
from app.schemas import Conformance, LandingPage, Link
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["API"])

DESCRIPTIONS = {"3.0": OPENAPI_30, "3.1": OPENAPI_31}
"""Version of OpenAPI → media type; clients older than 2022 know the first alone."""


@router.get("/api/", response_model=LandingPage, responses=also(REFUSALS, PAGE))
def landing_page(
    request: Request, atlas: AtlasNow, form: JsonOrHtml = None
) -> Response:
    """Say what this is and where everything is."""
    if choose(request, form, {"json": JSON, "html": HTML}) == "html":
        return service_page(request, atlas)
    page = LandingPage(
        title=say("page.atlas"),
        description=say("service.atlas-described"),
        release=atlas.release.id,
        published=atlas.published,
        caution=atlas.caution,
        attribution=say("page.atlas"),
        credits=f"{public_base(request)}/layers",
        links=_links(request),
    )
    make = page.model_dump_json(exclude_none=True).encode
    return answer(request, make, media_type=JSON)


@router.get("/api/conformance", response_model=Conformance, responses=REFUSALS)
def conformance(request: Request, form: JsonForm = None) -> Response:
    """List the parts of the standards that are met."""
    choose(request, form, {"json": JSON})
    make = lambda: orjson.dumps({"conformsTo": CONFORMANCE})  # noqa: E731
    return answer(request, make, media_type=JSON)


@router.get("/api/openapi.json", include_in_schema=False)
def description(request: Request, form: Form = None) -> Response:
    """Describe every operation in OpenAPI 3.0 or, for who asks for it, 3.1."""
    asked = request.headers.get("accept", "").replace(" ", "").replace('"', "")
    newer = form == "3.1" or (form is None and "version=3.1" in asked)
    if not newer and form != "3.0":
        choose(request, form, {"json": JSON, "openapi": OPENAPI_30})
    return _description(request, "3.1" if newer else "3.0")


@router.get("/api/openapi-3.0.json", include_in_schema=False)
def description_3_0(request: Request) -> Response:
    """Describe every operation in OpenAPI 3.0."""
    return _description(request, "3.0")


@router.get("/api/openapi-3.1.json", include_in_schema=False)
def description_3_1(request: Request) -> Response:
    """Describe every operation in OpenAPI 3.1."""
    return _description(request, "3.1")


def _description(request: Request, version: str) -> Response:
    def make() -> bytes:
        document = described(request.app, request.state.atlas, public_base(request))
        return orjson.dumps(document if version == "3.1" else in_version_3_0(document))

    return answer(request, make, media_type=DESCRIPTIONS[version])


def _links(request: Request) -> list[Link]:
    """Link to everything: relation, address, media type, title."""
    descriptions = [
        (
            "service-desc",
            f"/api/openapi-{version}.json",
            media_type,
            say("service.openapi", version=version),
        )
        for version, media_type in reversed(DESCRIPTIONS.items())
    ]
    exports = [
        (
            "enclosure",
            each.path,
            each.content_type,
            say("service.all-areas", format=each.title),
        )
        for each in formats()
    ]
    told = [
        ("self", "/api/", JSON, say("service.this-page")),
        ("alternate", "/api/docs", HTML, say("service.for-readers")),
        *descriptions,
        ("service-doc", "/api/docs", HTML, say("service.for-readers")),
        ("conformance", "/api/conformance", JSON, say("service.conformance")),
        ("data", "/api/collections", JSON, say("service.collections")),
        ("describedby", "/about", HTML, say("service.about")),
        ("related", "/api/grids", JSON, say("service.grids")),
        ("related", WMTS, XML, say("service.wmts")),
        ("child", "/api/stac/catalog.json", JSON, say("service.stac")),
        ("license", "/layers", HTML, say("collection.licence")),
        ("version-history", "/api/releases", JSON, say("service.releases")),
        *exports,
    ]
    title, whole = say("service.this-release"), say("service.whole-release")
    return [
        *(
            link(request, rel, path, media_type=media_type, title=said)
            for rel, path, media_type, said in told
        ),
        link(request, "canonical", "/api/", media_type=JSON, title=title, pinned=True),
        link(
            request,
            "enclosure",
            f"/api/{RELEASE_FILE}",
            media_type=ZIP,
            title=whole,
            pinned=True,
        ),
    ]
