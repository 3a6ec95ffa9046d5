"""Settings: the only place of the app that reads the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from geodata.folders import HOME


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
        are made from the request.
    log_level : str
        ``debug``, ``info``, ``warning`` or ``error``.
    """

    model_config = SettingsConfigDict(
        env_prefix="ATLAS_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = HOME
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]/_-]+)?$")
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")

    @property
    def releases(self) -> Path:
        """Folder that holds the releases."""
        return self.home / "releases"
