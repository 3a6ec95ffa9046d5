"""One certificate authority and one fault server for the tests of fetching."""

from collections.abc import Iterator

import pytest
import trustme

from tests.geodata.sources.fault_server import FaultServer, closing


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority nobody else trusts."""
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[FaultServer]:
    """A server that has not been asked anything yet."""
    with closing(FaultServer(authority)) as found:
        yield found
