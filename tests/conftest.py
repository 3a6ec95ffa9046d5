"""What every test lives by: no network, and a clear word when something is absent."""

import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from filelock import FileLock
from hypothesis import settings

from geodata.ingestion.build import is_better
from geodata.layers.store import LayerStore
from geodata.release import Release, open_release
from geodata.release.build import build_release
from geodata.release.inputs import Parameters
from geodata.scoring.deposit_type import deposit_type_texts
from tests.thorough import THOROUGH

# The same examples in every run, unless a thorough one is asked for.
settings.register_profile(
    "fast", max_examples=60, deadline=None, derandomize=True, database=None
)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.load_profile("thorough" if THOROUGH else "fast")

ROOT = Path(__file__).resolve().parent.parent
AT_SETUP = (
    "crust",
    "crust-world",
    "palaeolithology",
    "terrane-boundaries",
    "terranes",
)


class NetworkRefusedError(AssertionError):
    """A test tried to reach another host."""


def is_loopback(host: Any) -> bool:
    """Tell whether a host name or address stays on this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except (AttributeError, ValueError):
        return False


def skip_or_fail(reason: str) -> NoReturn:
    """Skip where a person may lack something; fail where CI promises it."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must have this: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection and name look-up that leaves this machine.

    Programs that a test starts are asked to stay offline by their settings.
    """

    def guarded_by_address(method: Any) -> Any:
        def guard(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            is_inet = self.family in (socket.AF_INET, socket.AF_INET6)
            if is_inet and not is_loopback(address[0]):
                raise NetworkRefusedError(f"A test tried to reach {address}.")
            return method(self, *arguments)

        return guard

    def guarded_by_name(function: Any) -> Any:
        def guard(host: Any, *arguments: Any, **options: Any) -> Any:
            if not is_loopback(host):
                raise NetworkRefusedError(f"A test tried to look up {host!r}.")
            return function(host, *arguments, **options)

        return guard

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            method = getattr(socket.socket, name)
            patch.setattr(socket.socket, name, guarded_by_address(method))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, guarded_by_name(getattr(socket, name)))
        patch.setenv("PIP_NO_INDEX", "1")
        patch.delenv("PIP_FIND_LINKS", raising=False)
        patch.setenv("npm_config_offline", "true")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder that lies beside the project: mirror, parity tables, clients."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        skip_or_fail("waits for the folder ../shared, which is not here")
    return folder


Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make a folder once a run: the other worker waits and takes the same one."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        made = base / f"once-{name}"
        with FileLock(base / f"once-{name}.lock"):
            if not made.exists():
                begun = made.with_suffix(f".{os.getpid()}")
                begun.mkdir()
                make(begun)
                begun.rename(made)
        return made

    return folder


@pytest.fixture(scope="session")
def setup_layers(once: Once) -> Path:
    """The folder of layers as scripts/setup makes them, without ingested ones.

    Where somebody has ingested layers, those of setup are made again aside, from the
    packages that setup has brought.
    """
    home = Path(os.environ.get("ATLAS_HOME") or ROOT / "var")
    here = LayerStore((home / "layers",))
    if not any(is_better(here.provenance(layer)) for layer in here.ids()):
        return home / "layers"

    def make(aside: Path) -> None:
        (aside / "packages").symlink_to((home / "packages").resolve())
        subprocess.run(
            [sys.executable, ROOT / "scripts" / "build_bundle.py", "--at-setup"],
            env={**os.environ, "ATLAS_HOME": str(aside)},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    return once("setup", make) / "layers"


@pytest.fixture(scope="session")
def home_layers(setup_layers: Path) -> LayerStore:
    """The layers that scripts/setup makes; CI must have them."""
    store = LayerStore((setup_layers,))
    missing = sorted(set(AT_SETUP) - set(store.ids()))
    if missing:
        skip_or_fail(f"waits for layers made by scripts/setup: {', '.join(missing)}")
    return store


@pytest.fixture(scope="session")
def store(setup_layers: Path) -> LayerStore:
    """Every layer of a fresh machine: the bundle, and those that setup makes."""
    return LayerStore((ROOT / "geodata" / "bundle", setup_layers))


@pytest.fixture(scope="session")
def bundle() -> LayerStore:
    """The layers of the repository alone, as on a machine without a registry."""
    return LayerStore((ROOT / "geodata" / "bundle",))


@pytest.fixture(scope="session")
def release_home(store: LayerStore, once: Once) -> Path:
    """A home folder with one real release of 50 km cells; read only, please."""
    return once(
        "home",
        lambda home: build_release(
            store,
            deposit_type_texts(),
            home / "releases",
            parameters=Parameters(cell_m=50_000),
        ),
    )


@pytest.fixture(scope="session")
def release(release_home: Path) -> Release:
    """That release, opened."""
    return open_release(release_home / "releases")
