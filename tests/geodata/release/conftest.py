"""A release over the bundle and a few layers made by hand."""

import pytest

from geodata.release import Release, open_release
from tests.conftest import Once
from tests.geodata.release.small_layers import build_layered_home


@pytest.fixture(scope="session")
def layered(once: Once) -> Release:
    home = once("layers", build_layered_home)
    return open_release(home / "releases")
