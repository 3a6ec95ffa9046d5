"""The releases that can be read here, each at an address of its own."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from app.comparisons import what_changed
from app.links import API, link, link_into
from app.negotiation import choose
from app.parameters import AtlasNow, JsonForm, JsonOrHtml, only_known_parameters
from app.responses import JSON, NOT_FOUND, PAGE, REFUSALS, also
from app.routes.landing import landing_page
from app.schemas import LandingPage, Link, Releases, ReleaseSummary
from app.shelf import Shelf
from app.text import say
from geodata.errors import ReleaseError
from geodata.release import Manifest, known_releases, published_at, read_manifest

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["API"])

ReleaseId = Annotated[str, Path(description="Id of a release that is kept here.")]


@router.get("/api/releases", response_model=Releases, responses=REFUSALS)
def releases(request: Request, form: JsonForm = None) -> Response:
    """List the releases that are kept here, the newest first."""
    choose(request, form, {"json": JSON})
    shelf: Shelf = request.app.state.shelf
    served = shelf.served.release.id
    listed = Releases(
        served=served,
        releases=[
            _summary(request, shelf, name) for name in known_releases(shelf.releases)
        ],
        links=[link(request, "self", "/api/releases", media_type=JSON)],
    )
    text = listed.model_dump_json(exclude_none=True)
    return Response(text, media_type=JSON, headers={"Cache-Control": "no-cache"})


@router.get(
    "/api/releases/{release_id}",
    response_model=LandingPage,
    responses=also(NOT_FOUND, PAGE),
)
def one_release(
    request: Request,
    release_id: ReleaseId,  # noqa: ARG001  # the layer below has opened it
    atlas: AtlasNow,
    form: JsonOrHtml = None,
) -> Response:
    """Show the landing page of one release, which answers the same for good."""
    return landing_page(request, atlas, form)


def _summary(request: Request, shelf: Shelf, name: str) -> ReleaseSummary:
    folder = shelf.releases / name
    manifest = None
    if not shelf.is_refused(name):
        with suppress(ReleaseError):
            manifest = read_manifest(folder)
    return ReleaseSummary(
        id=name,
        published=published_at(folder),
        served=name == shelf.served.release.id,
        readable=manifest is not None,
        predecessor=(manifest and manifest.predecessor) or None,
        changes=(manifest and what_changed(manifest)) or None,
        prospects=manifest and sum(item.prospects for item in manifest.deposit_types),
        deposit_types=manifest and [item.id for item in manifest.deposit_types],
        layers=manifest and len(manifest.layers),
        links=_links(request, manifest) if manifest else [],
    )


def _links(request: Request, manifest: Manifest) -> list[Link]:
    """Link to a release, to the one before it, and to what changed between the two."""
    name, before = manifest.id, manifest.predecessor
    links = [link_into(request, "item", name, API, media_type=JSON)]
    if before and (request.app.state.shelf.releases / before).is_dir():
        links += [
            link_into(request, "predecessor-version", before, API, media_type=JSON),
            link_into(
                request,
                "related",
                name,
                f"{API}/compare",
                media_type=JSON,
                title=say("compare.title", before=before, after=name),
            ),
        ]
    return links
