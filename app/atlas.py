"""The atlas: one open release, and everything made from it when it is opened."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.collection import Collection
from app.collection_list import make_collections
from app.grids.tiles import Grids
from app.maps.backdrop import make_backdrop
from app.maps.ground import Ground
from app.overlays import GAPS
from geodata.release import DepositTypeEntry, Release, published_at
from geodata.release.area_report import Reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """One release, read-only, ready to be served.

    Attributes
    ----------
    release : Release
        The open release.
    published : str
        When it was finished here, RFC 3339.
    collections : mapping of str to Collection
        What the API offers.
    grids : Grids
        Every raster, and tiles of them.
    backdrop : bytes
        Water, states and towns for the map page, as JSON.
    ground : Ground
        What the sketches of prospect areas show.
    reporter : Reporter
        What reports on areas of interest.
    warning : str
        Empty, or why this is not the release it should be.
    """

    release: Release
    published: str
    collections: Mapping[str, Collection]
    grids: Grids
    backdrop: bytes
    ground: Ground
    reporter: Reporter
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


def open_atlas(release: Release, warning: str = "") -> Atlas:
    """Make everything that is served from a release.

    Parameters
    ----------
    release : Release
        Open, every file of it checked.
    warning : str
        Empty, or why this is not the release it should be.
    """
    return Atlas(
        release=release,
        published=published_at(release.folder),
        collections=make_collections(release),
        grids=Grids(release),
        backdrop=make_backdrop(release),
        ground=Ground(release),
        reporter=Reporter(release),
        warning=warning,
    )


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
