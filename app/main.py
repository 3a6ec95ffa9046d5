"""Put the application together: one release, its routes, its rules."""

from typing import Any

import pyarrow as pa
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.staticfiles import StaticFiles

from app.atlas import load_atlas
from app.caching import AnswerCache, GzipIfAccepted
from app.entrance import Service
from app.errors import add_error_handlers
from app.recovery import RecoverRelease
from app.routes import routers
from app.schemas import Problem
from app.settings import Settings
from app.templating import STATIC

TITLE = "Rare-Earth Atlas of Central Asia"


def create_app(settings: Settings) -> FastAPI:
    """Open the release and build the application.

    Parameters
    ----------
    settings : Settings
        Where the releases are, and what links should look like.

    Raises
    ------
    NoReleaseError
        If there is no release that can be served.
    """
    app = Service(
        title=TITLE,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what it has freed
    app.state.settings = settings
    app.state.atlas = load_atlas(settings.releases)
    app.state.cache = AnswerCache()
    for router in routers():
        app.include_router(router)
    app.mount("/static", GzipIfAccepted(StaticFiles(directory=STATIC)), name="static")
    app.add_middleware(RecoverRelease)
    add_error_handlers(app)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's way
    return app


def create_default_app() -> FastAPI:
    """Build the application from the environment; for servers that take a factory."""
    return create_app(Settings())


def _described(app: FastAPI) -> dict[str, Any]:
    """Describe the API: self-contained, and with the refusals we really give."""
    release = app.state.atlas.release.id
    if app.openapi_schema is None or app.openapi_schema["info"]["version"] != release:
        described = get_openapi(
            title=TITLE,
            version=release,
            description=app.state.atlas.caution,
            routes=app.routes,
        )
        for path in described["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        schemas = described["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = Problem.model_json_schema()
        app.openapi_schema = described
    return app.openapi_schema
