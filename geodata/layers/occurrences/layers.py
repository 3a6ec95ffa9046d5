"""The layers made of tables of occurrences: each from whichever tables are here."""

from geodata.display import Display, Style
from geodata.layers.model import FileRecipe, Layer
from geodata.layers.occurrences.mineral_occurrences import (
    build_occurrences,
    build_unlocated,
)
from geodata.layers.occurrences.phosphatic_rocks import build_phosphatic_rocks
from geodata.layers.occurrences.tables import all_parts

_RESOLUTION = "points as their publishers give them"
_RESOLUTION_KM = 10.0
_UNCERTAINTY = (
    "5 to 30 km by the way each position is written, 20 km for MRDS; half of the names "
    "that two tables share lie 6 km apart and more"
)

LAYERS = (
    Layer(
        id="occurrences",
        title="Known rare-earth sites",
        kind="points",
        says="known rare-earth sites",
    ),
    Layer(
        id="mineral-occurrences",
        title="Mineral occurrences of public tables",
        kind="points",
        says="known places of other minerals",
        alternatives=(
            FileRecipe(
                optional=all_parts(),
                build=build_occurrences,
                resolution=_RESOLUTION,
                resolution_km=_RESOLUTION_KM,
                uncertainty=_UNCERTAINTY,
            ),
        ),
        display=Display(
            order=90,
            form="points",
            collection="context-occurrences",
            id_column="occurrence_id",
            label="Other mineral occurrences",
            title="Other mineral occurrences",
            description=(
                "Places where public tables record other minerals, one feature a "
                "place; uncertainty_km is the error of the position."
            ),
            columns=(
                "occurrence_id",
                "name",
                "commodity_group",
                "commodities",
                "deposit_type",
                "deposit_type_source",
                "ree_evidence",
                "status",
                "uncertainty_km",
                "country",
                "source_id",
                "record_id",
                "record_url",
            ),
            tooltip=(
                ("{name}", "Place without a name"),
                (
                    "{commodity_group}: {commodities:list}",
                    "{commodity_group}",
                    "{commodities:list}",
                ),
                (
                    "{status} · {deposit_type_source}",
                    "{status}",
                    "{deposit_type_source}",
                ),
                ("Other mineral occurrence",),
                ("Position good to {uncertainty_km:number} km",),
            ),
            style=Style(
                colour="#2c5d78", dark_colour="#9ccfe6", width=1.5, fill_opacity=0.9
            ),
        ),
    ),
    Layer(
        id="occurrences-without-position",
        title="Mineral occurrences whose tables give no position",
        kind="table",
        says="known places of minerals, without a position",
        alternatives=(
            FileRecipe(
                optional=all_parts(),
                build=build_unlocated,
                resolution="names",
                resolution_km=_RESOLUTION_KM,
                uncertainty="no position is known",
            ),
        ),
    ),
    Layer(
        id="phosphatic-rocks",
        title="Phosphatic rocks, from occurrences",
        kind="points",
        says="places where phosphatic rock is on record",
        alternatives=(
            FileRecipe(
                optional=all_parts(),
                build=build_phosphatic_rocks,
                resolution=_RESOLUTION,
                resolution_km=_RESOLUTION_KM,
                uncertainty=_UNCERTAINTY,
            ),
        ),
    ),
)
"""Every file is optional; a layer is made from those that are here."""
