"""Every layer the atlas knows, found in the modules of :mod:`geodata.layers`.

A module that makes a layer says so by ``LAYER``, or by ``LAYERS`` when it makes
several; nothing else has to be edited for a new one.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from geodata.layers.model import Layer

PACKAGE = "geodata.layers"


@cache
def all_layers() -> Mapping[str, Layer]:
    """Return every layer of the atlas by id, in the order of ids."""
    return discover(PACKAGE)


def discover(package: str) -> Mapping[str, Layer]:
    """Import the modules of a package and return the layers they state, by id.

    Parameters
    ----------
    package : str
        Dotted name; packages inside it are searched too.

    Raises
    ------
    ValueError
        If two modules state a layer of one id.

    >>> discover("geodata.layers")["roads"].kind
    'lines'
    """
    found: dict[str, tuple[str, Layer]] = {}
    for module, layer in _stated(package):
        if layer.id in found:
            raise ValueError(
                f"the layer '{layer.id}' stands in {found[layer.id][0]} and in "
                f"{module}; make them alternatives of one"
            )
        found[layer.id] = (module, layer)
    return MappingProxyType({name: found[name][1] for name in sorted(found)})


def _stated(package: str) -> Iterator[tuple[str, Layer]]:
    path = importlib.import_module(package).__path__
    for entry in pkgutil.walk_packages(path, f"{package}."):
        module = importlib.import_module(entry.name)
        one = getattr(module, "LAYER", None)
        for layer in (one, *getattr(module, "LAYERS", ())):
            if isinstance(layer, Layer):
                yield entry.name, layer
