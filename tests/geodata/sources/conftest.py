"""One certificate authority and one fault server for the tests of fetching."""

import socket
from collections.abc import Iterator

import pytest
import trustme

from tests.geodata.sources.fault_server import FaultServer, closing, look_up


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority nobody else trusts."""
    return trustme.CA()


@pytest.fixture
def server(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultServer]:
    """A server that has not been asked anything yet, and that every name leads to."""
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with closing(FaultServer(authority)) as found:
        monkeypatch.setattr(socket, "getaddrinfo", look_up(found.address))
        yield found
