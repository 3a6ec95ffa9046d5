"""What tests of readers share."""

import pytest

from geodata.readers import sandbox


@pytest.fixture
def unconfined(monkeypatch):
    """Read in this process, as if it were a child."""
    monkeypatch.setitem(sandbox._state, "confined", True)
