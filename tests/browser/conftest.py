"""A real browser on a real server, with every other host switched off."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import (
    empty_home,
    hostile_home,
    lacking_home,
    layered_home,
    learned_home,
)

__all__ = [
    "empty_home",
    "hostile_home",
    "lacking_home",
    "layered_home",
    "learned_home",
]

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Watched:
    """A page, and what it asked for and complained about."""

    page: Page
    base: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to one of our pages and wait until it has come to rest."""
        self.page.goto(f"{self.base}{path}")
        self.page.wait_for_load_state("networkidle")
        return self.page


Opener = Callable[..., Watched]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        reason = "waits for Chromium: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(f"CI must have this: {reason}", pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        yield opened
        opened.close()


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a release on a free port of this machine."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(Settings(home=home)),
            host="127.0.0.1",
            port=0,
            log_level="error",
            ws="none",
            loop="asyncio",
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        thread.join(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="session")
def address(release_home: Path) -> Iterator[str]:
    with serving(release_home) as base:
        yield base


@pytest.fixture(scope="session")
def hostile_address(hostile_home: Path) -> Iterator[str]:
    with serving(hostile_home) as base:
        yield base


@pytest.fixture(scope="session")
def learned_address(learned_home: Path) -> Iterator[str]:
    with serving(learned_home) as base:
        yield base


@pytest.fixture(scope="session")
def lacking_address(lacking_home: Path) -> Iterator[str]:
    with serving(lacking_home) as base:
        yield base


@pytest.fixture(scope="session")
def empty_address(empty_home: Path) -> Iterator[str]:
    with serving(empty_home) as base:
        yield base


@pytest.fixture(scope="session")
def layered_address(layered_home: Path) -> Iterator[str]:
    with serving(layered_home) as base:
        yield base


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Opener]:
    """Open windows; at the end nothing foreign was asked for, nothing complained."""
    opened: list[Watched] = []

    def open_one(
        base: str, *, width: int = 1400, height: int = 900, theme: str = "light"
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
        )
        watched = Watched(context.new_page(), base)
        page = watched.page
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                watched.complaints.append(message.text)
                if message.type in {"error", "warning"}
                else None
            ),
        )
        opened.append(watched)
        return watched

    yield open_one
    for watched in opened:
        watched.page.context.close()
        foreign = [
            url
            for url in watched.requests
            if not url.startswith((watched.base, "data:", "blob:"))
        ]
        assert foreign == []
        assert watched.complaints == []
