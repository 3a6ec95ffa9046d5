"""Why the expert model says what it says: its exact account."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import COMPONENTS, Evidence
from geodata.scoring.explanation import (
    ArgumentPart,
    ComponentPart,
    Explanation,
    ParameterPart,
)
from geodata.scoring.favourability import coverage_at
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.measured import Background, compare_with_region
from geodata.scoring.mineral_system import applies_at, evidence_at, split_score


def explain(
    model: RegionalModel,
    drawn: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    lon: float,
    lat: float,
) -> Explanation:
    """Explain a place, or the average of the cells of an area.

    Parameters
    ----------
    model : RegionalModel
        The model.
    drawn : array of float32, shape (draws,)
        Log favourability of the place or area under every Monte-Carlo draw.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements; one cell for a place.
    backgrounds : mapping of measurement key to Background
        The region to compare with.
    names : mapping of measurement key to str
        What was measured to, for example the name of the nearest boundary.
    lon, lat : float
        The place, degrees, WGS 84.

    Notes
    -----
    A part tells what an argument takes away from a perfect score: what is known of it,
    and what land of like kind says on average where it is not.
    """
    arguments = model.deposit_type.evidence
    values = [evidence_at(item, measured) for item in arguments]
    near = [~np.isnan(measured[item.measurement.key]) for item in arguments]
    applies = [applies_at(item, measured) for item in arguments]
    parts = split_score(
        model.deposit_type,
        values,
        near=near,
        applies=applies,
        resolved=model.resolved,
        averages=model.land.averages(kinds_of_land(measured[RELIEF.key])),
    )
    accounts = [
        _argument(
            item,
            value,
            measured,
            backgrounds,
            names,
            applies=bool(speaks.any()),
            resolved=resolved,
            parts=(float(known), float(average)),
        )
        for item, value, speaks, resolved, known, average in zip(
            arguments,
            values,
            applies,
            model.resolved,
            parts.known.mean(axis=1),
            parts.average.mean(axis=1),
            strict=True,
        )
    ]
    mean_log = float(parts.log_favourability.mean())
    p10, p50, p90 = np.exp(np.percentile(drawn.astype(np.float64), (10, 50, 90)))
    return Explanation(
        deposit_type=model.deposit_type.id,
        lon=lon,
        lat=lat,
        log_favourability=mean_log,
        favourability=float(np.exp(mean_log)),
        p10=float(p10),
        p50=float(p50),
        p90=float(p90),
        coverage=float(parts.coverage.mean()),
        components=tuple(
            _component(
                name,
                accounts,
                parts.component.get(name),
                float(coverage_at(model, measured, component=name).mean()),
            )
            for name in COMPONENTS
            if any(item.component == name for item in accounts)
        ),
    )


def _component(
    name: str,
    accounts: Sequence[ArgumentPart],
    scores: npt.NDArray[np.float64] | None,
    coverage: float,
) -> ComponentPart:
    own = tuple(item for item in accounts if item.component == name)
    with_score = np.array([]) if scores is None else scores[~np.isnan(scores)]
    return ComponentPart(
        name=name,
        score=float(with_score.mean()) if len(with_score) else _of_records(own),
        weight=sum(item.weight for item in own),
        coverage=coverage,
        part=sum(item.part for item in own),
        evidence=own,
    )


def _of_records(own: Sequence[ArgumentPart]) -> float:
    """Return what records say of a component of which nothing else is known."""
    near = [item for item in own if item.known and not np.isnan(item.base)]
    if not near:
        return np.nan
    weights = [item.weight for item in near]
    return float(np.average([item.value for item in near], weights=weights))


def _argument(
    evidence: Evidence,
    values: FloatArray,
    measured: Mapping[str, FloatArray],
    backgrounds: Mapping[str, Background],
    names: Mapping[str, str],
    *,
    applies: bool,
    resolved: float,
    parts: tuple[float, float],
) -> ArgumentPart:
    key, unit = evidence.measurement.key, evidence.measurement.unit
    background = backgrounds[key]
    known = values[~np.isnan(values)]
    return ArgumentPart(
        name=evidence.name,
        title=evidence.title,
        claim=evidence.claim,
        component=evidence.component,
        known=applies and not bool(np.isnan(measured[key]).all()),
        value=float(known.mean()) if len(known) else np.nan,
        part=sum(parts),
        part_of_average=parts[1],
        resolved=resolved,
        base=evidence.base.value if evidence.base else np.nan,
        reach_km=evidence.measurement.window_km if evidence.base else np.nan,
        measured=compare_with_region(
            evidence.measurement,
            measured[key],
            background,
            applies=applies,
            nearest=names.get(key, ""),
            apart=(
                measured[evidence.disagreement.key] if evidence.disagreement else None
            ),
        ),
        unit=unit,
        layer=evidence.measurement.layer,
        layer_title=background.layer_title,
        source=background.source,
        licence=background.licence,
        weight=evidence.weight.value,
        weight_range=(evidence.weight.low, evidence.weight.high),
        basis=evidence.weight.basis,
        reference=evidence.weight.reference,
        parameters=tuple(
            ParameterPart(
                name=name,
                unit=unit,
                value=number.value,
                low=number.low,
                high=number.high,
                basis=number.basis,
                reference=number.reference,
            )
            for name, number in evidence.parameters.items()
        ),
    )
