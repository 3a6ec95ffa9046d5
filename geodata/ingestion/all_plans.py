"""The table of layers that ingestion makes, the better plan of a layer first."""

from geodata.ingestion import grid_plans, occurrence_plans, vector_plans
from geodata.ingestion.package_plans import PLANS
from geodata.layers.plan import FilePlan, LayerPlan, Part
from geodata.sources.catalogue import Catalogue

AnyPlan = FilePlan | LayerPlan

FILE_PLANS: tuple[FilePlan, ...] = (
    *vector_plans.PLANS,
    *grid_plans.PLANS,
    *occurrence_plans.PLANS,
)
"""Layers made from files a publisher offers."""


def all_plans(catalogue: Catalogue) -> tuple[AnyPlan, ...]:
    """Return every plan but those of the bundle, the better of a layer first."""
    return (
        *FILE_PLANS,
        *(entry for entry in PLANS if not entry.is_open(catalogue)),
    )


def by_layer(plans: tuple[AnyPlan, ...]) -> dict[str, tuple[AnyPlan, ...]]:
    """Group plans by the layer they make, in the order of the table."""
    grouped: dict[str, tuple[AnyPlan, ...]] = {}
    for entry in plans:
        grouped[entry.id] = (*grouped.get(entry.id, ()), entry)
    return grouped


def parts_of(entry: AnyPlan) -> tuple[Part, ...]:
    """Return every file a plan reads, those it can do without last."""
    return entry.parts + (entry.optional if isinstance(entry, FilePlan) else ())
