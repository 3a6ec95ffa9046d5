"""Test every argument of an expert model on the known places of the world.

Central Asia and 300 km around it take no part.  Which places judge which argument
stands in docs/expert-models.md, written before any figure was computed.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from geodata.evidence.measurement import Measurement
from geodata.layers.store import LayerStore
from geodata.raster import FloatArray
from geodata.scoring.deposit_type import DepositType, Evidence
from geodata.scoring.learned.world_ground import COLLISION, INTRAPLATE, World
from geodata.scoring.validation.argument_records import (
    ArgumentRecord,
    ArgumentRecords,
    NoRecord,
    digest,
)
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.metrics import auc_interval

_SOURCE = "source"
_CLAY, _PARENT = "clay-hosted", "ion-adsorption"
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        INTRAPLATE: "alkaline",
        COLLISION: "alkaline",
        "peralkaline": "alkaline-igneous",
        _CLAY: "weathering-crust",
        "placer": "placer",
        "phosphorite": "phosphorite",
        "uranium-rollfront": "basin-uranium",
    }
)
"""Deposit type → kind of the known places that judge its arguments."""

_SORTED_BY = ("provinces", "terrane-boundaries")
_WORLD = frozenset(
    {
        "cratons",
        "crust1",
        "crust-world",
        "gravity-eigen6c4",
        "lithology",
        "lithology-fractions",
        "lithology-shares",
        "provinces",
        "relief-10m",
        "terrane-boundaries",
    }
)
_SAME: Mapping[str, str] = MappingProxyType(
    {"crust": "crust-world", "relief": "relief-10m"}
)
"""Regional layer → layer of the whole world that says the same."""

_LEAST_WINDOW_KM = 50.0  # cells of relief-10m are 18 km


def argument_records(
    models: Mapping[str, DepositType], store: LayerStore
) -> ArgumentRecords:
    """Test the arguments of some models on the world without Central Asia.

    Parameters
    ----------
    models : mapping of str to DepositType
        The models.
    store : LayerStore
        With the layers of the world.

    Raises
    ------
    MissingLayerError
        If a layer that judges is not in the store.
    """
    world = World(store)
    return ArgumentRecords(
        by_type={
            name: tuple(_record(name, item, world) for item in model.evidence)
            for name, model in models.items()
        },
        layers=world.layers,
    )


def world_measurement(argument: Evidence) -> Measurement | NoRecord:
    """Return what answers for an argument all over the world, or why nothing does."""
    read = argument.measurement
    layer = _SAME.get(read.layer, read.layer)
    if layer not in _WORLD:
        return "regional"
    if read.measure == "edge" and read.column == "name":
        return "local-names"
    window = read.window_km
    if read.layer != layer and read.measure == "relief":
        window = max(window, _LEAST_WINDOW_KM)
    column = "moho_km" if read.column.startswith("moho") else read.column
    return dataclasses.replace(
        read,
        layer=layer,
        column=column,
        window_km=window,
        smooth_km=0.0 if window != read.window_km else read.smooth_km,
        within=(),
    )


def _record(deposit_type: str, argument: Evidence, world: World) -> ArgumentRecord:
    told = ArgumentRecord(
        argument=argument.name,
        digest=digest(argument),
        kept_because=argument.kept_because,
    )
    kind = _KINDS.get(deposit_type, "")
    if deposit_type == _CLAY and argument.component == _SOURCE:
        kind = _PARENT
    if not kind:
        return told.model_copy(update={"missing": "no-places"})
    read = world_measurement(argument)
    if not isinstance(read, Measurement):
        return told.model_copy(update={"missing": read})
    if deposit_type in (INTRAPLATE, COLLISION) and read.layer in _SORTED_BY:
        return told.model_copy(update={"missing": "sorted-by"})
    own, found = argument.measurement, world.evidence(argument, read)
    known = {
        name: found[part & ~np.isnan(found)]
        for name, part in world.chosen(deposit_type, kind).items()
    }
    return told.model_copy(
        update={
            "places": kind,
            "layer": read.layer if read.layer != own.layer else "",
            "window_km": read.window_km if read.window_km != own.window_km else 0.0,
            **{
                name: _told_apart(known["known"], known[name])
                for name in ("land", "others", "porphyry")
            },
        }
    )


def _told_apart(known: FloatArray, others: FloatArray) -> Estimate | None:
    return auc_interval(known, others) if len(known) and len(others) else None
