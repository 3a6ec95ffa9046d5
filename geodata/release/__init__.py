"""Releases: built once, published whole, opened read-only.

To open a release loads nothing that builds one: import that from
:mod:`geodata.release.build`.
"""

from geodata.release.comparison import Comparison
from geodata.release.model import (
    DepositTypeEntry,
    IdChanges,
    LayerEntry,
    Manifest,
    MissingLayer,
)
from geodata.release.open import (
    known_releases,
    open_release,
    pointed_release,
    published_at,
    read_manifest,
)
from geodata.release.place import OVERALL, LearnedMap, Places
from geodata.release.release import Release
from geodata.release.retired import RetiredArea
from geodata.scoring.explanation import AreaExplanation
from geodata.scoring.ranking import RANKED_FROM

__all__ = [
    "OVERALL",
    "RANKED_FROM",
    "AreaExplanation",
    "Comparison",
    "DepositTypeEntry",
    "IdChanges",
    "LayerEntry",
    "LearnedMap",
    "Manifest",
    "MissingLayer",
    "Places",
    "Release",
    "RetiredArea",
    "known_releases",
    "open_release",
    "pointed_release",
    "published_at",
    "read_manifest",
]
