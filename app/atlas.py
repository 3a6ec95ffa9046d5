"""The atlas: one open release, and everything made from it when it is opened."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.collection import Collection, make_collections
from app.errors import without_folder
from app.grids.tiles import Grids
from app.maps.backdrop import make_backdrop
from app.maps.picture import Pictures
from app.overlays import GAPS
from app.schemas import CreditEntry, Stamp
from app.text import say
from geodata.errors import (
    DamagedReleaseError,
    NoReleaseError,
    OutdatedReleaseError,
    ReleaseError,
)
from geodata.release import (
    DepositTypeEntry,
    Release,
    known_releases,
    open_release,
)

_log = logging.getLogger("atlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """One release, read-only, ready to be served.

    Attributes
    ----------
    release : Release
        The open release.
    collections : mapping of str to Collection
        What the API offers.
    grids : Grids
        Every raster, and tiles of them.
    images : Pictures
        The coloured maps, made when first asked for.
    backdrop : bytes
        Water, states and towns for the map page, as JSON.
    warning : str
        Empty, or why this is not the release it should be.
    """

    release: Release
    collections: Mapping[str, Collection]
    grids: Grids
    images: Pictures
    backdrop: bytes
    warning: str = ""

    @property
    def gap_ids(self) -> tuple[str, ...]:
        """Ids of the layers that leave out part of the five states."""
        return self.collections[GAPS].ids if GAPS in self.collections else ()

    @property
    def caution(self) -> str:
        """The caution that stands in every artefact."""
        return self.release.manifest.caution

    @property
    def deposit_types(self) -> tuple[DepositTypeEntry, ...]:
        """Id, code, title, summary and number of prospects of each type."""
        return self.release.manifest.deposit_types

    @property
    def credits(self) -> list[dict[str, str]]:
        """Credit, licence and citation of every layer of the release."""
        return [
            {
                "layer": layer.title,
                "credit": layer.credit,
                "licence": layer.licence,
                "citation": layer.citation,
            }
            for layer in self.release.manifest.layers
        ]

    @property
    def stamp(self) -> Stamp:
        """What every export says of itself: release, caution and credits."""
        return Stamp(
            release=self.release.id,
            caution=self.caution,
            credits=[
                CreditEntry(
                    layer=item["layer"], credit=item["credit"], licence=item["licence"]
                )
                for item in self.credits
            ],
        )


def load_atlas(releases: Path) -> Atlas:
    """Open the current release, or the newest intact one if that cannot be had.

    Parameters
    ----------
    releases : Path
        Folder that holds the releases.

    Raises
    ------
    NoReleaseError
        If there is none that can be served.
    """
    release, warning = find_release(releases)
    return Atlas(
        release=release,
        collections=make_collections(release),
        grids=Grids(release),
        images=Pictures(release),
        backdrop=make_backdrop(release),
        warning=warning,
    )


def find_release(releases: Path) -> tuple[Release, str]:
    """Open the release to serve; say why it is not the current one, if it is not.

    Raises
    ------
    NoReleaseError
        If there is none that can be served.
    """
    try:
        return open_release(releases), ""
    except (DamagedReleaseError, NoReleaseError, OutdatedReleaseError) as error:
        release = _newest_intact(releases, error)
        warning = say("health.instead", reason=error, release=release.id)
        _log.warning("%s", warning)
        return release, without_folder(warning, releases)


def lost_file(release: Release) -> str:
    """Return a file of a release that is gone or has another size, else nothing.

    Cheap: it looks at the files' entries, not into them.
    """
    for name, entry in release.manifest.files.items():
        try:
            if (release.folder / name).stat().st_size == entry.bytes:
                continue
        except OSError:
            pass
        return str(name)
    return ""


def _newest_intact(releases: Path, reason: ReleaseError) -> Release:
    for name in known_releases(releases):
        try:
            return open_release(releases, name)
        except ReleaseError:
            continue
    if isinstance(reason, NoReleaseError | OutdatedReleaseError):
        raise reason
    raise NoReleaseError(say("health.nothing-intact", reason=reason, releases=releases))
