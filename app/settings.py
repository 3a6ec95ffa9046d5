"""Settings: the only place of the app that reads the environment."""

import ipaddress
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.forwarded import networks
from geodata.folders import HOME

_USUAL_RATE = 1200

OWN_PATHS = ("api", "prospects", "static")
"""First parts of our own addresses that a prefix must not look like."""


class Settings(BaseSettings):
    """What can be chosen when the atlas is served; prefix ``ATLAS_``.

    Attributes
    ----------
    home : Path
        Folder with ``releases``; ``var`` in the repository by default.
    host : str
        Address to listen on.
    port : int
        Port to listen on, 1 to 65535.
    workers : int
        Number of server processes.
    public_url : str
        Address that users see, when a proxy stands in front; otherwise links
        are made from the request.  It may have a path, such as ``/atlas``.
    trusted_proxies : str
        Numbers and networks, separated by commas, of the proxies whose
        ``X-Forwarded-For``, ``-Proto``, ``-Host`` and ``-Prefix`` are believed.
    shared : Path or None
        Folder in which the processes of one server tell each other what they have
        open and what they count; the first process makes it.
    rate_limit : int or None
        Requests that one client may make in a minute; 0 = no limit.  By default none
        where only this machine can ask, else 1200.
    log_level : str
        ``debug``, ``info``, ``warning`` or ``error``.
    log_format : str
        ``json`` (a line a request) or ``text`` (for a person: faults and what was
        slow).  By default ``text`` at a terminal, else ``json``.
    """

    model_config = SettingsConfigDict(
        env_prefix="ATLAS_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = HOME
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?)?$",
    )
    trusted_proxies: str = "127.0.0.1,::1"
    shared: Path | None = None
    rate_limit: int | None = Field(default=None, ge=0, le=1_000_000)
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    log_format: str = Field(default="", pattern="^(json|text|)$")

    @field_validator("public_url")
    @classmethod
    def _apart_from_ours(cls, text: str) -> str:
        """Refuse a path that could be taken for one of our own."""
        first = urlsplit(text).path.strip("/").partition("/")[0]
        if first in OWN_PATHS:
            raise ValueError(
                f"its path begins with /{first}, an address of the atlas itself; "
                "expected another, such as /atlas"
            )
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _are_numbers(cls, text: str) -> str:
        networks(text)
        return text

    @property
    def log_form(self) -> str:
        """``json`` or ``text``."""
        return self.log_format or ("text" if sys.stdout.isatty() else "json")

    @property
    def requests_per_minute(self) -> int:
        """What one client may ask in a minute; 0 = as much as it likes."""
        if self.rate_limit is not None:
            return self.rate_limit
        return 0 if is_loopback(self.host) else _USUAL_RATE

    @property
    def releases(self) -> Path:
        """Folder that holds the releases."""
        return self.home / "releases"


def is_loopback(host: str) -> bool:
    """Tell whether only programs of this machine can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
