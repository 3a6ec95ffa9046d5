"""What a published file is held against before anybody reads it."""

from dataclasses import dataclass
from pathlib import Path

from geodata.errors import ChecksumError, UnexpectedContentError
from geodata.sources.catalogue import FIRST_SEEN, PublishedSource, SourceFile
from geodata.sources.ledger import PUBLISHER, first_seen
from geodata.sources.signature import require_head, require_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One file of the catalogue, and the ledger that remembers it.

    Attributes
    ----------
    source, entry : PublishedSource, SourceFile
        Catalogue entries.
    downloads : Path
        Folder of downloads, which holds the ledger.
    """

    source: PublishedSource
    entry: SourceFile
    downloads: Path

    @property
    def title(self) -> str:
        """``<source id>/<file>``, as in a mirror."""
        return f"{self.source.id}/{self.entry.name}"

    @property
    def part(self) -> tuple[str, str]:
        """Source id and name of the file."""
        return self.source.id, self.entry.name

    @property
    def kept(self) -> Path:
        """Where the file lies among the downloads."""
        return self.downloads / self.source.id / self.entry.name

    @property
    def by_hand(self) -> str:
        """What a user does when the network does not bring it."""
        if not self.entry.url:
            return f"put the right one at {self.kept}"
        return f"open {self.entry.url} in a browser and put the file at {self.kept}"

    def pin(self, origin: str) -> str:
        """Return the checksum that is enforced; empty for a file never seen.

        Parameters
        ----------
        origin : str
            ``publisher`` or ``mirror``.
        """
        if self.entry.sha256 != FIRST_SEEN:
            return self.entry.sha256
        seen = first_seen(self.downloads, *self.part, origin)
        return seen.sha256 if seen else ""

    def is_given_up(self, sha256: str) -> bool:
        """Tell whether the user gave this file up for what the publisher now has."""
        if self.entry.sha256 != FIRST_SEEN or not self.entry.url:
            return False
        seen = first_seen(self.downloads, *self.part, PUBLISHER)
        return seen is not None and seen.superseded == sha256

    def look(self, head: bytes) -> None:
        """Refuse a file by its first bytes.

        Raises
        ------
        UnexpectedContentError
            If it is a web page, empty, or not of the format.
        """
        require_head(
            head,
            name=self.title,
            format_words=self.entry.format,
            advice=self.by_hand,
        )

    def require_size(self, path: Path) -> None:
        """Refuse a file that is larger than its entry allows.

        Raises
        ------
        UnexpectedContentError
            If it is.
        """
        size = path.stat().st_size
        if size > self.entry.limit_bytes:
            raise UnexpectedContentError(
                f"{path} has {size:,} bytes; at most {self.entry.limit_bytes:,} are "
                "accepted. If the file is right, raise 'limit_bytes' of its entry in "
                "geodata/sources/catalogue."
            )

    def require_plausible(self, path: Path) -> None:
        """Refuse a file whose checksum nobody knows by its size, head and tail.

        Raises
        ------
        UnexpectedContentError
            If it is too large, a web page, cut, or not of the format.
        """
        self.require_size(path)
        require_whole(
            path, name=self.title, format_words=self.entry.format, advice=self.by_hand
        )

    def mismatch(self, path: Path, *, expected: str, found: str) -> ChecksumError:
        """Return the error about a file that is not the one that is known."""
        if self.entry.sha256 != FIRST_SEEN:
            advice = "Do not change the pin without looking at the file."
        else:
            advice = (
                "The checksum is that of the file first seen here; its publisher, or "
                "you, may have changed the file. Look at the new one; if it is right, "
                f"take it: scripts/ingest.py --all --accept {self.title}"
            )
        what = f"What {self.entry.url} serves" if path.suffix == ".part" else str(path)
        return ChecksumError(
            f"{what} is not the file we know as {self.title}: expected sha256 "
            f"{expected}, found {found}. {advice}"
        )
