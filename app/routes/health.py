"""Whether the atlas serves, which release, and what it runs on."""

import platform
from importlib.metadata import PackageNotFoundError, version

import orjson
import pyogrio
import rasterio
from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.parameters import AtlasNow, only_known_parameters
from app.responses import JSON, REFUSALS
from app.schemas import Health

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Health"])


@router.get("/healthz", response_model=Health, responses={400: REFUSALS[400]})
async def health(atlas: AtlasNow) -> Response:
    """Say whether the release that should be served is being served."""
    found = Health(
        status="degraded" if atlas.warning else "ok",
        release=atlas.release.id,
        warning=atlas.warning,
        versions=versions(),
    )
    return Response(
        orjson.dumps(found.model_dump()),
        media_type=JSON,
        headers={"Cache-Control": "no-store"},
    )


def versions() -> dict[str, str]:
    """Return the versions that matter, the two GDALs of one process included."""
    return {
        "atlas": _own_version(),
        "python": platform.python_version(),
        "fastapi": version("fastapi"),
        "folium": version("folium"),
        "gdal_rasterio": str(rasterio.__gdal_version__),
        "gdal_pyogrio": ".".join(map(str, pyogrio.__gdal_version__)),
    }


def _own_version() -> str:
    """Return our version; run from a folder, the project may not be installed."""
    try:
        return version("rare-earth-atlas")
    except PackageNotFoundError:
        return "not installed"
