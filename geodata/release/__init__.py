"""Releases: built once, published whole, opened read-only."""

from geodata.release.build import Built, build_release
from geodata.release.inputs import Parameters
from geodata.release.open import OVERALL, Release, known_releases, open_release

__all__ = [
    "OVERALL",
    "Built",
    "Parameters",
    "Release",
    "build_release",
    "known_releases",
    "open_release",
]
