"""How layers are made: which recipe of which layer, from which files, by which code."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from geodata.checksums import checksum, tree_checksum
from geodata.errors import LayerError
from geodata.layers.model import FileRecipe, Layer, PackageRecipe, Part, Recipe
from geodata.layers.registry import all_layers
from geodata.sources.catalogue import Catalogue, PublishedSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way to make one layer.

    Attributes
    ----------
    layer : Layer
        What is made.
    recipe : FileRecipe or PackageRecipe
        How; one of the layer's alternatives.
    """

    layer: Layer
    recipe: Recipe

    @property
    def id(self) -> str:
        """Id of the layer."""
        return self.layer.id

    @property
    def title(self) -> str:
        """Title of the layer when it is made this way."""
        return self.recipe.title or self.layer.title

    @property
    def optional(self) -> tuple[Part, ...]:
        """Files it can do without."""
        return self.recipe.optional if isinstance(self.recipe, FileRecipe) else ()

    @property
    def files(self) -> tuple[Part, ...]:
        """Every file it reads, those it can do without last."""
        return self.recipe.parts + self.optional

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Ids of its sources, each once, in order of first use."""
        return tuple(dict.fromkeys(source for source, _ in self.files))

    @property
    def from_packages(self) -> bool:
        """True when it is made from pinned packages, at setup or for the bundle."""
        return isinstance(self.recipe, PackageRecipe)

    def is_open(self, catalogue: Catalogue) -> bool:
        """Tell whether every source clearly allows the layer to be handed on."""
        return all(catalogue[source].open for source in self.source_ids)


def every_plan(layers: Iterable[Layer] | None = None) -> tuple[Plan, ...]:
    """Return every way to make every layer, the better ones of a layer first."""
    known = all_layers().values() if layers is None else layers
    return tuple(
        Plan(layer=layer, recipe=recipe)
        for layer in known
        for recipe in layer.alternatives
    )


def package_plans() -> tuple[Plan, ...]:
    """Return the plans of layers that are made from pinned packages."""
    return tuple(plan for plan in every_plan() if plan.from_packages)


def package_plan(layer: str) -> Plan:
    """Return the plan that makes a layer from packages.

    Raises
    ------
    LayerError
        If no layer of this id is made from packages.
    """
    plans = {plan.id: plan for plan in package_plans()}
    if layer not in plans:
        raise LayerError(
            f"No layer '{layer}' is built from packages. There are {', '.join(plans)}."
        )
    return plans[layer]


def ingestion_plans(catalogue: Catalogue) -> tuple[Plan, ...]:
    """Return every plan but those of the bundle, the better of a layer first."""
    return tuple(
        plan
        for plan in every_plan()
        if not (plan.from_packages and plan.is_open(catalogue))
    )


def by_layer(plans: Iterable[Plan]) -> dict[str, tuple[Plan, ...]]:
    """Group plans by the layer they make, in the order they come."""
    grouped: dict[str, tuple[Plan, ...]] = {}
    for plan in plans:
        grouped[plan.id] = (*grouped.get(plan.id, ()), plan)
    return grouped


@cache
def code_checksum() -> str:
    """Return a checksum over the code that makes layers, and its tables."""
    package = resources.files("geodata")
    folders = (package / name for name in ("layers", "readers", "ingestion"))
    return tree_checksum(*folders, suffixes=(".py", ".toml"))


def maker_checksum(plan: Plan, catalogue: Catalogue) -> str:
    """Return a checksum over the code that makes layers, and a plan's column maps.

    Column maps stand in the catalogue; they are edited when a table arrives whose
    columns nobody had seen.
    """
    maps = [
        (name, sorted(catalogue.published(name).columns.items()))
        for name in plan.source_ids
        if isinstance(catalogue[name], PublishedSource)
    ]
    return f"{code_checksum()}-{checksum(repr(maps).encode())[:16]}"
