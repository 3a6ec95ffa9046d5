"""Whether the atlas serves, which release, and what it runs on."""

import asyncio
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import orjson
import rasterio
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from app.atlas import Atlas
from app.limits import RETRY_S
from app.metrics import MEDIA_TYPE, Metrics
from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, REFUSALS
from app.schemas import Health, Readiness
from app.shelf import Shelf
from app.text import say
from app.watching import Seen, Watch
from geodata.errors import ReleaseError

Status = Literal["ok", "degraded", "failed"]

_NOT_KEPT = {"Cache-Control": "no-store"}
_COME_AGAIN = {**_NOT_KEPT, "Retry-After": str(RETRY_S)}

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
    seen = await _look(request, atlas)
    if seen.lost:
        reason = say("health.lost", release=atlas.release.id, file=seen.lost)
        status, warning = await run_in_threadpool(_after_loss, shelf, atlas, reason)
        return _say(status, atlas, atlas.release.id, warning, status_code=503)
    return _say("degraded" if seen.why else "ok", atlas, seen.wanted, seen.why)


@router.get(
    "/readyz",
    responses={
        400: REFUSALS[400],
        503: {"description": "Files of the release are lost", "model": Readiness},
    },
    response_model=Readiness,
)
async def readiness(request: Request, atlas: AtlasNow) -> Response:
    """Say whether requests can be sent here: a release is open and its files are there.

    Nothing is mended; `/healthz` does that.
    """
    ready = not (await _look(request, atlas)).lost
    return Response(
        orjson.dumps(Readiness(ready=ready, release=atlas.release.id).model_dump()),
        status_code=200 if ready else 503,
        media_type=JSON,
        headers=_NOT_KEPT if ready else _COME_AGAIN,
    )


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={
        200: {"description": "Counts and times", "content": {MEDIA_TYPE: {}}},
        400: REFUSALS[400],
    },
)
async def metrics(request: Request, atlas: AtlasNow) -> Response:
    """Tell counts and times of all processes in the text form of Prometheus."""
    told: Metrics = request.app.state.metrics
    loop = asyncio.get_running_loop()  # its threads are not those that work is done in
    text = await loop.run_in_executor(None, told.exposed, atlas.release.id)
    return Response(text, media_type=MEDIA_TYPE, headers=_NOT_KEPT)


async def _look(request: Request, atlas: Atlas) -> Seen:
    watch: Watch = request.app.state.watch
    return await watch.see(atlas)


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
        headers=_NOT_KEPT if status_code == 200 else _COME_AGAIN,
    )


@cache
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
