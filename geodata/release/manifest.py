"""The manifest: what a release is, what it was made from, what it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import geopandas as gpd
import numpy as np

from geodata.evidence.recipes import Reading
from geodata.layers.registry import all_layers
from geodata.layers.store import LayerStore
from geodata.prospects.describe import Survey
from geodata.provenance import Provenance
from geodata.raster import EQUAL_AREA, Cells, FloatArray
from geodata.region import BORDER_NOTE, CAUTION
from geodata.release.coverage import LayerCoverage
from geodata.release.export import named_layers
from geodata.release.holdings import Use, uses_of_layers
from geodata.release.inputs import Inputs
from geodata.release.model import (
    DepositTypeEntry,
    GridEntry,
    IdChanges,
    LayerEntry,
    LayerUse,
    Manifest,
    MeasurementEntry,
    MissingLayer,
)
from geodata.scoring.default_opinion import DefaultOpinion
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
    ranks: Mapping[str, FloatArray],
    opinions: Mapping[str, DefaultOpinion],
    id_changes: IdChanges,
) -> Manifest:
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
    ranks : mapping of str to array of float32, shape (cells,)
        Area ranks of each deposit type; NaN = not ranked.
    opinions : mapping of str to DefaultOpinion
        Which opinion of each deposit type is shown first.
    id_changes : IdChanges
        What became of the ids of the predecessor, if there was one.
    """
    uses = uses_of_layers(models.values())
    return Manifest(
        id=inputs.release_id,
        inputs_id=inputs.inputs_id,
        predecessor=inputs.predecessor,
        id_changes=id_changes if inputs.predecessor else None,
        inputs=inputs.entry,
        caution=CAUTION,
        border_profile=inputs.parameters.border_profile,
        border_note=BORDER_NOTE,
        grid=_grid(survey.cells),
        deposit_types=tuple(
            DepositTypeEntry(
                id=model.id,
                code=model.code,
                title=model.title,
                summary=model.summary,
                prospects=int((prospects["deposit_type"] == model.id).sum()),
                ranked_share=float((~np.isnan(ranks[model.id])).mean()),
                default_opinion=opinions[model.id],
            )
            for model in models.values()
        ),
        layers=tuple(
            _layer(store.provenance(layer), coverage.get(layer), uses.get(layer, ()))
            for layer in store.ids()
        ),
        missing_layers=missing_layers(models.values(), readings),
        measurements=_measurements(readings, survey),
    )


def missing_layers(
    models: Iterable[DepositType], readings: Mapping[str, Reading]
) -> tuple[MissingLayer, ...]:
    """List the layers the models ask for that are not here, and what that costs."""
    costs: dict[str, list[LayerUse]] = {}
    for model in models:
        total = sum(item.weight.value for item in model.evidence)
        for item in model.evidence:
            if readings[item.measurement.key].provenance is None:
                costs.setdefault(item.measurement.layer, []).append(
                    LayerUse(
                        deposit_type=model.id,
                        evidence=item.title,
                        weight_share=item.weight.value / total,
                    )
                )
    return tuple(
        MissingLayer(layer=layer, says=_says(layer), costs=tuple(costs[layer]))
        for layer in sorted(costs)
    )


def _grid(cells: Cells) -> GridEntry:
    return GridEntry(
        crs=EQUAL_AREA,
        **asdict(cells.grid),
        cells=len(cells),
        area_km2=cells.area_km2,
    )


def _layer(
    record: Provenance, known: LayerCoverage | None, uses: Sequence[Use]
) -> LayerEntry:
    described = all_layers().get(record.layer)
    return LayerEntry(
        id=record.layer,
        says=_says(record.layer),
        display=described.display if described else None,
        title=record.title,
        kind=record.kind,
        credit=record.credit,
        citation=record.citation,
        licence=record.licence,
        open=record.open,
        resolution=record.resolution,
        resolution_km=record.resolution_km,
        uncertainty=record.uncertainty,
        members=record.members,
        sha256=record.sha256,
        command=record.command,
        coverage_by_state=known.by_state if known else None,
        unknown_share=known.unknown_share if known else None,
        uses=tuple(LayerUse(**asdict(use)) for use in uses),
    )


def _says(layer: str) -> str:
    """Return what a layer says, in words; nothing for one that nobody has described."""
    described = all_layers().get(layer)
    return described.says if described else ""


def _measurements(
    readings: Mapping[str, Reading], survey: Survey
) -> tuple[MeasurementEntry, ...]:
    named = named_layers(readings)
    return tuple(
        MeasurementEntry(
            key=key,
            layer=reading.measurement.layer,
            measure=reading.measurement.measure,
            unit=reading.measurement.unit,
            named=key in named,
            background=survey.backgrounds[key],
        )
        for key, reading in readings.items()
    )
