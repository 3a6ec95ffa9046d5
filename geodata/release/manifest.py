"""The manifest: what a release is, what it was made from, what it lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import geopandas as gpd

from geodata.evidence.recipes import Reading
from geodata.layers.registry import all_layers
from geodata.layers.store import LayerStore
from geodata.prospects.describe import Survey
from geodata.raster import EQUAL_AREA, Cells
from geodata.region import BORDER_NOTE, CAUTION
from geodata.release.coverage import LayerCoverage
from geodata.release.export import named_layers
from geodata.release.holdings import uses_of_layers
from geodata.release.inputs import Inputs
from geodata.scoring.deposit_type import DepositType


def make_manifest(
    inputs: Inputs,
    models: Mapping[str, DepositType],
    *,
    readings: Mapping[str, Reading],
    survey: Survey,
    store: LayerStore,
    prospects: gpd.GeoDataFrame,
    coverage: Mapping[str, LayerCoverage],
) -> dict[str, Any]:
    """Write down everything about a release but its list of files.

    Parameters
    ----------
    inputs : Inputs
        What the id was made from.
    models : mapping of str to DepositType
        The deposit types.
    readings : mapping of str to Reading
        Every measurement, by key.
    survey : Survey
        The cells and what was measured there.
    store : LayerStore
        For the records of the layers.
    prospects : GeoDataFrame
        The ranked areas.
    coverage : mapping of str to LayerCoverage
        Where the layers are known, by id; layers that cannot be unknown are absent.
    """
    uses = uses_of_layers(models.values())
    return {
        "id": inputs.release_id,
        "inputs": inputs.to_dict(),
        "parameters": inputs.to_dict()["parameters"],
        "caution": CAUTION,
        "border_profile": inputs.parameters.border_profile,
        "border_note": BORDER_NOTE,
        "grid": _grid(survey.cells),
        "deposit_types": [
            {
                "id": model.id,
                "code": model.code,
                "title": model.title,
                "summary": model.summary,
                "prospects": int((prospects["deposit_type"] == model.id).sum()),
            }
            for model in models.values()
        ],
        "layers": [
            {
                **_layer(layer, store),
                **_known(coverage.get(layer)),
                "uses": [asdict(use) for use in uses.get(layer, ())],
            }
            for layer in store.ids()
        ],
        "missing_layers": missing_layers(models.values(), readings),
        "measurements": _measurements(readings, survey),
    }


def missing_layers(
    models: Iterable[DepositType], readings: Mapping[str, Reading]
) -> list[dict[str, Any]]:
    """List the layers the models ask for that are not here, and what that costs.

    Returns
    -------
    list of dict
        ``layer``; ``says``: what it would tell; ``costs``: deposit type, evidence,
        and its share of the model's weight, 0 to 1.
    """
    costs: dict[str, list[dict[str, Any]]] = {}
    for model in models:
        total = sum(item.weight.value for item in model.evidence)
        for item in model.evidence:
            if readings[item.measurement.key].provenance is None:
                costs.setdefault(item.measurement.layer, []).append(
                    {
                        "deposit_type": model.id,
                        "evidence": item.title,
                        "weight_share": item.weight.value / total,
                    }
                )
    return [
        {"layer": layer, "says": _says(layer), "costs": costs[layer]}
        for layer in sorted(costs)
    ]


def _grid(cells: Cells) -> dict[str, Any]:
    grid = cells.grid
    return {
        "crs": EQUAL_AREA,
        **asdict(grid),
        "cells": len(cells),
        "area_km2": cells.area_km2,
    }


def _layer(layer: str, store: LayerStore) -> dict[str, Any]:
    record = store.provenance(layer)
    known = all_layers().get(layer)
    display = known.display if known else None
    return {
        "id": layer,
        "says": _says(layer),
        "display": asdict(display) if display else None,
        "title": record.title,
        "kind": record.kind,
        "credit": record.credit,
        "citation": record.citation,
        "licence": record.licence,
        "open": record.open,
        "resolution": record.resolution,
        "resolution_km": record.resolution_km,
        "uncertainty": record.uncertainty,
        "members": [asdict(member) for member in record.members],
        "sha256": record.sha256,
        "command": record.command,
    }


def _says(layer: str) -> str:
    """Return what a layer says, in words; nothing for one that nobody has described."""
    known = all_layers().get(layer)
    return known.says if known else ""


def _known(found: LayerCoverage | None) -> dict[str, Any]:
    """Tell where a layer is known; null where the question does not apply."""
    if found is None:
        return {"coverage_by_state": None, "unknown_share": None}
    return {
        "coverage_by_state": dict(found.by_state),
        "unknown_share": found.unknown_share,
    }


def _measurements(
    readings: Mapping[str, Reading], survey: Survey
) -> list[dict[str, Any]]:
    named = named_layers(readings)
    rows = []
    for key, reading in readings.items():
        background = survey.backgrounds[key]
        rows.append(
            {
                "key": key,
                "layer": reading.measurement.layer,
                "measure": reading.measurement.measure,
                "unit": reading.measurement.unit,
                "named": key in named,
                **asdict(background),
            }
        )
    return rows
