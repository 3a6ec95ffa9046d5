"""Read in this process: a child for every raster of a table takes long."""

import pytest

from geodata.readers import sandbox


@pytest.fixture(autouse=True)
def unconfined(monkeypatch):
    """Read as if this were a child of the sandbox, which has its own tests."""
    monkeypatch.setitem(sandbox._state, "confined", True)
