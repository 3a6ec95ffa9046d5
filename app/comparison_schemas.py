"""The public contract of what changed between two releases."""

from app.schemas import Link
from geodata.release import Comparison


class ReleaseComparison(Comparison):
    """How a release, ``after``, differs from another, ``before``."""

    title: str
    summary: str
    caution: str
    links: list[Link]
