"""Addresses: each route takes typed input, calls, and returns.

Every module of this folder holds a ``router``; nothing else has to name it.
"""

import importlib
import pkgutil

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """Return the routers of all modules of this folder, by the modules' names."""
    return [
        importlib.import_module(f"{__name__}.{item.name}").router
        for item in pkgutil.iter_modules(__path__)
    ]
