"""Releases: built once, published whole, opened read-only.

To open a release loads nothing that builds one: import that from
:mod:`geodata.release.build`.
"""

from geodata.release.open import Release, known_releases, open_release
from geodata.release.place import OVERALL, LearnedMap, Place

__all__ = [
    "OVERALL",
    "LearnedMap",
    "Place",
    "Release",
    "known_releases",
    "open_release",
]
