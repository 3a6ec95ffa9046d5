"""Releases: built once, published whole, opened read-only.

To open a release loads nothing that builds one: import that from
:mod:`geodata.release.build`.
"""

from geodata.release.open import OVERALL, Release, known_releases, open_release

__all__ = ["OVERALL", "Release", "known_releases", "open_release"]
