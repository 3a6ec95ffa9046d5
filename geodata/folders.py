"""Where an installation keeps its layers and releases, and where its bundle lies."""

from pathlib import Path

_GEODATA = Path(__file__).resolve().parent

PROJECT = _GEODATA.parent
"""The folder of the project."""

BUNDLE = _GEODATA / "bundle"
"""The layers of the repository."""

HOME = PROJECT / "var"
"""Folder for layers and releases where ``ATLAS_HOME`` names no other."""
