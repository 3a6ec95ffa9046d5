"""Whether the atlas serves, which release, and what it runs on."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import orjson
import rasterio
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.atlas import Atlas, lost_file
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, REFUSALS
from app.schemas import Health
from app.shelf import Shelf
from app.text import say
from geodata.errors import ReleaseError

Status = Literal["ok", "degraded", "failed"]

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Health"])


@router.get(
    "/healthz",
    response_model=Health,
    responses={
        400: REFUSALS[400],
        503: {"description": "Files of the release are lost", "model": Health},
    },
)
async def health(request: Request, atlas: AtlasNow) -> Response:
    """Say whether the release that should be served is being served, files and all.

    When files of the open release are lost, another release is opened; the first
    answer after that is 503 all the same, so that the loss is noticed.
    """
    shelf: Shelf = request.app.state.shelf
    lost = lost_file(atlas.release)
    if lost:
        reason = say("health.lost", release=atlas.release.id, file=lost)
        status, warning = await run_in_threadpool(_after_loss, shelf, atlas, reason)
        return _say(status, atlas, atlas.release.id, warning, status_code=503)
    wanted, why = shelf.wanted()
    return _say("degraded" if why else "ok", atlas, wanted, why)


def _after_loss(shelf: Shelf, atlas: Atlas, reason: str) -> tuple[Status, str]:
    try:
        shelf.replace(atlas)
    except ReleaseError:
        return "failed", say("health.none-left", reason=reason)
    serving = shelf.served.release.id
    return "degraded", say("health.another", reason=reason, release=serving)


def _say(
    status: Status, atlas: Atlas, wanted: str, warning: str, *, status_code: int = 200
) -> Response:
    found = Health(
        status=status,
        release=atlas.release.id,
        should_serve=wanted,
        warning=warning,
        versions=versions(),
    )
    return Response(
        orjson.dumps(found.model_dump()),
        status_code=status_code,
        media_type=JSON,
        headers={"Cache-Control": "no-store"},
    )


def versions() -> dict[str, str]:
    """Return the versions that matter."""
    return {
        "atlas": _own_version(),
        "python": platform.python_version(),
        "fastapi": version("fastapi"),
        "folium": version("folium"),
        "gdal_rasterio": str(rasterio.__gdal_version__),
    }


def _own_version() -> str:
    """Return our version; run from a folder, the project may not be installed."""
    try:
        return version("rare-earth-atlas")
    except PackageNotFoundError:
        return "not installed"
