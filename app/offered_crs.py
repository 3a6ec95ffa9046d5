"""The reference systems an answer can be in: the registered ones and our own grid's."""

from functools import lru_cache

from fastapi import Request

from app.crs import Crs, known_crs, make_crs
from app.public_address import public_base
from app.text import say

GRID_PATH = "/api/crs/atlas-grid"
"""Address at which the system of the maps of a release is defined."""


def offered_crs(request: Request) -> tuple[Crs, ...]:
    """Return the reference systems of a request's release, CRS84 first."""
    return (*known_crs(), grid_crs(request))


def grid_crs(request: Request) -> Crs:
    """Return the reference system of the maps of a request's release."""
    definition: str = request.state.atlas.release.manifest.grid.crs
    return _made(f"{public_base(request)}{GRID_PATH}", definition)


@lru_cache(maxsize=16)
def _made(uri: str, definition: str) -> Crs:
    return make_crs(uri, definition, title=say("crs.atlas-grid"))
