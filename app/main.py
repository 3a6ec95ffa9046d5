"""Put the application together: one release, its routes, its rules."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyarrow as pa
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.agreement import Agreement
from app.caching import AnswerAgain, GzipIfAccepted
from app.derived import DerivedFiles
from app.entrance import Service
from app.errors import add_error_handlers
from app.kept import AnswerCache
from app.metrics import Metrics
from app.recovery import FromRelease
from app.routes import routers
from app.settings import Settings
from app.shared_folder import end_with_parent
from app.shelf import Shelf
from app.templating import STATIC
from app.vector_tiles import new_tile_layers
from app.watching import Watch

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
    shelf = Shelf(settings.releases, Agreement(settings.shared))
    cache = AnswerCache()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        shelf.watch()
        yield
        shelf.close()

    app = Service(
        title=TITLE,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what it has freed
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.watch = Watch(shelf)
    app.state.shelf = shelf
    app.state.cache = cache
    app.state.tile_layers = new_tile_layers()
    app.state.derived = DerivedFiles(settings.home / "derived")
    for router in routers():
        app.include_router(router)
    app.mount("/static", GzipIfAccepted(StaticFiles(directory=STATIC)), name="static")
    app.add_middleware(AnswerAgain, cache=cache)
    app.add_middleware(FromRelease, shelf=shelf)
    add_error_handlers(app)
    return app


def create_default_app() -> FastAPI:
    """Build the application from the environment; for servers that take a factory."""
    end_with_parent()
    return create_app(Settings())
