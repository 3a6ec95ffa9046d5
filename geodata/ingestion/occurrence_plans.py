"""How the layers of occurrences are made: each from whichever tables are here."""

from geodata.layers.occurrences.mineral_occurrences import (
    build_occurrences,
    build_unlocated,
)
from geodata.layers.occurrences.phosphatic_rocks import build_phosphatic_rocks
from geodata.layers.occurrences.tables import all_parts
from geodata.layers.plan import FilePlan

_RESOLUTION = "points as their publishers give them"
_RESOLUTION_KM = 10.0
_UNCERTAINTY = (
    "5 to 30 km by the way each position is written, 20 km for MRDS; half of the names "
    "that two tables share lie 6 km apart and more"
)

PLANS: tuple[FilePlan, ...] = (
    FilePlan(
        id="mineral-occurrences",
        title="Mineral occurrences of public tables",
        kind="points",
        optional=all_parts(),
        build=build_occurrences,
        resolution=_RESOLUTION,
        resolution_km=_RESOLUTION_KM,
        uncertainty=_UNCERTAINTY,
    ),
    FilePlan(
        id="occurrences-without-position",
        title="Mineral occurrences whose tables give no position",
        kind="table",
        optional=all_parts(),
        build=build_unlocated,
        resolution="names",
        resolution_km=_RESOLUTION_KM,
        uncertainty="no position is known",
    ),
    FilePlan(
        id="phosphatic-rocks",
        title="Phosphatic rocks, from occurrences",
        kind="points",
        optional=all_parts(),
        build=build_phosphatic_rocks,
        resolution=_RESOLUTION,
        resolution_km=_RESOLUTION_KM,
        uncertainty=_UNCERTAINTY,
    ),
)
"""Every file is optional; a layer is made from those that are here."""
