"""Serve the atlas: ``python -m app``."""

import errno
import importlib.util
import socket
import sys
from contextlib import nullcontext

import uvicorn
from pydantic import ValidationError

from app.journal import log_config
from app.limits import raise_descriptor_limit
from app.main import create_app
from app.maps.shell import LEAFLET_SCRIPT, LEAFLET_STYLE
from app.settings import Settings
from app.shared_folder import shared_folder
from app.templating import STATIC
from geodata.errors import GeodataError, NoReleaseError, OutdatedReleaseError
from geodata.release import (
    known_releases,
    open_release,
    pointed_release,
    read_manifest,
)

EXIT_NO_RELEASE = 3
"""Exit code that tells scripts/serve to build a release first."""

GRACE_S = 10
"""How long answers that have begun may take when the server is told to stop."""

WORKER_START_S = 120
"""Within which a process must have its release open, when all are loaded anew."""


def main() -> int:
    """Check what could go wrong, say it in one paragraph, then serve.

    Returns
    -------
    int
        0 after a normal end, 3 when there is no release to serve, 1 when serving
        was not possible for another reason.
    """
    try:
        settings = Settings()
        check_assets()
        check_port(settings.host, settings.port)
        loop = choose_loop(settings.workers)
        alone = settings.workers == 1
        if not alone:  # each process opens it for itself; is there one?
            _check_release(settings)
        app = create_app(settings) if alone else "app.main:create_default_app"
    except ValidationError as error:
        parts = [
            f"ATLAS_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()
        ]
        return _fail(f"A setting cannot be used. {'; '.join(parts)}.")
    except (NoReleaseError, OutdatedReleaseError) as error:
        return _fail(str(error), EXIT_NO_RELEASE)
    except (GeodataError, MissingAssetsError, PortInUseError, NoLoopError) as error:
        return _fail(str(error))
    raise_descriptor_limit()
    with nullcontext() if alone else shared_folder():
        uvicorn.run(
            app,
            factory=not alone,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            loop=loop,
            http="app.protocol:Connection",
            ws="none",
            log_config=log_config(settings.log_form, settings.log_level),
            log_level=settings.log_level,
            access_log=False,  # the entrance writes requests down
            server_header=False,
            proxy_headers=False,  # the entrance reads them
            timeout_graceful_shutdown=GRACE_S,
            timeout_worker_healthcheck=WORKER_START_S,
        )
    return 0


def _check_release(settings: Settings) -> None:
    """Make sure that there is a release; each process opens it for itself."""
    pointed = pointed_release(settings.releases)
    names = [pointed] if pointed else known_releases(settings.releases)
    if not names:
        open_release(settings.releases)  # says what to do
    read_manifest(settings.releases / names[0])


class MissingAssetsError(Exception):
    """The map library has not been put in its place."""


def check_assets() -> None:
    """Make sure that setup has brought the map library.

    Raises
    ------
    MissingAssetsError
        If it has not: the map would stay empty.
    """
    for address in (LEAFLET_SCRIPT, LEAFLET_STYLE):
        if not (STATIC.parent / address.removeprefix("/")).is_file():
            raise MissingAssetsError(
                f"The map library is not here: app{address} is missing. Run "
                "scripts/setup, which puts it there."
            )


class PortInUseError(Exception):
    """Another program listens on the port, or the address is not ours."""


class NoLoopError(Exception):
    """Several processes would stall without the faster event loop."""


def check_port(host: str, port: int) -> None:
    """Make sure that the port is free.

    Raises
    ------
    PortInUseError
        If another program uses it, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            what = f"Port {port} on {host} cannot be used ({error.strerror}). "
            other = f"ATLAS_PORT={port % 65_535 + 1} scripts/serve"
            if error.errno == errno.EADDRINUSE:
                what += f"Stop the program that uses it, or choose another: {other}"
            elif error.errno == errno.EACCES:
                what += "Choose one above 1023: ATLAS_PORT=8000 scripts/serve"
            else:
                what += (
                    "Name an address of this machine: 127.0.0.1 for itself alone, "
                    "0.0.0.0 or :: for others, too"
                )
            raise PortInUseError(what) from error


def choose_loop(workers: int) -> str:
    """Return the event loop; several processes need uvloop.

    Raises
    ------
    NoLoopError
        If it is not installed: kept-alive requests would wait 44 ms each.
    """
    if importlib.util.find_spec("uvloop") is not None:
        return "uvloop"
    if workers > 1:
        raise NoLoopError(
            f"ATLAS_WORKERS={workers} needs the package uvloop, which is not here. "
            "Install uvicorn[standard], or serve with one process."
        )
    return "asyncio"


def _fail(text: str, code: int = 1) -> int:
    sys.stderr.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
