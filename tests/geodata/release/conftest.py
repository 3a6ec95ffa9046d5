"""A release over the bundle and a few layers made by hand."""

import pytest

from geodata.release import Release, open_release
from tests.geodata.release.small_layers import build_layered_home


@pytest.fixture(scope="session")
def layered(tmp_path_factory: pytest.TempPathFactory) -> Release:
    home = build_layered_home(tmp_path_factory.mktemp("layered"))
    return open_release(home / "releases")
