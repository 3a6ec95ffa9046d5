"""What is here, what is not, and what each costs: the state of the layer store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from geodata.layers.store import LayerStore
from geodata.provenance import Provenance
from geodata.release.extent import StateCells, extent_of_layer, shares_of_states
from geodata.scoring.deposit_type import DepositType


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One argument of one deposit type that a layer feeds.

    Attributes
    ----------
    deposit_type, evidence : str
        Id of the type and title of the argument.
    weight_share : float
        Its share of the model's weight, 0 to 1.
    """

    deposit_type: str
    evidence: str
    weight_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One layer, here or not.

    Attributes
    ----------
    layer : str
        Id.
    record : Provenance or None
        None when it is not here.
    shares : mapping of str to float
        Share of each state it speaks about, by ISO code; NaN = does not apply.
    uses : tuple of Use
        The arguments it feeds; empty for layers that only orient.
    """

    layer: str
    record: Provenance | None
    shares: Mapping[str, float] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its files came from: package, publisher, mirror, reconstruction."""
        if self.record is None:
            return ()
        words = []
        for member in self.record.members:
            words.append(member.origin or "package")
            if member.rebuilt:
                words.append("reconstruction")
        return tuple(dict.fromkeys(words))


def oldest_file(item: Holding, ages: Mapping[tuple[str, str], str]) -> str:
    """Return when the oldest of a layer's files was brought, ISO 8601.

    Parameters
    ----------
    item : Holding
        The layer.
    ages : mapping of (source id, file) to str
        When each file was brought.

    Returns
    -------
    str
        Empty when nothing is known of its files, as for the bundle.
    """
    members = item.record.members if item.record else ()
    times = (ages.get((member.source, member.member), "") for member in members)
    return min(filter(None, times), default="")


def holdings(
    store: LayerStore, models: Iterable[DepositType], makeable: Iterable[str]
) -> tuple[Holding, ...]:
    """List every layer that is here, that a model asks for, or that can be made.

    Parameters
    ----------
    store : LayerStore
        What is here.
    models : iterable of DepositType
        What is asked for.
    makeable : iterable of str
        Ids of the layers that ingestion knows to make.

    Returns
    -------
    tuple of Holding
        Those here first, each group by id.

    Raises
    ------
    LayerError
        If a layer of the store is damaged.
    """
    uses = uses_of_layers(models)
    here = store.ids()
    cells = StateCells(store.vector("states").table)
    present = [
        Holding(
            layer=layer,
            record=store.provenance(layer),
            shares=shares_of_states(extent_of_layer(layer, store), cells),
            uses=uses.get(layer, ()),
        )
        for layer in here
    ]
    absent = sorted({*uses, *makeable} - set(here))
    return (
        *present,
        *(
            Holding(layer=layer, record=None, uses=uses.get(layer, ()))
            for layer in absent
        ),
    )


def uses_of_layers(models: Iterable[DepositType]) -> dict[str, tuple[Use, ...]]:
    """Return what each layer is asked for, with its share of the model's weight."""
    uses: dict[str, tuple[Use, ...]] = {}
    for model in models:
        total = sum(item.weight.value for item in model.evidence)
        for item in model.evidence:
            layer = item.measurement.layer
            use = Use(
                deposit_type=model.id,
                evidence=item.title,
                weight_share=item.weight.value / total,
            )
            uses[layer] = (*uses.get(layer, ()), use)
    return uses
