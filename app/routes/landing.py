"""The API's front door: landing page, conformance, description of itself."""

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.caching import answer
from app.formats import formats
from app.links import link
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, OPENAPI, REFUSALS
from app.schemas import Conformance, Credit, LandingPage
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["API"])

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
"""Names, not addresses we call: classes of OGC API that are met."""


@router.get("/api", include_in_schema=False)
@router.get("/api/", response_model=LandingPage, responses=REFUSALS)
async def landing_page(request: Request, atlas: AtlasNow) -> Response:
    """Say what this is and where everything is."""
    page = LandingPage(
        title=say("page.atlas"),
        description=say("service.atlas-described"),
        release=atlas.release.id,
        caution=atlas.caution,
        credits=[Credit(**item) for item in atlas.stamp["credits"]],
        links=[
            link(
                request,
                "self",
                "/api/",
                media_type=JSON,
                title=say("service.this-page"),
            ),
            link(
                request,
                "service-desc",
                "/api/openapi.json",
                media_type=OPENAPI,
                title=say("service.openapi"),
            ),
            link(
                request,
                "describedby",
                "/about",
                media_type="text/html",
                title=say("service.about"),
            ),
            link(
                request,
                "service-doc",
                "/api/docs",
                media_type="text/html",
                title=say("service.for-readers"),
            ),
            link(request, "conformance", "/api/conformance", media_type=JSON),
            link(request, "data", "/api/collections", media_type=JSON),
            *(
                link(
                    request,
                    "enclosure",
                    form.path,
                    media_type=form.media_type.partition(";")[0],
                    title=say("service.all-areas", format=form.title),
                )
                for form in formats()
            ),
        ],
    )
    return answer(request, lambda: page.model_dump_json().encode(), media_type=JSON)


@router.get("/api/conformance", response_model=Conformance, responses=REFUSALS)
async def conformance(request: Request) -> Response:
    """List the parts of the standards that are met."""
    return answer(
        request, lambda: orjson.dumps({"conformsTo": CONFORMANCE}), media_type=JSON
    )


@router.get("/api/openapi.json", include_in_schema=False)
async def description(request: Request) -> Response:
    """Describe every operation; self-contained, nothing refers elsewhere."""
    return answer(
        request, lambda: orjson.dumps(request.app.openapi()), media_type=OPENAPI
    )
