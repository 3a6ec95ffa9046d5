"""Stores of finished layers: the committed bundle, and what setup made here."""

import os
from pathlib import Path

import pytest

from geodata.layers import LayerStore

ROOT = Path(__file__).resolve().parents[3]
AT_SETUP = (
    "crust",
    "crust-world",
    "palaeolithology",
    "terrane-boundaries",
    "terranes",
)


@pytest.fixture(scope="session")
def bundle() -> LayerStore:
    """The layers that come with the repository."""
    return LayerStore((ROOT / "geodata" / "bundle",))


@pytest.fixture(scope="session")
def home_layers(setup_layers: Path) -> LayerStore:
    """The layers that scripts/setup makes; CI must have them."""
    store = LayerStore((setup_layers,))
    missing = sorted(set(AT_SETUP) - set(store.ids()))
    if missing:
        reason = f"waits for layers made by scripts/setup: {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(f"CI must have this: {reason}", pytrace=False)
        pytest.skip(reason)
    return store
