"""How much a test does: a fixed sample always, all of it with ``ATLAS_THOROUGH=1``."""

import os
from collections.abc import Sequence
from typing import TypeVar

THOROUGH = os.environ.get("ATLAS_THOROUGH") == "1"

Item = TypeVar("Item")


def budget(usual: int, thorough: int) -> int:
    """Return how often something is tried."""
    return thorough if THOROUGH else usual


THEMES = ("light", "dark")[: budget(1, 2)]
"""Themes at which a layout is looked at; it does not depend on them."""


def sample(items: Sequence[Item], usual: int) -> list[Item]:
    """Return all items when thorough, else some, evenly spread, ends included."""
    if THOROUGH or len(items) <= usual:
        return list(items)
    step = (len(items) - 1) / (usual - 1)
    return [items[round(number * step)] for number in range(usual)]
