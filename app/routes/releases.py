"""The releases that can be read here, each at an address of its own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from app.links import API, link
from app.negotiation import choose
from app.parameters import AtlasNow, Form, only_known_parameters
from app.responses import JSON, NOT_FOUND, REFUSALS
from app.routes.landing import landing_page
from app.schemas import LandingPage, Releases, ReleaseSummary
from app.shelf import Shelf
from geodata.errors import ReleaseError
from geodata.release import known_releases, published_at, read_manifest

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["API"])

ReleaseId = Annotated[str, Path(description="Id of a release that is kept here.")]


@router.get("/api/releases", response_model=Releases, responses=REFUSALS)
def releases(request: Request, form: Form = None) -> Response:
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
    "/api/releases/{release_id}", response_model=LandingPage, responses=NOT_FOUND
)
def one_release(
    request: Request,
    release_id: ReleaseId,  # noqa: ARG001  # the layer below has opened it
    atlas: AtlasNow,
    form: Form = None,
) -> Response:
    """Show the landing page of one release, which answers the same for good."""
    return landing_page(request, atlas, form)


def _summary(request: Request, shelf: Shelf, name: str) -> ReleaseSummary:
    folder = shelf.releases / name
    try:
        manifest = read_manifest(folder)
    except ReleaseError:
        manifest = None
    path = f"{API}/releases/{name}"
    return ReleaseSummary(
        id=name,
        published=published_at(folder),
        served=name == shelf.served.release.id,
        readable=manifest is not None,
        prospects=manifest and sum(item.prospects for item in manifest.deposit_types),
        deposit_types=manifest and [item.id for item in manifest.deposit_types],
        layers=manifest and len(manifest.layers),
        links=[link(request, "item", path, media_type=JSON)] if manifest else [],
    )
